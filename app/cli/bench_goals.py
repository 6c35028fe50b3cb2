"""Goals of benches: what is aimed at, what was measured, and whether that is enough."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that should be at most `target`, or at least; without a value it was not measured in this run.

    `whole` is the same figure with what no peer does: check and proof.
    """

    name: str
    value: float | None
    target: float
    unit: str = "×"
    at_least: bool = False
    whole: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the value is enough; None when it was not measured."""
        if self.value is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        """Machine-readable."""
        value, whole = (None if one is None else round(one, 4) for one in (self.value, self.whole))
        bound = {"at_least" if self.at_least else "at_most": round(self.target, 4)}
        return {"goal": self.name, "value": value, "unit": self.unit, **bound, "met": self.is_met, "whole": whole}

    def as_text(self) -> str:
        """A line."""
        said = {True: "met", False: "NOT MET", None: "not measured"}[self.is_met]
        value = "      –" if self.value is None else f"{self.value:7.3f}"
        whole = "" if self.whole is None else f"   (with check and proof {self.whole:.3f})"
        sign = "≥" if self.at_least else "≤"
        return f"goal: {self.name:58} {value}  {sign} {self.target:.3f} {self.unit}  {said}{whole}"


def goals_as_text(goals: Iterable[Goal]) -> list[str]:
    """One line for each goal."""
    return [goal.as_text() for goal in goals]
