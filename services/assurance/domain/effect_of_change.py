"""The effect of a change on one measure: what it is compared with is fixed before the start, and so is when it is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from libs.calendar import end_of_day, local_day
from libs.domain import Aggregate, Created, Event, event, follows
from services.assurance.domain.figures import Figure, month_after, month_of
from services.assurance.domain.proof import Tied
from services.assurance.domain.verdict import METHOD_VERSION, REVIEWS, Elsewhere, judge

DAYS_FOR_FIGURES = 14
"""Days of the month after the last one looked at, until its figure has been checked and checked again."""


def review_due(changed_on: date, months: int) -> datetime:
    """When a change is judged after 3, 6 or 12 whole months: fixed on the day it is made."""
    after = month_after(month_of(changed_on), REVIEWS[months][1] + 1)
    return end_of_day(after.replace(day=DAYS_FOR_FIGURES))


class Effect(Aggregate):
    """One for each journey and measure. Each review is held once for each change; a verdict is never looked at monthly."""

    TOPIC = "assurance.Effect"

    class BaselineFixed(Created):
        TOPIC = "assurance.Effect.BaselineFixed"
        measure_id: str
        baseline_until: date
        expected: str

    class ReviewsSet(Event):
        TOPIC = "assurance.Effect.ReviewsSet"
        measure_id: str
        changed_on: date

    class Judged(Event):
        TOPIC = "assurance.Effect.Judged"
        measure_id: str
        months: int
        verdict: str
        before: str
        after: str
        method: str
        method_version: str
        crude: str
        p: float | None
        met_after: bool
        until: date
        data: dict[str, Any]

    class LookedBack(Event):
        TOPIC = "assurance.Effect.LookedBack"
        measure_id: str
        months: int
        due: date
        rounds: int
        seen: int
        of: int

    @staticmethod
    def create_id(journey: UUID, measure_id: str) -> UUID:
        return follows("assurance.Effect", f"{journey}/{measure_id}")

    @event(BaselineFixed)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, measure_id: str, baseline_until: date,
        expected: str,
    ) -> None:  # fmt: skip
        self.measure_id, self.baseline_until = measure_id, baseline_until
        self.changed_on: date | None = None
        self.judged: dict[int, str] = {}

    def set_reviews(self, changed_on: date) -> None:
        """Practice changed: from now on the reviews have their dates. What had been judged was another change."""
        if changed_on != self.changed_on:
            self.trigger_event(self.ReviewsSet, measure_id=self.measure_id, changed_on=changed_on)

    @event(ReviewsSet)
    def _(self, changed_on: date) -> None:
        self.changed_on, self.judged = changed_on, {}

    def review(self, months: int, tied: Tied, own: Mapping[date, Figure], others: Sequence[Elsewhere]) -> None:
        """Hold the review after so many months, once."""
        if self.changed_on is None or months in self.judged:
            return
        found = judge(tied, own, others, baseline_until=self.baseline_until, changed_on=self.changed_on, months=months)
        self.trigger_event(
            self.Judged,
            measure_id=self.measure_id, months=months, verdict=found.verdict, before=found.before, after=found.after,
            method=found.method, method_version=METHOD_VERSION, crude=found.crude, p=found.p,
            met_after=found.met_after, until=found.until, data=found.data,
        )  # fmt: skip

    @event(Judged)
    def _(self, months: int, verdict: str) -> None:
        self.judged[months] = verdict

    def look_back(self, months: int, rounds: Sequence[tuple[date, int, int]]) -> None:
        """Hold the review of a change that no measure fits: what people saw who went and looked in those months."""
        if self.changed_on is None or months in self.judged:
            return
        due, change = review_due(self.changed_on, months), month_of(self.changed_on)
        first = month_after(change, REVIEWS[months][0]) if months > min(REVIEWS) else self.changed_on
        held = [(seen, of) for on, seen, of in rounds if on >= first]
        self.trigger_event(
            self.LookedBack, measure_id=self.measure_id, months=months, due=local_day(due), rounds=len(held),
            seen=sum(seen for seen, _ in held), of=sum(of for _, of in held),
        )  # fmt: skip

    @event(LookedBack)
    def _(self, months: int, rounds: int) -> None:
        self.judged[months] = "looked" if rounds else "not looked"
