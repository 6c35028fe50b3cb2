"""Paints one template with its examples and the sample advisor, and prints every problem with its path."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.kernel.errors import Invalid  # noqa: E402
from app.reads.brand_kit import load_brand  # noqa: E402
from app.reads.templates import load_template  # noqa: E402
from app.rendering.layout import lay_out  # noqa: E402
from app.rendering.paint_png import encode, paint  # noqa: E402
from app.rendering.paint_svg import paint_svg  # noqa: E402
from app.rendering.values import Values  # noqa: E402

CHROMIUM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def screenshot(svg: str, width_px: int, height_px: int) -> bytes:
    """The SVG as Chromium paints it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width_px, "height": height_px})
        page.set_content(f"<style>*{{margin:0}}svg{{display:block}}</style>{svg}")
        shot = page.screenshot()
        browser.close()
    return bytes(shot)


def main() -> int:
    """Exit status 2 when the template has problems."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slug")
    parser.add_argument("--size")
    parser.add_argument("--lang", choices=("zh", "en"))
    parser.add_argument("-o", "--out", required=True, help="a .png or .svg file")
    parser.add_argument("--chromium", action="store_true", help="paint through the SVG in Chromium")
    given = parser.parse_args()
    try:
        loaded = load_brand(ROOT / "brand_assets" / "lanshan", ROOT / "var" / "fonts")
        one = load_template(ROOT / "poster_templates" / given.slug, loaded.kit)
        display = lay_out(
            one.template,
            given.size,
            Values(profile=loaded.sample_profile),
            loaded.kit,
            one.pictures,
            loaded.brand.sample_link,
            given.lang,
        )
    except Invalid as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 2
    out = Path(given.out)
    if out.suffix == ".svg":
        out.write_text(paint_svg(display, loaded.kit.fonts), encoding="utf-8")
    elif given.chromium:
        out.write_bytes(screenshot(paint_svg(display, loaded.kit.fonts), display.width_px, display.height_px))
    else:
        out.write_bytes(encode(paint(display, loaded.kit.fonts), "png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
