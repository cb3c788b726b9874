"""What SQL makes of values, for statements that are read as what becomes of a row in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class NotFoldable(Exception):
    """What is said here is not said of one row by its key."""


def most(*values: Any) -> Any:
    """The greatest that is there, as SQL's `greatest` has it."""
    return max((value for value in values if value is not None), default=None)


def least(*values: Any) -> Any:
    """The least that is there."""
    return min((value for value in values if value is not None), default=None)


def first(*values: Any) -> Any:
    """The first that is there, as SQL's `coalesce` has it."""
    return next((value for value in values if value is not None), None)


def before(one: Any, other: Any, *, same: bool) -> bool:
    """Whether one comes before another; not where either is missing."""
    if one is None or other is None:
        return False
    return bool(one <= other if same else one < other)


def pair_before(one: Any, other: Any, then: Any, that: Any) -> bool:
    """Whether one pair comes before another, by its second value where the first is the same: `(one, then) < (other, that)`."""
    if one is None or other is None:
        return False
    if one != other:
        return bool(one < other)
    return before(then, that, same=False)


def appended(values: list[Any] | None, value: Any) -> list[Any]:
    """An array with one more at its end, as SQL's `array_append` has it."""
    return [*(values or ()), value]


def without(values: list[Any] | None, value: Any) -> list[Any] | None:
    """An array without all that are the same as a value."""
    return None if values is None else [each for each in values if each != value]


def joined(one: Any, other: Any) -> Any:
    """Two arrays or two texts, one behind the other; a text that is missing leaves none. Raises NotFoldable for others."""
    if isinstance(one, list) or isinstance(other, list):
        if not all(each is None or isinstance(each, list) for each in (one, other)):
            raise NotFoldable("an array and what is none")
        return [*(one or ()), *(other or ())]
    if one is None or other is None:
        return None
    if not isinstance(one, str) or not isinstance(other, str):
        raise NotFoldable("joined, and neither arrays nor texts")
    return one + other


def either(one: bool | None, other: bool | None) -> bool | None:
    """Whether one of two holds, as SQL's `or` has it. Raises NotFoldable for what neither holds nor does not."""
    if not all(each is None or isinstance(each, bool) for each in (one, other)):
        raise NotFoldable("or, and no truths")
    if one or other:
        return True
    return None if one is None or other is None else False


CALLS: dict[str, Callable[..., Any]] = {
    "greatest": most,
    "least": least,
    "coalesce": first,
    "array_append": appended,
    "array_remove": without,
}
