"""A poster on which every effect is seen at least once."""

import io
import json
from typing import Any

from PIL import Image, ImageDraw

from app.rendering.display import DisplayList
from app.rendering.pictures import Picture, read_picture
from app.rendering.template_file import read_template
from tests.posters import document, poster, text_layer

SIDE = 540
SHADOW = {"colour": "#000000AA", "offset": [6, 10], "blur": 16}
HARD = SHADOW | {"blur": 0}
WHITE_LINE = {"colour": "#FFFFFF", "width": 5}
SLICES = {"top": 22, "right": 22, "bottom": 22, "left": 22}
LETTERS = {"size": 40, "weight": 900, "colour": "#FFFFFF", "outline": {"colour": "#C83C23", "width": 0.08}}


def stops(*colours: str) -> list[dict[str, Any]]:
    """Gradient stops at even distances."""
    return [{"at": index / (len(colours) - 1), "colour": colour} for index, colour in enumerate(colours)]


GROUND = {"kind": "linear", "end": [1, 1], "stops": stops("#FFE0C0", "#406080")}
RAINBOW = {"kind": "conic", "start": 45, "stops": stops("#FF0000", "#00FF00", "#0000FF")}
ASIDE = RAINBOW | {"centre": [0.3, 0.5]}
OUTWARDS = {"kind": "radial", "stops": stops("#000000", "#000000", "#00000000")}
DOWNWARDS = {"kind": "linear", "stops": stops("#000000", "#00000000")}
TRIANGLE = {"kind": "path", "d": "M70 180L120 280L20 280Z"}


def shape(name: str, box: list[int], **fields: Any) -> dict[str, Any]:
    """A shape layer."""
    return {"kind": "shape", "name": name, "box": box} | fields


def picture(name: str, box: list[int], **fields: Any) -> dict[str, Any]:
    """A layer that shows the photo, unless another is named."""
    return {"kind": "picture", "name": name, "box": box, "src": "photo.png"} | fields


GROUP = {
    "kind": "group",
    "name": "group",
    "rotate": -20,
    "offset": [30, 420],
    "opacity": 0.8,
    "layers": [
        shape("g1", [0, 0, 100, 40], fill="@pine"),
        shape("g2", [20, 45, 40, 40], shape="path", d="M20 45L60 45L40 85Z", fill="@vermilion"),
        text_layer("g3", text="组内的字", box=[5, 2, 100, 36], set={"size": 20}),
        picture("g4", [110, 0, 60, 60], mask={"kind": "rounded", "radius": 12}),
    ],
}

LAYERS = [
    shape("ground", [0, 0, SIDE, SIDE], fill=GROUND),
    text_layer("outlined", text="投影描边“澜山”", box=[10, 10, 330, 64], set=LETTERS, shadow=SHADOW),
    text_layer("turned", text="旋转Ag", box=[330, 40, 200, 60], rotate=20, set=LETTERS, plate={"fill": "#FFFFFF66"})
    | {"shadow": HARD},
    shape("cast", [20, 90, 100, 60], fill="@gold", radius=15, shadow=SHADOW, rotate=15),
    shape("multiplied", [150, 90, 80, 60], fill="#40C0FF", blend="multiply"),
    shape("screened", [250, 100, 100, 60], shape="ellipse", fill="#804020", blend="screen"),
    shape("overlaid", [370, 130, 100, 60], fill="#F04080", blend="overlay", opacity=0.7, shadow=SHADOW),
    picture("cut", [20, 180, 100, 100], mask=TRIANGLE, border=WHITE_LINE, shadow=SHADOW),
    picture("faded", [140, 180, 100, 100], mask={"kind": "ellipse", "fade": DOWNWARDS}),
    picture("soft", [260, 180, 100, 100], rotate=30, mask={"kind": "box", "fade": OUTWARDS}),
    picture("mixed", [400, 210, 100, 60], blend="multiply"),
    shape("cone", [20, 300, 100, 100], shape="ellipse", fill=RAINBOW, stroke=WHITE_LINE),
    shape("cone_turned", [140, 300, 100, 70], radius=10, rotate=20, fill=ASIDE),
    picture("frame", [260, 300, 160, 70], src="frame.png", slices=SLICES, shadow=SHADOW),
    picture("frame_turned", [440, 300, 60, 160], src="frame.png", slices=SLICES, rotate=10),
    GROUP,
]


def as_picture(image: Image.Image) -> Picture:
    """The image as a picture."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return read_picture(file.getvalue())


def photo() -> Picture:
    """Colours that change in every direction."""
    bands = [Image.linear_gradient("L").rotate(90), Image.linear_gradient("L"), Image.radial_gradient("L")]
    return as_picture(Image.merge("RGB", bands).resize((200, 200)))


def frame() -> Picture:
    """A round-cornered frame to be stretched."""
    image = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    ImageDraw.Draw(image).rounded_rectangle((0, 0, 59, 59), 20, (240, 220, 150, 255), (150, 80, 20, 255), 6)
    return as_picture(image)


def everything() -> DisplayList:
    """The poster laid out."""
    made = document(*LAYERS)
    made["sizes"]["square"] |= {"width_px": SIDE, "height_px": SIDE}
    return poster(read_template(json.dumps(made).encode()), pictures={"photo.png": photo(), "frame.png": frame()})
