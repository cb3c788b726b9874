"""Save and return: what somebody has begun to report is kept for them alone, until they send it or a while has passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from libs.service import NotFound
from services.intake.application.opportunities import Opportunities
from services.intake.domain.refusals import DraftTooLong, TooManyDrafts
from services.intake.projection import Drafts

KEPT_FOR = timedelta(days=14)
LONGEST = 64 * 1024
MOST = 20
"""How many one person may keep."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A report begun and not sent. `typed` is what stood in its form."""

    id: UUID
    kind: str
    typed: dict[str, list[str]]
    kept_at: datetime
    expires_at: datetime


class DraftKeeping(Opportunities):
    """Keeps drafts, each sealed under a key of its own that ends with it."""

    drafts: Drafts

    async def keep_draft(
        self, actor: str, kind: str, typed: Mapping[str, Sequence[str]], draft: UUID | None = None
    ) -> UUID:
        """Keep what was typed so far. Raises DraftTooLong, TooManyDrafts; NotFound for a draft that is not theirs."""
        owner, now = self._owner(actor), self.clock.now()
        await self._forget_expired(now)
        if draft is not None and await self.drafts.one(draft, owner, now) is None:
            raise NotFound(
                "This draft is not kept any more. What you typed is still on the page; save it as a new one."
            )
        if draft is None and len(await self.drafts.of(owner, now)) >= MOST:
            raise TooManyDrafts
        words = orjson.dumps({name: list(values) for name, values in typed.items()})
        if len(words) > LONGEST:
            raise DraftTooLong
        here = draft or uuid4()
        await self.mapper.keys.ready([here], make=True)
        sealed = self.mapper.keys.seal(here, words.decode(), _place(here))
        await self.drafts.keep_draft(here, owner, kind, sealed, now, now + KEPT_FOR)
        return here

    async def drafts_of(self, actor: str) -> list[Draft]:
        """Somebody's own drafts, the latest first."""
        now = self.clock.now()
        await self._forget_expired(now)
        rows = await self.drafts.of(self._owner(actor), now)
        await self.mapper.keys.ready([row["draft"] for row in rows])
        return [self._opened(row) for row in rows]

    async def draft(self, actor: str, draft: UUID) -> Draft:
        """One of somebody's own. Raises NotFound where it is not theirs, was sent, or has expired."""
        row = await self.drafts.one(draft, self._owner(actor), self.clock.now())
        if row is None:
            raise NotFound("This draft is not kept any more: it was sent, thrown away, or older than 14 days.")
        await self.mapper.keys.ready([draft])
        return self._opened(row)

    async def drop_draft(self, actor: str, draft: UUID) -> None:
        """Let go of one of somebody's own, and of the key that could open it. One that is gone already is no news."""
        if await self.drafts.one(draft, self._owner(actor), self.clock.now()):
            await self._forget(draft)

    async def _forget_expired(self, now: datetime) -> None:
        for draft in await self.drafts.expired(now):
            await self._forget(draft)

    async def _forget(self, draft: UUID) -> None:
        await self.drafts.drop(draft)
        await self.mapper.keys.forget(draft)

    def _opened(self, row: dict[str, Any]) -> Draft:
        words = self.mapper.keys.open(row["words"], _place(row["draft"]))
        typed = orjson.loads(words) if words.startswith("{") else {}
        return Draft(row["draft"], row["kind"], typed, row["kept_at"], row["expires_at"])

    def _owner(self, actor: str) -> str:
        return self.mapper.keys.pseudonym("draft", actor)


def _place(draft: UUID) -> str:
    return f"intake.draft|{draft.hex}"
