"""Print: a judged poster becomes a PDF in the finish that was ordered, proved from the file itself."""

from app.flow.check_copy import Judgement
from app.flow.evidence import evidence
from app.flow.orders import MEDIA_TYPES, Order, Studio
from app.kernel.digest import canonical_json
from app.rendering.alternatives import alternatives
from app.rendering.display import DisplayList
from app.rendering.paint_pdf import paint_document
from app.rendering.pdf_edition import About, Leaf
from app.rendering.proof import prove
from app.rendering.proof_pages import prove_pages
from app.rendering.values import words_in


def print_poster(studio: Studio, order: Order, display: DisplayList, judgement: Judgement) -> bytes:
    """The file, proved. *Raises* Invalid for a finish that the size does not allow; Blocked when the proof fails."""
    record = None
    if order.finish.standard == "a-3u":
        record = canonical_json(evidence(studio, order, display, judgement))
    about = About(words_in(order.template.template.title, display.language), order.as_of, record)
    printed = paint_document([leaf_of(order, display)], studio.kit.fonts, order.finish, about)
    if len(printed.places) > 1:
        prove_pages(printed.data, printed.places)
    else:
        prove(printed.data, MEDIA_TYPES["pdf"], printed.places[0].link)
    return printed.data


def leaf_of(order: Order, display: DisplayList) -> Leaf:
    """The poster with its pictures put into words."""
    words = alternatives(order.template.template, order.size, order.values, display.language)
    return Leaf(display, words)
