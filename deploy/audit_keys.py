"""`candour audit checkpoint` and `change-key`: signing on demand, and signing with a new key from now on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.attached import settings
from deploy.demo.people import SOURCES
from deploy.house import Platform
from libs.clock import SystemClock
from libs.deciding import Act
from services.audit.application import Audit, NothingToSign

OPERATOR = Act("operator", "system", "provider:platform")


@asynccontextmanager
async def _audit(var: Path) -> AsyncIterator[tuple[Audit, Platform]]:
    """Audit's room beside the others, or by itself; its ledgers as they are on record."""
    with settings(var, SOURCES) as (env, _):
        platform = Platform(env, SystemClock(), only=["audit"])
        await platform.open()
        try:
            await platform.start(wake=False)
            await platform.settle()
            audit: Audit = platform.service("audit")
            for book in audit.books.values():
                await book.load()
            yield audit, platform
        finally:
            await platform.close()


async def sign(var: Path, ledgers: list[str]) -> list[str]:
    """Sign these ledgers (all that hold anything, where none is named); the notes, also kept outside."""
    async with _audit(var) as (audit, platform):
        notes = []
        for ledger in ledgers or [name for name, book in audit.books.items() if len(book.tree)]:
            size = len(audit.book(ledger).tree)
            saved = await audit.sign_checkpoint(OPERATOR, ledger)
            await platform.settle()
            await audit.checkpoints.reached("audit", saved.position)
            notes += [row["note"] for row in await audit.checkpoints.beyond(ledger, size - 1)][:1]
        await audit.keep_outside()
        if not notes:
            raise NothingToSign
        return notes


async def change_key(var: Path) -> str:
    """Sign with a new key from now on; the new key's verifier."""
    async with _audit(var) as (audit, platform):
        saved = await audit.change_key(OPERATOR)
        await platform.settle()
        await audit.checkpoints.reached("audit", saved.position)
        await audit.keep_outside()
        return audit.signer.verifier
