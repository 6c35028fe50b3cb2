"""What a poster's pictures show, in words: for people who hear a document instead of seeing it."""

from collections.abc import Mapping

from app.rendering.scene import PictureLayer
from app.rendering.template import Template, flat
from app.rendering.values import Values, words_in

PHOTO = {"zh": "{}的照片", "en": "Photo of {}"}
LOGO = {"zh": "机构标志", "en": "Logo"}


def alternatives(template: Template, size_name: str | None, values: Values, language: str) -> Mapping[str, str]:
    """The words by layer. Grounds, seals and ornaments have none: they are decoration."""
    _, size = template.size(size_name)
    found = {}
    for _, layer in flat(size.layers, ""):
        if isinstance(layer, PictureLayer):
            words = _words(layer, template, values, "en" if language == "en" else "zh")
            if words:
                found[layer.name] = words
    return found


def _words(layer: PictureLayer, template: Template, values: Values, language: str) -> str:
    if layer.photo:
        return PHOTO[language].format(values.profile.name) if values.profile.name else ""
    if layer.slot:
        return words_in(template.slots[layer.slot].label, language)
    return LOGO[language] if layer.asset and layer.asset.startswith("logo") else ""
