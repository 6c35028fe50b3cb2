"""SVG: well-formed, self-contained, and made of outlines at the places of the display list."""

import base64
import io
from xml.etree import ElementTree

from PIL import Image

from app.rendering.display import DisplayList
from app.rendering.paint_svg import paint_svg
from app.rendering.pictures import read_picture
from app.rendering.values import Profile
from tests.posters import brand, item_of, poster, template, text_layer, text_slot, texts

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "\"'><script>&amp;</svg>{{7*7}}"


def painted(display: DisplayList) -> ElementTree.Element:
    return ElementTree.fromstring(paint_svg(display, brand().kit.fonts))  # noqa: S314 - of our own making


def layer(root: ElementTree.Element, name: str) -> ElementTree.Element:
    return next(group for group in root.iter(f"{SVG}g") if group.get("data-layer") == name)


def test_hostile_text_stays_text() -> None:
    made = template(text_layer(slot="words", box=[0, 0, 900, 90]), slots={"words": text_slot()})
    root = painted(poster(made, {"words": HOSTILE}))
    group = layer(root, "words")
    assert group.get("aria-label") == HOSTILE
    assert group.get("data-slot") == "words"
    assert {element.tag for element in root.iter()} == {f"{SVG}{tag}" for tag in ("svg", "defs", "g", "path", "use")}


def test_each_glyph_is_defined_once_and_used_where_it_stands() -> None:
    display = poster(template(text_layer(text="山山水")))
    root = painted(display)
    defined = [path.get("id") for path in root.iter(f"{SVG}path")]
    assert len(defined) == len(set(defined)) == 2
    uses = list(root.iter(f"{SVG}use"))
    assert {str(use.get("href"))[1:] for use in uses} == set(defined)
    (run,) = texts(display)["words"].lines[0].runs
    places = [str(use.get("transform")).split("(")[1].split(")")[0].split() for use in uses]
    assert [(float(x), float(y)) for x, y in places] == [(glyph.x, glyph.y) for glyph in run.glyphs]


def test_shapes_gradients_and_turns_are_written() -> None:
    gradient = {"kind": "linear", "stops": [{"at": 0, "colour": "#FF000080"}, {"at": 1, "colour": "@ink"}]}
    root = painted(
        poster(
            template(
                {"kind": "shape", "name": "a", "box": [10, 10, 100, 50], "radius": 8, "fill": gradient, "rotate": 45},
                {"kind": "shape", "name": "b", "box": [10, 10, 100, 50], "shape": "ellipse", "fill": gradient},
                {
                    "kind": "shape",
                    "name": "c",
                    "box": [0, 0, 9, 9],
                    "shape": "path",
                    "d": "M1 2L3 4",
                    "opacity": 0.5,
                    "stroke": {"colour": "@gold", "width": 2, "dash": [4, 2]},
                },
            )
        )
    )
    turned, ellipse, path = (layer(root, name) for name in "abc")
    assert turned.get("transform") == "rotate(45 60 35)"
    fill = str(turned[0].get("fill"))
    assert ellipse[0].get("fill") == fill
    (defined,) = root.iter(f"{SVG}linearGradient")
    assert fill == f"url(#{defined.get('id')})"
    assert [stop.get("stop-opacity") for stop in defined] == ["0.5019608", None]
    assert path.get("opacity") == "0.5"
    assert (path[0].get("d"), path[0].get("fill"), path[0].get("stroke-dasharray")) == ("M1 2L3 4", "none", "4 2")


def test_pictures_are_inside_cropped_to_what_is_seen_and_without_metadata() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    Image.new("RGB", (900, 300), (200, 30, 40)).save(file, "JPEG", exif=exif)
    assert b"secret" in file.getvalue()
    photo = {"kind": "picture", "name": "photo", "box": [10, 10, 90, 90], "photo": True, "mask": {"kind": "ellipse"}}
    root = painted(poster(template(photo), profile=Profile(photo=read_picture(file.getvalue()))))
    (image,) = root.iter(f"{SVG}image")
    kind, data = str(image.get("href")).split(";base64,")
    assert kind == "data:image/jpeg"
    raw = base64.b64decode(data)
    assert b"secret" not in raw
    with Image.open(io.BytesIO(raw)) as seen:
        assert seen.size == (90, 90)
    (clip,) = root.iter(f"{SVG}clipPath")
    assert image.get("clip-path") == f"url(#{clip.get('id')})"


def test_the_code_is_drawn_module_by_module() -> None:
    display = poster(template({"kind": "qr", "name": "qr", "box": [800, 800, 240, 240]}))
    code = display.qr
    assert code is not None
    path = layer(painted(display), "qr")[1]
    assert path.get("shape-rendering") == "crispEdges"
    left, top, side, _ = code.modules
    module = side / len(code.matrix)
    dark = 0
    for stroke in str(path.get("d")).split("M")[1:]:
        place, width = stroke.split("h")[:2]
        x, y = (float(part) for part in place.split())
        row, column = round((y - top) / module), round((x - left) / module)
        count = round(float(width.split("v")[0]) / module)
        assert all(code.matrix[row][column : column + count])
        dark += count
    assert dark == sum(map(sum, code.matrix))
    assert item_of(display, "qr").box == (800, 800, 240, 240)
