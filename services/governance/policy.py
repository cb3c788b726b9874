"""What governance does when another room says whom an allegation is about, or what it showed to somebody in an emergency."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Protocol, TypeVar
from uuid import UUID

from contracts import action, assurance, intake, notification, review
from contracts.envelope import PublishedEvent
from contracts.intake import SubjectBarLifted, SubjectBarred
from libs.domain import Aggregate
from services.governance.domain import Admission, EmergencyAccess

A = TypeVar("A", bound=Aggregate)
ReadInEmergency = (
    intake.ReadInEmergency | review.ReadInEmergency | action.ReadInEmergency | notification.ReadInEmergency
    | assurance.ReadInEmergency
)  # fmt: skip


class Records(Protocol):
    """What the policy asks of its service."""

    async def find(self, kind: type[A], identity: UUID) -> A | None: ...


@singledispatch
async def react(event: object, governance: Records) -> Iterable[Aggregate]:
    """What has no case here asks nothing of governance."""
    return ()


@react.register
async def shut_it_to_the_subject(event: SubjectBarred, governance: Records) -> Iterable[Aggregate]:
    admission = await _admission(event, governance)
    admission.shut_out(event.subject)
    return (admission,)


@react.register
async def let_them_in_again(event: SubjectBarLifted, governance: Records) -> Iterable[Aggregate]:
    admission = await _admission(event, governance)
    admission.let_in(event.subject)
    return (admission,)


@react.register(intake.ReadInEmergency)
@react.register(review.ReadInEmergency)
@react.register(action.ReadInEmergency)
@react.register(notification.ReadInEmergency)
@react.register(assurance.ReadInEmergency)
async def list_what_was_read(event: ReadInEmergency, governance: Records) -> Iterable[Aggregate]:
    """Also where the time has ended since: it was read."""
    access = await governance.find(EmergencyAccess, event.access_id)
    if access is None:
        return ()
    access.was_read(event.what, event.occurred)
    return (access,)


async def _admission(event: PublishedEvent, governance: Records) -> Admission:
    found = await governance.find(Admission, Admission.create_id(event.journey))
    return found or Admission(provider=event.provider, site=event.site, journey=event.journey, about=event.about)
