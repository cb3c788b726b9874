"""A measure at a site: its target and check dates are fixed before anyone looks, and each check stays on the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from libs.calendar import WorkingDays, local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, event, follows
from libs.practice import Measure as Definition
from services.assurance.domain.figures import (
    Breach,
    Case,
    Figure,
    Reached,
    check_due,
    evaluate,
    month_after,
    month_of,
)
from services.assurance.domain.refusals import MonthNotOver, NotMeasuredThen

LOOK_AGAIN = timedelta(days=7)
"""A check reads what has arrived by then; a week later it is made again, and corrected if more has arrived since."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a check looks at: cases, when their milestones were reached, and how far each publisher had been heard."""

    cases: Sequence[Case]
    milestones: Mapping[UUID, Reached]
    positions: Mapping[str, int]


class Measure(Aggregate):
    """One measure definition at one site. Journeys whose change it is to prove follow it."""

    TOPIC = "assurance.Measure"

    class Opened(Created):
        TOPIC = "assurance.Measure.Opened"
        measure_id: str

    class MeasureSet(Event):
        TOPIC = "assurance.Measure.MeasureSet"
        measure_id: str
        definition: dict[str, Any]
        version: str
        title: str
        target_percent: float
        check: str
        first_period: date
        nation: str
        next_check: datetime

    class Withdrawn(Event):
        TOPIC = "assurance.Measure.Withdrawn"
        version: str

    class Followed(Event):
        TOPIC = "assurance.Measure.Followed"
        follower: UUID

    class Checked(Event):
        TOPIC = "assurance.Measure.Checked"
        measure_id: str
        title: str
        period: date
        numerator: int
        denominator: int
        target_percent: float
        met: bool | None
        breaches: list[Breach]
        revision: int
        positions: dict[str, int]
        next_period: date
        next_check: datetime
        recheck: datetime | None

    @staticmethod
    def create_id(measure_id: str, site: str) -> UUID:
        return follows("assurance.Measure", f"{measure_id}/{site}")

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, measure_id: str) -> None:
        self.measure_id = measure_id
        self.definitions: list[tuple[date, Definition]] = []
        self.nation = ""
        self.is_set = False
        self.followers: list[UUID] = []
        self.figures: dict[date, tuple[Figure, int]] = {}
        self.next_period = date.max
        self.next_check: datetime | None = None

    @classmethod
    def open(cls, provider: str, site: str, measure_id: str) -> Measure:
        """A measure at a site, before its target is set or its first journey follows it, whichever comes first."""
        identity = cls.create_id(measure_id, site)
        return cls(provider=provider, site=site, journey=identity, about=identity, measure_id=measure_id)

    def hold_to(self, definition: Definition, version: str, nation: str, from_day: date) -> None:
        """Take up a target from the month of `from_day`, or where one runs already, from the next month on.

        The same target under a new version of the rules is no news.
        """
        if self.is_set and self.definitions[-1][1] == definition and self.nation == nation:
            return
        first = month_of(from_day)
        if self.is_set:
            first = max(first, month_after(month_of(local_day(circumstances().now))))
        days = WorkingDays(nation)
        due = self.next_check if self.is_set else None
        self.trigger_event(
            self.MeasureSet,
            measure_id=self.measure_id,
            definition=definition.model_dump(mode="json"),
            version=version,
            title=definition.title,
            target_percent=definition.target_percent,
            check=definition.check,
            first_period=first,
            nation=nation,
            next_check=due or check_due(definition, first, days),
        )

    @event(MeasureSet)
    def _(self, definition: dict[str, Any], first_period: date, nation: str, next_check: datetime) -> None:
        if not self.is_set:
            self.next_period = first_period
        self.definitions.append((first_period, Definition.model_validate(definition)))
        self.nation, self.is_set, self.next_check = nation, True, next_check

    def withdraw(self, version: str) -> None:
        """The rules in force no longer hold it for this site. What was found stays on the record."""
        if self.is_set:
            self.trigger_event(self.Withdrawn, version=version)

    @event(Withdrawn)
    def _(self) -> None:
        self.is_set, self.next_check = False, None

    def follow(self, follower: UUID) -> None:
        """A journey's change is to be proved by this measure from now on."""
        if follower not in self.followers:
            self.trigger_event(self.Followed, follower=follower)

    @event(Followed)
    def _(self, follower: UUID) -> None:
        self.followers.append(follower)

    def definition_for(self, period: date) -> Definition:
        """The target that held in a month. Raises NotMeasuredThen."""
        held = [definition for first, definition in self.definitions if first <= period]
        if not held:
            raise NotMeasuredThen
        return held[-1]

    def check_what_is_due(self, evidence: Evidence) -> None:
        """Check every month whose check date has come."""
        now = circumstances().now
        while self.next_check is not None and self.next_check <= now:
            self._check(self.next_period, evidence, as_planned=True)

    def check(self, period: date, evidence: Evidence) -> None:
        """Look at a month that is over, ahead of its date or again. The same figure again is no news.

        Raises NotMeasuredThen, MonthNotOver.
        """
        if period >= month_of(local_day(circumstances().now)):
            raise MonthNotOver
        self._check(period, evidence, as_planned=False)

    def _check(self, period: date, evidence: Evidence, *, as_planned: bool) -> None:
        definition, days = self.definition_for(period), WorkingDays(self.nation)
        figure = evaluate(definition, evidence.cases, evidence.milestones, period, circumstances().now, days)
        known, revision = self.figures.get(period, (None, 0))
        if figure == known and not as_planned:
            return
        following = month_after(period)
        due = self.next_check or check_due(definition, following, days)
        self.trigger_event(
            self.Checked,
            measure_id=self.measure_id,
            title=definition.title,
            period=period,
            numerator=figure.numerator,
            denominator=figure.denominator,
            target_percent=definition.target_percent,
            met=figure.met,
            breaches=figure.breaches,
            revision=revision + 1,
            positions=dict(evidence.positions),
            next_period=following if as_planned else self.next_period,
            next_check=check_due(self.definition_for(following), following, days) if as_planned else due,
            recheck=due + LOOK_AGAIN if as_planned else None,
        )

    @event(Checked)
    def _(
        self, period: date, numerator: int, denominator: int, met: bool | None, breaches: list[Breach], revision: int,
        next_period: date, next_check: datetime,
    ) -> None:  # fmt: skip
        self.figures[period] = (Figure(period, numerator, denominator, met, breaches), revision)
        self.next_period = next_period
        self.next_check = next_check if self.is_set else None
