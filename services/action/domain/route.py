"""The route that a late action goes up: what each step comes to on a day, and which is the next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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


def next_stage(route: Iterable[Stage], above: int, told: Collection[str]) -> Stage | None:
    """The first step above a level at which somebody is concerned who was not told yet; a step with nobody is passed over."""
    for stage in route:
        new = tuple(post for post in stage.posts if post not in told)
        if stage.level > above and new:
            return Stage(stage.level, new, stage.next_on)
    return None
