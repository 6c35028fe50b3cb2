"""The proof of documents: each poster's code in its own place, and no other on any page."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from app.kernel.errors import Blocked
from app.rendering.display import DisplayList, QrItem
from app.rendering.paint_pdf import paint_document
from app.rendering.pdf_edition import About, Finish, Leaf, Printed
from app.rendering.proof_pages import prove_pages
from tests.posters import LINK, brand, document, poster, template, text_layer

SHEET = Finish("x-4", sheet="a4")


def card(link: str, **qr: object) -> DisplayList:
    size = {
        "title": {"zh": "名片"},
        "width_px": 1063,
        "height_px": 638,
        "print": {"width_mm": 90, "height_mm": 54},
        "layers": [
            {"kind": "shape", "name": "stock", "box": [-36, -36, 1135, 710], "fill": "#FFFFFF"},
            text_layer(text="林若溪"),
            {"kind": "qr", "name": "qr", "box": [763, 56, 240, 240]} | qr,
        ],
    }
    return poster(template(**{**document(), "sizes": {"front": size}}), link=link)


@cache
def printed(count: int, finish: Finish) -> Printed:
    return _printed([card(f"{LINK}{number}") for number in range(count)], finish)


def _printed(displays: list[DisplayList], finish: Finish) -> Printed:
    about = About("名片", date(2026, 11, 30))
    return paint_document([Leaf(display) for display in displays], brand().kit.fonts, finish, about)


@pytest.mark.parametrize("finish", [SHEET, Finish(marks=True)], ids=["sheet", "pages"])
def test_a_clean_document_is_proved(finish: Finish) -> None:
    prove_pages(printed(3, finish).data, printed(3, finish).places)


def refusal(made: Printed) -> str:
    with pytest.raises(Blocked) as refused:
        prove_pages(made.data, made.places)
    return refused.value.code


def test_a_code_in_another_posters_place_is_found() -> None:
    made = printed(3, SHEET)
    first, second, third = made.places
    swapped = (replace(first, link=second.link), replace(second, link=first.link), third)
    assert refusal(Printed(made.data, swapped)) == "foreign_qr"


def test_a_code_beside_the_posters_is_found() -> None:
    made = printed(3, SHEET)
    assert refusal(Printed(made.data, made.places[:2])) == "foreign_qr"


def test_a_code_on_a_poster_that_has_none_is_found() -> None:
    made = printed(3, SHEET)
    assert refusal(Printed(made.data, (replace(made.places[0], link=None), *made.places[1:]))) == "foreign_qr"


def test_a_code_that_is_missing_or_faint_is_found() -> None:
    shown = card(LINK)
    hidden = replace(shown, items=tuple(item for item in shown.items if not isinstance(item, QrItem)))
    made = _printed([hidden, card(f"{LINK}1")], SHEET)
    promised = (replace(made.places[0], link=LINK), made.places[1])
    assert refusal(Printed(made.data, promised)) == "qr_unproved"
    assert refusal(_printed([card(LINK, dark="#BDBDBD"), card(f"{LINK}1")], SHEET)) == "qr_unproved"
