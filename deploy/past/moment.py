"""A moment to look back to, by what was known then, by what had happened by then, or by both at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

JUST = timedelta(microseconds=1)


class NoSuchMoment(ValueError):
    """The moment cannot be read. Give a date and time with its zone, such as 2026-03-02T09:00:00Z."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`known`: only what had been recorded by then. `true`: only what had occurred by then. At least one is given."""

    known: datetime | None = None
    true: datetime | None = None

    def __post_init__(self) -> None:
        if self.known is None and self.true is None:
            raise NoSuchMoment(NoSuchMoment.__doc__)

    @classmethod
    def of(cls, known: str = "", true: str = "") -> Moment:
        """From ISO 8601 with a zone. Raises NoSuchMoment."""
        return cls(_read(known), _read(true))

    @classmethod
    def of_stamp(cls, stamp: str) -> Moment:
        """From the way it is written in an address, such as `known-20260302T090000.000001Z`. Raises NoSuchMoment."""
        given = dict.fromkeys(("known", "true"), "")
        for part in stamp.split("~"):
            name, _, when = part.partition("-")
            if name not in given:
                raise NoSuchMoment(NoSuchMoment.__doc__)
            given[name] = when
        return cls.of(**given)

    @property
    def stamp(self) -> str:
        """The moment in an address."""
        given = {"known": self.known, "true": self.true}
        return "~".join(
            f"{name}-{when.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}" for name, when in given.items() if when is not None
        )

    @property
    def now(self) -> datetime:
        """What the clock says to whoever looks: clocks run, and things are late, as of then."""
        return self.true or self.known or datetime.min.replace(tzinfo=UTC)

    def includes(self, state: dict[str, Any]) -> bool:
        """Whether a stored event belongs: recorded, and occurred, by then."""
        recorded = datetime.fromisoformat(state["timestamp"])
        if self.known is not None and recorded > self.known:
            return False
        if self.true is None:
            return True
        said = state.get("by", {}).get("occurred")
        return (datetime.fromisoformat(said) if said else recorded) <= self.true


def _read(text: str) -> datetime | None:
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
        if when.tzinfo:
            when.astimezone(UTC)  # the first and last hours of the calendar exist in some zones alone
            return when
    except (ValueError, OverflowError):
        pass
    raise NoSuchMoment(NoSuchMoment.__doc__)
