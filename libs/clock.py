"""Time, which is always handed in: the system's, or one that is moved by hand to play months in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that can say what time it is, with a time zone."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's time, in UTC. The only place where it is asked."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class TravelledClock:
    """A clock that runs, but may have been moved forward: the demo's months pass without waiting for them.

    It never goes back, since what is recorded stays recorded.
    """

    def __init__(self, ahead: timedelta = timedelta(), base: Clock | None = None) -> None:
        self._base = base or SystemClock()
        self.ahead = ahead

    def now(self) -> datetime:
        return self._base.now() + self.ahead

    def move_to(self, when: datetime) -> None:
        """Be at `when` now, if that lies ahead."""
        self.ahead = max(self.ahead, when - self._base.now())


_own: ContextVar[datetime | None] = ContextVar("own_time", default=None)


class StagedClock:
    """A clock for playing many stories at once: each task may stand at a time of its own, set with `at`.

    Elsewhere it is whatever time it was last moved to.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return _own.get() or self._now

    def move_to(self, when: datetime) -> None:
        """Be at `when` now, if that lies ahead."""
        self._now = max(self._now, when)

    @staticmethod
    @contextmanager
    def at(when: datetime) -> Iterator[None]:
        """Inside, in this task, it is `when`."""
        token = _own.set(when)
        try:
            yield
        finally:
            _own.reset(token)


class HandClock:
    """A clock that stands still until somebody moves it; each reading is a microsecond later, so that order shows."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self.moved: list[Callable[[], None]] = []

    def now(self) -> datetime:
        self._now += timedelta(microseconds=1)
        return self._now

    def move_to(self, when: datetime) -> None:
        """Be at `when` now, if that lies ahead."""
        self._now = max(self._now, when)
        for told in self.moved:
            told()
