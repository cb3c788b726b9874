"""Audit's pages: the ledgers, what a comparison found, and the decisions of one journey."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from libs.domain import Refused
from libs.web.asking import act_of_form
from libs.web.forms import Form
from services.audit.application import Audit, Me


def pages(audit: Audit) -> APIRouter:
    """The pages under /audit."""
    router = APIRouter(prefix="/audit", include_in_schema=False)

    @router.get("")
    async def ledgers(request: Request, me: Me, after: int = 0) -> Response:
        await audit.checkpoints.reached("audit", after)
        return await _ledgers(request, audit)

    @router.post("/verify/{ledger}")
    async def verify(request: Request, me: Me, ledger: str) -> Response:
        return await _ledgers(request, audit, found=await audit.verify(ledger))

    @router.post("/sign/{ledger}")
    async def sign(request: Request, me: Me, ledger: str) -> Response:
        form = await Form.of(request)
        try:
            saved = await audit.sign_checkpoint(act_of_form(me, form.value("key")), ledger)
        except Refused as refusal:
            return await _ledgers(request, audit, status=409, refusal=str(refusal))
        return RedirectResponse(f"/audit?after={saved.position}", status_code=303)

    @router.get("/journeys/{journey}")
    async def journey(request: Request, me: Me, journey: UUID) -> Response:
        shell = request.app.state.shell
        decisions = await audit.decisions(journey)
        page: Response = shell.page(request, "audit/journey.html", journey=journey, decisions=decisions, plain=plain)
        return page

    return router


async def _ledgers(request: Request, audit: Audit, status: int = 200, **context: Any) -> Response:
    around = {
        "found": None, "refusal": "", "ledgers": await audit.states(), "verifier": audit.signer.verifier, "plain": plain
    }  # fmt: skip
    page: Response = request.app.state.shell.page(request, "audit/ledgers.html", status, **around | context)
    return page


def plain(topic: str) -> str:
    """A stored event's name in words: intake.Opportunity.ClosedWithoutReview → Opportunity: closed without review."""
    *_, record, happened = f" .{topic}".split(".")
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in happened).strip()
    return f"{record}: {words}"
