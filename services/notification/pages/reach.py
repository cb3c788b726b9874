"""How far a briefing has reached: by part of the team, who is still to be reached, answers to read, and the question."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import BriefingAudiencePart
from libs.domain import Refused
from libs.reading import opened
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import within
from libs.web.signed_in import signed_in
from services.notification.application import Notification
from services.notification.domain.briefing import SUPERVISORS
from services.notification.pages.briefings import in_reach
from services.notification.pages.people import names
from services.notification.projection.briefings import Briefings

Me = Annotated[SignedIn, Depends(signed_in)]
CHOICES = 4
STATES = {
    "unread": "Not read yet",
    "read": "Read, question not answered",
    "answered": "Answered, to be read by you or another who leads the work",
    "not_yet": "Not yet understood: talk it through",
    "understood": "Understood",
}


def add(router: APIRouter, service: Notification, briefings: Briefings) -> None:
    """The pages of a briefing for those who lead the work."""

    @router.get("/briefings/{briefing}/reach")
    async def reach(request: Request, me: Me, briefing: UUID, after: int = 0) -> Response:
        await briefings.reached("notification", after)
        return await _reach(request, me, briefing, Form())

    @router.post("/briefings/{briefing}/reach")
    async def mark(request: Request, me: Me, briefing: UUID) -> Response:
        found = await in_reach(service, briefings, me, briefing)
        await within(service.directory, me, found["site"])
        form = await Form.of(request)
        act = act_of_form(me, form.value("key"))
        try:
            person, understood = UUID(form.value("person")), form.value("do") == "understood"
            saved = await service.mark(act, briefing, person, understood=understood)
        except (Refused, ValueError) as refusal:
            form.wrong(str(refusal) if isinstance(refusal, Refused) else "Choose whose answer you read.")
            return await _reach(request, me, briefing, form, 409)
        return RedirectResponse(f"/briefings/{briefing}/reach?after={saved.position}", 303)

    async def _reach(request: Request, me: SignedIn, briefing: UUID, form: Form, status: int = 200) -> Response:
        found = await in_reach(service, briefings, me, briefing)
        await within(service.directory, me, found["site"])
        listeners, leads = await briefings.listeners(briefing), me.role in SUPERVISORS
        if leads:
            listeners = await opened(service.mapper.keys, listeners, "answer")
        missed = await briefings.missed(briefing)
        people = [each["person_id"] for each in (*listeners, *missed)]
        called = await names(service.directory, service.mapper.keys, people)
        parts = dict(BriefingAudiencePart.choices())
        page: Response = request.app.state.shell.page(
            request,
            "notification/reach.html",
            status,
            it=found,
            site=(await service.directory.site(found["site"])).title,
            parts=[row | {"label": parts[row["part"]]} for row in await briefings.by_part(briefing)],
            groups=await briefings.by_group(briefing),
            listeners=[
                row | {"name": called[row["person_id"]], "part": parts[row["part"]], "stands": STATES[row["state"]]}
                for row in listeners
            ],
            missed=[row | {"name": called[row["person_id"]], "part": parts[row["part"]]} for row in missed],
            leads=leads,
            form=form,
        )
        return page

    @router.get("/briefings/{briefing}/question")
    async def question(request: Request, me: Me, briefing: UUID) -> Response:
        found = await in_reach(service, briefings, me, briefing)
        await within(service.directory, me, found["site"])
        return _question(request, found, Form(_typed(found)))

    @router.post("/briefings/{briefing}/question")
    async def ask(request: Request, me: Me, briefing: UUID) -> Response:
        found = await in_reach(service, briefings, me, briefing)
        await within(service.directory, me, found["site"])
        form = await Form.of(request)
        words = form.text("question", "Write the question.", 1000)
        written = [(n, form.text(f"option-{n}", longest=300)) for n in range(1, CHOICES + 1)]
        offered = [(n, option) for n, option in written if option]
        right = next((place for place, (n, _) in enumerate(offered) if str(n) == form.value("right")), None)
        if not form.ok:
            return _question(request, found, form, 422)
        act = act_of_form(me, form.value("key"), form.value("version"))
        try:
            saved = await service.ask(act, briefing, words, [option for _, option in offered], right)
        except Refused as refusal:
            form.wrong(str(refusal), "question")
            return _question(request, found, form, 409)
        return RedirectResponse(f"/briefings/{briefing}/reach?after={saved.position}", 303)


def _typed(found: dict[str, Any]) -> dict[str, str]:
    options = {f"option-{n}": option for n, option in enumerate(found["options"], start=1)}
    right = {} if found["right_option"] is None else {"right": str(found["right_option"] + 1)}
    return {"question": found["question"]} | options | right


def _question(request: Request, found: dict[str, Any], form: Form, status: int = 200) -> Response:
    page: Response = request.app.state.shell.page(
        request, "notification/question.html", status, it=found, form=form, choices=range(1, CHOICES + 1)
    )
    return page
