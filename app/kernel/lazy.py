"""An attribute that is worked out when somebody first asks for it."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class lazy(Generic[Owner, Value]):  # noqa: N801 - used as a decorator
    """As `functools.cached_property`, without its lock, which takes longer than many of the values."""

    def __init__(self, work_out: Callable[[Owner], Value]) -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, owner: type[Owner], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: Any = None) -> "lazy[Owner, Value]": ...
    @overload
    def __get__(self, instance: Owner, owner: Any = None) -> Value: ...
    def __get__(self, instance: Owner | None, owner: Any = None) -> "Value | lazy[Owner, Value]":
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._work_out(instance)
        return value
