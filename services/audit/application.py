"""What can be asked of audit: a signed checkpoint, a comparison, a proof."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.taxonomy import Role
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.service import NotFound, Service, command
from services.audit.domain import PLATFORM, Checkpoint, ledger_journey
from services.audit.ledger import Book, Comparison, Entry, Signer, compare, opened
from services.audit.projection import Checkpoints

EVERY = timedelta(minutes=15)
"""How much time, by the platform's clock, may pass before what was added to a ledger is signed."""
LOOK = 1.0
WIDE = ("provider:", "region:", "group:")
OWN = "audit"
LEDGERS = ("intake", "review", "action", "notification", "assurance", "governance", OWN)
"""Whose decisions are entered: every service's, this one's too."""


class NothingToSign(Refused):
    """This ledger holds nothing yet, so there is nothing to sign."""


class NotYoursToAudit(Refused):
    """The ledger is for auditors and for those who answer for a provider. Sign in with such a post."""


class LedgerHalted(Refused):
    """This ledger has stopped, because what it was given does not fit what it holds. Have the fault looked into first."""


def require_auditor(role: str, scope: str) -> None:
    """Raises NotYoursToAudit for a post that neither audits nor reaches over several sites."""
    if role != Role.AUDITOR and not scope.startswith(WIDE):
        raise NotYoursToAudit


class Audit(Service):
    """Keeps the ledgers, signs them, and compares."""

    name = OWN
    aggregates = (Checkpoint,)
    checkpoints: Checkpoints
    books: Mapping[str, Book]
    signer: Signer
    auditor: str
    """A connection string that may read every service's events."""

    def book(self, ledger: str) -> Book:
        """A ledger by its service's name. Raises NotFound."""
        if ledger not in self.books:
            raise NotFound(f"There is no ledger called {ledger}.")
        return self.books[ledger]

    async def states(self) -> list[dict[str, Any]]:
        """Every ledger in figures: size, root, why it halted (if it did), and when it was signed at which size."""
        signed = await self.checkpoints.latest_of_each()
        return [
            {
                "ledger": name,
                "size": len(book.tree),
                "root": b64encode(book.tree.root()).decode(),
                "halted": book.halted,
                "signed_size": signed[name]["size"] if name in signed else 0,
                "signed_at": signed[name]["signed"] if name in signed else None,
            }
            for name, book in self.books.items()
        ]

    @command
    async def sign_checkpoint(self, act: Act, ledger: str) -> Saved:
        """Sign the ledger as it is now. A size that was signed before stays signed as it was."""
        book = self.book(ledger)
        size, root = len(book.tree), book.tree.root()
        if not size:
            raise NothingToSign
        await self._require_sound(book)
        known = await self.find(Checkpoint, Checkpoint.create_id(ledger, size))
        if known is not None:
            return Saved(known.id, known.version, self.store.position, replayed=True)
        journey = ledger_journey(ledger)
        checkpoint = Checkpoint(
            provider=PLATFORM, site="", journey=journey, about=journey, ledger=ledger, size=size,
            root=b64encode(root).decode(), note=self.signer.sign(ledger, size, root),
        )  # fmt: skip
        return await self.save(act, checkpoint)

    async def _require_sound(self, book: Book) -> None:
        signed = await self.signed(book.service)
        if signed and (len(book.tree) < signed[0] or book.tree.root(signed[0]) != signed[1]):
            book.halt(f"the ledger is not the one whose first {signed[0]} entries were signed")
        if book.halted:
            raise LedgerHalted

    async def signed(self, ledger: str) -> tuple[int, bytes] | None:
        """Size and root of the newest checkpoint whose signature holds. Raises NotSigned where it does not."""
        latest = await self.checkpoints.latest(ledger)
        return opened(latest["note"], self.signer.verifier)[1:] if latest else None

    async def verify(self, ledger: str) -> Comparison:
        """Compare the service's store with its ledger, and the ledger with its newest checkpoint."""
        book = self.book(ledger)
        found = await compare(ledger, self.auditor, await self.signed(ledger))
        found.broken = found.broken or book.halted
        return found

    async def decisions(self, journey: UUID) -> list[Entry]:
        """Every decision of a journey, in all services, in order of time."""
        found = [entry for book in self.books.values() for entry in await book.of_journey(journey)]
        return sorted(found, key=lambda entry: (entry.recorded, entry.service, entry.place))

    async def keep_signing(self) -> None:
        """Sign what was added, every so often by the platform's clock, until cancelled."""
        last = self.clock.now()
        while True:
            await asyncio.sleep(LOOK)
            if self.clock.now() - last >= EVERY:
                last = self.clock.now()
                await self.sign_grown()

    async def sign_grown(self) -> list[str]:
        """Sign every ledger that grew since its last checkpoint; which those were.

        Audit's own ledger grows by each signature, so it is signed along with others and never for its own sake.
        """
        signed = await self.checkpoints.latest_of_each()
        grown = [
            name for name, book in self.books.items()
            if not book.halted and len(book.tree) > (signed[name]["size"] if name in signed else 0)
        ]  # fmt: skip
        if grown == [OWN]:
            return []
        for name in grown:
            await self.sign_checkpoint(Act("clock:audit", "system"), name)
        return grown
