"""What the editor is told, as JSON: a template's open slots with their contract, and a preview."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from app.compliance.pack import Words
from app.flow.edit_preview import Mark, Preview
from app.kernel.errors import Invalid
from app.rendering.pictures import Picture
from app.rendering.scene import Localised
from app.rendering.template import LoadedTemplate, PictureSlot, TextSlot
from app.rendering.values import PROFILE_FIELDS, Profile, words_in
from app.web.articles import in_both


def state_json(loaded: LoadedTemplate, profile: Profile, url: Callable[[Picture], str]) -> dict[str, Any]:
    """The template as the editor sees it. `url` says where a picture of the template can be had."""
    template = loaded.template
    return {
        "slug": template.slug,
        "version": template.version,
        "title": _both(template.title),
        "languages": template.languages,
        "sizes": [
            {"name": name, "title": _both(size.title), "width_px": size.width_px, "height_px": size.height_px}
            for name, size in template.sizes.items()
        ],
        "slots": [_slot(name, slot, loaded.pictures, url) for name, slot in template.slots.items()],
        "profile": {field: getattr(profile, field) for field in PROFILE_FIELDS},
    }


def values_json(slots: Mapping[str, Any], size_px: Callable[[str], tuple[int, int]]) -> dict[str, Any]:
    """What a draft says, slot by slot; a picture with its size, unless it is gone."""
    return {name: _value(given, size_px) for name, given in slots.items()}


def _value(given: Any, size_px: Callable[[str], tuple[int, int]]) -> Any:
    if isinstance(given, str):
        return {"text": given}
    if isinstance(given, Mapping) and isinstance(given.get("picture"), str):
        with suppress(Invalid):
            return {**given, "px": size_px(given["picture"])}
    return given


def _both(words: Localised | None) -> dict[str, str] | None:
    return None if words is None else {"zh": words.text("zh"), "en": words.text("en")}


def _slot(
    name: str, slot: TextSlot | PictureSlot, pictures: Mapping[str, Picture], url: Callable[[Picture], str]
) -> dict[str, Any]:
    common = {
        "name": name,
        "kind": slot.kind,
        "label": _both(slot.label),
        "hint": _both(slot.hint),
        "required": slot.required,
        "must_change": slot.must_change,
        "move": slot.move,
    }
    if isinstance(slot, TextSlot):
        return common | {
            "max_chars": slot.max_chars,
            "multiline": slot.multiline,
            "example": {"zh": words_in(slot.example, "zh"), "en": words_in(slot.example, "en")},
            "styles": slot.styles,
            "calendar": slot.calendar is not None,
        }
    example = pictures[slot.example]
    return common | {
        "example": {"url": url(example), "width_px": example.width_px, "height_px": example.height_px},
        "focus": slot.focus,
        "crop": slot.crop,
        "min_px": slot.min_px,
    }


def preview_json(found: Preview) -> dict[str, Any]:
    """A preview, its findings in both languages."""
    return {
        "svg": found.svg,
        "width_px": found.width_px,
        "height_px": found.height_px,
        "areas": found.areas,
        "frames": found.frames,
        "findings": [_mark(mark) for mark in found.marks],
        "problems": [asdict(problem) for problem in found.problems],
    }


def _mark(mark: Mark) -> dict[str, Any]:
    return {
        "slot": mark.slot,
        "start": mark.start,
        "end": mark.end,
        "severity": mark.severity,
        "rule": mark.rule,
        "text": mark.text,
        "message": _words(mark.message),
        "suggestion": _words(mark.suggestion),
        "source": {"law": _words(mark.source.law), "article": in_both(mark.source.article)},
        "boxes": mark.boxes,
        "fixes": [asdict(fix) for fix in mark.fixes],
        "in_picture": mark.in_picture,
    }


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
