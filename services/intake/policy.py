"""Whenever an audit finds something that is not as it should be: it is taken in, to be weighed like anything else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from contracts.assurance import AuditFindingMade
from contracts.taxonomy import IntakeRoute, OpportunityKind
from libs.domain import Aggregate
from services.intake.application import Intake
from services.intake.application.reporting import Report


@singledispatch
async def react(event: object, intake: Intake) -> Iterable[Aggregate]:
    """What has no case here changes nothing."""
    return ()


@react.register
async def take_a_finding_in(event: AuditFindingMade, intake: Intake) -> Iterable[Aggregate]:
    """One for each check that failed, however many of the sample did; the same finding again is known."""
    report = Report(
        site=event.site,
        kind=OpportunityKind.QUALITY_ASSURANCE,
        summary=f"An audit found this not to be so in {event.exceptions} of {event.of}: {event.title}",
        themes=list(event.themes),
        route=IntakeRoute.EVENT,
        source_key=f"audit:{event.finding_id}",
    )
    opportunity, _ = await intake.taken(report)
    return [opportunity]
