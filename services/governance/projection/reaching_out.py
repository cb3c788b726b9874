"""What reaching out still asks of a site: another site's change to decide on and follow, an outcome to write to somebody,
and what somebody answered who reported without a name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any, ClassVar, LiteralString

from psycopg_pool import AsyncConnectionPool

from contracts import intake
from contracts import notification as said
from libs.views import Rows, View

MOST = 100


class ReachingOut(View):
    """One row for each change of another site that was put to a site, for each record of the duty of candour, and for each
    journey on which somebody without a name answered."""

    name = "reaching_out"
    table_names: ClassVar[tuple[str, ...]] = ("transfer", "candour", "answered")
    tables: ClassVar[LiteralString] = """
        CREATE TABLE IF NOT EXISTS transfer (
            transfer_id uuid PRIMARY KEY, site text NOT NULL, title text NOT NULL, state text NOT NULL DEFAULT 'asked',
            decision text NOT NULL DEFAULT '', done_by text NOT NULL DEFAULT '', since timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS transfer_site ON transfer (site, since);
        CREATE TABLE IF NOT EXISTS candour (
            journey uuid PRIMARY KEY, site text NOT NULL, applies boolean NOT NULL, contact text NOT NULL DEFAULT 'open',
            taken text[] NOT NULL DEFAULT '{}', since timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS candour_site ON candour (site) WHERE applies;
        CREATE TABLE IF NOT EXISTS answered (
            journey uuid PRIMARY KEY, site text NOT NULL, since timestamptz NOT NULL, read boolean NOT NULL
        );
        CREATE INDEX IF NOT EXISTS answered_site ON answered (site, since) WHERE NOT read;
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def waiting(self, sites: Sequence[str], actor: str) -> list[dict[str, Any]]:
        """What waits at these sites, the longest first. Whoever put a change into effect is not asked to see it."""
        return await self.rows(
            "SELECT CASE state WHEN 'asked' THEN 'decide' WHEN 'decided' THEN 'put' ELSE 'see' END AS task,"
            "  transfer_id AS id, site, title, since FROM transfer WHERE site = ANY(%(sites)s) AND state <> 'seen'"
            "  AND decision <> 'not_applicable' AND (state <> 'in_effect' OR done_by <> %(actor)s)"
            " UNION ALL SELECT 'outcome', journey, site, '', since FROM candour WHERE site = ANY(%(sites)s)"
            "  AND applies AND contact = 'open' AND 'written_follow_up' = ANY(taken) AND NOT 'outcome_letter' = ANY(taken)"
            " ORDER BY since, id LIMIT %(most)s",
            {"sites": list(sites), "actor": actor, "most": MOST},
        )

    async def answers(self, sites: Sequence[str]) -> list[dict[str, Any]]:
        """The journeys on which somebody without a name answered and nobody has read it yet, the longest first."""
        return await self.rows(
            "SELECT journey, site, since FROM answered WHERE site = ANY(%s) AND NOT read ORDER BY since, journey LIMIT %s",
            (list(sites), MOST),
        )

    async def standing(self, sites: Sequence[str]) -> dict[str, int]:
        """How these sites stand: records of the duty of candour with how far they came, and changes of others put to them."""
        candour = await self.row(
            "SELECT count(*) AS candour, count(*) FILTER (WHERE 'told_in_person' = ANY(taken)) AS told,"
            " count(*) FILTER (WHERE 'written_follow_up' = ANY(taken)) AS written,"
            " count(*) FILTER (WHERE 'outcome_letter' = ANY(taken)) AS outcome,"
            " count(*) FILTER (WHERE contact <> 'open') AS out_of_contact"
            " FROM candour WHERE site = ANY(%s) AND applies",
            (list(sites),),
        )
        transfers = await self.row(
            "SELECT count(*) AS asked, count(*) FILTER (WHERE state = 'asked') AS undecided,"
            " count(*) FILTER (WHERE state = 'seen') AS seen FROM transfer WHERE site = ANY(%s)",
            (list(sites),),
        )
        return {name: int(number) for name, number in ((candour or {}) | (transfers or {})).items()}


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What asks nothing more of a site changes nothing here."""


@project.register
def asked(event: said.TransferAsked, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO transfer (transfer_id, site, title, since) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.transfer_id, event.site, event.title, event.recorded),
    )


@project.register
def decided(event: said.TransferDecided, rows: Rows) -> None:
    rows.execute(
        "UPDATE transfer SET state = 'decided', decision = %s, since = %s WHERE transfer_id = %s",
        (event.decision, event.recorded, event.transfer_id),
    )


@project.register
def in_effect(event: said.TransferPutIntoEffect, rows: Rows) -> None:
    rows.execute(
        "UPDATE transfer SET state = 'in_effect', done_by = %s, since = %s WHERE transfer_id = %s",
        (event.done_by, event.recorded, event.transfer_id),
    )


@project.register
def seen(event: said.TransferSeenInEffect, rows: Rows) -> None:
    rows.execute("UPDATE transfer SET state = 'seen' WHERE transfer_id = %s", (event.transfer_id,))


@project.register
def assessed(event: said.CandourAssessed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO candour (journey, site, applies, since) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (journey) DO UPDATE SET applies = excluded.applies",
        (event.journey, event.site, event.applies, event.recorded),
    )


@project.register
def step_taken(event: said.CandourStepTaken, rows: Rows) -> None:
    rows.execute(
        "UPDATE candour SET taken = array_append(array_remove(taken, %s), %s), since = %s WHERE journey = %s",
        (event.step, event.step, event.recorded, event.journey),
    )


@project.register
def contact(event: said.CandourContactRecorded, rows: Rows) -> None:
    if event.what != "tried":
        stands = "open" if event.what == "resumed" else event.what
        rows.execute("UPDATE candour SET contact = %s WHERE journey = %s", (stands, event.journey))


@project.register
def answered(event: intake.ReporterAnswered, rows: Rows) -> None:
    """What waits already has waited since the first that nobody read."""
    rows.execute(
        "INSERT INTO answered AS a (journey, site, since, read) VALUES (%s, %s, %s, false) ON CONFLICT (journey) DO UPDATE"
        " SET since = CASE WHEN a.read THEN excluded.since ELSE a.since END, read = false",
        (event.journey, event.site, event.recorded),
    )


@project.register
def answers_read(event: intake.ReporterAnswersRead, rows: Rows) -> None:
    rows.execute("UPDATE answered SET read = true WHERE journey = %s", (event.journey,))
