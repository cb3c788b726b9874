"""Whose records may be read just now: everyone's for the rooms' own work, some sites' for whoever asks at the door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

EVERYTHING = "*"
SEPARATOR = "\x1f"

_reach: ContextVar[str] = ContextVar("reach", default=EVERYTHING)


def reach() -> str:
    """What the database is told with every question to a view: `EVERYTHING`, or site ids."""
    return _reach.get()


def narrow(sites: Iterable[str]) -> None:
    """From here on, in this request, only these sites' rows can be read. Nothing, where there are none."""
    _reach.set(SEPARATOR.join(sites))


@contextmanager
def everything() -> Iterator[None]:
    """Read all sites' rows meanwhile: for deciding, which must know the whole truth, and for figures that name no site."""
    token = _reach.set(EVERYTHING)
    try:
        yield
    finally:
        _reach.reset(token)
