"""What can be asked of audit: a signed checkpoint, a comparison, a proof, who decided what and why, and who read."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import UUID

from services.audit.application.answering import Answering
from services.audit.application.handing import HANDERS, MadePack, NotYoursToHandOver, require_hander
from services.audit.application.signing import EVERY, OWN, LedgerHalted, NothingToSign
from services.audit.application.verifying import DAILY, verified
from services.audit.application.visitors import Me, NotYoursToAudit, require_auditor
from services.audit.domain import Checkpoint, EvidencePack, Reading, SigningKey, SubjectAccess, Verification
from services.audit.ledger import Entry

LEDGERS = ("intake", "review", "action", "notification", "assurance", "governance", OWN)
"""Whose decisions are entered: every service's, this one's too."""

__all__ = [
    "DAILY", "EVERY", "HANDERS", "LEDGERS", "Audit", "LedgerHalted", "MadePack", "Me", "NotYoursToAudit",
    "NotYoursToHandOver", "NothingToSign", "require_auditor", "require_hander", "verified",
]  # fmt: skip


class Audit(Answering):
    """Keeps the ledgers, signs them, compares, and answers for what is on record."""

    name = OWN
    aggregates = (Checkpoint, SigningKey, Verification, Reading, EvidencePack, SubjectAccess)

    async def states(self) -> list[dict[str, Any]]:
        """Every ledger in figures: size, root, why it halted (if it did), and when it was signed at which size."""
        signed = await self.checkpoints.latest_of_each()
        return [
            {
                "ledger": name,
                "size": len(book.tree),
                "root": b64encode(await book.tree.root()).decode(),
                "halted": book.halted,
                "signed_size": signed[name]["size"] if name in signed else 0,
                "signed_at": signed[name]["signed"] if name in signed else None,
            }
            for name, book in self.books.items()
        ]

    async def decisions(self, journey: UUID) -> list[Entry]:
        """Every decision of a journey, in all services, in order of time."""
        found = [entry for book in self.books.values() for entry in await book.of_journey(journey)]
        return sorted(found, key=lambda entry: (entry.recorded, entry.service, entry.place))
