"""What governance does when another room says whom an allegation is about: it tells every room to whom the journey is shut."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Protocol, TypeVar
from uuid import UUID

from contracts.envelope import PublishedEvent
from contracts.intake import SubjectBarLifted, SubjectBarred
from libs.domain import Aggregate
from services.governance.domain import Admission

A = TypeVar("A", bound=Aggregate)


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


async def _admission(event: PublishedEvent, governance: Records) -> Admission:
    found = await governance.find(Admission, Admission.create_id(event.journey))
    return found or Admission(provider=event.provider, site=event.site, journey=event.journey, about=event.about)
