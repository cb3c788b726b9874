"""What is held regularly, by whom, and what happens when the day passes and it is not on record."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, cast
from uuid import UUID

from libs.calendar import WorkingDays, end_of_day, local_day
from libs.deciding import circumstances
from libs.domain import NOWHERE, PLACE, Aggregate, Created, Event, Seal, event, follows
from libs.practice import Cadence as Definition
from libs.practice import Every
from services.assurance.domain.figures import month_after, month_of
from services.assurance.domain.refusals import AlreadyOnRecord, NotHeldYet, TooLongAgo

LOOKED_BACK = timedelta(days=366)
"""How long ago a round may have been held that is only now put on record."""
LONGEST_SLOT = timedelta(days=92)
TURNS = 50
"""Slots after which what a cadence has come to is carried over."""

Slot = tuple[date, date]
"""First and last day of the time in which it is to be held once."""


def slot_of(every: Every, day: date) -> Slot:
    """The day, the week from Monday, the calendar month or the calendar quarter that a day lies in."""
    if every is Every.DAY:
        return day, day
    if every is Every.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    months = 3 if every is Every.QUARTER else 1
    first = month_of(day)
    first = month_after(first, -((first.month - 1) % months))
    return first, month_after(first, months) - timedelta(days=1)


def slot_after(every: Every, slot: Slot, days: WorkingDays) -> Slot:
    """The next one; days on which the offices do not work are passed over."""
    if every is Every.DAY:
        following = days.add(slot[1], 1)
        return following, following
    return slot_of(every, slot[1] + timedelta(days=1))


def first_slot(every: Every, today: date, days: WorkingDays) -> Slot:
    """The first that can fairly be asked for: the running one only where half of it is still to come."""
    running = slot_of(every, today)
    left, whole = (running[1] - today).days, (running[1] - running[0]).days + 1
    return running if 2 * left >= whole else slot_after(every, running, days)


class Cadence(Aggregate):
    """One cadence at one site, or of the provider as a whole (`site` is then empty).

    An event is kept only when it was held or missed, so that a daily one costs one event a working day at most.
    """

    TOPIC = "assurance.Cadence"

    class CadenceSet(Created):
        TOPIC = "assurance.Cadence.CadenceSet"
        cadence_id: str
        definition: dict[str, Any]
        version: str
        nation: str
        starts: date
        ends: date
        next_due: datetime

    class Amended(Event):
        TOPIC = "assurance.Cadence.Amended"
        definition: dict[str, Any]
        version: str
        nation: str
        starts: date
        ends: date
        next_due: datetime

    class Withdrawn(Event):
        TOPIC = "assurance.Cadence.Withdrawn"
        version: str

    class Kept(Event):
        TOPIC = "assurance.Cadence.Kept"
        cadence_id: str
        title: str
        role: str
        slot: date
        held_on: date
        register: str
        note: Annotated[str, Seal("note_key")]
        starts: date
        ends: date
        next_due: datetime
        note_key: UUID = NOWHERE
        """Where it is on somebody's record a key of its own, so that it goes with that person; else the cadence's."""
        concerns: UUID | None = None
        """The journey on whose record the note is; None for a note on nobody's."""

    class Missed(Event):
        TOPIC = "assurance.Cadence.Missed"
        cadence_id: str
        title: str
        role: str
        slot: date
        due: date
        starts: date
        ends: date
        next_due: datetime

    class CarriedOver(Event):
        """What it has come to: to decide on it, nothing before this need be read."""

        TOPIC = "assurance.Cadence.CarriedOver"
        definition: dict[str, Any]
        nation: str
        starts: date
        ends: date
        is_set: bool
        kept: list[date]

        def mutate(self, aggregate: Any) -> Any:
            """Where nothing was read before, the cadence begins here."""
            return super().mutate(Cadence.before(self) if aggregate is None else aggregate)

    @staticmethod
    def create_id(cadence_id: str, provider: str, site: str) -> UUID:
        return follows("assurance.Cadence", f"{cadence_id}/{provider}/{site}")

    @event(CadenceSet)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, cadence_id: str, definition: dict[str, Any],
        version: str, nation: str, starts: date, ends: date, next_due: datetime,
    ) -> None:  # fmt: skip
        self.kept: set[date] = set()
        self.turns = 0
        self._hold(definition, nation, starts, ends)

    @classmethod
    def before(cls, carried: Cadence.CarriedOver) -> Cadence:
        """A cadence of which nothing is known but where it belongs, as it stood before it was carried over."""
        blank: Any = object.__new__(cls)
        blank.__base_init__(carried.originator_id, carried.originator_version - 1, carried.timestamp)
        for name in PLACE:
            setattr(blank, name, getattr(carried, name))
        return cast("Cadence", blank)

    @classmethod
    def begin(cls, provider: str, site: str, definition: Definition, version: str, nation: str) -> Cadence:
        """A cadence that is to be held from now on."""
        identity = cls.create_id(definition.id, provider, site)
        return cls(
            provider=provider,
            site=site,
            journey=identity,
            about=identity,
            cadence_id=definition.id,
            **_asked(definition, version, nation, _first(definition, nation)),
        )

    def amend(self, definition: Definition, version: str, nation: str) -> None:
        """Other rules ask for it otherwise, or again. The same once more is no news; what is on record counts on."""
        if self.is_set and (definition, nation) == (self.definition, self.nation):
            return
        as_often = definition.every is self.definition.every
        slot = self.slot if self.is_set and as_often else _first(definition, nation)
        while as_often and slot[0] in self.kept:
            slot = slot_after(definition.every, slot, WorkingDays(nation))
        self.trigger_event(self.Amended, **_asked(definition, version, nation, slot))

    @event(Amended)
    def _(self, definition: dict[str, Any], nation: str, starts: date, ends: date) -> None:
        if definition["every"] != self.definition.every:
            self.kept = set()
        self._hold(definition, nation, starts, ends)

    def _hold(self, definition: dict[str, Any], nation: str, starts: date, ends: date) -> None:
        self.definition, self.nation = Definition.model_validate(definition), nation
        self.slot: Slot = (starts, ends)
        self.is_set = True

    def withdraw(self, version: str) -> None:
        """The rules in force no longer ask for it here."""
        if self.is_set:
            self.trigger_event(self.Withdrawn, version=version)

    @event(Withdrawn)
    def _(self) -> None:
        self.is_set = False

    def keep(self, held_on: date, register: str, note: str, concerns: UUID | None = None) -> None:
        """Someone held it and says where that is written. One held late is recorded too: the gap stays visible.

        `concerns` is the journey on whose record the note is, where it is on anybody's.
        """
        today = local_day(circumstances().now)
        if held_on > today:
            raise NotHeldYet
        if held_on < today - LOOKED_BACK:
            raise TooLongAgo
        slot = slot_of(self.definition.every, held_on)
        if slot[0] in self.kept:
            raise AlreadyOnRecord
        following = self._following({*self.kept, slot[0]})
        self.trigger_event(
            self.Kept, slot=slot[0], held_on=held_on, register=register, note=note,
            note_key=follows("assurance.Cadence.Note", f"{self.id}/{slot[0]}") if concerns else self.id,
            concerns=concerns,
            **self._named(), **_due(following),
        )  # fmt: skip
        self._carry_over()

    @event(Kept)
    def _(self, slot: date, starts: date, ends: date) -> None:
        self.kept.add(slot)
        self.slot, self.turns = (starts, ends), self.turns + 1

    def lapse(self) -> None:
        """Every slot that has passed without a record is missed, each for itself."""
        now = circumstances().now
        while self.is_set and end_of_day(self.slot[1]) <= now:
            slot = self.slot
            following = self._following({*self.kept, slot[0]})
            self.trigger_event(self.Missed, slot=slot[0], due=slot[1], **self._named(), **_due(following))
        self._carry_over()

    @event(Missed)
    def _(self, starts: date, ends: date) -> None:
        self.slot, self.turns = (starts, ends), self.turns + 1

    def _carry_over(self) -> None:
        """Every so often, so that a decision reads what happened since and not what was held in all the years before."""
        if self.turns < TURNS:
            return
        earliest = local_day(circumstances().now) - LOOKED_BACK - LONGEST_SLOT
        self.trigger_event(
            self.CarriedOver,
            definition=self.definition.model_dump(mode="json"), nation=self.nation, starts=self.slot[0],
            ends=self.slot[1], is_set=self.is_set, kept=sorted(slot for slot in self.kept if slot >= earliest),
        )  # fmt: skip

    @event(CarriedOver)
    def _(
        self, definition: dict[str, Any], nation: str, starts: date, ends: date, is_set: bool, kept: list[date]
    ) -> None:
        self.kept, self.turns = set(kept), 0
        self._hold(definition, nation, starts, ends)
        self.is_set = is_set

    def _following(self, settled: set[date]) -> Slot:
        """The first slot from the open one on that is not settled."""
        slot, days = self.slot, WorkingDays(self.nation)
        while slot[0] in settled:
            slot = slot_after(self.definition.every, slot, days)
        return slot

    def _named(self) -> dict[str, str]:
        return {"cadence_id": self.definition.id, "title": self.definition.title, "role": self.definition.role}


def _due(slot: Slot) -> dict[str, Any]:
    return {"starts": slot[0], "ends": slot[1], "next_due": end_of_day(slot[1])}


def _first(definition: Definition, nation: str) -> Slot:
    return first_slot(definition.every, local_day(circumstances().now), WorkingDays(nation))


def _asked(definition: Definition, version: str, nation: str, slot: Slot) -> dict[str, Any]:
    content = definition.model_dump(mode="json")
    return {"definition": content, "version": version, "nation": nation} | _due(slot)
