"""Conditions that a pattern's captures must meet before a rule fires: numbers, rates, intervals, dates, licences."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """A frozen part of a pack that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Model):
    """A condition on the dates in or after the hit: past (before the as-of day), future, or older than some days."""

    state: Literal["past", "future", "older"]
    days: Annotated[int, Field(ge=0)] = 0
    within: Annotated[int, Field(ge=0, le=200)] = 24


class Number(Model):
    """A condition on a number that the pattern captured as the named group `group`: fires outside below/above."""

    group: str = "n"
    below: float | None = None
    above: float | None = None


class Annual(Model):
    """Fires when the rate captured as `group`, times the periods of a year, is not an annual rate that the text states.

    `stated` is a pattern with a group `a`; both are per cents (a captured ‰ or 万分之 is converted). A text that states
    no annual rate fires only with `required`.
    """

    group: str = "n"
    per: Literal["day", "week", "month", "quarter"] = "day"
    stated: Annotated[str, Field(min_length=1)]
    tolerance: Annotated[float, Field(gt=0, le=0.5)] = 0.05
    required: bool = False


class Interval(Model):
    """Fires when the dates captured as `start` and `end` lie closer together, or farther apart, than so many days."""

    below_days: Annotated[int, Field(ge=1)] | None = None
    above_days: Annotated[int, Field(ge=1)] | None = None


class Licence(Model):
    """Fires when what `group` captured is not of the `format`, or is not the advisor's own, where that is known."""

    group: str = "n"
    format: str | None = None
    own: Literal["licence", "name", "organisation"] | None = None
