"""A regulator's running totals as it restates them: what is new in each, and what it takes back."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from libs.domain import Aggregate, Created, Event, event, follows
from services.intake.domain.refusals import NewerTotalOnRecord, TotalImpossible


class RegulatorCount(Aggregate):
    """One kind of count for one site in one financial year. A month that is not stated makes no event."""

    TOPIC = "intake.RegulatorCount"

    class Opened(Created):
        TOPIC = "intake.RegulatorCount.Opened"
        count_kind: str
        financial_year: str

    class Restated(Event):
        TOPIC = "intake.RegulatorCount.Restated"
        count_kind: str
        financial_year: str
        running_total: int
        delta: int
        as_of: date
        posted_after_year_end: bool

    @staticmethod
    def create_id(site: str, count_kind: str, financial_year: str) -> UUID:
        return follows("intake.RegulatorCount", f"{site}/{count_kind}/{financial_year}")

    @event(Opened)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, count_kind: str, financial_year: str
    ) -> None:
        self.count_kind, self.financial_year = count_kind, financial_year
        self.running_total = 0
        self.stated: dict[date, int] = {}

    def restate(self, running_total: int, as_of: date, *, posted_after_year_end: bool = False) -> None:
        """The regulator states its total as it stood at a date. The same total again is no news.

        The first total counts from nought; a lower one than before takes back, so its delta is negative.
        """
        if running_total < 0:
            raise TotalImpossible
        before = max((day for day in self.stated if day <= as_of), default=None)
        if before is not None and self.stated[before] == running_total:
            return
        if self.stated and as_of < max(self.stated):
            raise NewerTotalOnRecord
        self.trigger_event(
            self.Restated,
            count_kind=self.count_kind,
            financial_year=self.financial_year,
            running_total=running_total,
            delta=running_total - self.running_total,
            as_of=as_of,
            posted_after_year_end=posted_after_year_end,
        )

    @event(Restated)
    def _(self, running_total: int, as_of: date) -> None:
        self.running_total = running_total
        self.stated[as_of] = running_total
