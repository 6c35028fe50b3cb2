"""What the display list says beyond the words: texts nobody can read (threat 28), relative size, the same block."""

import io
from typing import Any

import pytest
from PIL import Image

from app.compliance.document import Document, Facts, TextRun
from app.compliance.engine import check
from app.flow.check_copy import check_poster
from app.rendering.display import AnyItem, DisplayList, PictureItem, Rgba, Run, ShapeItem, TextItem, TextLine
from app.rendering.pictures import read_picture
from tests.core.compliance_cases import TODAY, rules, term

FACTS = Facts("CN", "wealth")
WARNING = "投资有风险"


def text(colour: Rgba = (20, 20, 20, 255), size: float = 40, x: float = 100, **more: Any) -> TextItem:
    """The warning, set at (x, 1000)."""
    ink = (x, 1000.0, size * len(WARNING), size)
    run = Run("sans-400", size, colour, WARNING, x, 1000 + size, ink[2], 0, ())
    return TextItem("warning", ink, False, lines=(TextLine(WARNING, (run,)),), size=size, ink=ink, **more)


def plate(colour: Rgba = (255, 255, 255, 255), **more: Any) -> ShapeItem:
    """A plain ground over the whole canvas, or over `box`."""
    return ShapeItem("plate", more.pop("box", (0.0, 0.0, 1080.0, 1920.0)), False, fill=colour, **more)


def problems(*items: AnyItem) -> list[tuple[str, str]]:
    """Code and place of each blocking problem of a poster of `items`."""
    judgement = check_poster(rules(term("保本")), DisplayList(1080, 1920, items, "key"), FACTS, TODAY)
    return [(problem.code, problem.path) for problem in judgement.blocking()]


def photo(mode: str) -> PictureItem:
    """A picture over the warning; with mode RGBA it may let things through."""
    buffer = io.BytesIO()
    Image.new(mode, (60, 20)).save(buffer, "PNG")
    return PictureItem("photo", (80.0, 980.0, 600.0, 200.0), False, picture=read_picture(buffer.getvalue()))


PHOTO = photo("RGB")
UNREADABLE = [("not_legible", "layers.warning")]


@pytest.mark.parametrize(
    "items",
    [
        (plate(), text(size=1)),
        (plate(), text((255, 255, 255, 255))),
        (plate((250, 250, 250, 255)), text((240, 240, 240, 255))),
        (plate(), text(opacity=0.0)),
        (plate(), text((20, 20, 20, 10))),
        (plate(), text(x=1050)),
        (plate(), text(x=-190)),
        (plate(), text(), PHOTO),
        (plate(), text(), plate((0, 0, 0, 255), box=(100.0, 1000.0, 120.0, 40.0))),
    ],
    ids=["1 px", "white on white", "nearly", "opacity 0", "alpha", "off right", "off left", "photo", "plate"],
)
def test_a_text_that_nobody_can_read_blocks(items: tuple[AnyItem, ...]) -> None:
    assert problems(*items) == UNREADABLE


@pytest.mark.parametrize(
    "items",
    [
        (plate(), text()),
        (plate((20, 30, 60, 255)), text((255, 255, 255, 255))),
        (plate(), PHOTO, text((255, 255, 255, 255))),
        (plate(), text(), photo("RGBA")),
        (plate(), text(), plate((0, 0, 0, 255), opacity=0.2)),
        (plate(), text(), plate((0, 0, 0, 255), box=(100.0, 1200.0, 400.0, 40.0))),
        (plate(), text(), ShapeItem("ring", (0.0, 900.0, 900.0, 300.0), False, shape="ellipse", fill=(0, 0, 0, 255))),
    ],
    ids=["dark on white", "white on dark", "on a photo", "a clear picture", "a veil", "beside", "a ring"],
)
def test_a_text_that_can_be_read_does_not(items: tuple[AnyItem, ...]) -> None:
    assert problems(*items) == []


def test_a_fragment_has_no_layout() -> None:
    document = Document((TextRun(WARNING, size=0.1),), FACTS, fragment=True)
    assert check(rules(term("保本")), document, TODAY).outcome == "pass"


SIZES = {
    "id": "cn-size",
    "kind": "layout",
    "severity": "review",
    "subject": ["有风险"],
    "against": [r"\d%"],
    "min_ratio": 0.5,
    "max_ratio": 2,
}
BLOCK = {
    "id": "cn-block",
    "kind": "layout",
    "severity": "review",
    "subject": ["比较基准"],
    "against": [r"\d%"],
    "same_block": True,
}


def set_texts(rule: dict[str, Any], *runs: tuple[str, float, float]) -> list[str]:
    """What is found of `runs`, each a text, its size and where it stands from the top."""
    placed = tuple(TextRun(words, (100, y, size * len(words), size), size) for words, size, y in runs)
    found = check(rules(rule), Document(placed, FACTS, canvas=(1080, 1920)), TODAY).findings
    return [finding.text for finding in found]


def test_a_text_is_measured_against_the_largest_of_the_others() -> None:
    assert set_texts(SIZES, ("收益3%", 80, 100), ("投资有风险", 39, 900)) == ["投资有风险"]
    assert set_texts(SIZES, ("收益3%", 80, 100), ("投资有风险", 40, 900)) == []
    assert set_texts(SIZES, ("收益3%", 20, 100), ("投资有风险", 60, 900)) == ["投资有风险"]
    assert set_texts(SIZES, ("新品上市", 80, 100), ("投资有风险", 10, 900)) == []


def test_what_belongs_together_stands_together() -> None:
    assert set_texts(BLOCK, ("三年32%", 60, 100), ("业绩比较基准12%", 30, 1500)) == ["三年32%"]
    assert set_texts(BLOCK, ("三年32%", 60, 100), ("业绩比较基准12%", 30, 200)) == []
