"""Coming back without a name: what became of it, and questions to answer, for whoever has the number and the word."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from libs.deciding import Act
from libs.domain import Refused
from libs.web.asking import KEY_LENGTH
from libs.web.forms import Form
from libs.web.shell import Shell
from services.intake.application import UNNAMED, Intake, LetIn
from services.intake.domain.refusals import TooManyTries
from services.intake.pages.register import state

PATH = "/report/talk"
LONGEST = 4000


def add(router: APIRouter, intake: Intake) -> None:
    """The page, open to anybody. Number and word travel in the form and never in an address; nobody is signed in by them."""

    @router.get(PATH)
    async def ask(request: Request) -> Response:
        return _page(request, Form())

    @router.post(PATH)
    async def come_back(request: Request) -> Response:
        form = await Form.of(request)
        number = form.text("number", "Enter the number you were given.", 20)
        word = form.text("word", "Enter the secret word that came with it.", 60)
        if not form.ok:
            return _page(request, form, status=422)
        try:
            let_in = await intake.let_in(number, word)
        except Refused as refusal:
            form.wrong(str(refusal), "word")
            return _page(request, form, status=429 if isinstance(refusal, TooManyTries) else 409)
        if form.value("do") == "say":
            return await _say(request, form, let_in)
        return _page(request, form, let_in)

    async def _say(request: Request, form: Form, let_in: LetIn) -> Response:
        said = form.text("said", "Write what you want to say.", LONGEST)
        if not form.ok:
            return _page(request, form, let_in, 422)
        act = Act(UNNAMED, "", key=form.value("key")[:KEY_LENGTH])
        journey = let_in.opportunity.journey
        try:
            await intake.answer_back(act, journey, said, _question(form))
        except Refused as refusal:
            form.wrong(str(refusal), "said")
            return _page(request, form, let_in, 409)
        talk = await intake.talk_of(journey)
        again = Form({name: form.value(name) for name in ("number", "word")})
        return _page(request, again, LetIn(let_in.opportunity, talk or let_in.talk), sent=True)

    def _page(
        request: Request, form: Form, let_in: LetIn | None = None, status: int = 200, *, sent: bool = False
    ) -> Response:
        shell: Shell = request.app.state.shell
        it = let_in.opportunity if let_in else None
        return shell.page(
            request,
            "intake/talk.html",
            status,
            form=form,
            talk=let_in.talk if let_in else None,
            where=state(it.response, closed=it.closed) if it else "",
            is_safe=it.is_safe if it else True,
            sent=sent,
            longest=LONGEST,
            me=None,  # nobody need be signed in here, and nobody is shown to be
        )


def _question(form: Form) -> UUID | None:
    try:
        return UUID(form.value("question")) if form.value("question") else None
    except ValueError:
        return None
