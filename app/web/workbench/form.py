"""A rule as a form: its parts as fields, lists as one line each, and whatever is rarer as YAML below them."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from app.compliance.overlay import dump
from app.compliance.pack import Rule
from app.compliance.shallow_yaml import read_yaml
from app.kernel.errors import Invalid, Problem

LISTS = ("terms", "patterns", "claim", "texts", "must_hit", "must_pass")
LISTS_OF: Mapping[str, tuple[str, ...]] = {
    "term": ("terms",),
    "regex": ("patterns",),
    "disclosure": ("claim", "texts", "patterns"),
    "context": ("claim",),
}
PLAIN = ("id", "kind", "severity", "status", "effective_from", "effective_to")
PAIRS = ("message", "suggestion")
_FIELD_OF = {"source.law.zh": "law_zh", "source.law.en": "law_en", "source.article": "article", "source.url": "url"}


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as somebody filled it in, or as a rule fills it."""

    fields: Mapping[str, str]
    products: tuple[str, ...] = ()
    errors: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)


def filled_by(rule: Rule) -> Filled:
    """The form that says what `rule` says."""
    said = rule.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    fields = {name: str(said.pop(name, "")) for name in PLAIN}
    fields["status"] = rule.status
    fields["kind"] = rule.kind
    source = said.pop("source")
    fields |= {"law_zh": source["law"]["zh"], "law_en": source["law"]["en"]}
    fields |= {"article": source.get("article", ""), "url": source.get("url", "")}
    for name in PAIRS:
        pair = said.pop(name)
        fields |= {f"{name}_zh": pair["zh"], f"{name}_en": pair["en"]}
    for name in LISTS:
        fields[name] = "\n".join(_line(one) for one in said.pop(name, ()))
    products = tuple(said.pop("products", ()))
    fields["more"] = dump(said) if said else ""
    return Filled(fields, products)


def text_of(fields: Mapping[str, str], products: Iterable[str]) -> str:
    """The YAML that the form says. *Raises* Invalid for what cannot be read, each problem at its field."""
    problems: list[Problem] = []
    said: dict[str, Any] = {name: fields[name].strip() for name in PLAIN if fields[name].strip()}
    said |= {"products": list(products)} if products else {}
    said["source"] = {"law": {lang: _one_line(fields[f"law_{lang}"]) for lang in ("zh", "en")}}
    said["source"] |= {name: fields[name].strip() for name in ("article", "url") if fields[name].strip()}
    for name in PAIRS:
        said[name] = {lang: _one_line(fields[f"{name}_{lang}"]) for lang in ("zh", "en")}
    wanted = (*LISTS_OF.get(fields["kind"], ()), "must_hit", "must_pass")
    for name in wanted:
        lines = _lines(fields[name], name, problems)
        said |= {name: lines} if lines else {}
    said |= _more(fields["more"], said, problems)
    if problems:
        raise Invalid("bad_rule", f"{len(problems)} problems in the form", problems)
    return dump(said)


def by_field(problems: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    """The problems by the field that they are about; what belongs to none of them stands under the empty name."""
    found: dict[str, list[Problem]] = {}
    for one in problems:
        found.setdefault(_field(one.path), []).append(one)
    return {name: tuple(listed) for name, listed in found.items()}


def line_in_field(problem: Problem) -> int | None:
    """The line of a list's field that a problem is about."""
    match = re.search(rf"(?:{'|'.join(LISTS)})\[(\d+)\]", problem.path)
    return int(match[1]) + 1 if match else None


def line_in_text(problem: Problem) -> int | None:
    """The line of the YAML that a problem names."""
    match = re.match(r"(\d+): ", problem.path)
    return int(match[1]) if match else None


def place_of(problem: Problem) -> str:
    """The path of a problem within the rule."""
    return re.sub(r"^\d+: ", "", problem.path)


def _field(path: str) -> str:
    place = re.sub(r"^\d+: ", "", path)
    if place in _FIELD_OF:
        return _FIELD_OF[place]
    pair = re.match(r"(message|suggestion)\.(zh|en)$", place)
    if pair:
        return f"{pair[1]}_{pair[2]}"
    key = re.match(r"[a-z_]+", place)
    name = key.group() if key else ""
    if name in (*PLAIN, *LISTS, "products", "note"):
        return name
    return "more" if name and name not in ("source", *PAIRS) else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _line(value: Any) -> str:
    """A member of a list on one line; what is no plain text, or would look like something else, as JSON."""
    if isinstance(value, str) and "\n" not in value and value == value.strip() and not value.startswith(("{", '"')):
        return value
    return json.dumps(value, ensure_ascii=False)


def _lines(text: str, name: str, problems: list[Problem]) -> list[Any]:
    found: list[Any] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if not line.startswith(("{", '"')):
            found.append(line)
            continue
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            problems.append(Problem(f"{name}[{len(found)}]", "bad_rule", f"not JSON: {error}"))
            found.append(line)
    return found


def _more(text: str, said: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        more = read_yaml(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problems.append(Problem(f"{line}: more", "bad_rule", f"not safe YAML: {getattr(error, 'problem', error)}"))
        return {}
    if not isinstance(more, dict):
        problems.append(Problem("1: more", "bad_rule", "keys with values are wanted, like “boundary: false”"))
        return {}
    for name in more.keys() & {*said, "source", "products", *PLAIN, *LISTS, *PAIRS}:
        problems.append(Problem("1: more", "bad_rule", f"“{name}” has a field of its own"))
    return more
