"""Evidence: the record of one poster, as it is attached to its file for the archive. It names all that decided."""

from typing import Any

from app.flow.check_copy import Judgement
from app.flow.findings import written
from app.flow.orders import Order, Studio
from app.kernel.digest import digest_of
from app.rendering.display import DisplayList, PictureItem
from app.rendering.layout import Kit
from app.rendering.reading import reading_order
from app.rendering.version import renderer_version

FORMAT = "imprimatur.evidence/1"


def evidence(studio: Studio, order: Order, display: DisplayList, judgement: Judgement) -> dict[str, Any]:
    """The record as JSON: what is said and shown, from what it was made, how it was judged."""
    template = order.template.template
    size, _ = template.size(order.size)
    return {
        "format": FORMAT,
        "template": {"slug": template.slug, "version": template.version, "digest": order.template.digest},
        "size": size,
        "language": display.language,
        "link": display.qr.link if display.qr else None,
        "texts": [{"layer": item.layer, "role": item.role, "text": item.text} for item in reading_order(display)],
        "pictures": {
            item.layer: item.picture.digest
            for item in display.items
            if isinstance(item, PictureItem) and item.picture is not None
        },
        "brand_digest": brand_digest(studio.kit),
        "fonts_digest": studio.kit.fonts.digest,
        "rules_fingerprint": studio.rules.fingerprint,
        "renderer_version": renderer_version(),
        "judged_as_of": order.as_of.isoformat(),
        "outcome": judgement.verdict.outcome,
        "findings": written(judgement, size, display.language),
    }


def brand_digest(kit: Kit) -> str:
    """Names the colours and pictures that the brand lends."""
    assets = {name: picture.digest for name, picture in kit.assets.items()}
    return digest_of({"palette": dict(kit.palette), "assets": assets})
