"""Small templates and the real brand kit, for tests of the renderer."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.kernel.errors import Invalid, Problem
from app.reads.brand_kit import LoadedBrand, load_brand
from app.rendering.display import AnyItem, DisplayList, TextItem
from app.rendering.layout import lay_out
from app.rendering.pictures import Picture
from app.rendering.template import Template
from app.rendering.template_file import read_template
from app.rendering.values import PictureValue, Profile, TextValue, Values

PROJECT = Path(__file__).resolve().parent.parent
LINK = "https://go.lanshan.example/r/Demo7Kx2"
ADVISOR = Profile(name="林若溪", title="高级理财经理", phone="138 0000 2048", organisation="望江支行")


@cache
def brand() -> LoadedBrand:
    """The brand kit of the demonstration bank, with its real fonts."""
    return load_brand(PROJECT / "brand_assets" / "lanshan", PROJECT / "var" / "fonts")


def text_slot(**fields: Any) -> dict[str, Any]:
    """A text slot with room for 60 characters."""
    return {"kind": "text", "label": {"zh": "字", "en": "Text"}, "max_chars": 60, "example": "示例"} | fields


def text_layer(name: str = "words", **fields: Any) -> dict[str, Any]:
    """A text layer of one 40 px line at the top left, 400 px wide."""
    setting = {"size": 40, "line_height": 1.5} | fields.pop("set", {})
    return {"kind": "text", "name": name, "box": [100, 100, 400, 60], "set": setting} | fields


def document(*layers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A template.json with one size of 1080×1080 px."""
    size = {"title": {"zh": "方"}, "width_px": 1080, "height_px": 1080, "layers": list(layers)}
    return {
        "slug": "test-poster",
        "version": "1.0.0",
        "content_type": "poster",
        "title": {"zh": "试", "en": "Test"},
        "summary": {"zh": "试", "en": "Test"},
        "brand": "lanshan",
        "product": "generic",
        "jurisdiction": "CN",
        "validity": {"starts_on": "2026-01-01"},
        "sizes": {"square": size},
    } | fields


def template(*layers: dict[str, Any], **fields: Any) -> Template:
    """The template that `document` describes."""
    return read_template(json.dumps(document(*layers, **fields)).encode())


def poster(
    made: Template,
    slots: dict[str, str | TextValue | PictureValue] | None = None,
    profile: Profile = ADVISOR,
    pictures: dict[str, Picture] | None = None,
    language: str | None = None,
    link: str = LINK,
) -> DisplayList:
    """The template laid out; slot texts may be given as strings."""
    filled = {name: TextValue(value) if isinstance(value, str) else value for name, value in (slots or {}).items()}
    return lay_out(made, None, Values(filled, profile), brand().kit, pictures or {}, link, language)


def texts(display: DisplayList) -> dict[str, TextItem]:
    """The text items by layer."""
    return {item.layer: item for item in display.items if isinstance(item, TextItem)}


def item_of(display: DisplayList, layer: str) -> AnyItem:
    """The last item of a layer."""
    return [item for item in display.items if item.layer == layer][-1]


def problems(*args: Any, **fields: Any) -> list[Problem]:
    """What is wrong with a poster that cannot be laid out."""
    with pytest.raises(Invalid) as refused:
        poster(*args, **fields)
    return list(refused.value.problems)


SLOT = {"words": text_slot(max_chars=200, multiline=True)}


def one_text(text: str, style: dict[str, object] | None = None, **layer: object) -> TextItem:
    """A text in a slot, laid out."""
    made = template(text_layer(slot="words", set=style or {}, **layer), slots=SLOT)
    return texts(poster(made, {"words": text}))["words"]
