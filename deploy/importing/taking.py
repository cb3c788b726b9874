"""What a row of each kind of file asks of intake or governance: the same commands that everyone uses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

from contracts.taxonomy import IntakeRoute
from deploy.house import Platform
from deploy.importing.mapping import MapFile, Target, noon
from libs.deciding import Act
from libs.domain import follows
from services.governance.application import NewSite
from services.intake.application import Report, Total
from services.intake.domain import Opportunity
from services.intake.domain.refusals import NewerTotalOnRecord, NewerWordsOnRecord

BEFORE_INSPECTION = "A deadline lies before the day it was set on; check it with the source. It is not shown as late."


class Taker(ABC):
    """Takes rows of one target. A result is a word and, where there is something to check, a note."""

    def __init__(self, platform: Platform, mapping: MapFile) -> None:
        self.intake, self.governance = platform.service("intake"), platform.service("governance")
        self.mapping = mapping

    async def known_sites(self) -> set[str]:
        """The sites that rows may speak of: this provider's."""
        return {s.site_id for s in await self.intake.directory.sites() if s.provider == self.mapping.provider}

    def record(self, row: dict[str, Any]) -> Any:
        """Rows with the same answer are about the same record."""
        return row["site"]

    async def would(self, row: dict[str, Any]) -> tuple[str, str]:
        """What taking it would do."""
        return "would be taken", ""

    @abstractmethod
    async def take(self, act: Act, row: dict[str, Any]) -> tuple[str, str]:
        """Take one row."""


class Sites(Taker):
    """Registers sites."""

    async def take(self, act: Act, row: dict[str, Any]) -> tuple[str, str]:
        """Register the site; one that is registered stays as it is."""
        new = NewSite(
            self.mapping.provider,
            row["site"],
            row["title"],
            row["region"],
            row["nation"],
            row["service_kind"],
            row["opened_on"],
        )
        saved = await self.governance.register_site(act, new)
        return ("known" if saved.replayed else "registered"), ""


class Capacity(Taker):
    """States beds of months."""

    async def take(self, act: Act, row: dict[str, Any]) -> tuple[str, str]:
        """State the month's beds; the same again is no news."""
        month = row["month"].replace(day=1)
        saved = await self.governance.state_capacity(
            replace(act, occurred=noon(row["month"])),
            self.mapping.provider,
            row["site"],
            month,
            row["beds"],
            None,
            "occupied_bed_days",
        )
        return ("known" if saved.replayed else "stated"), ""


class Opportunities(Taker):
    """Raises opportunities, or corrects what the source says anew."""

    def record(self, row: dict[str, Any]) -> Any:
        """The source's own key."""
        return row["source_key"]

    async def would(self, row: dict[str, Any]) -> tuple[str, str]:
        """New, corrected, or known."""
        found = await self.intake.find(Opportunity, follows("intake.Opportunity", row["source_key"]))
        if found is None:
            return "would be new", _deadline(row)[1]
        return ("would be known" if found.summary == row["summary"] else "would be corrected"), _deadline(row)[1]

    async def take(self, act: Act, row: dict[str, Any]) -> tuple[str, str]:
        """Put it on record as of the day it happened."""
        due, note = _deadline(row)
        listed = row.get("listed") or row["occurred"]
        report = Report(
            site=row["site"],
            kind=row["kind"],
            summary=row["summary"],
            themes=[theme for theme in row.get("themes", "").split("|") if theme],
            route=IntakeRoute.IMPORT,
            source_key=row["source_key"],
            due_on=due,
            due_note=note,
            said_at=noon(listed),
        )
        try:
            saved = await self.intake.raise_opportunity(replace(act, occurred=noon(row["occurred"])), report)
        except NewerWordsOnRecord:
            return "known", note
        return str(saved.detail.get("outcome", "known")), note


class Counts(Taker):
    """Restates a regulator's running totals."""

    def record(self, row: dict[str, Any]) -> Any:
        """One site, kind and year."""
        return (row["site"], row["count_kind"], row["financial_year"])

    async def take(self, act: Act, row: dict[str, Any]) -> tuple[str, str]:
        """Take the total as it stood; an older one than on record is known already."""
        total = Total(
            row["site"], row["count_kind"], row["financial_year"], row["running_total"], row["as_of"], row["late"]
        )
        try:
            saved = await self.intake.restate_count(replace(act, occurred=noon(row["as_of"])), total)
        except NewerTotalOnRecord:
            return "known", ""
        return ("known" if saved.replayed else "restated"), ""


TAKERS: dict[Target, type[Taker]] = {
    Target.SITE: Sites,
    Target.CAPACITY: Capacity,
    Target.OPPORTUNITY: Opportunities,
    Target.COUNT: Counts,
}


def taker(platform: Platform, mapping: MapFile) -> Taker:
    """The taker of a mapping's target."""
    return TAKERS[mapping.target](platform, mapping)


def _deadline(row: dict[str, Any]) -> tuple[Any, str]:
    """The first date that can be a deadline, and a note where the source names one that cannot."""
    named, occurred = row.get("due") or [], row["occurred"]
    possible = sorted(date for date in named if date >= occurred)
    note = BEFORE_INSPECTION if len(possible) < len(named) else ""
    return (possible[0] if possible else None), note
