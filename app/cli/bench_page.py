"""The bench poster as a web page, for painters that are browsers: the same pictures, shapes, words and fonts."""

import html
from pathlib import Path

from app.rendering.display import DisplayList, Run, TextItem
from app.rendering.fonts import FontBook
from app.rendering.paint_svg import paint_svg


def write_page(display: DisplayList, fonts: FontBook, folder: Path) -> Path:
    """Write ``poster.html``, its fonts and its ground into `folder`; the advisor's name is the element ``name``.

    What is no text is one SVG picture below; each run of text is an element of its own, set by the browser.
    """
    without_text = tuple(item for item in display.items if not isinstance(item, TextItem))
    ground = DisplayList(display.width_px, display.height_px, without_text, display.static_key, display.print)
    (folder / "ground.svg").write_text(paint_svg(ground, fonts), encoding="utf-8")
    runs = [
        (item, run) for item in display.items if isinstance(item, TextItem) for line in item.lines for run in line.runs
    ]
    faces = {run.font for _, run in runs}
    for key in faces:
        (folder / f"{key}.font").write_bytes(fonts.face(key).data)
    rules = "".join(f"@font-face{{font-family:'{key}';src:url('{key}.font')}}" for key in sorted(faces))
    spans = "".join(_span(item, run, fonts) for item, run in runs)
    page = folder / "poster.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><style>{rules}*{{margin:0}}"
        "span{position:absolute;white-space:pre;line-height:1}"
        f"img{{position:absolute;width:{display.width_px}px;height:{display.height_px}px}}</style>"
        f"<img src=ground.svg>{spans}",
        encoding="utf-8",
    )
    return page


def _span(item: TextItem, run: Run, fonts: FontBook) -> str:
    face = fonts.face(run.font)
    top = run.baseline - run.size * (0.5 + (face.ascent - face.descent) / 2)
    colour = f"rgb({run.colour[0]} {run.colour[1]} {run.colour[2]} / {run.colour[3] / 255:.3f})"
    style = (
        f"left:{run.x:.2f}px;top:{top:.2f}px;font:{run.size:.2f}px '{run.font}';"
        f"color:{colour};letter-spacing:{run.tracking:.2f}px"
    )
    name = ' id="name"' if item.role == "profile" and item.layer.endswith("name") else ""
    return f'<span{name} style="{style}">{html.escape(run.text)}</span>'
