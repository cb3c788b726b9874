"""The history of decisions: who, in which role, when, knowing what, offered what, why, on what evidence, under which rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.taxonomy import Role
from libs.domain import Refused
from libs.service import NotFound
from libs.web.forms import Form
from services.audit.application import LEDGERS, Audit, Me
from services.audit.application.asking import stamp_of, wanted_of
from services.audit.application.deciding import NO_SUCH_JOURNEY
from services.audit.application.sentences import field_of, listing, plain, shown, who
from services.audit.ledger.history import PAGE, Decision, Wanted

WORDS = {"plain": plain, "who": who, "field_of": field_of, "shown": shown, "stamp_of": stamp_of}


def add(router: APIRouter, audit: Audit) -> None:
    """The list with its filters, one decision, a journey's, and who has read."""
    _lists(router, audit)
    _one(router, audit)

    @router.get("/readings")
    async def readings(request: Request, me: Me, words: bool = False, after: int = 0) -> Response:
        await audit.readings.reached("audit", after)
        rows = await audit.readers(me, words=words)
        page: Response = request.app.state.shell.page(request, "audit/readings.html", rows=rows, words=words, **WORDS)
        return page


def _lists(router: APIRouter, audit: Audit) -> None:
    @router.get("/decisions")
    async def decisions(request: Request, me: Me, before: str = "") -> Response:
        typed = {name: value for name, value in request.query_params.items() if value and name != "before"}
        wanted, form = wanted_of(typed), Form(typed)
        found = await audit.decided(me, wanted, _place(before))
        await audit.note_reading(me, listing(typed))
        last = found[PAGE - 1] if len(found) > PAGE else None
        page: Response = request.app.state.shell.page(
            request, "audit/decisions.html", form=form, decisions=found[:PAGE], filtered=bool(typed),
            titles=await _titles(audit, me),
            roles=Role.choices(), services=[(name, name.capitalize()) for name in LEDGERS],
            packs=[(each, each) for each in await audit.history.rules()],
            newest=f"/audit/decisions?{urlencode(typed)}" if before else "",
            older=f"/audit/decisions?{urlencode(typed | {'before': _after(last)})}" if last else "", **WORDS,
        )  # fmt: skip
        return page

    @router.get("/journeys/{journey}")
    async def journey(request: Request, me: Me, journey: UUID) -> Response:
        found = await audit.decided(me, Wanted(journey=journey))
        while len(found) % (PAGE + 1) == 0 and found:
            last = found.pop()
            found += [
                last,
                *(await audit.decided(me, Wanted(journey=journey), (last.recorded, last.service, last.place))),
            ]
        if not found:  # the same answer as for a journey that the post does not reach
            raise NotFound(NO_SUCH_JOURNEY)
        await audit.note_reading(me, "the decisions of a journey", found[0])
        page: Response = request.app.state.shell.page(
            request,
            "audit/journey.html",
            journey=journey,
            decisions=found[::-1],
            titles=await _titles(audit, me),
            **WORDS,
        )
        return page


def _one(router: APIRouter, audit: Audit) -> None:
    async def told(
        request: Request, me: Me, service: str, position: int, form: Form, status: int = 200, **given: bool
    ) -> Response:
        found = await audit.told(me, service, position, words=given.get("words", False))
        page: Response = request.app.state.shell.page(
            request, "audit/decision.html", status, told=found, form=form, opened=given.get("words", False),
            may_open=audit.may_open(me, found.decision), titles=await _titles(audit, me), **WORDS,
        )  # fmt: skip
        return page

    @router.get("/decisions/{service}/{position}")
    async def one(request: Request, me: Me, service: str, position: int) -> Response:
        page = await told(request, me, service, position, Form())
        found = await audit.told(me, service, position)
        await audit.note_reading(me, f"{service}, position {position}: {plain(found.decision.topic)}", found.decision)
        return page

    @router.post("/decisions/{service}/{position}")
    async def open_words(request: Request, me: Me, service: str, position: int) -> Response:
        form = await Form.of(request)
        because = form.text("because", "Say why you need to read these words", longest=1_000)
        found = await audit.told(me, service, position)
        if not form.ok:
            return await told(request, me, service, position, form, 422)
        what = f"{service}, position {position}: {plain(found.decision.topic)}"
        try:
            await audit.open_words(me, found.decision, what, because)
        except Refused as refusal:
            form.wrong(str(refusal), "because")
            return await told(request, me, service, position, form, 403)
        return await told(request, me, service, position, form, words=True)


async def _titles(audit: Audit, me: Me) -> dict[str, str]:
    _, sites = await audit.reach(me)
    return {site.site_id: site.title for site in sites}


def _place(before: str) -> tuple[datetime, str, int] | None:
    """Where the page before this one ended; a place that cannot be read is the beginning."""
    stamp, _, rest = before.partition("~")
    service, _, place = rest.partition("~")
    try:
        return datetime.fromtimestamp(int(stamp) / 1_000_000, UTC), service, int(place)
    except (ValueError, OverflowError, OSError):
        return None


def _after(last: Decision) -> str:
    micros = round(replace(last).recorded.timestamp() * 1_000_000)
    return f"{micros}~{last.service}~{last.place}"
