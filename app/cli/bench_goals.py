"""Goals of benches: what is aimed at, what was measured, and whether that is enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that should be at least, or at most, `target`; without a value it was not measured in this run."""

    name: str
    value: float | None
    target: float
    unit: str
    at_least: bool

    @property
    def is_met(self) -> bool | None:
        """Whether the value is enough; None when it was not measured."""
        if self.value is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        """Machine-readable."""
        value = None if self.value is None else round(self.value, 3)
        target = ("at least " if self.at_least else "at most ") + f"{self.target:g} {self.unit}"
        return {"goal": self.name, "target": target, "value": value, "met": self.is_met}


def goals_as_text(goals: Sequence[Goal]) -> list[str]:
    """One line for each goal."""
    said = {True: "met", False: "not met", None: "not measured"}
    return [
        f"goal: {goal.name} {'≥' if goal.at_least else '≤'} {goal.target:g} {goal.unit}: "
        + (f"{goal.value:.3g} {goal.unit}, " if goal.value is not None else "")
        + said[goal.is_met]
        for goal in goals
    ]
