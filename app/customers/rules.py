"""The file of tag, points and task rules: its format, checked in itself, every problem with its path."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.customers.core import FIELDS, EventKind, Need, Rule
from app.kernel.errors import Invalid, Problem

Product = Literal["fund", "wealth", "deposit", "insurance", "credit_card", "brokerage", "loan", "generic"]
Occasion = Literal["poster", "daily", "festival", "knowledge_card", "personal_card", "business_card", "invitation"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Days = Annotated[int, Field(ge=0, le=3650)]
_MAX_FILE_BYTES = 500_000
_PLAIN_FIELD = re.compile(r"[a-z]+")


class Model(BaseModel):
    """A frozen part of the file that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Words(Model):
    """The same words in both languages of the product."""

    zh: Line
    en: Line


class NeedEntry(Model):
    """One line of `when`: what must have happened, how often, on how many days, with how many posters."""

    kinds: tuple[EventKind, ...] = ()
    products: tuple[Product, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    min_level: Annotated[int, Field(ge=0, le=50)] = 0
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    days: Annotated[int, Field(ge=1, le=366)] = 1
    posters: Annotated[int, Field(ge=1, le=1000)] = 1
    within_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class Entry(Model):
    """What all three kinds of rules have."""

    name: Name
    title: Words
    reason: Words
    when: Annotated[tuple[NeedEntry, ...], Field(min_length=1, max_length=10)]
    again_after_days: Days


class TagEntry(Entry):
    """A tag, until `expires_after_days` are over."""

    expires_after_days: Annotated[int, Field(ge=1, le=3650)] | None


class PointsEntry(Entry):
    """Points, of which half is gone after every `half_life_days`."""

    points: Annotated[float, Field(gt=0, le=1000)]
    half_life_days: Annotated[float, Field(ge=0.5, le=3650)]


class TaskEntry(Entry):
    """A task for the advisor, due so many working days after the event."""

    to_do: Words
    due_working_days: Annotated[int, Field(ge=0, le=60)]


class RuleFile(Model):
    """The whole file."""

    tags: tuple[TagEntry, ...]
    points: tuple[PointsEntry, ...]
    tasks: tuple[TaskEntry, ...]


def load_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of the file. *Raises* Invalid ``bad_tag_rules`` with every problem and its path."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _bad([Problem(path.name, "unreadable", "the file cannot be read")]) from error
    if len(data) > _MAX_FILE_BYTES:
        raise _bad([Problem(path.name, "too_large", f"at most {_MAX_FILE_BYTES:,} bytes")])
    return read_rules(data, path.name)


def read_rules(data: bytes, name: str) -> tuple[Rule, ...]:
    """The rules in `data`. *Raises* Invalid ``bad_tag_rules`` with every problem and its path below `name`."""
    try:
        document = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}" if mark else name
        raise _bad([Problem(place, "bad_yaml", "this is not YAML")]) from error
    try:
        file = RuleFile.model_validate(document)
    except ValidationError as error:
        raise _bad([Problem(_path(name, one["loc"]), one["type"], one["msg"]) for one in error.errors()]) from error
    problems = list(_problems(name, file))
    if problems:
        raise _bad(problems)
    return (
        *(_rule(one, "tag", expires_after=one.expires_after_days) for one in file.tags),
        *(_rule(one, "points", points=one.points, half_life=one.half_life_days) for one in file.points),
        *(_rule(one, "task", to_do=one.to_do.model_dump(), working_days=one.due_working_days) for one in file.tasks),
    )


def _rule(entry: Entry, result: str, **more: object) -> Rule:
    return Rule(
        name=entry.name,
        result=result,  # type: ignore[arg-type]
        needs=tuple(_need(one) for one in entry.when),
        title=entry.title.model_dump(),
        reason=entry.reason.model_dump(),
        again_after=entry.again_after_days,
        **more,  # type: ignore[arg-type]
    )


def _need(entry: NeedEntry) -> Need:
    return Need(
        frozenset(entry.kinds),
        frozenset(entry.products),
        frozenset(entry.occasions),
        entry.min_level,
        entry.times,
        entry.days,
        entry.posters,
        entry.within_days,
    )


def _problems(name: str, file: RuleFile) -> Iterator[Problem]:
    seen: set[str] = set()
    for group in ("tags", "points", "tasks"):
        for number, entry in enumerate(getattr(file, group)):
            path = f"{name}: {group}[{number}]"
            if entry.name in seen:
                yield Problem(f"{path}.name", "twice", f"“{entry.name}” is the name of another rule already")
            seen.add(entry.name)
            for language, sentence in entry.reason.model_dump().items():
                yield from _sentence_problems(f"{path}.reason.{language}", sentence)
            for place, need in enumerate(entry.when):
                if need.days > 1 and need.within_days is not None and need.days > need.within_days + 1:
                    message = "so many different days do not fit into this time"
                    yield Problem(f"{path}.when[{place}].days", "never", message)


def _sentence_problems(path: str, sentence: str) -> Iterator[Problem]:
    """A sentence names known facts in braces, and nothing else: no attribute, no format, no stray brace."""
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError:
        yield Problem(path, "bad_sentence", "a brace stands alone")
        return
    for _, field, spec, conversion in parts:
        if field is None:
            continue
        if not _PLAIN_FIELD.fullmatch(field) or field not in FIELDS or spec or conversion:
            known = ", ".join(f"{{{one}}}" for one in FIELDS)
            yield Problem(path, "unknown_fact", f"there is no {{{field}}}; known are {known}")


def _path(name: str, location: tuple[int | str, ...]) -> str:
    written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return f"{name}: {written.lstrip('.')}" if written else name


def _bad(problems: list[Problem]) -> Invalid:
    return Invalid("bad_tag_rules", f"{len(problems)} problems in the tag rules: {problems[0]}", problems)
