"""YAML that is not nested deeper than anybody writes it: the reader of PyYAML calls itself, and dies of depth."""

from typing import Any

import yaml

MAX_DEPTH = 64


def read_yaml(data: str | bytes) -> Any:
    """The document in `data`, of plain values, lists and mappings; its nodes may then be composed without harm.

    *Raises* yaml.YAMLError for what is not safe YAML, and for what is nested more than 64 deep; ValueError.
    """
    _require_shallow(data)
    return yaml.load(data, Loader=yaml.CSafeLoader)


def _require_shallow(data: str | bytes) -> None:
    """Follows the events of the parser, which does not call itself."""
    depth = 0
    for event in yaml.parse(data, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, f"nested more than {MAX_DEPTH} deep", event.start_mark)  # type: ignore[arg-type]  # libyaml has marks of its own
