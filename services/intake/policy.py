"""Whenever an audit finds something that is not as it should be, it is taken in, to be weighed like anything else; whenever
an erasure is approved, the keys are destroyed; whenever a month begins, somebody is asked about what need not be kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from functools import singledispatch
from typing import Any, Protocol
from uuid import UUID

from contracts.assurance import AuditFindingMade
from contracts.governance import RulePackAdopted
from contracts.taxonomy import OpportunityKind
from libs.calendar import LONDON
from libs.deadlines import DeadlineReached, Due, Lifted
from libs.domain import Aggregate
from services.intake.domain import Disposal, Erasure


class TakesIn(Protocol):
    """What the policy asks of its service."""

    async def taken_from(self, site: str, kind: str, summary: str, themes: list[str], source_key: str) -> Aggregate:
        """The opportunity that a report of another room begins, or the one that it began before."""
        ...

    async def find(self, kind: Any, identity: UUID) -> Any:
        """A record of this room, or None."""
        ...

    async def destroy(self, erasure: Erasure) -> int:
        """Destroy the keys of an approved erasure; how many files went with them."""
        ...

    async def disposal_begun(self, provider: str) -> Aggregate | None:
        """The provider's monthly look, where it has not begun."""
        ...

    async def disposal_looked(self, provider_review: UUID) -> Iterable[Aggregate]:
        """The month's look: what it changed."""
        ...


@singledispatch
async def react(event: object, intake: TakesIn) -> Iterable[Aggregate]:
    """What has no case here changes nothing."""
    return ()


@react.register
async def take_a_finding_in(event: AuditFindingMade, intake: TakesIn) -> Iterable[Aggregate]:
    """One for each check that failed, however many of the sample did; the same finding again is known."""
    opportunity = await intake.taken_from(
        event.site,
        OpportunityKind.QUALITY_ASSURANCE,
        f"An audit found this not to be so in {event.exceptions} of {event.of}: {event.title}",
        list(event.themes),
        f"audit:{event.finding_id}",
    )
    return [opportunity]


@react.register
async def begin_to_look(event: RulePackAdopted, intake: TakesIn) -> Iterable[Aggregate]:
    """From the first schedule of retention on, somebody looks each month."""
    begun = await intake.disposal_begun(event.provider) if event.content.get("retention") else None
    return [begun] if begun else ()


@react.register
async def act_on_the_day(event: DeadlineReached, intake: TakesIn) -> Iterable[Aggregate]:
    """The keys are destroyed before it is certified that they are: after a crash between the two, it is done again."""
    if event.name == "look":
        return await intake.disposal_looked(event.aggregate)
    erasure = await intake.find(Erasure, event.aggregate)
    if erasure is None or erasure.state != "approved":
        return ()
    erasure.certify(await intake.destroy(erasure))
    return [erasure]


@singledispatch
def dates(event: object) -> Iterable[Due | Lifted]:
    """What has no case here sets no date."""
    return ()


@dates.register
def destroy_at_once(event: Erasure.Approved) -> Iterator[Due | Lifted]:
    yield Due("destroy", event.recorded)


@dates.register(Disposal.Begun)
@dates.register(Disposal.Looked)
def look_next(event: Any) -> Iterator[Due | Lifted]:
    yield Due("look", datetime.combine(event.next_on, time(), LONDON))
