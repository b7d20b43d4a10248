"""Attributes that are computed when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class cached_property(Generic[T]):
    """What ``functools.cached_property`` is from Python 3.12 on: without a lock.

    Before, all objects of a class shared one. A process that forked while another of its threads computed an attribute
    had a child in which nobody would ever open that lock. Two threads at once may compute the same value twice.

    >>> class Circle:
    ...     radius = 2
    ...     @cached_property
    ...     def area(self) -> int:
    ...         return 3 * self.radius**2
    >>> circle = Circle()
    >>> circle.area, circle.__dict__
    (12, {'area': 12})
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> cached_property[T]: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object, owner: type[Any] | None = None) -> cached_property[T] | T:
        if instance is None:
            return self
        value = instance.__dict__[self.name] = self.function(instance)
        return value
