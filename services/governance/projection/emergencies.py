"""What was read in an emergency: by whom, why, which pages, and what was said of it afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any, ClassVar, LiteralString
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from libs.reach import everything
from libs.views import Rows, View
from services.governance.domain import EmergencyAccess

MOST = 200


class Emergencies(View):
    """Each use is one row, with the pages that were read under it."""

    name = "emergencies"
    table_names: ClassVar[tuple[str, ...]] = ("emergency", "emergency_read")
    tables: ClassVar[LiteralString] = """
        CREATE TABLE IF NOT EXISTS emergency (
            access_id uuid PRIMARY KEY, journey uuid NOT NULL, provider text NOT NULL, site text NOT NULL,
            reader text NOT NULL, role text NOT NULL, because text NOT NULL, asked timestamptz NOT NULL,
            until timestamptz NOT NULL, rule text NOT NULL, justified boolean, reviewer text NOT NULL DEFAULT '',
            words text NOT NULL DEFAULT '', reviewed timestamptz, version int NOT NULL
        );
        CREATE INDEX IF NOT EXISTS emergency_open ON emergency (site, asked) WHERE justified IS NULL;
        CREATE INDEX IF NOT EXISTS emergency_reader ON emergency (reader, asked);
        CREATE TABLE IF NOT EXISTS emergency_read (
            access_id uuid NOT NULL, journey uuid NOT NULL, site text NOT NULL, read timestamptz NOT NULL,
            what text NOT NULL, PRIMARY KEY (access_id, read, what)
        );
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def listed(self, sites: Sequence[str], reader: str) -> list[dict[str, Any]]:
        """The newest uses at these sites, those that nobody has looked at first; and the reader's own, wherever."""
        asked: LiteralString = (
            "SELECT e.*, (SELECT count(*) FROM emergency_read r WHERE r.access_id = e.access_id) AS reads"
            " FROM emergency e WHERE {} ORDER BY justified IS NOT NULL, asked DESC LIMIT %s"
        )
        seen = await self.rows(asked.format("site = ANY(%s)"), (list(sites), MOST))
        with everything():  # what somebody did themself is no secret from them
            own = await self.rows(asked.format("reader = %s"), (reader, MOST))
        known = {row["access_id"] for row in seen}
        return [*seen, *(row for row in own if row["access_id"] not in known)]

    async def one(self, access: UUID, reader: str) -> dict[str, Any] | None:
        """One use, where the reader reaches its site or it is their own."""
        asked: LiteralString = "SELECT * FROM emergency WHERE access_id = %s"
        found = await self.row(asked, (access,))
        if found is None:
            with everything():
                found = await self.row(asked + " AND reader = %s", (access, reader))
        return found

    async def reads(self, access: UUID) -> list[dict[str, Any]]:
        """The pages that were read under a use, for whoever may see it."""
        with everything():
            return await self.rows(
                "SELECT what, read FROM emergency_read WHERE access_id = %s ORDER BY read LIMIT %s", (access, MOST)
            )

    async def waiting(self, sites: Sequence[str], reader: str) -> list[dict[str, Any]]:
        """What nobody has looked at yet, of others than the reader."""
        return await self.rows(
            "SELECT access_id, journey, site, asked FROM emergency"
            " WHERE site = ANY(%s) AND justified IS NULL AND reader <> %s ORDER BY asked LIMIT %s",
            (list(sites), reader, MOST),
        )


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What is no emergency changes nothing."""


@project.register
def granted(event: EmergencyAccess.Granted, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO emergency (access_id, journey, provider, site, reader, role, because, asked, until, rule, version)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.originator_id, event.journey, event.provider, event.site, event.reader, event.role, event.because,
            event.recorded, event.until, event.rule, event.originator_version,
        ),
    )  # fmt: skip


@project.register
def read(event: EmergencyAccess.RecordRead, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO emergency_read VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.originator_id, event.journey, event.site, event.at or event.recorded, event.what),
    )
    rows.execute(
        "UPDATE emergency SET version = %s WHERE access_id = %s", (event.originator_version, event.originator_id)
    )


@project.register
def reviewed(event: EmergencyAccess.Reviewed, rows: Rows) -> None:
    rows.execute(
        "UPDATE emergency SET justified = %s, reviewer = %s, words = %s, reviewed = %s, version = %s"
        " WHERE access_id = %s",
        (
            event.justified, event.by.actor, event.words, event.recorded, event.originator_version,
            event.originator_id,
        ),
    )  # fmt: skip
