"""One trigger at one site: the facts it has found, when it fired on them, and whether what had to follow did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from libs.calendar import WorkingDays, end_of_day, local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Seal, event, follows
from libs.vigilance import Trigger
from services.assurance.domain.refusals import FollowedAlready, NotFired, ReasonMissing


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened: what, when, on which journey if on one; `times` where it is a count, `source` the event."""

    words: str
    on: date
    source: str
    journey: UUID | None = None
    times: int = 1


@dataclass(slots=True)
class Firing:
    """A time that the trigger fired: what must follow, and when at the latest."""

    title: str
    owed_by: str
    due: date
    followed: bool = False
    missed: bool = False


class Watch(Aggregate):
    """While what must follow is still owed, further facts are kept but fire nothing; a fact fires only once."""

    TOPIC = "assurance.Watch"

    class Opened(Created):
        TOPIC = "assurance.Watch.Opened"
        trigger_id: str

    class FactNoted(Event):
        TOPIC = "assurance.Watch.FactNoted"
        fact: Fact

    class Fired(Event):
        TOPIC = "assurance.Watch.Fired"
        firing_id: UUID
        trigger_id: str
        definition: dict[str, Any]
        version: str
        facts: list[Fact]
        due: date

    class Followed(Event):
        TOPIC = "assurance.Watch.Followed"
        firing_id: UUID
        trigger_id: str
        how: Annotated[str, Seal("firing_id")]
        late: bool

    class NotFollowed(Event):
        TOPIC = "assurance.Watch.NotFollowed"
        firing_id: UUID
        trigger_id: str
        title: str
        owed_by: str
        due: date

    @staticmethod
    def create_id(trigger_id: str, site: str) -> UUID:
        return follows("assurance.Watch", f"{trigger_id}/{site}")

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, trigger_id: str) -> None:
        self.trigger_id = trigger_id
        self.facts: list[Fact] = []
        self.known: set[str] = set()
        self.firings: dict[UUID, Firing] = {}

    @classmethod
    def open(cls, provider: str, site: str, trigger_id: str) -> Watch:
        """A watch at a site that has found nothing yet."""
        identity = cls.create_id(trigger_id, site)
        return cls(provider=provider, site=site, journey=identity, about=identity, trigger_id=trigger_id)

    def note(self, fact: Fact, trigger: Trigger, version: str, days: WorkingDays) -> None:
        """A fact that the trigger seeks. The same fact again is no news."""
        if fact.source in self.known:
            return
        together = [] if self.owed else _together([*self.facts, fact], fact, trigger)
        if not together:
            self.trigger_event(self.FactNoted, fact=fact)
            return
        today = local_day(circumstances().now)
        self.trigger_event(
            self.Fired,
            firing_id=follows("assurance.Firing", f"{self.id}/{fact.source}"),
            trigger_id=self.trigger_id,
            definition=trigger.model_dump(mode="json", exclude_defaults=True),
            version=version,
            facts=together,
            due=days.add(today, trigger.working_days),
        )

    @event(FactNoted)
    def _(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.known.add(fact.source)

    @event(Fired)
    def _(self, firing_id: UUID, definition: dict[str, Any], facts: list[Fact], due: date) -> None:
        spent = {each.source for each in facts}
        self.known |= spent
        self.facts = [each for each in self.facts if each.source not in spent]
        self.firings[firing_id] = Firing(definition["title"], definition["owed_by"], due)

    def follow(self, firing_id: UUID, how: str) -> None:
        """What had to follow did: here is how. Late is recorded too."""
        firing = self.firings.get(firing_id)
        if firing is None:
            raise NotFired
        if firing.followed:
            raise FollowedAlready
        if not how.strip():
            raise ReasonMissing
        late = circumstances().now >= end_of_day(firing.due)
        self.trigger_event(self.Followed, firing_id=firing_id, trigger_id=self.trigger_id, how=how, late=late)

    @event(Followed)
    def _(self, firing_id: UUID) -> None:
        self.firings[firing_id].followed = True

    def miss(self, firing_id: UUID) -> None:
        """The day has passed: if nothing is on record, that is a fact of its own, once."""
        firing = self.firings.get(firing_id)
        if firing is None or firing.followed or firing.missed or circumstances().now < end_of_day(firing.due):
            return
        self.trigger_event(
            self.NotFollowed, firing_id=firing_id, trigger_id=self.trigger_id, title=firing.title,
            owed_by=firing.owed_by, due=firing.due,
        )  # fmt: skip

    @event(NotFollowed)
    def _(self, firing_id: UUID) -> None:
        self.firings[firing_id].missed = True

    @property
    def owed(self) -> bool:
        """Whether something that must follow has not yet."""
        return any(not each.followed for each in self.firings.values())


def _together(found: list[Fact], fact: Fact, trigger: Trigger) -> list[Fact]:
    """The facts that a new one completes: enough of them within the days of the trigger, whichever came to be known first.

    None where there are not enough yet.
    """
    within = timedelta(days=trigger.within_days - 1)
    for latest in sorted({each.on for each in found if fact.on <= each.on <= fact.on + within}):
        near = [each for each in found if latest - within <= each.on <= latest]
        if sum(each.times for each in near) >= trigger.at_least:
            return near
    return []
