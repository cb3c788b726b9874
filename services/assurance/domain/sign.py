"""An early sign, put on record as a count by whoever noticed it: no word about anyone goes with it to others."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Sealed, event
from services.assurance.domain.refusals import NotHeldYet, NotOften


class Sign(Aggregate):
    """One note of one early sign."""

    TOPIC = "assurance.Sign"

    class Noted(Created):
        TOPIC = "assurance.Sign.Noted"
        sign: str
        title: str
        times: int
        noted_on: date
        note: Sealed
        concerns: UUID | None = None
        """The journey on whose record the note is; None for a note on nobody's. Each sign has a key of its own."""

    @event(Noted)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, sign: str, title: str, times: int,
        noted_on: date, note: str, concerns: UUID | None = None,
    ) -> None:  # fmt: skip
        self.sign, self.times, self.noted_on = sign, times, noted_on

    @classmethod
    def take_down(
        cls, provider: str, site: str, identity: UUID, sign: str, title: str, times: int, noted_on: date, note: str,
        concerns: UUID | None = None,
    ) -> Sign:  # fmt: skip
        """Take a sign down. Raises NotOften for no time at all, NotHeldYet for a day that lies ahead."""
        if times < 1:
            raise NotOften
        if noted_on > local_day(circumstances().now):
            raise NotHeldYet
        return cls(
            provider=provider, site=site, journey=identity, about=identity, sign=sign, title=title, times=times,
            noted_on=noted_on, note=note, concerns=concerns,
        )  # fmt: skip
