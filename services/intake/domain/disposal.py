"""Looking, month by month, at which records have been kept for as long as they must be; a person decides about each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Refused, event, follows
from libs.retention import months_after


@dataclass(frozen=True, slots=True)
class Ended:
    """Records under one key whose every period has ended, by which rules, and since when."""

    key: UUID
    journeys: list[UUID]
    rules: list[str]
    since: date


class Disposal(Aggregate):
    """A provider's review before disposal. It proposes; it disposes of nothing by itself."""

    TOPIC = "intake.Disposal"

    class Begun(Created):
        TOPIC = "intake.Disposal.Begun"
        next_on: date

    class Looked(Event):
        TOPIC = "intake.Disposal.Looked"
        next_on: date

    class Proposed(Event):
        TOPIC = "intake.Disposal.Proposed"
        key: UUID
        journeys: list[UUID]
        rules: list[str]
        since: date

    class KeptLonger(Event):
        TOPIC = "intake.Disposal.KeptLonger"
        key: UUID
        until: date

    class GivenToErase(Event):
        TOPIC = "intake.Disposal.GivenToErase"
        key: UUID
        erasure: UUID

    @staticmethod
    def create_id(provider: str) -> UUID:
        return follows("intake.Disposal", provider)

    @event(Begun)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, next_on: date) -> None:
        self.next_on = next_on
        self.proposed: dict[UUID, list[UUID]] = {}
        self.kept: dict[UUID, date] = {}
        self.given: set[UUID] = set()

    def look(self, ended: Iterable[Ended]) -> None:
        """The month's look: propose what is new, and say when to look again."""
        today = local_day(circumstances().now)
        for each in ended:
            waits = each.key in self.proposed or each.key in self.given
            if not waits and self.kept.get(each.key, today) <= today:
                self.trigger_event(
                    self.Proposed, key=each.key, journeys=each.journeys, rules=each.rules, since=each.since
                )
        self.trigger_event(self.Looked, next_on=next_look(today))

    @event(Looked)
    def _(self, next_on: date) -> None:
        self.next_on = next_on

    @event(Proposed)
    def _(self, key: UUID, journeys: list[UUID]) -> None:
        self.proposed[key] = journeys

    def keep_longer(self, key: UUID, until: date, rationale: str) -> None:
        """Decide that these records stay, until a day, for the reason given; then they are proposed again."""
        self._proposed(key, rationale)
        if until <= local_day(circumstances().now):
            raise KeepUntilLater
        self.trigger_event(self.KeptLonger, key=key, until=until)

    @event(KeptLonger)
    def _(self, key: UUID, until: date) -> None:
        del self.proposed[key]
        self.kept[key] = until

    def give_to_erase(self, key: UUID, erasure: UUID, rationale: str) -> None:
        """Decide that they go: an erasure is asked for, which a second person decides."""
        self._proposed(key, rationale)
        self.trigger_event(self.GivenToErase, key=key, erasure=erasure)

    @event(GivenToErase)
    def _(self, key: UUID) -> None:
        del self.proposed[key]
        self.given.add(key)

    def _proposed(self, key: UUID, rationale: str) -> None:
        if key not in self.proposed:
            raise NotProposed
        if not rationale.strip():
            raise DisposalNeedsReason


def next_look(today: date) -> date:
    """The first day of the month after."""
    return months_after(today.replace(day=1), 1)


class NotProposed(Refused):
    """Nobody is asked about these records now: somebody decided already, or they have been used again since."""


class DisposalNeedsReason(Refused):
    """Give the reason, in a sentence that someone else will understand later and that names nobody."""


class KeepUntilLater(Refused):
    """Choose a day ahead until which the records stay."""
