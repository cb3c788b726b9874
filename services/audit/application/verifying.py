"""Recomputing everything: each store against its ledger, each ledger against its checkpoints, those against each other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import psycopg

from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.logs import log
from libs.service import command
from services.audit.application.signing import LOOK, OWN, Signing
from services.audit.domain import PLATFORM, Verification, ledger_journey
from services.audit.ledger import Comparison, NotTheSuccessor, Outside, Signer, Told, Trusted, compare, silent, trusted
from services.audit.ledger.naming import name_by_stream
from services.audit.ledger.witnesses import (
    ON_WIRE,
    SUCCEEDED,
    Heard,
    Place,
    StreamGone,
    Witness,
    in_folder,
    on_record,
    settled,
    signatures,
    stored,
)
from services.audit.projection import Verifications

DAILY = timedelta(days=1)
"""How much time, by the platform's clock, may pass between two verifications that nobody asked for."""
AGAIN = timedelta(minutes=5)
"""How much time passes before a verification that could not be made is tried again: it reads every record there is."""
LOOKS = 5
"""How often, a moment apart, a checkpoint is looked for that should be elsewhere by now."""
NAMED = 50
"""How many faults of each ledger go on record with a verification; all are counted."""


class NotCompared(Refused):
    """The checkpoints that are kept outside, or the messages that name them, cannot be read just now. Nothing was compared, and
    nothing was put on record; see that their place is there, then try again."""


async def verified(
    ledger: str, auditor: str, current: str, outside: Outside | None, witness: Witness | None, told: Told = silent,
    *, kept_up: bool = True,
) -> Comparison:  # fmt: skip
    """Everything that can be known about one ledger, from outside of the service that keeps it.

    `auditor` is a connection that reads every store; `current` the verifier key in use; `kept_up` whether checkpoints are
    still brought `outside`. What is not there any more is a fault, not an excuse. Raises OSError, psycopg.OperationalError.
    """
    try:
        return await _verified(ledger, auditor, current, outside, witness, told, kept_up=kept_up)
    except (psycopg.ProgrammingError, psycopg.DataError, psycopg.InternalError) as fault:
        lost = Comparison(ledger)
        lost.problems.append(f"its store, its ledger or audit's own store cannot be read ({type(fault).__name__})")
        return lost


async def _verified(
    ledger: str, auditor: str, current: str, outside: Outside | None, witness: Witness | None, told: Told,
    *, kept_up: bool,
) -> Comparison:  # fmt: skip
    said = await asyncio.to_thread(stored, auditor, SUCCEEDED)
    statements = {each["statement"] for each in said} | set(outside.statements() if outside else ())
    keys, problems = trusted(current, ()), []
    try:
        keys = trusted(current, statements)
    except NotTheSuccessor as fault:
        problems.append(str(fault))
    heard = await _heard(ledger, auditor, keys, outside, witness, kept_up=kept_up)
    checked = await asyncio.to_thread(compare, ledger, auditor, heard.signed, told)
    checked.comparison.problems += [*problems, *heard.faults, *heard.late]
    if witness is not None:
        try:
            await name_by_stream(checked, auditor, witness)
        except StreamGone as gone:
            checked.comparison.problems.append(str(gone))
    return checked.comparison


async def _heard(
    ledger: str,
    auditor: str,
    keys: Sequence[Trusted],
    outside: Outside | None,
    witness: Witness | None,
    *,
    kept_up: bool,
) -> Heard:
    """What was signed, by every place; what should be elsewhere by now may be just on its way, so it is looked for again."""
    looks = 0
    while True:
        should = await asyncio.to_thread(settled, auditor, ledger)
        # The record is read last: what is elsewhere was on record before.
        places = [in_folder(outside, ledger, kept_up=kept_up)] if outside else []
        places += [Place(ON_WIRE, await witness.notes(ledger))] if witness else []
        heard = await asyncio.to_thread(signatures, ledger, [*places, on_record(auditor, ledger)], keys, should)
        looks += 1
        if not heard.late or looks >= LOOKS:
            return heard
        await asyncio.sleep(LOOK)


class Verifying(Signing):
    """Comparing, by the clock and on demand."""

    verifications: Verifications
    witness: Witness | None = None
    verify_every: timedelta = DAILY

    async def verify(self, ledger: str, told: Told = silent) -> Comparison:
        """Compare one service's store with its ledger, and the ledger with everything that was signed. Raises NotCompared."""
        book = self.book(ledger)
        current = Signer.of_file(self.key_file).verifier
        try:
            found = await verified(ledger, self.auditor, current, self.outside, self.witness, told)
        except OSError as fault:
            raise NotCompared from fault
        if book.halted:
            found.problems.append(book.halted)
        return found

    @command
    async def verify_all(self, act: Act) -> Saved:
        """Compare all ledgers, and put on record what was found."""
        return await self.conclude(act, [await self.verify(name) for name in self.books])

    async def conclude(self, act: Act, found: Sequence[Comparison]) -> Saved:
        """Put on record what a comparison of all ledgers found."""
        journey = ledger_journey("verification")
        verification = Verification(
            provider=PLATFORM, site="", journey=journey, about=journey,
            sound=all(each.sound for each in found), compared=sum(each.compared for each in found),
            faults=sum(each.count + len(each.problems) for each in found),
            checkpoints=sum(each.checkpoints for each in found), ledgers=[_named(each) for each in found],
        )  # fmt: skip
        return await self.save(act, verification)

    async def keep_verifying(self) -> None:
        """Compare everything, every so often by the platform's clock, until cancelled."""
        began, not_before = self.clock.now(), self.clock.now()
        while True:
            await asyncio.sleep(LOOK)
            latest = await self.verifications.latest()
            last: datetime = latest["recorded"] if latest else began
            if self.clock.now() < max(last + self.verify_every, not_before):
                continue
            not_before = self.clock.now() + AGAIN
            try:
                saved = await self.verify_all(Act("clock:audit", "system"))
                await self.verifications.reached(OWN, saved.position)
            except (psycopg.Error, OSError, NotCompared) as error:
                log(OWN).warning("verification waits", reason=type(error).__name__)


def _named(found: Comparison) -> dict[str, object]:
    told = found.told()
    return {
        "ledger": found.ledger, "sound": found.sound, "size": found.size, "compared": found.compared,
        "newer": found.newer, "checkpoints": found.checkpoints, "count": found.count, "problems": found.problems[:NAMED],
        "faults": [{**fault, "aggregate": str(fault["aggregate"]), "event": str(fault["event"])}
                   for fault in told["faults"][:NAMED]],
    }  # fmt: skip
