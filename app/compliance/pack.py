"""The format of a rule pack: what its YAML files say, checked in itself, every problem with its file, line and path."""

from collections.abc import Iterable, Mapping, MutableMapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from app.compliance.conditions import Annual, Dated, Interval, Licence, Model, Number
from app.compliance.shallow_yaml import read_yaml
from app.kernel.digest import sha256_hex
from app.kernel.errors import Invalid, Problem

Product = Literal["fund", "wealth", "deposit", "insurance", "credit_card", "brokerage", "loan", "generic"]
Jurisdiction = Literal["CN", "US", "UK", "HK", "SG", "EU"]
Severity = Literal["block", "review", "advise"]
Status = Literal["active", "pending", "unverified", "draft"]
Strings = Annotated[tuple[str, ...], Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Words(Model):
    """The same words in both languages of the product."""

    zh: Annotated[str, Field(min_length=2)]
    en: Annotated[str, Field(min_length=2)]


class Source(Model):
    """Where a rule comes from. `article` is free text; "practice" where the house, not a law, sets the rule."""

    law: Words
    article: str = ""
    url: str | None = None


class Nearby(Model):
    """A context that saves a hit (or, in `needs`, satisfies a claim).

    Exactly one of the keys says where it must stand, relative to the hit and within its sentence: `cover` over the hit,
    `before` within `within` characters before it, `after` within `within` characters after it; `sentence` anywhere in
    the sentence, `text` anywhere at all. With ``within: 0`` the match must touch the hit (it may run into it). A comma
    between Chinese clauses ends what is before and after. The value is a RE2 pattern on the folded text. Where `but`
    matches in the same stretch, before, after or in the sentence, the context does not stand: “why not” denies nothing.
    """

    cover: str | None = None
    before: str | None = None
    after: str | None = None
    sentence: str | None = None
    text: str | None = None
    within: Annotated[int, Field(ge=0, le=200)] = 12
    but: str | None = None

    @cached_property
    def place(self) -> str:
        """Which of the places is given."""
        return next(name for name in PLACES if getattr(self, name) is not None)

    @cached_property
    def pattern(self) -> str:
        """The pattern that must stand there."""
        return str(getattr(self, self.place))

    @cached_property
    def is_anchored(self) -> bool:
        """Whether the pattern asks to stand right at the hit: ``before: …$`` or ``after: ^…``."""
        if self.before is not None:
            return self.before.endswith("$") and not self.before.endswith("\\$")
        return self.after is not None and self.after.startswith("^")

    @model_validator(mode="after")
    def _one_place(self) -> "Nearby":
        if sum(getattr(self, name) is not None for name in PLACES) != 1:
            raise ValueError("give exactly one of " + ", ".join(PLACES))
        if self.but is not None and self.place in ("cover", "text"):
            raise ValueError("“but” goes with before, after and sentence")
        return self


PLACES = ("cover", "before", "after", "sentence", "text")

Context = str | Nearby
"""A plain string is a `cover` pattern; ``@name`` a list of the pack's contexts, ``@pack/name`` another pack's."""


class Placed(Model):
    """A text of an example as it is set: its type size and its box (x, y, width, height), in pixels."""

    text: Annotated[str, Field(min_length=1)]
    size: Annotated[float, Field(gt=0)]
    box: tuple[float, float, float, float]


class Case(Model):
    """An example with the facts that it needs; a plain string has the rule's first product and a fixed day.

    `runs` are texts as they are set, for rules on layout; `licence` is the advisor's own.
    """

    text: str = ""
    runs: tuple[Placed, ...] = ()
    licence: str | None = None
    product: Product | None = None
    channel: str | None = None
    as_of: date | None = None
    whole: bool = Field(default=False, description="a whole poster, not a fragment")

    @model_validator(mode="after")
    def _something(self) -> "Case":
        if bool(self.text) == bool(self.runs):
            raise ValueError("give a text or runs")
        return self


Example = str | Case


class Need(Model):
    """What a claim must have near it: one of the patterns `any`, within so many characters, its sentence, or the text.

    With `max_age_days` the found pattern must hold a date that is not older than that on the as-of day.
    """

    label: Words
    any: Strings
    within: Annotated[int, Field(ge=1, le=400)] | Literal["sentence", "text"] = "text"
    max_age_days: Annotated[int, Field(ge=1)] | None = None


class RuleBase(Model):
    """What every rule says of itself."""

    id: Annotated[str, Field(pattern=r"^[a-z]{2}-[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    severity: Severity
    status: Status = "active"
    effective_from: date | None = None
    effective_to: date | None = None
    products: tuple[Product, ...] = Field(default=(), description="empty: all products")
    channels: tuple[str, ...] = Field(default=(), description="empty: all channels")
    source: Source
    message: Words
    suggestion: Words
    unless: tuple[Context, ...] = ()
    only_if: tuple[Context, ...] = Field(default=(), description="the rule fires only where one of these stands")
    net: bool = Field(
        default=False,
        description="a last net: silent on a clause where a rule that is none asks for a human or blocks",
    )
    must_hit: tuple[Example, ...] = Field(min_length=2)
    must_pass: tuple[Example, ...] = Field(min_length=2)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        """A key that is null counts as absent, so that a rule may take over another's keys (``<<``) and drop some."""
        return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _honest(self) -> "RuleBase":
        if self.status == "unverified" and self.severity == "block":
            raise ValueError("a rule on an unverified source may review or advise, never block")
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to is before effective_from")
        return self


class TermRule(RuleBase):
    """A family of forbidden terms, found through every folding: separators, look-alikes, homophones, pinyin, leet.

    `boundary` (default) refuses a hit that starts or ends inside a word of the sentence; `phonetic` finds the term by
    its sound as well.
    """

    kind: Literal["term"]
    terms: Strings
    boundary: bool = True
    phonetic: bool = True


class RegexRule(RuleBase):
    """RE2 patterns on the folded text (lower case, simplified, half-width). A group named `hit` narrows the finding."""

    kind: Literal["regex"]
    patterns: Strings
    number: Number | None = None
    date: Dated | None = None
    annual: Annual | None = None
    interval: Interval | None = None
    licence: Licence | None = None

    @cached_property
    def has_conditions(self) -> bool:
        """Whether a match alone is not yet a hit."""
        return any((self.number, self.date, self.annual, self.interval, self.licence))


class LayoutRule(RuleBase):
    """How the `subject` must be set beside what it is measured `against`: both are patterns on the text of a run.

    A subject is a finding when its type size is less than `min_ratio`, or more than `max_ratio`, of the largest of the
    others. With `same_block`, a text that holds `against` is a finding when no subject stands in the same block.
    Fragments are not laid out and have no finding.
    """

    kind: Literal["layout"]
    subject: Strings
    against: Strings
    min_ratio: Annotated[float, Field(gt=0, le=4)] | None = None
    max_ratio: Annotated[float, Field(gt=0, le=4)] | None = None
    same_block: bool = False

    @model_validator(mode="after")
    def _measured(self) -> "LayoutRule":
        if self.min_ratio is None and self.max_ratio is None and not self.same_block:
            raise ValueError("give min_ratio, max_ratio or same_block")
        return self


class DisclosureRule(RuleBase):
    """A text that must stand there, for the rule's products and, if `claim` is given, where the claim is made.

    One of `texts` must be found within `similarity` (1 = verbatim after folding) or one of `patterns` must match.
    Without a claim, the finding of a fragment is at most `advise`, and a whole poster gets the rule's own severity.
    """

    kind: Literal["disclosure"]
    claim: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    similarity: Annotated[float, Field(ge=0.6, le=1)] = 0.9

    @model_validator(mode="after")
    def _something(self) -> "DisclosureRule":
        if not self.texts and not self.patterns:
            raise ValueError("give texts or patterns that satisfy the rule")
        return self


class ContextRule(RuleBase):
    """A claim that is fit to print only with its `needs`: each must be met, or the claim is a finding."""

    kind: Literal["context"]
    claim: Strings
    needs: Annotated[tuple[Need, ...], Field(min_length=1)]


Rule = Annotated[TermRule | RegexRule | DisclosureRule | ContextRule | LayoutRule, Field(discriminator="kind")]


class Head(Model):
    """The file pack.yaml: what the pack is, the contexts that its rules share, and its lexicon.

    `words` are parts of patterns, written `{name}` or `{pack/name}`; `families` lists of patterns or terms, written
    `@name` or `@pack/name` in the place of one. `lexicon` lists words that people disguise by sound or pinyin; they are
    restored before the patterns are tried.
    """

    pack: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z0-9]+)+$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Words
    jurisdiction: Jurisdiction
    contexts: dict[Name, tuple[Context, ...]] = Field(default={})
    words: dict[Name, str] = Field(default={})
    families: dict[Name, Strings] = Field(default={})
    lexicon: tuple[str, ...] = ()


class Topic(Model):
    """A topic file: its rules."""

    schema_: str | None = Field(default=None, alias="$schema")
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

    @field_validator("rules", mode="before")
    @classmethod
    def _as_tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


class Pack(Model):
    """A whole pack: its head and the rules of all its topics, in the order of the file names."""

    head: Head
    rules: tuple[Rule, ...]

    @property
    def name(self) -> str:
        """The pack's name, the same as its folder's."""
        return self.head.pack


Parts = MutableMapping[str, "Head | Topic"]
"""Sound files of packs, read, by the SHA-256 of their YAML."""


def read_pack(files: Mapping[str, bytes], parts: Parts | None = None) -> Pack:
    """The pack that the YAML `files` (name → content, among them pack.yaml) make up.

    What is in `parts` is not read again, and what is read is put there.

    *Raises* Invalid ``bad_pack`` with every problem; a path is ``file:line: place``.
    """
    problems: list[Problem] = []
    head: Head | None = None
    rules: list[Rule] = []
    for name in sorted(files):
        model: type[Head] | type[Topic] = Head if name.endswith("pack.yaml") else Topic
        digest = sha256_hex(files[name])
        part = parts.get(digest) if parts is not None else None
        if not isinstance(part, model):
            part = _read_file(name, files[name], model, problems)
        if part is not None and parts is not None:
            parts[digest] = part
        if isinstance(part, Head):
            head = part
        elif isinstance(part, Topic):
            rules += part.rules
    if head is None and not problems:
        problems.append(Problem("pack.yaml", "bad_pack", "the pack has no pack.yaml"))
    problems += _duplicates(rules)
    if problems or head is None:
        raise Invalid("bad_pack", f"{len(problems)} problems in the pack: {problems[0]}", problems)
    return Pack(head=head, rules=tuple(rules))


def _duplicates(rules: Iterable[Rule]) -> list[Problem]:
    seen: set[str] = set()
    doubled = []
    for rule in rules:
        if rule.id in seen:
            doubled.append(Problem(rule.id, "duplicate_rule", "two rules have this id"))
        seen.add(rule.id)
    return doubled


def _read_file(
    name: str, data: bytes, model: type[Head] | type[Topic], problems: list[Problem]
) -> "Head | Topic | None":
    try:
        value = read_yaml(data)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        problems.append(Problem(where, "bad_pack", f"not safe YAML: {getattr(error, 'problem', None) or error}"))
        return None
    except ValueError as error:
        problems.append(Problem(name, "bad_pack", f"not safe YAML: {error}"))
        return None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found, node = error.errors(), yaml.compose(data, Loader=yaml.CSafeLoader)
        for item in found:
            if item["type"] == "too_short" and any(_inside(other["loc"], item["loc"]) for other in found):
                continue  # only because the faulty members were left out
            line, place = _locate(node, item["loc"])
            message = item["msg"].removeprefix("Value error, ")
            problems.append(Problem(f"{name}:{line}: {place}", "bad_pack", message))
        return None


def _inside(inner: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _locate(node: yaml.Node | None, location: tuple[int | str, ...]) -> tuple[int, str]:
    """The line and the dotted place of `location`; parts that are not in the file (union tags) are passed over."""
    line, place = (node.start_mark.line + 1 if node else 1), "$"
    for part in location:
        child: yaml.Node | None = None
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child, place = node.value[part], f"{place}[{part}]"
        elif isinstance(node, yaml.MappingNode):
            child = next((value for key, value in node.value if key.value == part), None)
            place = f"{place}.{part}" if child is not None else place
        if child is not None:
            node, line = child, child.start_mark.line + 1
    return line, _with_missing(place, location[-1]) if location else place


def _with_missing(place: str, last: int | str) -> str:
    return place if isinstance(last, int) or place.endswith(f".{last}") else f"{place}.{last}"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a topic file, with pack.yaml's under ``$defs/Head``."""
    schema = Topic.model_json_schema(by_alias=True)
    head = Head.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    schema.setdefault("$defs", {}).update(head.pop("$defs", {}))
    schema["$defs"]["Head"] = head
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "A topic file of a rule pack"
    return schema
