"""Draw the pictures of a template, of the brand or of the pages, or all: `script/art/draw SLUG|all|brand|pages`."""

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))


def main(wanted: str) -> int:
    """Draw `wanted` into poster_templates/<slug>/, brand_assets/ or app/web/static/art/."""
    known = sorted(path.stem.replace("_", "-") for path in (HERE / "posters").glob("[a-z]*.py"))
    if wanted != "all" and wanted not in (*known, "brand", "pages"):
        print(f"unknown: {wanted}; there are brand, pages, {', '.join(known)}", file=sys.stderr)
        return 2
    if wanted in ("all", "brand"):
        importlib.import_module("art.brand").draw(ROOT / "brand_assets" / "lanshan", ROOT / "var" / "fonts")
        importlib.import_module("art.portrait").draw(ROOT / "brand_assets" / "lanshan")
        importlib.import_module("art.no_photo").draw(ROOT / "brand_assets" / "lanshan")
    if wanted in ("all", "pages"):
        importlib.import_module("art.pages").draw(
            ROOT / "app" / "web" / "static" / "art", ROOT / "brand_assets" / "lanshan"
        )
    for slug in known if wanted == "all" else [wanted] if wanted in known else []:
        importlib.import_module(f"art.posters.{slug.replace('-', '_')}").draw(ROOT / "poster_templates" / slug)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else 2)
