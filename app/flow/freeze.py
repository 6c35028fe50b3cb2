"""Freeze: everything that decides how a poster is drawn and judged, as one value with one digest."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.flow.deps import Deps
from app.flow.evidence import brand_digest
from app.flow.fill import read_values
from app.flow.make_poster import Format, Order, Studio
from app.posters.core import picture_digests
from app.posters.drafts import Draft, SnapshotContent
from app.rendering.template import LoadedTemplate
from app.rendering.values import Profile
from app.rendering.version import renderer_version

ENVIRONMENT = ("brand_digest", "fonts_digest", "renderer_version")


def frozen(studio: Studio, template: LoadedTemplate, draft: Draft, profile: Mapping[str, Any]) -> SnapshotContent:
    """`draft` with the advisor's profile and all that surrounds them today."""
    values = {"slots": dict(draft.slots), "profile": dict(profile)}
    return SnapshotContent(
        template=template.template.slug,
        template_version=template.template.version,
        template_digest=template.digest,
        values=values,
        pictures=picture_digests(values),
        size=draft.size,
        language=draft.language,
        channel=draft.channel,
        brand_digest=brand_digest(studio.kit),
        fonts_digest=studio.kit.fonts.digest,
        rules_fingerprint=studio.rules.fingerprint,
        renderer_version=renderer_version(),
    )


def under_today(studio: Studio, template: LoadedTemplate, content: SnapshotContent) -> SnapshotContent:
    """The same words, with template, brand, fonts, rules and renderer as they are now."""
    return replace(
        content,
        template_digest=template.digest,
        brand_digest=brand_digest(studio.kit),
        fonts_digest=studio.kit.fonts.digest,
        rules_fingerprint=studio.rules.fingerprint,
        renderer_version=renderer_version(),
    )


def order_of(
    deps: Deps,
    studio: Studio,
    template: LoadedTemplate,
    content: SnapshotContent,
    link: str,
    format_: Format,
    day: date,
) -> Order:
    """What the renderer is asked for, pictures and all. *Raises* Invalid with every problem of the values.

    A profile without a photo shows the stand-in; nothing of the sample advisor reaches anybody's poster.
    """
    nobody = Profile(photo=studio.no_photo)
    values = read_values(template.template, dict(content.values), deps.store.get, nobody)
    return Order(template, values, link, format_, day, content.size, content.language)
