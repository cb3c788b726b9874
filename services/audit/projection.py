"""The checkpoints signed so far, by ledger and size."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from libs.views import Rows, View
from services.audit.domain import Checkpoint


class Checkpoints(View):
    """Every signed checkpoint."""

    name = "checkpoints"
    table_names = ("checkpoint",)
    tables = """
        CREATE TABLE IF NOT EXISTS checkpoint (
            ledger text NOT NULL, size bigint NOT NULL, root text NOT NULL, note text NOT NULL,
            signed timestamptz NOT NULL, PRIMARY KEY (ledger, size)
        );
    """

    async def latest(self, ledger: str) -> dict[str, Any] | None:
        """The newest checkpoint of a ledger."""
        return await self.row("SELECT * FROM checkpoint WHERE ledger = %s ORDER BY size DESC LIMIT 1", (ledger,))

    async def latest_of_each(self) -> dict[str, dict[str, Any]]:
        """The newest checkpoint of every ledger that has one."""
        found = await self.rows("SELECT DISTINCT ON (ledger) * FROM checkpoint ORDER BY ledger, size DESC")
        return {row["ledger"]: row for row in found}


@singledispatch
def project(event: object, rows: Rows) -> None:
    """Nothing else is followed."""


@project.register
def signed(event: Checkpoint.Signed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO checkpoint VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.ledger, event.size, event.root, event.note, event.recorded),
    )
