"""What a text layer says: its words, cut into pieces that each have a look and a path of their own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.rendering.desk import Desk, Frame
from app.rendering.scene import DisclosureLayer, ProfileLayer, Span, TextLayer
from app.rendering.template import TextSlot
from app.rendering.values import TextValue, words_in

AnyText = TextLayer | ProfileLayer | DisclosureLayer


@dataclass(frozen=True, slots=True)
class Source:
    """One piece of a layer's words and the path under which its problems are reported, `offset` characters into it."""

    text: str
    path: str
    span: Span | None = None
    offset: int = 0


def sources_of(desk: Desk, layer: AnyText, frame: Frame) -> Iterator[Source]:
    """The pieces of a layer in order; a problem is noted where a profile field is missing."""
    if isinstance(layer, ProfileLayer):
        text = getattr(desk.values.profile, layer.field)
        path = f"profile.{layer.field}"
        if text.strip():
            yield Source(words_in(layer.prefix, desk.language), frame.path)
            yield Source(text, path)
            yield Source(words_in(layer.suffix, desk.language), frame.path)
        elif not layer.optional:
            desk.problem(path, "required", "this template shows it, so the profile must have it")
    elif isinstance(layer, DisclosureLayer):
        yield Source(words_in(layer.text, desk.language), frame.path)
    elif layer.slot:
        yield from _slot_sources(desk, layer.slot, None)
    elif layer.text is not None:
        yield Source(words_in(layer.text, desk.language), frame.path)
    else:
        spans = (
            source
            for index, span in enumerate(layer.spans)
            for source in _span_sources(desk, span, f"{frame.path}.spans[{index}]")
        )
        yield from _filled_lines(spans)


def _filled_lines(sources: Iterable[Source]) -> Iterator[Source]:
    """`sources` without the lines of which every slot and field is empty. A span that is a line break begins a line."""
    lines: list[list[Source]] = [[]]
    for source in sources:
        if source.span and source.span.text is not None and source.text == "\n":
            lines.append([])
        lines[-1].append(source)
    filled = [line for line in lines if _says_something(line)]
    for index, row in enumerate(filled):
        yield from row[1:] if index == 0 and row is not lines[0] else row


def _says_something(line: list[Source]) -> bool:
    """Whether one of the line's slots and fields is filled in, or it has only fixed words."""
    open_texts = [source.text for source in line if source.span and source.span.text is None]
    return not open_texts or any(text.strip() for text in open_texts)


def _span_sources(desk: Desk, span: Span, path: str) -> Iterator[Source]:
    if span.slot:
        yield from _slot_sources(desk, span.slot, span)
    elif span.field:
        yield Source(getattr(desk.values.profile, span.field), f"profile.{span.field}", span)
    else:
        yield Source(words_in(span.text or "", desk.language), path, span)


def _slot_sources(desk: Desk, name: str, span: Span | None) -> Iterator[Source]:
    """What a slot says, cut where a marked stretch begins or ends."""
    value, slot = desk.values.slots.get(name), desk.template.slots[name]
    path = f"slots.{name}"
    if not isinstance(value, TextValue):
        assert isinstance(slot, TextSlot)
        yield Source(words_in(slot.example, desk.language), path, span)
        return
    done = 0
    for mark in value.marks:
        style = desk.template.styles[mark.style]
        look = {"family": style.family, "weight": style.weight, "colour": style.colour}
        marked = (span or Span(slot=name)).model_copy(update=look)
        yield Source(value.text[done : mark.start], path, span, done)
        yield Source(value.text[mark.start : mark.end], path, marked, mark.start)
        done = mark.end
    yield Source(value.text[done:], path, span, done)
