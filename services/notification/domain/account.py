"""What is known of a journey that decides who is owed an account of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.taxonomy import ClockStart
from libs.domain import Aggregate, Created, Event, Sealed, event, follows


class Account(Aggregate):
    """One for each journey. It remembers kind and facts, which rules were agreed, and what was opened for them.

    Neighbours may be heard in any order after a pause, so every part of it may come first.
    """

    TOPIC = "notification.Account"

    class Opened(Created):
        TOPIC = "notification.Account.Opened"

    class OpportunityKnown(Event):
        TOPIC = "notification.Account.OpportunityKnown"
        kind: str
        reporter_known: bool
        happened: datetime
        put_on_record: datetime

    class Weighed(Event):
        TOPIC = "notification.Account.Weighed"
        kind: str
        themes: list[str]
        facts: dict[str, Any]
        rules: list[str]
        agreed: list[str]
        weighed_at: datetime

    class LearningStated(Event):
        TOPIC = "notification.Account.LearningStated"
        statement: str
        example: str = ""

    class FactorsKnown(Event):
        TOPIC = "notification.Account.FactorsKnown"
        categories: list[str]

    class PracticeChangeKnown(Event):
        TOPIC = "notification.Account.PracticeChangeKnown"
        plan_id: UUID
        affects_care: bool
        implemented: datetime

    class RecordsKept(Event):
        TOPIC = "notification.Account.RecordsKept"
        rules: list[str]

    class DutiesSettled(Event):
        TOPIC = "notification.Account.DutiesSettled"
        owed: list[str]

    class SourceCorrected(Event):
        TOPIC = "notification.Account.SourceCorrected"
        because: Sealed

    class LearningCarried(Event):
        TOPIC = "notification.Account.LearningCarried"
        title: str
        sites: int

    class LearningFollowed(Event):
        TOPIC = "notification.Account.LearningFollowed"
        what: str
        was: str = ""

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("notification.Account", journey)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.kind, self.themes, self.statement, self.example = "", list[str](), "", ""
        self.facts: dict[str, Any] = {}
        self.factors: list[str] = []
        self.reporter_known = False
        self.weighings = 0
        self.corrections: list[str] = []
        self.rules: set[str] = set()
        self.agreed: set[str] = set()
        self.owed: set[str] = set()
        self.kept: set[str] = set()
        self.changes = 0
        self.affects_care = False
        self.happened: datetime | None = None
        self.put_on_record: datetime | None = None
        self.weighed_at: datetime | None = None
        self.implemented: datetime | None = None

    def know_opportunity(self, kind: str, happened: datetime, put_on_record: datetime, *, reporter_known: bool) -> None:
        """The opportunity as it was raised."""
        if self.put_on_record is None:
            self.trigger_event(
                self.OpportunityKnown,
                kind=kind,
                reporter_known=reporter_known,
                happened=happened,
                put_on_record=put_on_record,
            )

    @event(OpportunityKnown)
    def _(self, kind: str, reporter_known: bool, happened: datetime, put_on_record: datetime) -> None:
        self.kind = self.kind or kind
        self.reporter_known, self.happened, self.put_on_record = reporter_known, happened, put_on_record

    def correct(self, because: str) -> None:
        """The source of it worded it anew, or mended a fact. What was told before was told from its older words."""
        self.trigger_event(self.SourceCorrected, because=because)

    @event(SourceCorrected)
    def _(self, because: str) -> None:
        self.corrections.append(because)

    def weigh(
        self,
        kind: str,
        themes: list[str],
        facts: dict[str, Any],
        rules: list[str],
        agreed: list[str],
        weighed_at: datetime,
    ) -> None:
        """A manager weighed it, perhaps again after it turned out to be something else."""
        self.trigger_event(
            self.Weighed, kind=kind, themes=themes, facts=facts, rules=rules, agreed=agreed, weighed_at=weighed_at
        )

    @event(Weighed)
    def _(
        self, kind: str, themes: list[str], facts: dict[str, Any], rules: list[str], agreed: list[str],
        weighed_at: datetime,
    ) -> None:  # fmt: skip
        self.kind, self.themes, self.facts, self.weighed_at = kind, themes, facts, weighed_at
        self.rules, self.agreed = set(rules), set(agreed)
        self.weighings += 1

    def learn(self, statement: str, example: str = "") -> None:
        """What the review says was learned, and what happened, told for others; both name nobody."""
        if (statement, example) != (self.statement, self.example):
            self.trigger_event(self.LearningStated, statement=statement, example=example)

    @event(LearningStated)
    def _(self, statement: str, example: str) -> None:
        self.statement, self.example = statement, example

    def know_factors(self, categories: set[str]) -> None:
        """What the review says contributed."""
        if sorted(categories) != self.factors:
            self.trigger_event(self.FactorsKnown, categories=sorted(categories))

    @event(FactorsKnown)
    def _(self, categories: list[str]) -> None:
        self.factors = categories

    def know_change(self, plan_id: UUID, implemented: datetime, *, affects_care: bool) -> None:
        """Staff now work differently. A plan that was opened again may change practice more than once."""
        self.trigger_event(
            self.PracticeChangeKnown, plan_id=plan_id, affects_care=affects_care, implemented=implemented
        )

    @event(PracticeChangeKnown)
    def _(self, affects_care: bool, implemented: datetime) -> None:
        self.affects_care, self.implemented = affects_care, implemented
        self.changes += 1

    def carry(self, title: str, sites: int) -> None:
        """Other sites were asked whether the change applies to them; the record here says how many, not which."""
        if sites:
            self.trigger_event(self.LearningCarried, title=title, sites=sites)

    def hear_back(self, what: str, was: str) -> None:
        """One of the sites that were asked did something about it; `was` is where that site stood before. The same again
        is no news."""
        if what != was:
            self.trigger_event(self.LearningFollowed, what=what, was=was)

    def keep(self, rules: list[str]) -> None:
        """What these rules ask for is on record already, by another way than telling somebody here."""
        if not self.kept.issuperset(rules):
            self.trigger_event(self.RecordsKept, rules=rules)

    @event(RecordsKept)
    def _(self, rules: list[str]) -> None:
        self.kept.update(rules)

    def settle(self, owed: set[str]) -> None:
        """These are the rules under which somebody is owed an account from now on."""
        if owed != self.owed:
            self.trigger_event(self.DutiesSettled, owed=sorted(owed))

    @event(DutiesSettled)
    def _(self, owed: list[str]) -> None:
        self.owed = set(owed)

    def begins(self, starts_at: ClockStart, now: datetime) -> datetime:
        """The moment a clock counts from, as well as the record knows it.

        The service is taken to have become aware, and to have received what it received, when it put that on record;
        a professional's update is recorded with the time it came. A request that came to light only when the
        opportunity was weighed again counts from then.
        """
        recorded = self.put_on_record or now
        if starts_at is ClockStart.IMPLEMENTED:
            return self.implemented or now
        if starts_at is ClockStart.OCCURRED:
            return self.happened or recorded
        if starts_at is ClockStart.RECEIVED and self.kind == "professional_update":
            return self.happened or recorded
        if starts_at is ClockStart.REQUEST_RECEIVED and self.weighings > 1:
            return self.weighed_at or recorded
        return recorded
