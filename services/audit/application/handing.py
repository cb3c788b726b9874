"""Packs of evidence: that one was made, and who took it away, to hand it to whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.taxonomy import Role
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.reading import opened
from libs.service import command
from services.audit.application.deciding import Deciding
from services.audit.domain import EvidencePack
from services.audit.projection import Packs

HANDERS = frozenset({Role.AUDITOR, Role.NOMINATED_INDIVIDUAL, Role.PROVIDER_QUALITY_LEAD, Role.SYSTEM})
"""Who may make packs of evidence and take them away; `system` is whoever runs the platform, at its command line."""


class NotYoursToHandOver(Refused):
    """Packs are made by auditors, the nominated individual and the quality lead. Ask one of them; nothing was made."""


@dataclass(frozen=True, slots=True)
class MadePack:
    """A pack as it was made: its hash, file name and size, what was asked and for whom, and how far the record went."""

    digest: str
    file: str
    size: int
    reader: str
    as_of: datetime
    events: int
    query: dict[str, Any] = field(default_factory=dict)
    filters: list[list[str]] = field(default_factory=list)
    frameworks: list[str] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    """Counts that were said to a reader who is given no small numbers: name, true number, and at which site if at one."""


def require_hander(role: str) -> None:
    """Raises NotYoursToHandOver."""
    if role not in HANDERS:
        raise NotYoursToHandOver


class Handing(Deciding):
    """Keeps account of packs. Making one is not audit's: it takes what all services have on record."""

    packs: Packs

    @command
    async def note_pack(self, act: Act, provider: str, made: MadePack) -> Saved:
        """A pack was made. The same pack again is the one on record. Raises NotYoursToHandOver."""
        require_hander(act.role)
        identity = EvidencePack.create_id(provider, made.digest)
        known = await self.find(EvidencePack, identity)
        if known is not None:
            return Saved(known.id, known.version, self.store.position, replayed=True)
        pack = EvidencePack(
            provider=provider, site="", journey=identity, about=identity, digest=made.digest, file=made.file,
            size=made.size, reader=made.reader, query=made.query, filters=made.filters, frameworks=made.frameworks,
            as_of=made.as_of, events=made.events, told=made.told,
        )  # fmt: skip
        return await self.save(act, pack)

    @command
    async def take_pack_away(self, act: Act, pack: UUID) -> Saved:
        """Somebody takes a pack away, for the reason that the act gives. Raises NotYoursToHandOver, RecipientMissing."""
        require_hander(act.role)
        found = await self.get(EvidencePack, pack)
        found.take_away(act.rationale)
        return await self.save(act, found)

    async def taken_away(self, pack: UUID) -> list[dict[str, Any]]:
        """Who took a pack away, when, and why."""
        return await opened(self.mapper.keys, await self.packs.taken(pack), "why")
