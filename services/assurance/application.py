"""What can be asked of assurance."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from contracts.taxonomy import EvidenceSource, Register
from libs.deciding import Act, Saved
from libs.directory import Directory
from libs.service import NotFound, Service, command
from libs.web.reach import OutOfReach
from services.assurance.domain import Cadence, Effect, FollowUp, Measure, Programme
from services.assurance.projection.cases import Cases
from services.assurance.projection.standing import Standing


class Assurance(Service):
    """Measures, watches over what is held regularly, and follows every change up until it lasts."""

    name = "assurance"
    aggregates = (Programme, Measure, Cadence, FollowUp, Effect)
    directory: Directory
    cases: Cases
    standing: Standing

    @command
    async def check_now(self, act: Act, measure: UUID, period: date) -> Saved:
        """Look at a month that is over, ahead of its date or again; `period` is its first day."""
        found = await self.get(Measure, measure, act)
        period = period.replace(day=1)
        found.check(period, await self.cases.evidence(found.site, period))
        return await self.save(act, found)

    @command
    async def keep(self, act: Act, cadence: UUID, held_on: date, register: Register, note: str) -> Saved:
        """Record that something regular was held, and in which book it is written."""
        found = await self.get(Cadence, cadence, act)
        found.keep(held_on, register, note)
        return await self.save(act, found)

    @command
    async def observe(
        self, act: Act, journey: UUID, seen: int, of: int, source_kind: EvidenceSource, note: str
    ) -> Saved:
        """Record a round of looking: how often the new practice was seen, of how often one looked."""
        found = await self.get(FollowUp, FollowUp.create_id(journey), act)
        found.observe(seen, of, source_kind, note)
        return await self.save(act, found)

    @command
    async def report_lapse(self, act: Act, journey: UUID, state: str) -> Saved:
        """Say that a state no longer holds, with the reason in the act."""
        found = await self.get(FollowUp, FollowUp.create_id(journey), act)
        found.report_lapse(state, act.rationale)
        return await self.save(act, found)


async def cadence_within(assurance: Assurance, scope: str, identity: UUID) -> dict[str, Any]:
    """A cadence's row, for a post whose scope covers its place. Raises NotFound, OutOfReach."""
    row = await assurance.standing.cadence(identity)
    if row is None:
        raise NotFound("There is no such round. Choose one from the list.")
    sites = {site.site_id for site in await assurance.directory.sites_within(scope)}
    if row["site"] not in sites and scope != f"provider:{row['provider']}":
        raise OutOfReach
    return row
