"""Posters as files for the press and the archive, each made once for all tests that look at it."""

import io
from datetime import date
from functools import cache

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from app.reads.templates import load_template
from app.rendering.display import DisplayList
from app.rendering.layout import lay_out
from app.rendering.paint_pdf import paint_document
from app.rendering.pdf_edition import About, Finish, Leaf, Printed
from app.rendering.values import Profile, Values
from tests.posters import LINK, brand, poster, template, text_layer
from tests.render.cases import TEMPLATES, Case, display_of

MM = 72 / 25.4
DAY = date(2026, 11, 30)
EVIDENCE = b'{"poster":"business-card"}'
CARD = Case("business-card", "front", "zh")
BROCHURE = Case("deposit", "a4", "zh")
RARE = "㛃嬅䶮𠮷 Zoe\u0308"
X4, A3U = Finish("x-4", marks=True), Finish("a-3u")


@cache
def made(case: Case, finish: Finish) -> Printed:
    about = About("名片 & <一笔山>", DAY, EVIDENCE)
    return paint_document([Leaf(display_of(case), {"logo": "澜山银行"})], brand().kit.fonts, finish, about)


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def rare_poster() -> DisplayList:
    gradient = {
        "kind": "linear",
        "stops": [{"at": 0, "colour": "#C83C23"}, {"at": 1, "colour": "#0F3D5E40"}],
    }
    return poster(
        template(
            {"kind": "shape", "name": "sky", "box": [0, 0, 1080, 1080], "fill": gradient},
            text_layer(text=RARE, box=[100, 100, 800, 60], opacity=0.8),
            text_layer(name="more", text="ffi fi AV To“年化”3.85%", box=[100, 300, 800, 60], set={"size": 26}),
        )
    )


def rare_file(finish: Finish) -> bytes:
    return paint_document([Leaf(rare_poster())], brand().kit.fonts, finish, About("罕", DAY, EVIDENCE)).data


def rendered(data: bytes, scale: float = 2) -> Image.Image:
    document = pdfium.PdfDocument(data)
    image = document[0].render(scale=scale).to_pil().convert("RGB")
    document.close()
    return image


def cards(count: int) -> list[Leaf]:
    loaded, kit = load_template(TEMPLATES / "business-card", brand().kit), brand().kit
    names = "赵钱孙李周吴郑王冯陈"
    return [
        Leaf(
            lay_out(
                loaded.template,
                "front",
                Values({}, Profile(name=f"{names[n % 10]}若溪", title="理财经理")),
                kit,
                loaded.pictures,
                f"{LINK}{n:03d}",
            )
        )
        for n in range(count)
    ]
