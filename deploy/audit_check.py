"""`candour audit verify`: every store against its ledger and every ledger against all that was signed, from outside the rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.attached import settings
from deploy.demo.people import SOURCES
from libs.nkeys import signed_in
from services.audit.app import witness
from services.audit.application import LEDGERS, verified
from services.audit.ledger import Comparison, Signer, outside_at

KINDS = {
    "altered": "was altered", "removed": "was removed", "inserted": "was slipped in", "moved": "was moved",
    "replaced": "was replaced by another", "rewritten": "was altered in store and ledger alike",
}  # fmt: skip


async def check(var: Path, ledgers: Sequence[str], folder: str | None, console: Console) -> list[Comparison]:
    """Compare these ledgers (all where none is named). Raises LookupError for one that does not exist."""
    if unknown := set(ledgers) - set(LEDGERS):
        raise LookupError(f"There is no ledger {', '.join(sorted(unknown))}. There are: {', '.join(LEDGERS)}.")
    with settings(var, SOURCES) as (env, _):
        chosen = folder or env.get("CANDOUR_CHECKPOINTS")
        outside = outside_at(chosen) if chosen else None
        current = Signer.of_file(env["CANDOUR_AUDIT_KEY_FILE"]).verifier
        async with _stream(env) as connection:

            async def here() -> Any:
                return connection

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            with Progress(*columns, console=console) as progress:
                found = []
                for ledger in ledgers or LEDGERS:
                    bar = progress.add_task(ledger, total=None)

                    def told(_: str, read: int, of: int, bar: Any = bar) -> None:
                        progress.update(bar, completed=read, total=of)

                    found.append(await _one(ledger, env, current, outside, witness(here), told, kept_up=folder is None))
                return found


async def _one(ledger: str, env: Mapping[str, str], *given: Any, kept_up: bool) -> Comparison:
    """One ledger; what cannot be reached is not sound, and says why, and the others are checked all the same."""
    try:
        return await verified(ledger, env["CANDOUR_PG_AUDITOR"], *given, kept_up=kept_up)
    except (psycopg.Error, OSError) as fault:
        lost = Comparison(ledger)
        lost.problems.append(f"nothing of it could be checked: {type(fault).__name__}")
        return lost


@asynccontextmanager
async def _stream(env: Mapping[str, str]) -> AsyncIterator[Any]:
    connection = await signed_in(env["CANDOUR_NATS_URL"], "audit", env["CANDOUR_NATS_AUDIT"])
    try:
        yield connection
    finally:
        await connection.close()


def sentences(found: Comparison) -> list[str]:
    """What was found in one ledger, each fault with service, position and id."""
    held = f"{found.compared:,} events and {found.checkpoints:,} checkpoints compared"
    if found.sound:
        newer = f", {found.newer:,} not in the ledger yet" if found.newer else ""
        return [f"{found.ledger}: sound ({held}{newer})"]
    told = [f"{found.ledger}: NOT SOUND ({held})"]
    told += [f"  {problem}" for problem in found.problems]
    told += [
        f"  {found.ledger}, position {fault.position}: {fault.topic} {KINDS[fault.kind]}"
        f"{' in the ledger' if fault.part == 'ledger' else ''}"
        f"{f' from position {fault.was}' if fault.was is not None else ''}"
        f" (event {fault.event}, record {fault.aggregate}, version {fault.version})"
        for fault in found.faults
    ]
    if found.count > len(found.faults):
        told.append(f"  … and {found.count - len(found.faults):,} more")
    return told
