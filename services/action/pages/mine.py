"""What one is named for: training, coaching and the like, and saying that one took part."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import ChangeKind
from contracts.taxonomy.learning import FOR_A_PERSON
from libs.calendar import end_of_day
from libs.domain import Refused
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.action.application import Actions
from services.action.domain.roll import Roll
from services.action.domain.terms import SEEN_BY_ANOTHER
from services.action.projection import Plans

Me = Annotated[SignedIn, Depends(signed_in)]
PATH = "/action/mine"
UNSAID = "something that your manager named you for"
"""What somebody is named for on a journey that is shut to them."""


def add(router: APIRouter, actions: Actions, plans: Plans) -> None:
    """The page, and what is said on it."""

    @router.get(PATH)
    async def mine(request: Request, me: Me, after: int = 0) -> Response:
        await plans.reached("action", after)
        return await _page(request, me, Form())

    @router.post(PATH + "/{action}")
    async def took_part(request: Request, me: Me, action: UUID) -> Response:
        person, form = await _named(actions, me, action), await Form.of(request)
        on = form.day("took_part_on", "Enter the day on which you took part.")
        if on is None:
            return await _page(request, me, form, action, 422)
        try:
            saved = await actions.take_part(act_of_form(me, form.value("key")), action, person, on)
        except Refused as refusal:
            form.wrong(str(refusal), "took_part_on")
            return await _page(request, me, form, action, 409)
        return RedirectResponse(f"{PATH}?after={saved.position}", 303)

    async def _page(
        request: Request, me: SignedIn, form: Form, failed: UUID | None = None, status: int = 200
    ) -> Response:
        person = person_of(me.actor_id)
        rows = [_shown(row) for row in (await plans.meant_for(person) if person else [])]
        today = {"took_part_on": actions.today().isoformat()}
        answer: Response = request.app.state.shell.page(
            request, "action/mine.html", status, form=form, failed=failed, offered=Form(today),
            waiting=[row for row in rows if not row["took_part_on"]],
            done=[row for row in rows if row["took_part_on"]],
        )  # fmt: skip
        return answer


def person_of(actor: str) -> UUID | None:
    """The person behind an actor, or None where it is no person whom the organisation knows by id."""
    try:
        return UUID(actor.removeprefix("person:"))
    except ValueError:
        return None


async def _named(actions: Actions, me: SignedIn, action: UUID) -> UUID:
    """Who asks, if this change is meant for them. Raises NotFound."""
    person, roll = person_of(me.actor_id), await actions.find(Roll, Roll.create_id(action))
    if person is None or roll is None or person not in roll.people:
        raise NotFound("There is nothing here that you are named for.")
    return person


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    kind = row["change_kind"]
    called = FOR_A_PERSON[ChangeKind(kind)] if kind else UNSAID
    due = end_of_day(row["due"]) if row["due"] else None
    return row | {"due": due, "called": called[0].upper() + called[1:], "own_word": kind not in SEEN_BY_ANOTHER}
