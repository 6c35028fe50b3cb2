"""What a batch hands on from judging a row to painting it: it counts for the very same only."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from app.config import Settings
from app.factory import open_studio
from app.flow import check_copy
from app.flow.check_copy import Passed
from app.flow.fill import Reader, row_values
from app.flow.make_poster import compose
from app.flow.orders import Order, Studio
from app.kernel.errors import Invalid
from app.rendering.pictures import Picture, read_picture
from app.rendering.values import TextValue, Values
from tests.photos import photo

DAY = date(2026, 11, 30)


@cache
def studio() -> Studio:
    return open_studio(Settings.from_env({}), "wealth-launch")


def order(headline: str = "稳健之选", day: date = DAY) -> Order:
    values = Values({"headline": TextValue(headline)}, studio().sample_profile)
    return Order(studio().templates["wealth-launch"], values, "https://go.lanshan.example/r/Passed01", "jpeg", day)


def test_a_judgement_that_was_handed_on_is_not_passed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _, judged = compose(studio(), order("稳赚不赔"))
    assert judged.verdict.outcome == "block"
    passed = Passed.of(judged)
    asked: list[object] = []
    judge = check_copy.judge
    monkeypatch.setattr(check_copy, "judge", lambda *args: asked.append(args) or judge(*args))
    assert compose(studio(), order("稳赚不赔"), passed)[1] == judged
    assert not asked
    other = [
        compose(studio(), order("稳健之选"), passed),
        compose(studio(), order("稳赚不赔", date(2026, 12, 1)), passed),
        compose(replace(studio(), rules=replace(studio().rules, packs=())), order("稳赚不赔"), passed),
    ]
    assert len(asked) == len(other)
    assert other[0][1].verdict.outcome != "block"


def test_a_picture_that_is_known_is_not_looked_at_again() -> None:
    template, files = studio().templates["wealth-launch"].template, {"a.jpg": photo("甲"), "b.jpg": b"no picture"}
    looked: list[bytes] = []

    def look(data: bytes, path: str) -> Picture:
        looked.append(data)
        return read_picture(data, path)

    known = replace(read_picture(files["a.jpg"]), data=b"")
    for name, is_known, count in (("a.jpg", False, 1), ("a.jpg", True, 1), ("b.jpg", True, 2)):
        reader = Reader(template, files.__getitem__, look, [known] if is_known else ())
        values = row_values(reader, {"name": "林若溪", "photo": name}, None)
        assert len(looked) == count
        if name == "a.jpg":
            assert values.profile.photo == read_picture(files["a.jpg"])
            assert values.profile.photo is not None
            assert values.profile.photo.data == files["a.jpg"]
        else:
            assert [problem.code for problem in reader.take_problems()] == ["bad_picture"]
    with pytest.raises(Invalid):
        read_picture(files["b.jpg"])
