"""When someone decides that there is something to learn, a review begins."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from contracts.intake import OpportunityTriaged
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.directory import Directory
from libs.domain import Aggregate
from libs.rules import RulePack
from libs.service import NotFound
from services.review.domain import Material, Review
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
        review.weigh_anew(event.kind, event.response, event.themes)
        return (review,)
    if event.response == "none":
        return ()
    pack = await _rules(service.directory, event.rules_version)
    place: dict[str, Any] = {
        "provider": event.provider,
        "site": event.site,
        "journey": event.journey,
        "about": event.about,
    }
    review = Review(
        **place,
        kind=event.kind,
        response=event.response,
        lead_role=lead_of(event.response),
        themes=event.themes,
        rules=f"{pack.id}/{pack.version}",
        template=f"{pack.reflection.id}/{pack.reflection.version}" if pack.reflection else "",
        questions={question.id: step.step for step in pack.reflection.steps for question in step.questions}
        if pack.reflection
        else {},
    )
    return (review, Material(**place))


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
