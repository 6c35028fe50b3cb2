"""Where in a JSON file each value stands, so that a problem can be shown at its line."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r"[^\s,\]}]+")
_DEEPEST = 200
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text: both count from 1."""

    line: int
    column: int


def positions(data: bytes) -> Mapping[str, Position]:
    """The place of every value by its path (``sizes.phone.layers[3].fill``), an object's member at its name.

    Empty where `data` is not JSON, or nested too deeply.
    """
    try:
        text = data.decode("utf-8-sig")
        json.loads(text)
        found: dict[str, int] = {}
        _value(text, 0, "", found, 0)
    except (ValueError, RecursionError):
        return {}
    return _placed(text, found)


def _placed(text: str, found: dict[str, int]) -> dict[str, Position]:
    placed, line, start = {}, 1, 0
    for path, at in sorted(found.items(), key=lambda one: one[1]):
        breaks = text.count("\n", start, at)
        line += breaks
        start = at
        placed[path] = Position(line, at - text.rfind("\n", 0, at))
    return placed


def _value(text: str, at: int, path: str, found: dict[str, int], depth: int) -> int:
    """Note what is below the value at `at`; the place after it."""
    if depth > _DEEPEST:
        raise RecursionError
    if text[at] == "{":
        return _object(text, at, path, found, depth)
    if text[at] == "[":
        return _array(text, at, path, found, depth)
    if text[at] == '"':
        return _DECODER.raw_decode(text, at)[1]
    plain = _PLAIN.match(text, at)
    assert plain is not None
    return plain.end()


def _object(text: str, at: int, path: str, found: dict[str, int], depth: int) -> int:
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, after = _DECODER.raw_decode(text, at)
        here = f"{path}.{key}" if path else str(key)
        found[here] = at
        at = _skip(text, _value(text, _skip(text, _skip(text, after) + 1), here, found, depth + 1))
        at = _skip(text, at + 1) if text[at] == "," else at
    return at + 1


def _array(text: str, at: int, path: str, found: dict[str, int], depth: int) -> int:
    at, index = _skip(text, at + 1), 0
    while text[at] != "]":
        here = f"{path}[{index}]"
        found[here] = at
        at = _skip(text, _value(text, at, here, found, depth + 1))
        at, index = (_skip(text, at + 1) if text[at] == "," else at), index + 1
    return at + 1


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    assert space is not None
    return space.end()


def nearest(known: Mapping[str, Position], path: str) -> Position | None:
    """The place of `path`, or of the closest thing around it that is in the file."""
    while path:
        if path in known:
            return known[path]
        path = path[: max(path.rfind("."), path.rfind("["))] if re.search(r"[.\[]", path) else ""
    return None
