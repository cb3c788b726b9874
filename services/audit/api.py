"""Audit, over HTTP: ledgers, checkpoints and proofs, for people and for transparency-log tools."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse

from libs.service import NotFound
from libs.web.asking import act_of, told
from services.audit.application import Audit, Me
from services.audit.application.asking import wanted_of
from services.audit.application.deciding import NO_SUCH_JOURNEY
from services.audit.application.sentences import listing
from services.audit.ledger.history import PAGE

WIDEST = 1 << 53


def routes(audit: Audit) -> APIRouter:
    """The routes under /api/audit."""
    api = APIRouter(prefix="/api/audit", tags=["audit"])
    _ledgers(api, audit)
    _verification(api, audit)
    _proofs(api, audit)
    _history(api, audit)
    return api


def _ledgers(api: APIRouter, audit: Audit) -> None:
    @api.get("/ledgers")
    async def ledgers(me: Me) -> list[dict[str, Any]]:
        return await audit.states()

    @api.get("/key", response_class=PlainTextResponse)
    async def key(me: Me, ledger: str = "") -> str:
        """The key that signs, or the same under a ledger's own name, for tools that go by a note's first line."""
        return (audit.signer.verifier_for(audit.book(ledger).service) if ledger else audit.signer.verifier) + "\n"

    @api.get("/keys")
    async def keys(me: Me) -> list[dict[str, Any]]:
        """Every key that signed, newest first, with the sizes up to which it counts."""
        return [asdict(key) for key in await audit.keys_to_trust()]

    @api.get("/ledgers/{ledger}/checkpoint", response_class=PlainTextResponse)
    async def checkpoint(me: Me, ledger: str, after: int = 0) -> str:
        await audit.checkpoints.reached("audit", after)
        latest = await audit.checkpoints.latest(audit.book(ledger).service)
        if latest is None:
            raise NotFound(f"The ledger {ledger} has not been signed yet.")
        return str(latest["note"])

    @api.post("/ledgers/{ledger}/checkpoint")
    async def sign(request: Request, response: Response, me: Me, ledger: str) -> dict[str, Any]:
        return told(response, await audit.sign_checkpoint(act_of(request, me), ledger))

    @api.get("/journeys/{journey}")
    async def decisions(me: Me, journey: UUID) -> list[dict[str, Any]]:
        await audit.require_reach(me, journey)
        found = [asdict(entry) | {"leaf": b64encode(entry.leaf).decode()} for entry in await audit.decisions(journey)]
        if not found:  # nothing of it is on record: the same answer for whoever may see everything
            raise NotFound(NO_SUCH_JOURNEY)
        await audit.note_reading(me, "the ledger entries of a journey")
        return found


def _verification(api: APIRouter, audit: Audit) -> None:
    @api.post("/verification")
    async def verify_all(request: Request, response: Response, me: Me) -> dict[str, Any]:
        return told(response, await audit.verify_all(act_of(request, me)))

    @api.get("/verification")
    async def latest(me: Me, after: int = 0) -> dict[str, Any]:
        await audit.verifications.reached("audit", after)
        found = await audit.verifications.latest()
        if found is None:
            raise NotFound("Nothing has been verified yet.")
        return found

    @api.post("/ledgers/{ledger}/verification")
    async def verify(me: Me, ledger: str) -> dict[str, Any]:
        return (await audit.verify(ledger)).told()


def _proofs(api: APIRouter, audit: Audit) -> None:
    @api.get("/ledgers/{ledger}/entries/{position}/proof")
    async def inclusion(me: Me, ledger: str, position: int, size: int | None = None) -> dict[str, Any]:
        book = audit.book(ledger)
        entry = await book.at(position) if 0 < position < WIDEST else None
        size = len(book.tree) if size is None else size
        if entry is None or not entry.place <= size <= len(book.tree):
            raise NotFound("The ledger holds no such entry at that size.")
        path = await book.tree.inclusion(entry.place - 1, size)
        return {
            "index": entry.place - 1, "size": size, "leaf": b64encode(entry.leaf).decode(),
            "root": b64encode(await book.tree.root(size)).decode(), "path": [b64encode(step).decode() for step in path],
        }  # fmt: skip

    @api.get("/ledgers/{ledger}/consistency")
    async def consistency(me: Me, ledger: str, first: int, second: int | None = None) -> dict[str, Any]:
        tree = audit.book(ledger).tree
        second = len(tree) if second is None else second
        if not 0 < first <= second <= len(tree):
            raise NotFound("The ledger never had those two sizes.")
        return {
            "first": first, "second": second, "old": b64encode(await tree.root(first)).decode(),
            "new": b64encode(await tree.root(second)).decode(),
            "path": [b64encode(step).decode() for step in await tree.consistency(first, second)],
        }  # fmt: skip


def _history(api: APIRouter, audit: Audit) -> None:
    @api.get("/decisions")
    async def decided(request: Request, me: Me) -> list[dict[str, Any]]:
        """Decisions within reach, newest first: by journey, site, role, actor, rules, service, since, until, by_people."""
        found = await audit.decided(me, wanted_of(request.query_params))
        await audit.note_reading(me, listing(request.query_params))
        return [asdict(each) for each in found[:PAGE]]

    @api.get("/decisions/{service}/{position}")
    async def one(me: Me, service: str, position: int) -> dict[str, Any]:
        """One decision whole, with words under seal left so."""
        found = await audit.told(me, service, position)
        await audit.note_reading(me, f"{service}, position {position}", found.decision)
        return asdict(found)

    @api.get("/readings")
    async def readings(me: Me, words: bool = False, after: int = 0) -> list[dict[str, Any]]:
        """Who looked into the record, newest first; with `words`, only who opened what is under seal."""
        await audit.readings.reached("audit", after)
        return await audit.readers(me, words=words)
