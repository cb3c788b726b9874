"""When someone decides that there is something to learn, a review begins; what other bodies say of it joins it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from contracts.envelope import PublishedEvent
from contracts.intake import (
    FindingsReceived,
    OpportunityTriaged,
    RecommendationReceived,
    SubjectBarLifted,
    SubjectBarred,
)
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.directory import Directory
from libs.domain import Aggregate
from libs.reading import opened_one
from libs.rules import RulePack
from libs.service import NotFound
from services.review.domain import Access, Material, Review, Scrutiny
from services.review.domain.values import lead_of

PATIENCE = 5
"""How many times the directory may move before its not knowing the rules is taken as an answer."""


@singledispatch
async def react(event: object, service: Any) -> Iterable[Aggregate]:
    return ()


@react.register
async def open_a_review(event: OpportunityTriaged, service: Any) -> Iterable[Aggregate]:
    """A response was chosen: open the review, or take it up anew where the opportunity was weighed again."""
    review = await service.find(Review, Review.create_id(event.journey))
    if review is not None:
        known = await service.reflection(review.rules) if review.template else None
        questions = known.questions(event.kind) if known else {}
        review.weigh_anew(event.kind, event.response, event.themes, questions)
        return (review,)
    if event.response == "none":
        return ()
    pack = await _rules(service.directory, event.rules_version)
    reflection, place = pack.reflection, _place(event)
    review = Review(
        **place,
        kind=event.kind,
        response=event.response,
        lead_role=lead_of(event.response),
        themes=event.themes,
        rules=f"{pack.id}/{pack.version}",
        template=f"{reflection.id}/{reflection.version}" if reflection else "",
        questions=reflection.questions(event.kind) if reflection else {},
        signers=tuple(map(str, reflection.signed_off_by)) if reflection else (),
    )
    return (review, Material(**place))


@react.register
async def take_up_findings(event: FindingsReceived, service: Any) -> Iterable[Aggregate]:
    """Another body sent what it found, before the review was opened, while it is open, or after."""
    scrutiny = await _scrutiny(event, service)
    words = await opened_one(service.mapper.keys, event.words)
    scrutiny.receive_advice(event.findings_id, "finding", event.body, words)
    return (scrutiny,)


@react.register
async def take_up_recommendation(event: RecommendationReceived, service: Any) -> Iterable[Aggregate]:
    """Another body recommended something, which waits for a decision."""
    scrutiny = await _scrutiny(event, service)
    words = await opened_one(service.mapper.keys, event.words)
    scrutiny.receive_advice(event.recommendation_id, "recommendation", event.body, words)
    return (scrutiny,)


@react.register
async def shut_out_the_subject(event: SubjectBarred, service: Any) -> Iterable[Aggregate]:
    """Whoever an allegation is about neither reads the review nor decides in it."""
    access = await _access(event, service)
    access.bar(event.subject)
    return (access,)


@react.register
async def let_in_again(event: SubjectBarLifted, service: Any) -> Iterable[Aggregate]:
    """It turned out that somebody is not its subject."""
    access = await _access(event, service)
    access.lift_bar(event.subject)
    return (access,)


def _place(event: PublishedEvent) -> dict[str, Any]:
    return {"provider": event.provider, "site": event.site, "journey": event.journey, "about": event.about}


async def _scrutiny(event: PublishedEvent, service: Any) -> Scrutiny:
    found = await service.find(Scrutiny, Scrutiny.create_id(event.journey))
    return found if isinstance(found, Scrutiny) else Scrutiny(**_place(event))


async def _access(event: PublishedEvent, service: Any) -> Access:
    found = await service.find(Access, Access.create_id(event.journey))
    return found if isinstance(found, Access) else Access(**_place(event))


async def _rules(directory: Directory, version: str) -> RulePack:
    """The rules it was weighed under. They were known to whoever weighed it, so they are on their way here."""
    for _ in range(PATIENCE):
        try:
            return await _known(directory, version)
        except NotFound:
            await directory.reached("governance", directory.places.get("governance", (0, 0))[0] + 1, patience=0.5)
    return await _known(directory, version)


async def _known(directory: Directory, version: str) -> RulePack:
    pack_id, _, number = version.rpartition("/")
    if pack_id:
        return await directory.rules_version(pack_id, number)
    return await directory.rules(local_day(circumstances().now))
