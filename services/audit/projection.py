"""What audit remembers of its own record: checkpoints by ledger and size, keys, verifications, and who has read what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from libs.views import Rows, View
from services.audit.domain import Checkpoint, EvidencePack, Reading, SigningKey, SubjectAccess, Verification

PAGE = 50


class Checkpoints(View):
    """Every signed checkpoint, and every statement that one key followed another."""

    name = "checkpoints"
    table_names = ("checkpoint", "signing_key")
    tables = """
        CREATE TABLE IF NOT EXISTS checkpoint (
            ledger text NOT NULL, size bigint NOT NULL, root text NOT NULL, note text NOT NULL,
            signed timestamptz NOT NULL, PRIMARY KEY (ledger, size)
        );
        CREATE TABLE IF NOT EXISTS signing_key (
            number int PRIMARY KEY, verifier text NOT NULL, statement text NOT NULL, since timestamptz NOT NULL
        );
    """

    async def latest(self, ledger: str) -> dict[str, Any] | None:
        """The newest checkpoint of a ledger."""
        return await self.row("SELECT * FROM checkpoint WHERE ledger = %s ORDER BY size DESC LIMIT 1", (ledger,))

    async def latest_of_each(self) -> dict[str, dict[str, Any]]:
        """The newest checkpoint of every ledger that has one."""
        found = await self.rows("SELECT DISTINCT ON (ledger) * FROM checkpoint ORDER BY ledger, size DESC")
        return {row["ledger"]: row for row in found}

    async def beyond(self, ledger: str, size: int) -> list[dict[str, Any]]:
        """The checkpoints of a ledger above a size, smallest first."""
        return await self.rows(
            "SELECT size, note FROM checkpoint WHERE ledger = %s AND size > %s ORDER BY size", (ledger, size)
        )

    async def statements(self) -> list[str]:
        """What old and new keys signed together, in order."""
        return [row["statement"] for row in await self.rows("SELECT statement FROM signing_key ORDER BY number")]


class Verifications(View):
    """What each comparison of all ledgers found."""

    name = "verifications"
    table_names = ("verification",)
    tables = """
        CREATE TABLE IF NOT EXISTS verification (
            id uuid PRIMARY KEY, recorded timestamptz NOT NULL, actor text NOT NULL, sound boolean NOT NULL,
            compared bigint NOT NULL, faults bigint NOT NULL, checkpoints bigint NOT NULL, ledgers jsonb NOT NULL
        );
        CREATE INDEX IF NOT EXISTS verification_recorded ON verification (recorded DESC);
    """

    async def latest(self) -> dict[str, Any] | None:
        """The last comparison, or None where there was none."""
        return await self.row("SELECT * FROM verification ORDER BY recorded DESC, id LIMIT 1")


class Readings(View):
    """Who looked into the record, at what, and why."""

    name = "readings"
    table_names = ("reading",)
    tables = """
        CREATE TABLE IF NOT EXISTS reading (
            id uuid PRIMARY KEY, recorded timestamptz NOT NULL, provider text NOT NULL, site text NOT NULL,
            journey uuid NOT NULL, actor text NOT NULL, role text NOT NULL, what text NOT NULL, words boolean NOT NULL,
            because text NOT NULL
        );
        CREATE INDEX IF NOT EXISTS reading_recorded ON reading (provider, recorded DESC);
    """

    async def listed(self, providers: Sequence[str], words: bool = False) -> list[dict[str, Any]]:
        """The newest readings, or of those only the ones that opened words under seal."""
        return await self.rows(
            "SELECT * FROM reading WHERE provider = ANY(%s) AND (words OR NOT %s) ORDER BY recorded DESC, id LIMIT %s",
            (list(providers), words, PAGE),
        )


class Packs(View):
    """Every pack of evidence that was made, and each time one was taken away; why is kept under seal."""

    name = "packs"
    table_names = ("pack", "pack_taken")
    tables = """
        CREATE TABLE IF NOT EXISTS pack (
            id uuid PRIMARY KEY, provider text NOT NULL, digest text NOT NULL, file text NOT NULL, size bigint NOT NULL,
            reader text NOT NULL, filters jsonb NOT NULL, as_of timestamptz NOT NULL, events bigint NOT NULL,
            made timestamptz NOT NULL, actor text NOT NULL, role text NOT NULL
        );
        CREATE INDEX IF NOT EXISTS pack_made ON pack (provider, made DESC);
        CREATE TABLE IF NOT EXISTS pack_taken (
            pack uuid NOT NULL, version bigint NOT NULL, at timestamptz NOT NULL, actor text NOT NULL,
            role text NOT NULL, why text NOT NULL, PRIMARY KEY (pack, version)
        );
    """

    async def listed(self, provider: str) -> list[dict[str, Any]]:
        """The newest packs of a provider, each with how often it was taken away."""
        return await self.rows(
            "SELECT p.*, (SELECT count(*) FROM pack_taken t WHERE t.pack = p.id) AS taken FROM pack p"
            " WHERE provider = %s ORDER BY made DESC, id LIMIT %s",
            (provider, PAGE),
        )

    async def taken(self, pack: UUID) -> list[dict[str, Any]]:
        """Who took a pack away, newest first."""
        return await self.rows("SELECT * FROM pack_taken WHERE pack = %s ORDER BY version DESC", (pack,))


class Accesses(View):
    """Who asked for what is held on them, by when that is owed, and what became of it; no words."""

    name = "accesses"
    table_names = ("access",)
    tables = """
        CREATE TABLE IF NOT EXISTS access (
            id uuid PRIMARY KEY, provider text NOT NULL, site text NOT NULL, state text NOT NULL, records int NOT NULL,
            asked timestamptz NOT NULL, answer_by date NOT NULL
        );
        ALTER TABLE access ADD COLUMN IF NOT EXISTS journeys uuid[] NOT NULL DEFAULT '{}';
    """

    async def listed(self, sites: Sequence[str]) -> list[dict[str, Any]]:
        """The requests at these sites, the open ones first."""
        return await self.rows(
            "SELECT * FROM access WHERE site = ANY(%s) ORDER BY state = 'asked' DESC, asked DESC, id LIMIT %s",
            (list(sites), PAGE),
        )


@singledispatch
def project(event: object, rows: Rows) -> None:
    """Nothing else is followed by the view of checkpoints."""


@project.register
def signed(event: Checkpoint.Signed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO checkpoint VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.ledger, event.size, event.root, event.note, event.recorded),
    )


@project.register
def succeeded(event: SigningKey.Succeeded, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO signing_key VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.number, event.verifier, event.statement, event.recorded),
    )


@singledispatch
def project_verifications(event: object, rows: Rows) -> None:
    """Nothing else is followed by the view of verifications."""


@project_verifications.register
def concluded(event: Verification.Concluded, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO verification VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.originator_id, event.recorded, event.by.actor, event.sound, event.compared, event.faults,
            event.checkpoints, Jsonb(event.ledgers),
        ),
    )  # fmt: skip


@singledispatch
def project_readings(event: object, rows: Rows) -> None:
    """Nothing else is followed by the view of readings."""


@project_readings.register
def made(event: Reading.Made, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO reading VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.originator_id, event.recorded, event.provider, event.site, event.journey, event.by.actor,
            event.by.role, event.what, event.words, event.because,
        ),
    )  # fmt: skip


@singledispatch
def project_packs(event: object, rows: Rows) -> None:
    """Nothing else is followed by the view of packs."""


@project_packs.register
def pack_made(event: EvidencePack.Made, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO pack VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.originator_id, event.provider, event.digest, event.file, event.size, event.reader,
            Jsonb(event.filters), event.as_of, event.events, event.recorded, event.by.actor, event.by.role,
        ),
    )  # fmt: skip


@project_packs.register
def pack_taken(event: EvidencePack.TakenAway, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO pack_taken VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.originator_id, event.originator_version, event.recorded, event.by.actor, event.by.role,
            event.by.rationale,
        ),
    )  # fmt: skip


@singledispatch
def project_accesses(event: object, rows: Rows) -> None:
    """Nothing else is followed by the view of requests for access."""


@project_accesses.register
def access_asked(event: SubjectAccess.Asked, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO access VALUES (%s, %s, %s, 'asked', %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.originator_id, event.provider, event.site, len(event.journeys), event.recorded, event.answer_by,
            event.journeys,
        ),
    )  # fmt: skip


@project_accesses.register
def access_released(event: SubjectAccess.Released, rows: Rows) -> None:
    rows.execute("UPDATE access SET state = 'released' WHERE id = %s", (event.originator_id,))


@project_accesses.register
def access_declined(event: SubjectAccess.Declined, rows: Rows) -> None:
    rows.execute("UPDATE access SET state = 'declined' WHERE id = %s", (event.originator_id,))
