"""What can be asked of assurance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from contracts.taxonomy import EvidenceSource, Register, Role
from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.directory import Directory, Site
from libs.domain import Aggregate
from libs.emergency_reading import EmergencyReading, ReadsInEmergency
from libs.names import find as find_names
from libs.reading import opened
from libs.service import NotFound, command
from libs.vigilance import AuditTool, EarlySign
from libs.web.reach import OutOfReach
from services.assurance.domain import AuditRound, Cadence, Effect, FollowUp, Measure, Programme, Sign, Watch
from services.assurance.domain.refusals import (
    AuditorsOnlyRead,
    NoSuchRecord,
    NoteNamesSomebody,
    SampledAlready,
    SignUnknown,
    ToolUnknown,
)
from services.assurance.projection.cases import Cases
from services.assurance.projection.standing import Standing
from services.assurance.projection.vigilance import Vigilance

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T", AuditTool, EarlySign)
MOST_RECORDS = 5_000


def require_worker(act: Act) -> None:
    """Raises AuditorsOnlyRead for an auditor."""
    if act.role == Role.AUDITOR:
        raise AuditorsOnlyRead


class Assurance(ReadsInEmergency):
    """Measures, watches over what is held regularly, and follows every change up until it lasts."""

    name = "assurance"
    aggregates = (Programme, Measure, Cadence, FollowUp, Effect, AuditRound, Watch, Sign, EmergencyReading)
    directory: Directory
    cases: Cases
    standing: Standing
    vigilance: Vigilance

    async def find(self, kind: type[A], identity: UUID) -> A | None:
        """As everywhere; a cadence of which nothing is remembered is read from where it was last carried over, however
        long it has been held."""
        fresh = kind is Cadence and self.remembered.recall(identity) is None
        since = await self.standing.carried_over(identity) if fresh else 0
        if not since:
            return await super().find(kind, identity)
        found: Any = None
        for event in await self.mapper.read(await self.store.load(identity, since - 1)):
            found = event.mutate(found)
        self.remembered.keep(found)
        return cast("A | None", found)

    def today(self) -> date:
        """The day it is at the sites."""
        return local_day(self.clock.now())

    async def tools(self, site_id: str) -> list[AuditTool]:
        """The audits now in force that are for this kind of service."""
        return _fitting((await self.directory.rules(self.today())).audit_tools, await self.directory.site(site_id))

    async def early_signs(self, site_id: str) -> list[EarlySign]:
        """The early signs that the rules now in force name for this kind of service."""
        return _fitting((await self.directory.rules(self.today())).early_signs, await self.directory.site(site_id))

    @command
    async def draw_a_round(self, act: Act, site_id: str, tool_id: str, period: date, records: int = 0) -> Saved:
        """Draw the sample of an audit for a month; `records` says how many there are, where it looks at records.

        Raises ToolUnknown, SampledAlready, and what AuditRound refuses.
        """
        require_worker(act)
        tool = next((each for each in await self.tools(site_id) if each.id == tool_id), None)
        if tool is None:
            raise ToolUnknown
        period = period.replace(day=1)
        if await self.find(AuditRound, AuditRound.create_id(tool_id, site_id, period)):
            raise SampledAlready
        pack, site = await self.directory.rules(self.today()), await self.directory.site(site_id)
        population: dict[str, UUID | None] = {str(each): None for each in range(1, min(records, MOST_RECORDS) + 1)}
        if tool.cohort:
            cases = await self.cases.population(site_id, period, tool.cohort)
            population = {reference: journey for journey, reference in cases.items()}
        drawn = AuditRound.draw(site.provider, site_id, tool, f"{pack.id}/{pack.version}", period, population)
        return await self.save(act, drawn)

    @command
    async def look_at(self, act: Act, audit: UUID, reference: str, answers: dict[str, str], note: str) -> Saved:
        """Answer the checks of one of the sample."""
        require_worker(act)
        found = await self.get(AuditRound, audit, act)
        found.look_at(reference, answers, note)
        return await self.save(act, found)

    @command
    async def close_a_round(self, act: Act, audit: UUID) -> Saved:
        """Count what was seen; what was amiss becomes findings."""
        require_worker(act)
        found = await self.get(AuditRound, audit, act)
        found.close()
        return await self.save(act, found)

    @command
    async def note_a_sign(
        self, act: Act, site_id: str, sign: str, times: int, noted_on: date, note: str, concerns: UUID | None = None
    ) -> Saved:
        """Put an early sign on record. `concerns` is the journey on whose record the note is, where it is on anybody's.

        Raises SignUnknown, NoteNamesSomebody, NoSuchRecord for a journey of another site, and what Sign refuses.
        """
        known = next((each for each in await self.early_signs(site_id) if each.id == sign), None)
        if known is None:
            raise SignUnknown
        site, journey = await self.directory.site(site_id), uuid4()
        await self._require_whose(site_id, note, concerns)
        taken = Sign.take_down(site.provider, site_id, journey, sign, known.title, times, noted_on, note, concerns)
        return await self.save(act, taken)

    @command
    async def follow_a_trigger(self, act: Act, watch: UUID, firing: UUID, how: str) -> Saved:
        """Put on record that what had to follow a trigger did."""
        require_worker(act)
        found = await self.get(Watch, watch, act)
        found.follow(firing, how)
        return await self.save(act, found)

    @command
    async def check_now(self, act: Act, measure: UUID, period: date) -> Saved:
        """Look at a month that is over, ahead of its date or again; `period` is its first day."""
        require_worker(act)
        found = await self.get(Measure, measure, act)
        period = period.replace(day=1)
        found.check(period, await self.cases.evidence(found.site, period))
        return await self.save(act, found)

    @command
    async def keep(
        self, act: Act, cadence: UUID, held_on: date, register: Register, note: str, concerns: UUID | None = None
    ) -> Saved:
        """Record that something regular was held, and in which book it is written. `concerns` as for a sign.

        Raises NoteNamesSomebody, NoSuchRecord for a journey of another site, and what Cadence refuses.
        """
        require_worker(act)
        found = await self.get(Cadence, cadence, act)
        await self._require_whose(found.site, note, concerns)
        found.keep(held_on, register, note, concerns)
        return await self.save(act, found)

    async def _require_whose(self, site: str, note: str, concerns: UUID | None) -> None:
        """A note goes with the person on whose record it is. One on nobody's names nobody, since no erasure would find it."""
        if concerns:
            there = await self.cases.site_of(concerns)
            if not there or (site and there != site):
                raise NoSuchRecord
        elif note.strip():
            held = await opened(self.mapper.keys, await self.directory.names_over(site), "name")
            if find_names(note, [row["name"] for row in held]):
                raise NoteNamesSomebody

    @command
    async def observe(
        self, act: Act, journey: UUID, seen: int, of: int, source_kind: EvidenceSource, note: str
    ) -> Saved:
        """Record a round of looking: how often the new practice was seen, of how often one looked."""
        require_worker(act)
        found = await self.get(FollowUp, FollowUp.create_id(journey), act)
        found.observe(seen, of, source_kind, note)
        return await self.save(act, found)

    @command
    async def report_lapse(self, act: Act, journey: UUID, state: str) -> Saved:
        """Say that a state no longer holds, with the reason in the act."""
        require_worker(act)
        found = await self.get(FollowUp, FollowUp.create_id(journey), act)
        found.report_lapse(state, act.rationale)
        return await self.save(act, found)


def _fitting(found: Sequence[T], site: Site) -> list[T]:
    return [each for each in found if not each.provider_kinds or site.service_kind in each.provider_kinds]


async def cadence_within(assurance: Assurance, scope: str, identity: UUID) -> dict[str, Any]:
    """A cadence's row, for a post whose scope covers its place. Raises NotFound, OutOfReach."""
    row = await assurance.standing.cadence(identity)
    if row is None:
        raise NotFound("There is no such round. Choose one from the list.")
    sites = {site.site_id for site in await assurance.directory.sites_within(scope)}
    if row["site"] not in sites and scope != f"provider:{row['provider']}":
        raise OutOfReach
    return row


async def concerned(assurance: Assurance, scope: str, receipt: str, site: str) -> UUID | None:
    """The journey with a receipt number, for a note at a site, or on a round of all sites (`site` is then empty).

    None where no number was given. Raises NoSuchRecord also for what is shut to who asks.
    """
    if not receipt.strip():
        return None
    sites = [site] if site else [each.site_id for each in await assurance.directory.sites_within(scope)]
    journey = await assurance.cases.known_by(receipt, sites)
    if journey is None:
        raise NoSuchRecord
    return journey
