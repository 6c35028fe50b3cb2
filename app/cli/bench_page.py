"""The bench poster for other painters, as a web page and as a list of runs: the same pictures, words and fonts."""

import html
import json
from collections.abc import Iterator
from pathlib import Path

from app.rendering.display import DisplayList, Run, TextItem
from app.rendering.encode import encode
from app.rendering.fonts import FontBook
from app.rendering.paint_png import paint
from app.rendering.paint_svg import paint_svg


def write_page(display: DisplayList, fonts: FontBook, folder: Path) -> Path:
    """Write ``poster.html``, its fonts and its ground into `folder`; the advisor's name is the element ``name``.

    What is no text is one SVG picture below; each run of text is an element of its own, set by the browser.
    """
    (folder / "ground.svg").write_text(paint_svg(_without_text(display), fonts), encoding="utf-8")
    rules = "".join(
        f"@font-face{{font-family:'{key}';src:url('{key}.font')}}" for key in _faces(display, fonts, folder)
    )
    spans = "".join(_span(item, run, fonts) for item, run in _runs(display))
    page = folder / "poster.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><style>@page{{margin:0}}{rules}*{{margin:0}}"
        "span{position:absolute;white-space:pre;line-height:1}"
        f"img{{position:absolute;width:{display.width_px}px;height:{display.height_px}px}}</style>"
        f"<img src=ground.svg>{spans}",
        encoding="utf-8",
    )
    return page


def write_list(display: DisplayList, fonts: FontBook, folder: Path) -> Path:
    """Write ``poster.json`` for painters without HTML: a ready picture of what is no text, and each run with its style.

    The ground is painted beforehand, the code in it: such a painter gets off lightly.
    """
    ground = folder / "ground.jpg"
    ground.write_bytes(encode(paint(_without_text(display), fonts), "jpeg"))
    faces = [{"name": key, "file": str(folder / f"{key}.font")} for key in _faces(display, fonts, folder)]
    size = {"width": display.width_px, "height": display.height_px}
    runs = [{"id": _id(item), "text": run.text, **_style(run, fonts)} for item, run in _runs(display)]
    page = folder / "poster.json"
    page.write_text(json.dumps({**size, "ground": str(ground), "fonts": faces, "runs": runs}), encoding="utf-8")
    return page


def _without_text(display: DisplayList) -> DisplayList:
    items = tuple(item for item in display.items if not isinstance(item, TextItem))
    return DisplayList(display.width_px, display.height_px, items, display.static_key, display.print)


def _runs(display: DisplayList) -> Iterator[tuple[TextItem, Run]]:
    for item in display.items:
        if isinstance(item, TextItem):
            yield from ((item, run) for line in item.lines for run in line.runs)


def _faces(display: DisplayList, fonts: FontBook, folder: Path) -> list[str]:
    """The keys of the faces that the poster is set in; their files are written into `folder`."""
    keys = sorted({run.font for _, run in _runs(display)})
    for key in keys:
        (folder / f"{key}.font").write_bytes(fonts.face(key).data)
    return keys


def _id(item: TextItem) -> str:
    return "name" if item.role == "profile" and item.layer.endswith("name") else ""


def _top(run: Run, fonts: FontBook) -> float:
    face = fonts.face(run.font)
    return run.baseline - run.size * (0.5 + (face.ascent - face.descent) / 2)


def _colour(run: Run) -> str:
    red, green, blue, opacity = run.colour
    return f"rgba({red}, {green}, {blue}, {opacity / 255:.3f})"


def _style(run: Run, fonts: FontBook) -> dict[str, str | float]:
    return {
        "left": round(run.x, 2),
        "top": round(_top(run, fonts), 2),
        "fontFamily": run.font,
        "fontSize": round(run.size, 2),
        "color": _colour(run),
        "letterSpacing": round(run.tracking, 2),
    }


def _span(item: TextItem, run: Run, fonts: FontBook) -> str:
    style = (
        f"left:{run.x:.2f}px;top:{_top(run, fonts):.2f}px;font:{run.size:.2f}px '{run.font}';"
        f"color:{_colour(run)};letter-spacing:{run.tracking:.2f}px"
    )
    name = f' id="{_id(item)}"' if _id(item) else ""
    return f'<span{name} style="{style}">{html.escape(run.text)}</span>'
