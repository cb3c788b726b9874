"""Whose records may be read just now: everyone's for the rooms' own work, some sites' for whoever asks at the door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

EVERYTHING = "*"
SEPARATOR = "\x1f"
PART = "\x1e"
"""Between what is reached, what is shut, and what an emergency opened, in the one setting that the database is told."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A journey that an emergency opened to a reader whose post does not reach it, at its site, for this one request."""

    journey: UUID
    site: str


@dataclass(frozen=True, slots=True)
class Reach:
    """The sites that are reached (or `EVERYTHING`), the journeys that are shut though they happened there, and the one
    that is open although it did not."""

    sites: tuple[str, ...]
    shut: frozenset[UUID] = frozenset()
    opened: Opened | None = None

    def told(self) -> str:
        """The same as the setting `candour.reach` of the database has it."""
        sites = SEPARATOR.join(self.sites)
        if not self.shut and self.opened is None:
            return sites
        shut = SEPARATOR.join(sorted(map(str, self.shut)))
        return PART.join((sites, shut, str(self.opened.journey) if self.opened else ""))


WHOLE = Reach((EVERYTHING,))
_reach: ContextVar[tuple[Reach, str]] = ContextVar("reach", default=(WHOLE, EVERYTHING))


def reach() -> str:
    """What the database is told with every question to a view: `EVERYTHING`, or site ids and what is shut or opened."""
    return _reach.get()[1]


def reached() -> Reach:
    """The reach of whoever asks."""
    return _reach.get()[0]


def narrow(sites: Iterable[str], shut: Iterable[UUID] = (), opened: Opened | None = None) -> None:
    """From here on, in this request, only these sites' rows can be read, none of a journey that is shut."""
    found = Reach(tuple(sites), frozenset(shut), opened)
    _reach.set((found, found.told()))


@contextmanager
def everything() -> Iterator[None]:
    """Read all sites' rows meanwhile: for deciding, which must know the whole truth, and for figures that name no site."""
    token = _reach.set((WHOLE, EVERYTHING))
    try:
        yield
    finally:
        _reach.reset(token)
