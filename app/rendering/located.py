"""Validation errors told in terms of the file: the path as it stands in the JSON, one problem for each mistake."""

from typing import Any

from pydantic import ValidationError

from app.kernel.errors import Problem

_UNIONS_OF_TEXT = ("str", "constrained-str")


def located(error: ValidationError, document: Any, code: str) -> list[Problem]:
    """The problems of `error`, whose input was `document`.

    pydantic also names the branches of unions that it tried. They are not in the file, so they are left out of the
    path; and of the branches of one value only the one that fits the value's kind speaks.
    """
    found: dict[tuple[int | str, ...], tuple[bool, str]] = {}
    for item in error.errors():
        path, branch, value = _walk(item["loc"], document, item["type"])
        fits = branch is None or (branch in _UNIONS_OF_TEXT) == isinstance(value, str)
        message = _message(item["type"], item["msg"], item.get("ctx") or {})
        earlier = found.get(path)
        if earlier is None or (fits and not earlier[0]):
            found[path] = (fits, message)
        elif fits:
            found[path] = (True, f"{earlier[1]}; {message}")
    return [
        Problem(dotted(path), code, message)
        for path, (fits, message) in found.items()
        if not _is_echo(path, fits, message, found)
    ]


def _is_echo(
    path: tuple[int | str, ...], fits: bool, message: str, found: dict[tuple[int | str, ...], tuple[bool, str]]
) -> bool:
    """Whether a problem only repeats that something below its path is wrong."""
    deeper = any(len(other) > len(path) and other[: len(path)] == path for other in found)
    return deeper and (not fits or "after validation" in message)


def _walk(location: tuple[int | str, ...], document: Any, kind: str) -> tuple[tuple[int | str, ...], str | None, Any]:
    """(the path in the document, the branch of a union named on the way, the value where that branch was tried)."""
    path: list[int | str] = []
    node, branch, tried = document, None, None
    tag_seen = False
    for index, part in enumerate(location):
        tag = isinstance(node, dict) and not tag_seen and part == node.get("kind")
        last = index == len(location) - 1
        if tag:
            tag_seen = True
        elif isinstance(node, dict) and part in node:
            path.append(part)
            node, tag_seen = node[part], False
        elif isinstance(node, list) and isinstance(part, int):
            path.append(part)
            node, tag_seen = (node[part] if part < len(node) else None), False
        elif last and kind == "missing":
            path.append(part)
        elif part != "[key]":
            branch, tried = str(part), node
    if kind.startswith("union_tag"):
        path.append("kind")
    return tuple(path), branch, tried


def _message(kind: str, message: str, context: dict[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(context.get("pattern")), message)
    if kind == "extra_forbidden":
        return "there is no such field here"
    if kind == "missing":
        return "this field is required"
    if kind.startswith("union_tag"):
        return f"must be one of {context['expected_tags']}" if "expected_tags" in context else "this field is required"
    return message.removeprefix("Value error, ")


_PATTERNS = {
    r"^(#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?|@[a-z][a-z0-9-]*)$": "a colour is #RRGGBB, #RRGGBBAA or @name of the palette",
    r"^[a-z][a-z0-9_]{0,39}$": "a name has at most 40 small letters, digits and _, and begins with a letter",
    r"^[a-z][a-z0-9-]{1,59}$": "a slug has small letters, digits and -, and begins with a letter",
    r"^\d+\.\d+\.\d+$": "a version is three numbers, such as 1.0.0",
}


def dotted(path: tuple[int | str, ...]) -> str:
    """The path as messages show it; ``$`` for the whole file."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += f".{part}" if shown else part
    return shown or "$"
