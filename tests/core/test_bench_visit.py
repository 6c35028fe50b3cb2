"""What wrk prints is understood, also where it changes its units."""

import pytest

from app.cli.bench_visit import Measured, VisitBench, read_wrk
from app.kernel.errors import Unavailable

SAID = """Running 3s test @ http://127.0.0.1:1/r/x
  Latency Distribution
     50%  613.00us
     75%    2.00ms
     90%    3.00ms
     99%    1.20s
Requests/sec:  12876.50
Transfer/sec:      3.91MB
"""


def test_rate_and_latency_are_read() -> None:
    assert read_wrk(SAID) == Measured(12876.5, 0.613, 1200.0)


def test_anything_else_is_refused() -> None:
    with pytest.raises(Unavailable, match="something else"):
        read_wrk(SAID.replace("99%", "98%"))


def test_shares_are_taken_round_by_round() -> None:
    bench = VisitBench(1.0)
    for found, slower in zip(bench.rounds.values(), (1, 2, 4, 8), strict=True):
        found += [Measured(1000 / slower, 1.0, 2.0), Measured(100 / slower, 1.0, 2.0)]
    shares = [one["of_bare"] for one in bench.as_json()["variants"].values()]
    assert shares == [1.0, 0.5, 0.25, 0.125]
    assert bench.as_text().count("\n") == 4
