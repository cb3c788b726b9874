"""One step of the reflection, its questions on one page, answered together without anybody's words being lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import Role
from libs import names
from libs.deciding import Saved
from libs.domain import Refused
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
from services.review.pages.words import labelled
from services.review.projection import Reviews

Me = Annotated[SignedIn, Depends(signed_in)]
LONGEST, LONGEST_QUESTION = 8000, 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A step as this team is asked it: the questions that fit what happened, and those it added."""

    step: int
    last: int
    title: str
    questions: list[Question]


@dataclass(frozen=True, slots=True)
class Question:
    """One question, with its place on the page."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class StepPage:
    """The pages at /review/{journey}/step/{number}; with `?own=1`, somebody answers for themself."""

    reviewing: Reviewing
    reviews: Reviews

    async def show(
        self, request: Request, me: Me, journey: UUID, number: int, after: int = 0, own: int = 0, saved: int = 0
    ) -> Response:
        await self.reviews.reached("review", after)
        row = await found(self.reviewing, self.reviews, me, journey)
        typed: dict[str, str] = {"voice": "own" if own else ""}
        for each in await self._mine(journey, me) if own else await self._group(journey):
            typed |= {each["question"]: each["words"], f"seen-{each['question']}": str(each["number"])}
        return await self._page(request, row, number, Form(typed), saved=bool(saved))

    async def answer(self, request: Request, me: Me, journey: UUID, number: int) -> Response:
        row = await found(self.reviewing, self.reviews, me, journey)
        asked = await self._asked(row, number)
        form = await Form.of(request)
        replies = _replies(form, asked)
        if not form.ok:
            return await self._page(request, row, number, form, status=422)
        try:
            saved = await self.reviewing.answer(act_of_form(me, form.value("key")), journey, number, replies)
        except SectionMovedOn as refusal:
            again = _with_theirs(form, asked, refusal)
            return await self._page(request, row, number, again, refusal.conflicts, 409)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await self._page(request, row, number, form, status=409)
        known = await self.reviewing.known_names(row["site"], journey)
        if any(names.find(each.words, known) for each in replies):
            own = "&own=1" if form.value("voice") else ""
            return RedirectResponse(f"/review/{journey}/step/{number}?saved=1{own}&after={saved.position}", 303)
        return await self._onward(row, asked, saved.position)

    async def pass_over(self, request: Request, me: Me, journey: UUID, number: int) -> Response:
        form = await Form.of(request)
        because = form.text("because", "Say in a sentence why this step does not apply here.", LONGEST)
        asking = partial(self.reviewing.pass_over, act_of_form(me, form.value("key")), journey, number, because)
        return await self._asks(request, me, journey, number, form, asking)

    async def add_question(self, request: Request, me: Me, journey: UUID, number: int) -> Response:
        form = await Form.of(request)
        words = form.text("question", "Write the question.", LONGEST_QUESTION)
        asking = partial(self.reviewing.add_question, act_of_form(me, form.value("key")), journey, number, words)
        return await self._asks(request, me, journey, number, form, asking, stay=True)

    async def _asks(
        self, request: Request, me: SignedIn, journey: UUID, number: int, form: Form,
        asking: Callable[[], Awaitable[Saved]], *, stay: bool = False,
    ) -> Response:  # fmt: skip
        """Ask for one thing about the step, and go on to the next, or stay."""
        row = await found(self.reviewing, self.reviews, me, journey)
        if not form.ok:
            return await self._page(request, row, number, form, status=422)
        try:
            saved = await asking()
        except Refused as refusal:
            form.wrong(str(refusal))
            return await self._page(request, row, number, form, status=409)
        if stay:
            return RedirectResponse(f"/review/{journey}/step/{number}?after={saved.position}", 303)
        return await self._onward(row, await self._asked(row, number), saved.position)

    async def _group(self, journey: UUID) -> list[dict[str, Any]]:
        return await opened(self.reviewing.mapper.keys, await self.reviews.answers(journey), "words")

    async def _own(self, journey: UUID) -> list[dict[str, Any]]:
        return await opened(self.reviewing.mapper.keys, await self.reviews.own_answers(journey), "words")

    async def _mine(self, journey: UUID, me: SignedIn) -> list[dict[str, Any]]:
        return [each for each in await self._own(journey) if each["voice"] == me.actor_id]

    async def _asked(self, row: dict[str, Any], number: int) -> Asked:
        """The step as this team is asked it. Raises NotFound."""
        steps = (await self.reviewing.reflection(row["rules"])).steps
        if not 1 <= number <= len(steps):
            raise NotFound("There is no such step. Choose one of the steps shown in the review.")
        put = (await self.reviewing.review(row["journey"])).answers.questions
        keys = self.reviewing.mapper.keys
        added = await opened(keys, await self.reviews.added_questions(row["journey"]), "words")
        questions = [Question(each.id, each.words) for each in steps[number - 1].questions if each.id in put]
        questions += [Question(each["question"], each["words"]) for each in added if each["step"] == number]
        return Asked(number, len(steps), steps[number - 1].title, questions)

    async def _onward(self, row: dict[str, Any], asked: Asked, position: int) -> Response:
        """To the next step, or after the last one back to the review."""
        onward = f"/step/{asked.step + 1}" if asked.step < asked.last else ""
        return RedirectResponse(f"/review/{row['journey']}{onward}?after={position}", 303)

    async def _page(
        self,
        request: Request,
        row: dict[str, Any],
        number: int,
        form: Form,
        conflicts: tuple[MovedOn, ...] = (),
        status: int = 200,
        *,
        saved: bool = False,
    ) -> Response:
        asked = await self._asked(row, number)
        known = await self.reviewing.known_names(row["site"], row["journey"])
        shell: Shell = request.app.state.shell
        shown = {
            "it": row,
            "step": asked,
            "form": form,
            "theirs": {each.question: each.theirs for each in conflicts},
            "own": form.value("voice") == "own",
            "others": _by_question(await self._own(row["journey"])),
            "named": {each.id: names.find(form.value(each.id), known) for each in asked.questions},
            "saved": saved,
            "reasons": await opened(
                self.reviewing.mapper.keys, await self.reviews.remarks(row["journey"], f"step-{number}"), "words"
            ),
            "longest": LONGEST,
        }
        return shell.page(request, "review/step.html", status, **shown)


def add(router: APIRouter, reviewing: Reviewing, reviews: Reviews) -> None:
    """Put the pages where people find them."""
    page, path = StepPage(reviewing, reviews), "/review/{journey}/step/{number}"
    router.add_api_route(path, page.show, methods=["GET"], name="step")
    router.add_api_route(path, page.answer, methods=["POST"], name="step_answers")
    router.add_api_route(f"{path}/pass-over", page.pass_over, methods=["POST"], name="step_passed_over")
    router.add_api_route(f"{path}/question", page.add_question, methods=["POST"], name="step_question")


def _by_question(own: list[dict[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """What people answered for themselves, question by question: as which role, and in which words."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in own:
        found.setdefault(each["question"], []).append((labelled(Role, each["role"]), each["words"]))
    return found


def _with_theirs(form: Form, step: Asked, refusal: SectionMovedOn) -> Form:
    """The form again, yours still in the boxes; sent once more, it answers theirs, which is shown beside it."""
    fields = {name: form.value(name) for each in step.questions for name in (each.id, f"seen-{each.id}")}
    fields["voice"] = form.value("voice")
    again = Form(fields | {f"seen-{each.question}": str(each.number) for each in refusal.conflicts})
    for each in refusal.conflicts:
        again.wrong("Someone answered this while you were writing. Make one answer of the two.", each.question)
    return again


def _replies(form: Form, step: Asked) -> list[Reply]:
    """The boxes with words in them. A box left empty answers nothing; it takes no earlier answer away."""
    replies = []
    for question in step.questions:
        words = form.text(question.id, longest=LONGEST)
        if words:
            seen = form.whole_number(f"seen-{question.id}") or 0
            replies.append(Reply(question.id, words, seen, form.value("voice") == "own"))
    if not replies:
        first = step.questions[0].id if step.questions else ""
        form.wrong("Answer at least one question, or say below why this step does not apply.", first)
    return replies
