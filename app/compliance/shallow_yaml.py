"""YAML that is not nested deeper than anybody writes it: the reader of PyYAML calls itself, and dies of depth."""

import re
from typing import Any

import yaml

MAX_DEPTH = 64
# Each level takes one of these characters. As many levels as this are read without harm, and counted afterwards.
_LEVEL, _HARMLESS = re.compile(r"[\[{?:-]"), 5000


def read_yaml(data: str | bytes) -> tuple[Any, yaml.Node | None]:
    """The document in `data`, of plain values, lists and mappings; and its nodes, which know where they stand.

    *Raises* yaml.YAMLError for what is not safe YAML; ValueError when it is nested more than 64 deep.
    """
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    if len(_LEVEL.findall(text)) > _HARMLESS:
        _require_shallow(data)
    node = yaml.compose(data, Loader=yaml.CSafeLoader)
    if _depth(node) > MAX_DEPTH:
        raise _too_deep()
    return yaml.load(data, Loader=yaml.CSafeLoader), node


def _require_shallow(data: str | bytes) -> None:
    """Follows the events of the parser, which does not call itself."""
    depth = 0
    for event in yaml.parse(data, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _too_deep()


def _too_deep() -> ValueError:
    return ValueError(f"nested more than {MAX_DEPTH} deep")


def _depth(node: yaml.Node | None) -> int:
    depth, known, level = 0, set[int](), [node]
    while level := [one for one in level if isinstance(one, yaml.CollectionNode) and id(one) not in known]:
        depth += 1
        known.update(map(id, level))
        parts = [part for one in level for part in one.value]
        level = [each for part in parts for each in (part if isinstance(part, tuple) else (part,))]
    return depth
