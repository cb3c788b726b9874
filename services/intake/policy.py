"""Whenever an audit finds something that is not as it should be: it is taken in, to be weighed like anything else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Protocol

from contracts.assurance import AuditFindingMade
from contracts.taxonomy import OpportunityKind
from libs.domain import Aggregate


class TakesIn(Protocol):
    """What the policy asks of its service."""

    async def taken_from(self, site: str, kind: str, summary: str, themes: list[str], source_key: str) -> Aggregate:
        """The opportunity that a report of another room begins, or the one that it began before."""
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
