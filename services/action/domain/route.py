"""The route that a late action goes up: what each step comes to on a day, and which is the next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the route as it stands on a day.

    `level` counts from 1 as the rules have it; `posts` are those that answer on the day; `next_on` is the day after whose
    end the following step is taken, None for the last.
    """

    level: int
    posts: tuple[str, ...]
    next_on: date | None


@dataclass(frozen=True, slots=True)
class Again:
    """After the end of which day the highest who answers is reminded, or it is tried again where nobody does; None: no more."""

    remind_on: date | None = None
    try_on: date | None = None


def next_told(
    route: Sequence[Stage], above: int, told: Collection[str], owner: str, again: Again | None
) -> Stage | None:
    """Who is told now: the first step above a level at which somebody is concerned who was not told yet, passing over a
    step with nobody; else, where the rules remind, the highest that anybody but the owner answers for."""
    for stage in route:
        new = tuple(post for post in stage.posts if post not in {*told, owner})
        if stage.level > above and new:
            return Stage(stage.level, new, stage.next_on or (again.remind_on if again else None))
    there = [(stage.level, tuple(post for post in stage.posts if post != owner)) for stage in route] if again else []
    level, posts = max((each for each in there if each[1]), default=(0, ()))
    return Stage(max(level, above), posts, again.remind_on) if again and posts else None
