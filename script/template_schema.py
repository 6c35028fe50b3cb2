"""Writes poster_templates/template.schema.json, the JSON Schema that template files name by ``$schema``."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.rendering.template import Template  # noqa: E402


def schema() -> str:
    """The schema as it stands in the file."""
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "template.schema.json",
        **Template.model_json_schema(by_alias=True),
    }
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    (ROOT / "poster_templates" / "template.schema.json").write_text(schema(), encoding="utf-8")
