"""One step of the reflection, its questions on one page, answered together without anybody's words being lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from libs.domain import Refused
from libs.practice import Step
from libs.reading import opened
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.review.application import Reviewing
from services.review.domain.refusals import SectionMovedOn
from services.review.domain.values import MovedOn, Reply
from services.review.pages.reading import found
from services.review.projection import Reviews

Me = Annotated[SignedIn, Depends(signed_in)]
LONGEST = 8000


@dataclass(frozen=True, slots=True)
class StepPage:
    """The pages at /review/{journey}/step/{number}."""

    reviewing: Reviewing
    reviews: Reviews

    async def show(self, request: Request, me: Me, journey: UUID, number: int, after: int = 0) -> Response:
        await self.reviews.reached("review", after)
        row = await found(self.reviewing, self.reviews, me, journey)
        typed: dict[str, str] = {}
        answers = await opened(self.reviewing.mapper.keys, await self.reviews.answers(journey), "words")
        for each in answers:
            typed |= {each["question"]: each["words"], f"seen-{each['question']}": str(each["number"])}
        return await self._page(request, row, number, Form(typed))

    async def answer(self, request: Request, me: Me, journey: UUID, number: int) -> Response:
        row = await found(self.reviewing, self.reviews, me, journey)
        step, _ = await self._step(row, number)
        form = await Form.of(request)
        replies = _replies(form, step)
        if not form.ok:
            return await self._page(request, row, number, form, status=422)
        try:
            saved = await self.reviewing.answer(act_of_form(me, form.value("key")), journey, number, replies)
        except SectionMovedOn as refusal:
            again = _with_theirs(form, step, refusal)
            return await self._page(request, row, number, again, refusal.conflicts, 409)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await self._page(request, row, number, form, status=409)
        return await self._onward(row, number, saved.position)

    async def pass_over(self, request: Request, me: Me, journey: UUID, number: int) -> Response:
        row = await found(self.reviewing, self.reviews, me, journey)
        form = await Form.of(request)
        because = form.text("because", "Say in a sentence why this step does not apply here.", LONGEST)
        if not form.ok:
            return await self._page(request, row, number, form, status=422)
        try:
            saved = await self.reviewing.pass_over(act_of_form(me, form.value("key")), journey, number, because)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await self._page(request, row, number, form, status=409)
        return await self._onward(row, number, saved.position)

    async def _step(self, row: dict[str, Any], number: int) -> tuple[Step, int]:
        """A step, and how many there are. Raises NotFound."""
        steps = (await self.reviewing.reflection(row["rules"])).steps
        if not 1 <= number <= len(steps):
            raise NotFound("There is no such step. Choose one of the steps shown in the review.")
        return steps[number - 1], len(steps)

    async def _onward(self, row: dict[str, Any], number: int, position: int) -> Response:
        """To the next step, or after the last one back to the review."""
        _, last = await self._step(row, number)
        onward = f"/step/{number + 1}" if number < last else ""
        return RedirectResponse(f"/review/{row['journey']}{onward}?after={position}", 303)

    async def _page(
        self,
        request: Request,
        row: dict[str, Any],
        number: int,
        form: Form,
        conflicts: tuple[MovedOn, ...] = (),
        status: int = 200,
    ) -> Response:
        step, last = await self._step(row, number)
        theirs = {each.question: each.theirs for each in conflicts}
        shell: Shell = request.app.state.shell
        shown = {"it": row, "step": step, "last": last, "form": form, "theirs": theirs, "longest": LONGEST}
        return shell.page(request, "review/step.html", status, **shown)


def add(router: APIRouter, reviewing: Reviewing, reviews: Reviews) -> None:
    """Put the pages where people find them."""
    page, path = StepPage(reviewing, reviews), "/review/{journey}/step/{number}"
    router.add_api_route(path, page.show, methods=["GET"], name="step")
    router.add_api_route(path, page.answer, methods=["POST"], name="step_answers")
    router.add_api_route(f"{path}/pass-over", page.pass_over, methods=["POST"], name="step_passed_over")


def _with_theirs(form: Form, step: Step, refusal: SectionMovedOn) -> Form:
    """The form again, yours still in the boxes; sent once more, it answers theirs, which is shown beside it."""
    fields = {name: form.value(name) for each in step.questions for name in (each.id, f"seen-{each.id}")}
    again = Form(fields | {f"seen-{each.question}": str(each.number) for each in refusal.conflicts})
    for each in refusal.conflicts:
        again.wrong("Someone answered this while you were writing. Make one answer of the two.", each.question)
    return again


def _replies(form: Form, step: Step) -> list[Reply]:
    """The boxes with words in them. A box left empty answers nothing; it takes no earlier answer away."""
    replies = []
    for question in step.questions:
        words = form.text(question.id, longest=LONGEST)
        if words:
            seen = form.whole_number(f"seen-{question.id}") or 0
            replies.append(Reply(question.id, words, seen))
    if not replies:
        form.wrong("Answer at least one question, or say below why this step does not apply.", step.questions[0].id)
    return replies
