"""What a row of each kind of file asks of intake or governance: the same commands that everyone uses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from contracts.taxonomy import IntakeRoute
from deploy.house import Platform
from deploy.importing.mapping import MapFile, noon
from deploy.importing.posts import establish, establish_at
from deploy.importing.targets import CapacityRow, CountRow, Fields, OpportunityRow, ShiftRow, SiteRow, Target
from libs.deciding import Act
from libs.directory import Site
from libs.domain import follows
from services.governance.application import Governance, NewSite
from services.intake.application import Intake, Report, Total
from services.intake.domain import Opportunity
from services.intake.domain.refusals import NewerTotalOnRecord, NewerWordsOnRecord
from services.notification.application import Notification
from services.notification.domain.rota import Shift

BEFORE_INSPECTION = "A deadline lies before the day it was set on; check it with the source. It is not shown as late."
NO_SUCH_DAY = "The source names a day that no calendar has ({}); check it with the source."
OLDER_TOTAL = "A later total is on record already, so this older one was not taken."
OLDER_WORDS = "A newer account is on record already, so these older words were not taken."

F = TypeVar("F", bound=Fields)


class Taker(ABC, Generic[F]):
    """Takes rows of one target. A result is a word and, where there is something to check, a note."""

    def __init__(self, platform: Platform, mapping: MapFile) -> None:
        self.intake: Intake = platform.service("intake")
        self.governance: Governance = platform.service("governance")
        self.platform, self.mapping = platform, mapping
        self.sites: dict[str, Site] = {}

    async def look_around(self) -> None:
        """Learn which sites there are, before rows are checked."""
        self.sites = {site.site_id: site for site in await self.intake.directory.sites()}

    def fault(self, row: F) -> str:
        """Why a row cannot be taken here, or nothing."""
        site = self.sites.get(row.site)
        if site is None or site.provider != self.mapping.provider:
            return f"There is no site {row.site!r} of this provider. Import the sites first, or mend the row."
        return ""

    def record(self, row: F) -> Any:
        """Rows with the same answer are about the same record."""
        return row.site

    async def begin(self, act: Act) -> None:
        """What comes before the first row."""

    async def would(self, row: F) -> tuple[str, str]:
        """What taking it would do."""
        return "would be taken", ""

    @abstractmethod
    async def take(self, act: Act, row: F) -> tuple[str, str]:
        """Take one row."""


class Sites(Taker[SiteRow]):
    """Registers sites, with their posts where the mapping names some."""

    def fault(self, row: SiteRow) -> str:
        """A site's id and its region are known to posts, so neither may be another provider's."""
        known = self.sites.get(row.site)
        if known and known.provider != self.mapping.provider:
            return f"The site {row.site!r} belongs to another provider already."
        if any(s.region == row.region and s.provider != self.mapping.provider for s in self.sites.values()):
            return (
                f"The region {row.region!r} belongs to another provider already; give it another name in the mapping."
            )
        return ""

    async def begin(self, act: Act) -> None:
        """The provider's own posts."""
        if self.mapping.posts:
            await establish(self.governance, act, self.mapping.provider, self.mapping.posts)

    async def would(self, row: SiteRow) -> tuple[str, str]:
        """New or known."""
        return ("would be known" if row.site in self.sites else "would be new"), ""

    async def take(self, act: Act, row: SiteRow) -> tuple[str, str]:
        """Register the site; one that is registered stays as it is."""
        provider = self.mapping.provider
        new = NewSite(provider, row.site, row.title, row.region, row.nation, row.service_kind, row.opened_on)
        saved = await self.governance.register_site(act, new)
        if self.mapping.posts:
            await establish_at(self.governance, act, provider, row.site, row.title, self.mapping.posts)
        return ("known" if saved.replayed else "registered"), ""


class Capacity(Taker[CapacityRow]):
    """States beds of months, and what their events are divided by."""

    async def take(self, act: Act, row: CapacityRow) -> tuple[str, str]:
        """State the month's figures; the same again is no news, and what a row does not state stays as it was."""
        saved = await self.governance.state_capacity(
            replace(act, occurred=noon(row.month)),
            self.mapping.provider,
            row.site,
            row.month.replace(day=1),
            row.beds,
            row.exposure,
            row.unit,
        )
        return ("known" if saved.replayed else "stated"), ""


