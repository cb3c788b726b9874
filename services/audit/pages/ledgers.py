"""The ledgers: whether all is as it was recorded, when that was last looked at, and what was signed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from libs.domain import Refused
from libs.web.asking import act_of_form
from libs.web.forms import Form
from services.audit.application import Audit, Me
from services.audit.application.sentences import plain, sentence_of


def add(router: APIRouter, audit: Audit) -> None:
    """The page of ledgers, with its buttons."""

    @router.get("")
    async def ledgers(request: Request, me: Me, after: int = 0) -> Response:
        await audit.checkpoints.reached("audit", after)
        await audit.verifications.reached("audit", after)
        return await _ledgers(request, audit)

    @router.post("/verify")
    async def verify_all(request: Request, me: Me) -> Response:
        form = await Form.of(request)
        try:
            saved = await audit.verify_all(act_of_form(me, form.value("key")))
        except Refused as refusal:
            return await _ledgers(request, audit, status=409, refusal=str(refusal))
        return RedirectResponse(f"/audit?after={saved.position}", status_code=303)

    @router.post("/verify/{ledger}")
    async def verify(request: Request, me: Me, ledger: str) -> Response:
        try:
            found = await audit.verify(ledger)
        except Refused as refusal:
            return await _ledgers(request, audit, status=409, refusal=str(refusal))
        return await _ledgers(request, audit, found=found.told())

    @router.post("/sign/{ledger}")
    async def sign(request: Request, me: Me, ledger: str) -> Response:
        form = await Form.of(request)
        try:
            saved = await audit.sign_checkpoint(act_of_form(me, form.value("key")), ledger)
        except Refused as refusal:
            return await _ledgers(request, audit, status=409, refusal=str(refusal))
        return RedirectResponse(f"/audit?after={saved.position}", status_code=303)


async def _ledgers(request: Request, audit: Audit, status: int = 200, **context: Any) -> Response:
    around = {
        "found": None, "refusal": "", "ledgers": await audit.states(), "verifier": audit.signer.verifier,
        "plain": plain, "sentence_of": sentence_of, "latest": await audit.verifications.latest(),
        "outside": audit.outside is not None, "keys": await audit.keys_to_trust(),
    }  # fmt: skip
    page: Response = request.app.state.shell.page(request, "audit/ledgers.html", status, **around | context)
    return page
