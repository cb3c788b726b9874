"""Reports that somebody has begun and not sent: kept for them alone, under seal, for a while. No event tells of them."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from libs.views import Rows, View


class Drafts(View):
    """Nothing here follows from events, so that an unnamed report leaves no trace of who began it.

    The table is not among those that are built anew: a draft survives that.
    """

    name = "drafts"
    table_names = ()
    tables = """
        CREATE TABLE IF NOT EXISTS draft (
            draft uuid PRIMARY KEY,
            owner text NOT NULL,
            kind text NOT NULL,
            words text NOT NULL,
            kept_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS draft_owner ON draft (owner, kept_at);
        CREATE INDEX IF NOT EXISTS draft_expiry ON draft (expires_at);
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def keep_draft(
        self, draft: UUID, owner: str, kind: str, words: str, kept_at: datetime, expires_at: datetime
    ) -> None:
        """Keep it, in place of what the same owner kept under the same id before."""
        await self.change(
            "INSERT INTO draft VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (draft) DO UPDATE SET kind = excluded.kind,"
            " words = excluded.words, kept_at = excluded.kept_at, expires_at = excluded.expires_at"
            " WHERE draft.owner = excluded.owner",
            (draft, owner, kind, words, kept_at, expires_at),
        )

    async def of(self, owner: str, now: datetime) -> list[dict[str, Any]]:
        """Somebody's own, the latest first."""
        return await self.rows(
            "SELECT * FROM draft WHERE owner = %s AND expires_at > %s ORDER BY kept_at DESC", (owner, now)
        )

    async def one(self, draft: UUID, owner: str, now: datetime) -> dict[str, Any] | None:
        """One of somebody's own, or None: also for one that is not theirs, which looks the same."""
        return await self.row(
            "SELECT * FROM draft WHERE draft = %s AND owner = %s AND expires_at > %s", (draft, owner, now)
        )

    async def expired(self, now: datetime) -> list[UUID]:
        """Those whose time is over."""
        return [row["draft"] for row in await self.rows("SELECT draft FROM draft WHERE expires_at <= %s", (now,))]

    async def drop(self, draft: UUID) -> None:
        """Let go of one."""
        await self.change("DELETE FROM draft WHERE draft = %s", (draft,))


@singledispatch
def project(event: object, rows: Rows) -> None:
    """No event changes a draft."""