class Opportunities(Taker[OpportunityRow]):
    """Raises opportunities, or corrects what the source says anew."""

    def record(self, row: OpportunityRow) -> Any:
        """The source's own key."""
        return row.source_key

    async def would(self, row: OpportunityRow) -> tuple[str, str]:
        """New, corrected, or known."""
        due, note = deadline(row)
        found = await self.intake.find(Opportunity, follows("intake.Opportunity", row.source_key))
        if found is None:
            return "would be new", note
        same = (found.said_kind, found.summary, found.due_on) == (row.kind, row.summary, due)
        return ("would be known" if same else "would be corrected"), note

    async def take(self, act: Act, row: OpportunityRow) -> tuple[str, str]:
        """Put it on record as of the day it happened."""
        due, note = deadline(row)
        report = Report(
            site=row.site,
            kind=row.kind,
            summary=row.summary,
            themes=list(row.themes),
            route=IntakeRoute.IMPORT,
            source_key=row.source_key,
            due_on=due,
            due_note=note,
            said_at=noon(row.listed or row.occurred),
        )
        try:
            saved = await self.intake.raise_opportunity(replace(act, occurred=noon(row.occurred)), report)
        except NewerWordsOnRecord:
            return "older", OLDER_WORDS
        return str(saved.detail.get("outcome", "known")), note


class Counts(Taker[CountRow]):
    """Restates a regulator's running totals."""

    def record(self, row: CountRow) -> Any:
        """One site, kind and year."""
        return (row.site, row.count_kind, row.financial_year)

    async def take(self, act: Act, row: CountRow) -> tuple[str, str]:
        """Take the total as it stood."""
        total = Total(row.site, row.count_kind, row.financial_year, row.running_total, row.as_of, row.late)
        try:
            saved = await self.intake.restate_count(replace(act, occurred=noon(row.as_of)), total)
        except NewerTotalOnRecord:
            return "older", OLDER_TOTAL
        return ("known" if saved.replayed else "restated"), ""


class Shifts(Taker[ShiftRow]):
    """Puts people on shifts, so that briefings know who works nights, where, and for whom."""

    async def take(self, act: Act, row: ShiftRow) -> tuple[str, str]:
        """Put somebody on a shift; the same shift again is no news."""
        notification: Notification = self.platform.service("notification")
        shift = Shift(row.starts, row.ends, row.group, row.agency, list(row.supports))
        person = staff_of(self.mapping.provider, row.staff)
        saved = await notification.roster(act, self.mapping.provider, row.site, person, shift)
        return ("known" if saved.replayed else "rostered"), ""


def staff_of(provider: str, staff: str) -> UUID:
    """Who somebody of a rota system is here: by their own id, else by one that follows from their number there."""
    try:
        return UUID(staff)
    except ValueError:
        return follows("import.Staff", f"{provider}/{staff}")


TAKERS: dict[Target, type[Taker[Any]]] = {
    Target.SITE: Sites,
    Target.CAPACITY: Capacity,
    Target.OPPORTUNITY: Opportunities,
    Target.COUNT: Counts,
    Target.SHIFT: Shifts,
}


def taker(platform: Platform, mapping: MapFile) -> Taker[Any]:
    """The taker of a mapping's target."""
    return TAKERS[mapping.target](platform, mapping)


def deadline(row: OpportunityRow) -> tuple[date | None, str]:
    """The first date that can be a deadline, and a note where the source names one that cannot."""
    days = [day for day in row.due if isinstance(day, date)]
    possible = sorted(day for day in days if day >= row.occurred)
    notes = [BEFORE_INSPECTION] if len(possible) < len(days) else []
    if no_days := [day for day in row.due if isinstance(day, str)]:
        notes.append(NO_SUCH_DAY.format(", ".join(no_days[:3])))
    return (possible[0] if possible else None), " ".join(notes)
