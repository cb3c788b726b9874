"""What people in the demonstration write: invented sentences, filled in by chance that repeats itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any, cast

from libs.policytext import read


@cache
def bank() -> dict[str, Any]:
    """Every sentence there is."""
    return read(Path(__file__).parent / "words.yaml")


def chance_of(key: str) -> Random:
    """Chance that falls the same way whenever it is asked about the same thing."""
    return Random(key)  # noqa: S311 - repeatable chance is the point


def say(chance: Random, *where: str | int) -> str:
    """A sentence from the list found there, its gaps filled."""
    found: Any = bank()
    for each in where:
        found = found[each]
    sentence = cast("str", found if isinstance(found, str) else chance.choice(found))
    filled = sentence.format(**{name: chance.choice(options) for name, options in bank()["fill"].items()})
    return filled[0].upper() + filled[1:]
