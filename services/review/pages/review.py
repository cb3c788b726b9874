"""One review on one page: what to do next, and everything that was written, named and agreed so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import EvidenceSource, FactorCategory, SeipsElement
from libs.calendar import local_day
from libs.domain import Refused
from libs.reading import opened
from libs.service import Stale
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.review.application import Reviewing
from services.review.domain.refusals import NamesInSharedText
from services.review.pages import words
from services.review.pages.decisions import DECISIONS
from services.review.pages.reading import found
from services.review.projection import Reviews

Me = Annotated[SignedIn, Depends(signed_in)]
OVERTAKEN = "Someone changed this review after you opened the page. Read it as it is now, then send yours again."
CATEGORIES = [
    (element.label, [(each.value, each.label) for each in FactorCategory if each.seips is element])
    for element in reversed(SeipsElement)
]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The page at /review/{journey}, and what is sent from it."""

    reviewing: Reviewing
    reviews: Reviews

    async def show(self, request: Request, me: Me, journey: UUID, after: int = 0) -> Response:
        await self.reviews.reached("review", after)
        return await self._page(request, me, journey, Form())

    async def decide(self, request: Request, me: Me, journey: UUID, action: str) -> Response:
        if action not in DECISIONS:
            raise HTTPException(404)
        await found(self.reviewing, self.reviews, me, journey)
        form = await Form.of(request)
        act = act_of_form(me, form.value("key"), form.value("version"))
        status = 409
        try:
            saved = await DECISIONS[action](self.reviewing, act, journey, form)
        except NamesInSharedText as refusal:
            for each in refusal.findings:
                form.wrong(f"“{each.text}” looks like {each.kind}. Use a role, such as “the night carer”.", action)
        except Refused as refusal:
            form.wrong(str(refusal))
        except Stale:
            form.wrong(OVERTAKEN)
        else:
            if saved is not None:
                return RedirectResponse(f"/review/{journey}?after={saved.position}", 303)
            status = 422
        return await self._page(request, me, journey, form, action, status)

    async def _written(self, row: dict[str, Any], actor: str) -> dict[str, Any]:
        """What the page shows besides the review's own row, words opened."""
        journey, keys, reviews = row["journey"], self.reviewing.mapper.keys, self.reviews
        titles = {each.step: each.title for each in (await self.reviewing.reflection(row["rules"])).steps}
        factors = await opened(keys, await reviews.factors(journey), "words")
        return {
            "titles": titles,
            "factors": factors,
            "whys": words.whys(factors),
            "elements": words.by_element(factors),
            "people_only": words.people_only(factors),
            "next": words.next_thing(row, titles, factors, actor),
            "recommendations": await reviews.recommendations(journey),
            "participants": await opened(keys, await reviews.participants(journey), "because"),
            "timeline": await opened(keys, await reviews.timeline(journey), "words"),
            "evidence": await opened(keys, await reviews.evidence(journey), "words"),
            "posts": {post.post_id: post.title for post in await self.reviewing.directory.posts_above(row["site"])},
        }

    async def _page(
        self, request: Request, me: SignedIn, journey: UUID, form: Form, failed: str = "", status: int = 200
    ) -> Response:
        row = await found(self.reviewing, self.reviews, me, journey)
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "review/review.html",
            status,
            it=row,
            site=(await self.reviewing.directory.site(row["site"])).title,
            form=form,
            failed=failed,
            categories=CATEGORIES,
            sources=EvidenceSource.choices(),
            source_labels=dict(EvidenceSource.choices()),
            today=local_day(self.reviewing.clock.now()),
            draft=Form({"learning": row["learning"]}),
            **await self._written(row, me.actor_id),
        )


def add(router: APIRouter, reviewing: Reviewing, reviews: Reviews) -> None:
    """Put the page where people find it."""
    page = ReviewPage(reviewing, reviews)
    router.add_api_route("/review/{journey}", page.show, methods=["GET"], name="review")
    router.add_api_route("/review/{journey}/{action}", page.decide, methods=["POST"], name="review_decision")
