"""The six kinds of error that the product knows, and the problem list that explains bad input."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input.

    `path` names the place in the input (``slots.headline``, ``sizes.phone.layers[3].box``); `code` is stable and for
    programs; `message` is for people and says what would be right.
    """

    path: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message} [{self.code}]"


class AppError(Exception):
    """An expected failure with a stable `code`; only entries translate it into HTTP or an exit status."""

    kind: ClassVar[str] = "error"

    def __init__(self, code: str, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel between processes with all that they say."""
        return _again, (type(self), self.__dict__.copy())


def _again(kind: "type[AppError]", state: dict[str, Any]) -> "AppError":
    error = kind.__new__(kind, state["message"])
    error.__dict__.update(state)
    return error


class NotFound(AppError):
    """What was asked for is absent, or outside the caller's scope (the two are not told apart)."""

    kind = "not_found"


class Forbidden(AppError):
    """The caller may see it, but may not do this."""

    kind = "forbidden"


class Invalid(AppError):
    """The input is wrong; `problems` lists everything that is wrong with it, each with its path."""

    kind = "invalid"

    def __init__(self, code: str, message: str, problems: Iterable[Problem] = (), **fields: Any) -> None:
        super().__init__(code, message, **fields)
        self.problems: tuple[Problem, ...] = tuple(problems)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "Invalid":
        """An `Invalid` that carries `problems`, named after the first of them. Needs at least one."""
        listed = tuple(problems)
        return cls(listed[0].code, "; ".join(str(problem) for problem in listed), listed)


class Conflict(AppError):
    """The world has moved on since the caller looked."""

    kind = "conflict"


class Blocked(AppError):
    """A rule forbids it: a blocking finding, a failed proof."""

    kind = "blocked"


class Unavailable(AppError):
    """A resource that is needed does not answer; the same call may succeed later."""

    kind = "unavailable"
