"""Renditions: ordered with their job, carried out once, on both databases, both stores and both transports."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.db import reading, transaction
from app.flow.deps import Deps
from app.flow.render_later import request_rendition
from app.kernel.errors import Blocked, Conflict, Invalid, NotFound, Problem, Unavailable
from app.posters import records
from app.posters.core import Painted, Rendition, RenditionOrder
from app.storage.store import open_store
from app.worker import work
from tests.conftest import House
from tests.factories import an_order, paint_swatch

Paint = Callable[[RenditionOrder], Painted]


@pytest.fixture
def make_deps(engine: Engine, tmp_path: Path) -> Callable[..., Deps]:
    def make(paint: Paint = paint_swatch, **settings: object) -> Deps:
        house = House({}).using(**{"storage_dir": tmp_path / "objects"} | settings)
        return Deps(house.settings, engine, open_store(house.settings), paint)

    return make


def found(deps: Deps, rendition_id: str) -> Rendition:
    with reading(deps) as session:
        return records.find(session, rendition_id)


@contextmanager
def a_worker(deps: Deps) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(deps, False, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def eventually(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_an_order_becomes_one_object_over_every_store_and_transport(
    make_deps: Callable[..., Deps], storage_settings: dict[str, object], jobs_settings: dict[str, object]
) -> None:
    deps = make_deps(**{"poll_seconds": 0.05} | storage_settings | jobs_settings)
    orders = [an_order(size=size) for size in ("phone", "square", "phone")]
    ids = [request_rendition(deps, order) for order in orders]
    assert {found(deps, one).outcome for one in ids} == {"waiting"}
    with a_worker(deps):
        eventually(lambda: all(found(deps, one).outcome == "done" for one in ids))
    for rendition_id, order in zip(ids, orders, strict=True):
        rendition = found(deps, rendition_id)
        assert rendition.order == order
        assert rendition.media_type == "image/png"
        assert rendition.object_digest is not None
        assert deps.store.get(rendition.object_digest) == paint_swatch(order).data
        assert rendition.bytes == len(paint_swatch(order).data)
    assert found(deps, ids[0]).object_digest == found(deps, ids[2]).object_digest != found(deps, ids[1]).object_digest


def test_an_order_that_cannot_be_written_down_leaves_neither_row_nor_job(make_deps: Callable[..., Deps]) -> None:
    deps = make_deps()
    with pytest.raises(Invalid):
        request_rendition(deps, an_order(values={"slots": {"rate": float("nan")}}))
    with reading(deps) as session:
        assert (
            session.execute(text("SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM renditions)")).scalar()
            == 0
        )


def test_pictures_of_an_order_are_named_by_digest_and_nothing_else(make_deps: Callable[..., Deps]) -> None:
    values = {
        "slots": {"photo": {"picture": "../../etc/passwd"}, "ok": {"picture": "a" * 64}},
        "profile": {"photo": "p.png"},
    }
    with pytest.raises(Invalid) as caught:
        request_rendition(make_deps(), an_order(values=values))
    assert {problem.path for problem in caught.value.problems} == {"slots.photo.picture", "profile.photo"}


@pytest.mark.parametrize(
    "error",
    [
        Invalid.of([Problem("slots.line", "overflow", "“林若溪 13800002048” is too long")]),
        Blocked("qr_unproved", "the code of 林若溪 13800002048 does not decode"),
    ],
)
def test_an_order_that_can_never_be_painted_fails_at_once_and_its_row_repeats_nobodys_words(
    make_deps: Callable[..., Deps], error: Exception
) -> None:
    def refuse(_order: RenditionOrder) -> Painted:
        raise error

    deps = make_deps(refuse)
    rendition_id = request_rendition(deps, an_order())
    work(deps, once=True)
    rendition = found(deps, rendition_id)
    assert (rendition.outcome, rendition.object_digest) == ("failed", None)
    assert rendition.error_code == getattr(error, "code")  # noqa: B009
    with reading(deps) as session:
        [row] = session.execute(text("SELECT * FROM jobs")).all()
    assert row.attempts == 1
    assert "林若溪" not in str(row)
    assert "13800002048" not in str(row)


@pytest.mark.parametrize("error", [Unavailable("storage_down", "no answer"), ZeroDivisionError("林若溪")])
def test_a_passing_trouble_is_tried_again_and_the_worker_goes_on(
    make_deps: Callable[..., Deps], error: Exception
) -> None:
    troubles = [error]

    def paint(order: RenditionOrder) -> Painted:
        if troubles:
            raise troubles.pop()
        return paint_swatch(order)

    deps = make_deps(paint)
    first, second = request_rendition(deps, an_order()), request_rendition(deps, an_order(size="square"))
    work(deps, once=True)
    assert (found(deps, first).outcome, found(deps, second).outcome) == ("waiting", "done")
    with a_worker(deps):
        eventually(lambda: found(deps, first).outcome == "done")


def test_two_workers_share_the_jobs_and_do_none_twice(make_deps: Callable[..., Deps]) -> None:
    painted: list[str] = []

    def paint(order: RenditionOrder) -> Painted:
        painted.append(order.link)
        time.sleep(0.01)
        return paint_swatch(order)

    deps = make_deps(paint)
    links = [f"https://go.lanshan.example/r/{number}" for number in range(20)]
    ids = [request_rendition(deps, an_order(link=link)) for link in links]
    with a_worker(deps), a_worker(deps):
        eventually(lambda: all(found(deps, one).outcome == "done" for one in ids))
    assert sorted(painted) == sorted(links)


def test_a_worker_whose_lease_was_lost_changes_nothing(make_deps: Callable[..., Deps]) -> None:
    """It was slow; another finished the job in the meantime."""

    def overtaken(order: RenditionOrder) -> Painted:
        with transaction(deps) as session:
            session.execute(text("UPDATE jobs SET lease_token = 'another'"))
        return paint_swatch(order)

    deps = make_deps(overtaken)
    rendition_id = request_rendition(deps, an_order())
    work(deps, once=True)
    assert found(deps, rendition_id).object_digest is None
    assert found(deps, rendition_id).outcome == "waiting"


def test_a_finished_rendition_is_not_finished_again(make_deps: Callable[..., Deps]) -> None:
    deps = make_deps()
    rendition_id = request_rendition(deps, an_order())
    work(deps, once=True)
    with pytest.raises(Conflict), transaction(deps) as session:
        records.finish(session, rendition_id, "0" * 64, "image/png", 1)
    with pytest.raises(NotFound):
        found(deps, "nobody")


def test_the_log_of_a_failure_repeats_nobodys_words(
    make_deps: Callable[..., Deps], capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_order: RenditionOrder) -> Painted:
        raise RuntimeError("could not paint 林若溪, 138 0000 2048")

    deps = make_deps(refuse)
    request_rendition(deps, an_order())
    work(deps, once=True)
    logged = "".join(capsys.readouterr())
    assert "RuntimeError" in logged
    assert "林若溪" not in logged
    assert "2048" not in logged
