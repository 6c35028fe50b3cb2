"""Run as a program: paints every case in a process of its own and prints the hash of every file as JSON.

Arguments: ``forwards`` or ``backwards``, the order in which the cases are painted.
"""

import hashlib
import json
import sys
from datetime import date

from app.rendering.display import DisplayList
from app.rendering.encode import encode
from app.rendering.paint_pdf import paint_document, paint_pdf
from app.rendering.paint_png import StaticCache, paint
from app.rendering.paint_svg import paint_svg
from app.rendering.pdf_edition import About, Finish, Leaf
from tests.posters import brand
from tests.render.cases import Case, cases, display_of
from tests.render.effects import everything


def fingerprints(case: Case | str, display: DisplayList, cache: StaticCache) -> dict[str, str]:
    """The hash of each file of a case, and of its pixels and its PDF with cold and then with warm caches."""
    fonts = brand().kit.fonts
    files = {}
    for warmth in ("cold", "warm"):
        image = paint(display, fonts, cache)
        files[f"{case} pixels {warmth}"] = image.tobytes()
        files[f"{case} pdf {warmth}"] = paint_pdf(display, fonts)
    files[f"{case} png once"] = encode(image, "png", display.dpi)
    files[f"{case} jpeg once"] = encode(image, "jpeg", display.dpi)
    files[f"{case} svg once"] = paint_svg(display, fonts).encode()
    if display.print is not None:
        about = About("print", date(2026, 11, 30), b"{}")
        for finish in (Finish("x-4", marks=True), Finish("a-3u")):
            printed = paint_document([Leaf(display)], fonts, finish, about)
            files[f"{case} {finish.standard} once"] = printed.data
    if image.width * image.height <= 1_200_000:
        files[f"{case} webp once"] = encode(image, "webp")
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def main() -> None:
    """Print the fingerprints of all cases."""
    cache = StaticCache()
    found = fingerprints("effects", everything(), cache)
    for case in cases() if sys.argv[1] == "forwards" else reversed(cases()):
        found |= fingerprints(case, display_of(case), cache)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
