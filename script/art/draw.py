"""Draw the pictures of one built-in template, or of all: `script/art/draw SLUG|all|brand`."""

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))


def main(wanted: str) -> int:
    """Draw `wanted` into poster_templates/<slug>/, or the brand's pictures into brand_assets/."""
    known = sorted(path.stem.replace("_", "-") for path in (HERE / "posters").glob("[a-z]*.py"))
    if wanted != "all" and wanted not in (*known, "brand"):
        print(f"unknown: {wanted}; there are brand, {', '.join(known)}", file=sys.stderr)
        return 2
    if wanted in ("all", "brand"):
        importlib.import_module("art.brand").draw(ROOT / "brand_assets" / "lanshan", ROOT / "var" / "fonts")
        importlib.import_module("art.portrait").draw(ROOT / "brand_assets" / "lanshan")
        importlib.import_module("art.no_photo").draw(ROOT / "brand_assets" / "lanshan")
    for slug in known if wanted == "all" else [wanted] if wanted != "brand" else []:
        importlib.import_module(f"art.posters.{slug.replace('-', '_')}").draw(ROOT / "poster_templates" / slug)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else 2)
