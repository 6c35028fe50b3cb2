"""What holds for every scene: it is painted or refused for a reason that is known, in its boxes, and always alike."""

import io
import json
from typing import Any

import numpy as np
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.kernel.errors import Invalid
from app.rendering.banded_png import encode_png
from app.rendering.display import DisplayList, TextItem
from app.rendering.encode import encode
from app.rendering.paint_pdf import paint_pdf
from app.rendering.paint_png import Painting, StaticCache, paint
from app.rendering.paint_svg import paint_svg
from app.rendering.template_file import read_template
from app.rendering.values import PictureValue, TextValue
from tests.posters import brand, document, poster, text_layer, text_slot
from tests.render.effects import frame, photo

SIDE = 240
DOCUMENTED = {"overflow", "missing_glyph", "forbidden_character", "required", "too_long"}
LETTERS = "理财稳健，。“”《》！—…·Aag fj38%.5\n🎉👍🏽é"

places = st.tuples(*(st.integers(-20, 160), st.integers(-20, 160), st.integers(8, 150), st.integers(8, 150))).map(list)
colours = st.sampled_from(["#C83C23", "#0F3D5E80", "@gold", "#FFFFFF", "#000000"])
stops = st.lists(
    st.fixed_dictionaries({"at": st.sampled_from([0, 0.3, 0.3, 1]), "colour": colours}), min_size=2, max_size=3
)
smooth = st.fixed_dictionaries({"kind": st.sampled_from(["linear", "radial"]), "stops": stops})
fills = st.one_of(colours, smooth, st.fixed_dictionaries({"kind": st.just("conic"), "stops": stops}))
lines = st.fixed_dictionaries({"colour": colours, "width": st.sampled_from([0.5, 3])})
shadows = st.fixed_dictionaries(
    {"colour": colours, "offset": st.sampled_from([[0, 4], [-9.4, 3]]), "blur": st.sampled_from([0, 5, 30])}
)
effects = {
    "shadow": st.one_of(st.none(), st.none(), shadows),
    "blend": st.sampled_from(["normal", "normal", "multiply", "screen", "overlay"]),
    "opacity": st.sampled_from([1, 1, 0.4, 0]),
    "rotate": st.sampled_from([0, 0, 15, 90, -200]),
}
masks = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["ellipse", "rounded", "box"]), "radius": st.just(9), "fade": smooth}
    ),
    st.just({"kind": "path", "d": "M40 40L140 60L60 150Z"}),
)
slices = st.sampled_from([None, {"top": 22, "right": 22, "bottom": 22, "left": 22}])
shapes = st.fixed_dictionaries(
    {
        "kind": st.just("shape"),
        "box": places,
        "shape": st.sampled_from(["rect", "ellipse"]),
        "radius": st.sampled_from([0, 12]),
        "fill": st.one_of(st.none(), fills),
        "stroke": st.one_of(st.none(), lines),
        **effects,
    }
)
pictures = st.fixed_dictionaries({"kind": st.just("picture"), "box": places, "mask": masks, **effects}).flatmap(
    lambda layer: st.one_of(
        st.just(layer | {"slot": "view"}), slices.map(lambda cut: layer | {"src": "frame.png", "slices": cut})
    )
)
styles = st.fixed_dictionaries(
    {
        "size": st.sampled_from([12, 26]),
        "min_size": st.just(7),
        "align": st.sampled_from(["left", "centre", "right", "justify"]),
        "valign": st.sampled_from(["top", "middle", "bottom"]),
        "direction": st.sampled_from(["horizontal", "horizontal", "vertical"]),
        "hanging": st.sampled_from([None, "trim", "margin"]),
        "autospace": st.booleans(),
        "phrases": st.booleans(),
        "min_tracking": st.sampled_from([None, -0.05]),
        "outline": st.sampled_from([None, {"colour": "#C83C23", "width": 0.06}]),
        "colour": colours,
    }
)
writings = st.fixed_dictionaries({"set": styles, "box": places, **effects}).map(
    lambda layer: text_layer("x", slot="words", **layer)
)


def strip(layer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in layer.items() if value is not None}


@st.composite
def scenes(draw: st.DrawFn) -> dict[str, Any]:
    """A template of one size: shapes, pictures and texts in any order, some in a group, some following the first."""
    layers = draw(st.lists(st.one_of(shapes, pictures, writings), min_size=1, max_size=5))
    named = [strip(layer) | {"name": f"layer{number}"} for number, layer in enumerate(layers)]
    if draw(st.booleans()) and named[0]["kind"] == "text" and named[0]["set"]["direction"] == "horizontal":
        named[0]["heights"] = {"max": 150}
        for layer in named[1:]:
            layer["follow"] = {"layer": "layer0", "push": draw(st.booleans())}
    elif draw(st.booleans()):
        named = [named[0], {"kind": "group", "name": "group", "rotate": 33, "offset": [5, 9], "layers": named[1:]}]
    view = {"kind": "picture", "label": {"zh": "图"}, "example": "photo.png", "required": False, "min_px": [1, 1]}
    words = text_slot(max_chars=60, multiline=True, emoji=True, required=False)
    made = document(*named, slots={"words": words, "view": view})
    made["sizes"]["square"] |= {"width_px": SIDE, "height_px": SIDE}
    return made


def laid(made: dict[str, Any], words: str) -> DisplayList | None:
    files = {"photo.png": photo(), "frame.png": frame()}
    try:
        values = {"words": TextValue(words), "view": PictureValue(photo())}
        return poster(read_template(json.dumps(made).encode()), values, pictures=files)
    except Invalid as refused:
        if not {problem.code for problem in refused.problems} <= DOCUMENTED:
            raise
        return None


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(made=scenes(), words=st.text(LETTERS, min_size=1, max_size=30).filter(str.strip))
def test_every_scene_is_painted_alike_or_refused_for_a_known_reason(made: dict[str, Any], words: str) -> None:
    display = laid(made, words)
    if display is None:
        event("refused")
        return
    event("painted")
    again = laid(made, words)
    assert again == display
    fonts, cache = brand().kit.fonts, StaticCache()
    image = paint(display, fonts, cache)
    banded = encode_png(Painting(display, fonts, cache), cache)
    assert encode_png(Painting(display, fonts, cache), cache) == banded
    assert encode_png(Painting(display, fonts), None) == banded
    plain = encode(image, "png")
    shown = [np.asarray(Image.open(io.BytesIO(data), formats=("PNG",))) for data in (banded, plain)]
    assert np.array_equal(*shown)
    assert paint_pdf(display, fonts) == paint_pdf(again, fonts)
    assert paint_svg(display, fonts) == paint_svg(again, fonts)
    for item in display.items:
        if isinstance(item, TextItem):
            assert is_inside(item), (item.ink, item.box)


def is_inside(item: TextItem) -> bool:
    """Whether the ink of a text lies in its box, along its lines; across, a line may be as high as it is."""
    axis = 1 if item.vertical else 0
    begin, end = item.ink[axis], item.ink[axis] + item.ink[axis + 2]
    slack = 0.1 * item.size + 1
    return item.box[axis] - slack <= begin and end <= item.box[axis] + item.box[axis + 2] + slack
