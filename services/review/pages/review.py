"""One review on one page: what to do next, and everything that was written, named and agreed so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import EvidenceSource, FactorCategory, ResponseKind, Role, SeipsElement
from libs.calendar import local_day
from libs.domain import Refused
from libs.service import Stale
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.review.application import Reviewing
from services.review.domain.refusals import NamesInSharedText, SectionMovedOn
from services.review.domain.values import SIGNERS, MovedOn
from services.review.pages.decisions import DECISIONS
from services.review.pages.reading import found
from services.review.pages.words import labelled
from services.review.pages.written import shared_sections, written
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
        except SectionMovedOn as refusal:
            return await self._page(request, me, journey, _with_theirs(form, refusal), action, 409, refusal.conflicts)
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

    async def _page(
        self,
        request: Request,
        me: SignedIn,
        journey: UUID,
        form: Form,
        failed: str = "",
        status: int = 200,
        conflicts: tuple[MovedOn, ...] = (),
    ) -> Response:
        row = await found(self.reviewing, self.reviews, me, journey)
        shown = await written(self.reviewing, self.reviews, row, me.actor_id)
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
            seips_labels=dict(SeipsElement.choices()),
            today=local_day(self.reviewing.clock.now()),
            forms=ResponseKind.choices(),
            draft=Form(shared_sections(shown["shared"])),
            theirs={each.question: each.theirs for each in conflicts},
            may_sign=me.role in (row["signers"] or SIGNERS),
            signers=[labelled(Role, each) for each in row["signers"] or SIGNERS],
            **shown,
        )


def add(router: APIRouter, reviewing: Reviewing, reviews: Reviews) -> None:
    """Put the page where people find it."""
    page = ReviewPage(reviewing, reviews)
    router.add_api_route("/review/{journey}", page.show, methods=["GET"], name="review")
    router.add_api_route("/review/{journey}/{action}", page.decide, methods=["POST"], name="review_decision")


def _with_theirs(form: Form, refusal: SectionMovedOn) -> Form:
    """The form again, your text still in the box; sent once more, it stands in the place of theirs, shown beside it."""
    fields = {each.question: each.yours for each in refusal.conflicts} | {"known": form.value("known")}
    again = Form(fields | {f"seen-{each.question}": str(each.number) for each in refusal.conflicts})
    for each in refusal.conflicts:
        again.wrong("Someone wrote this anew while you were writing. Make one text of the two.", each.question)
    return again
