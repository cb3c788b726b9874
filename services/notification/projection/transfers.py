"""Learning of other sites put to each site, and what became of it there; reasons and notes under seal."""

from __future__ import annotations

from functools import singledispatch
from typing import Any
from uuid import UUID

from libs.views import Rows, View
from services.notification.domain.transfer import Transfer


class Transfers(View):
    """One row for each question to a site. Where the learning came from is left out."""

    name = "transfers"
    table_names = ("transfer",)
    tables = """
        CREATE TABLE IF NOT EXISTS transfer (
            transfer_id uuid PRIMARY KEY, site text NOT NULL, title text NOT NULL, what_changed text NOT NULL,
            learning text NOT NULL, factors text[] NOT NULL, state text NOT NULL DEFAULT 'asked',
            decision text NOT NULL DEFAULT '', because text NOT NULL DEFAULT '', note text NOT NULL DEFAULT '',
            asked_at timestamptz NOT NULL, version bigint NOT NULL
        );
        ALTER TABLE transfer ADD COLUMN IF NOT EXISTS example text NOT NULL DEFAULT '';
        CREATE INDEX IF NOT EXISTS transfer_site ON transfer (site, asked_at);
    """

    async def at_sites(self, sites: list[str], limit: int = 100, skip: int = 0) -> list[dict[str, Any]]:
        """What was put to these sites: what waits for somebody first, the oldest first."""
        return await self.rows(
            "SELECT * FROM transfer WHERE site = ANY(%s)"
            " ORDER BY state = 'seen' OR decision = 'not_applicable', asked_at, transfer_id LIMIT %s OFFSET %s",
            (sites, limit, skip),
        )

    async def one(self, transfer: UUID) -> dict[str, Any] | None:
        """One of them, or None."""
        return await self.row("SELECT * FROM transfer WHERE transfer_id = %s", (transfer,))


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves them as they are."""


@project.register
def asked(event: Transfer.Asked, rows: Rows) -> None:
    c = event.change
    rows.execute(
        "INSERT INTO transfer (transfer_id, site, title, what_changed, learning, example, factors, asked_at,"
        " version) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (transfer_id) DO NOTHING",
        (
            event.originator_id, event.site, c.title, c.what_changed, c.learning, c.example, event.factors, event.recorded,
            event.originator_version,
        ),
    )  # fmt: skip


@project.register
def decided(event: Transfer.Decided, rows: Rows) -> None:
    rows.execute(
        "UPDATE transfer SET state = 'decided', decision = %s, because = %s, version = %s WHERE transfer_id = %s",
        (event.decision, event.because, event.originator_version, event.originator_id),
    )


@project.register
def in_effect(event: Transfer.PutIntoEffect, rows: Rows) -> None:
    _noted(event, rows, "in_effect")


@project.register
def seen(event: Transfer.SeenInEffect, rows: Rows) -> None:
    _noted(event, rows, "seen")


def _noted(event: Any, rows: Rows, state: str) -> None:
    rows.execute(
        "UPDATE transfer SET state = %s, note = %s, version = %s WHERE transfer_id = %s",
        (state, event.note, event.originator_version, event.originator_id),
    )
