"""Bodies in JSON: objects that are not too long and not too deep, or nothing."""

from typing import Any

from flask import request

from app.kernel.errors import Invalid, Problem

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32


def json_object(known: set[str], too_large: str) -> dict[str, Any]:
    """The object that was sent, with none but `known` keys.

    *Raises* Invalid ``too_large`` with that message; ``bad_json`` for what is no JSON, no object, or nested more than
    32 deep; ``unknown_field``.
    """
    if (request.content_length or 0) > MAX_BYTES:
        raise Invalid("too_large", too_large)
    try:
        given = request.get_json(silent=True)
    except RecursionError as error:
        raise _too_deep() from error
    if not isinstance(given, dict):
        raise Invalid.of([Problem("$", "bad_json", "must be an object")])
    if depth_of(given) > MAX_DEPTH:
        raise _too_deep()
    if problems := [Problem(key, "unknown_field", "is not known here") for key in sorted(given.keys() - known)]:
        raise Invalid.of(problems)
    return given


def _too_deep() -> Invalid:
    return Invalid.of([Problem("$", "bad_json", f"nested more than {MAX_DEPTH} deep")])


def depth_of(document: Any) -> int:
    """How deep objects and lists lie in each other."""
    depth, level = 0, [document]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [part for one in level for part in (one.values() if isinstance(one, dict) else one)]
    return depth
