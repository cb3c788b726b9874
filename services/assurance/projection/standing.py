"""Where every measure, cadence and follow-up stands, from what assurance itself decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import singledispatch
from typing import Any
from uuid import UUID

import orjson
from psycopg_pool import AsyncConnectionPool

from libs.views import Rows, View
from services.assurance.domain import Cadence, FollowUp, Measure


class Standing(View):
    """Figures by month, rounds held and missed, and the five states of each journey's change."""

    name = "standing"
    table_names = (
        "measure", "figure", "cadence", "slot", "follow_up", "closure_state", "observation", "verdict",
    )  # fmt: skip
    tables = """
        CREATE TABLE IF NOT EXISTS measure (
            id uuid PRIMARY KEY, measure_id text NOT NULL, provider text NOT NULL, site text NOT NULL,
            title text NOT NULL, target_percent float NOT NULL, first_period date NOT NULL,
            next_period date NOT NULL, next_check timestamptz NOT NULL, rules text NOT NULL,
            withdrawn boolean NOT NULL DEFAULT false, version bigint NOT NULL
        );
        CREATE INDEX IF NOT EXISTS measure_site ON measure (site);
        CREATE TABLE IF NOT EXISTS figure (
            measure uuid NOT NULL, period date NOT NULL, numerator int NOT NULL, denominator int NOT NULL,
            target_percent float NOT NULL, met boolean, breaches jsonb NOT NULL, revision int NOT NULL,
            checked timestamptz NOT NULL, positions jsonb NOT NULL, PRIMARY KEY (measure, period)
        );
        CREATE TABLE IF NOT EXISTS cadence (
            id uuid PRIMARY KEY, cadence_id text NOT NULL, provider text NOT NULL, site text NOT NULL,
            title text NOT NULL, every text NOT NULL, role text NOT NULL, register text NOT NULL,
            starts date NOT NULL, ends date NOT NULL, next_due timestamptz NOT NULL,
            withdrawn boolean NOT NULL DEFAULT false, version bigint NOT NULL
        );
        CREATE INDEX IF NOT EXISTS cadence_site ON cadence (provider, site);
        CREATE TABLE IF NOT EXISTS slot (
            cadence uuid NOT NULL, starts date NOT NULL, missed_on date, held_on date,
            register text NOT NULL DEFAULT '', note text NOT NULL DEFAULT '', PRIMARY KEY (cadence, starts)
        );
        CREATE TABLE IF NOT EXISTS follow_up (
            journey uuid PRIMARY KEY, id uuid NOT NULL, provider text NOT NULL, site text NOT NULL,
            what_changed text NOT NULL DEFAULT '', changed_on date, version bigint NOT NULL
        );
        CREATE INDEX IF NOT EXISTS follow_up_site ON follow_up (site);
        CREATE TABLE IF NOT EXISTS closure_state (
            journey uuid NOT NULL, state text NOT NULL, held boolean NOT NULL, words text NOT NULL,
            since timestamptz NOT NULL, PRIMARY KEY (journey, state)
        );
        CREATE TABLE IF NOT EXISTS observation (
            journey uuid NOT NULL, version bigint NOT NULL, at timestamptz NOT NULL, seen int NOT NULL,
            looked int NOT NULL, source_kind text NOT NULL, note text NOT NULL, shown text NOT NULL,
            PRIMARY KEY (journey, version)
        );
        CREATE TABLE IF NOT EXISTS verdict (
            journey uuid NOT NULL, measure_id text NOT NULL, verdict text NOT NULL, before text NOT NULL,
            after text NOT NULL, method text NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (journey, measure_id)
        );
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def measures(self, sites: Sequence[str]) -> list[dict[str, Any]]:
        """The measures set at these sites with their latest figure, if any, by site and title."""
        return await self.rows(
            "SELECT m.*, f.period, f.numerator, f.denominator, f.met, f.breaches, f.revision, f.checked,"
            " f.target_percent AS target_then FROM measure m LEFT JOIN LATERAL ("
            " SELECT * FROM figure WHERE measure = m.id ORDER BY period DESC LIMIT 1) f ON true"
            " WHERE m.site = ANY(%s) AND NOT m.withdrawn ORDER BY m.site, m.title",
            (list(sites),),
        )

    async def measure(self, identity: UUID) -> dict[str, Any] | None:
        """One measure at one site."""
        return await self.row("SELECT * FROM measure WHERE id = %s", (identity,))

    async def figures(self, measure: UUID, limit: int = 24) -> list[dict[str, Any]]:
        """A measure's months, latest first."""
        return await self.rows(
            "SELECT * FROM figure WHERE measure = %s ORDER BY period DESC LIMIT %s", (measure, limit)
        )

    async def cadences(self, sites: Sequence[str], provider: str = "") -> list[dict[str, Any]]:
        """What is to be held at these sites, and by this provider as a whole, soonest first, each with its last slot."""
        return await self.rows(
            "SELECT c.*, s.starts AS last_starts, s.missed_on, s.held_on FROM cadence c LEFT JOIN LATERAL ("
            " SELECT * FROM slot WHERE cadence = c.id ORDER BY starts DESC LIMIT 1) s ON true"
            " WHERE (c.site = ANY(%s) OR (c.site = '' AND c.provider = %s)) AND NOT c.withdrawn"
            " ORDER BY c.next_due, c.title, c.site",
            (list(sites), provider),
        )

    async def cadence(self, identity: UUID) -> dict[str, Any] | None:
        """One cadence at one place."""
        return await self.row("SELECT * FROM cadence WHERE id = %s", (identity,))

    async def slots(self, cadence: UUID, limit: int = 24) -> list[dict[str, Any]]:
        """When a cadence was held or missed, latest first. Notes are under seal."""
        return await self.rows("SELECT * FROM slot WHERE cadence = %s ORDER BY starts DESC LIMIT %s", (cadence, limit))

    async def follow_up(self, journey: UUID) -> dict[str, Any] | None:
        """One journey's follow-up, with its states, observations (notes under seal) and verdicts."""
        found = await self.row("SELECT * FROM follow_up WHERE journey = %s", (journey,))
        if found is None:
            return None
        return found | {
            "states": await self.rows("SELECT * FROM closure_state WHERE journey = %s", (journey,)),
            "observations": await self.rows(
                "SELECT * FROM observation WHERE journey = %s ORDER BY version DESC", (journey,)
            ),
            "verdicts": await self.rows("SELECT * FROM verdict WHERE journey = %s ORDER BY measure_id", (journey,)),
        }

    async def open_follow_ups(self, sites: Sequence[str], limit: int = 50) -> list[dict[str, Any]]:
        """Changes at these sites that are not yet shown to last, with the states that hold, oldest first."""
        return await self.rows(
            "SELECT f.*, coalesce(array_agg(c.state) FILTER (WHERE c.held), '{}') AS held FROM follow_up f"
            " LEFT JOIN closure_state c USING (journey) WHERE f.site = ANY(%s) AND f.changed_on IS NOT NULL"
            " GROUP BY f.journey HAVING count(*) FILTER (WHERE c.held) < 5 ORDER BY f.changed_on, f.journey LIMIT %s",
            (list(sites), limit),
        )


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the tables as they are."""


@project.register
def measure_set(event: Measure.MeasureSet, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO measure VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, %s) ON CONFLICT (id) DO UPDATE"
        " SET title = excluded.title, target_percent = excluded.target_percent, next_check = excluded.next_check,"
        " rules = excluded.rules, withdrawn = false, version = excluded.version",
        (
            event.originator_id, event.measure_id, event.provider, event.site, event.title, event.target_percent,
            event.first_period, event.first_period, event.next_check, event.version, event.originator_version,
        ),
    )  # fmt: skip


@project.register
def measure_withdrawn(event: Measure.Withdrawn, rows: Rows) -> None:
    rows.execute("UPDATE measure SET withdrawn = true WHERE id = %s", (event.originator_id,))


@project.register
def measure_checked(event: Measure.Checked, rows: Rows) -> None:
    breaches = [asdict(each) for each in event.breaches]
    rows.execute(
        "INSERT INTO figure VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (measure, period) DO UPDATE"
        " SET numerator = excluded.numerator, denominator = excluded.denominator, met = excluded.met,"
        " target_percent = excluded.target_percent, breaches = excluded.breaches, revision = excluded.revision,"
        " checked = excluded.checked, positions = excluded.positions",
        (
            event.originator_id, event.period, event.numerator, event.denominator, event.target_percent, event.met,
            orjson.dumps(breaches).decode(), event.revision, event.recorded, orjson.dumps(event.positions).decode(),
        ),
    )  # fmt: skip
    rows.execute(
        "UPDATE measure SET next_period = %s, next_check = %s, version = %s WHERE id = %s",
        (event.next_period, event.next_check, event.originator_version, event.originator_id),
    )


@project.register
def cadence_set(event: Cadence.CadenceSet, rows: Rows) -> None:
    _cadence(event, rows)


@project.register
def cadence_amended(event: Cadence.Amended, rows: Rows) -> None:
    _cadence(event, rows)


def _cadence(event: Any, rows: Rows) -> None:
    what = event.definition
    rows.execute(
        "INSERT INTO cadence VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, %s) ON CONFLICT (id) DO UPDATE"
        " SET title = excluded.title, every = excluded.every, role = excluded.role, register = excluded.register,"
        " starts = excluded.starts, ends = excluded.ends, next_due = excluded.next_due, withdrawn = false,"
        " version = excluded.version",
        (
            event.originator_id, what["id"], event.provider, event.site, what["title"], what["every"], what["role"],
            what["recorded_in"], event.starts, event.ends, event.next_due, event.originator_version,
        ),
    )  # fmt: skip


@project.register
def cadence_withdrawn(event: Cadence.Withdrawn, rows: Rows) -> None:
    rows.execute("UPDATE cadence SET withdrawn = true WHERE id = %s", (event.originator_id,))


@project.register
def cadence_kept(event: Cadence.Kept, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO slot (cadence, starts, held_on, register, note) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (cadence, starts) DO UPDATE SET held_on = excluded.held_on, register = excluded.register,"
        " note = excluded.note",
        (event.originator_id, event.slot, event.held_on, event.register, event.note),
    )
    _next_slot(event, rows)


@project.register
def cadence_missed(event: Cadence.Missed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO slot (cadence, starts, missed_on) VALUES (%s, %s, %s)"
        " ON CONFLICT (cadence, starts) DO UPDATE SET missed_on = excluded.missed_on",
        (event.originator_id, event.slot, event.due),
    )
    _next_slot(event, rows)


def _next_slot(event: Any, rows: Rows) -> None:
    rows.execute(
        "UPDATE cadence SET starts = %s, ends = %s, next_due = %s, version = %s WHERE id = %s",
        (event.starts, event.ends, event.next_due, event.originator_version, event.originator_id),
    )


@project.register
def follow_up_opened(event: FollowUp.Opened, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO follow_up (journey, id, provider, site, version) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (journey) DO NOTHING",
        (event.journey, event.originator_id, event.provider, event.site, event.originator_version),
    )


@project.register
def change_made(event: FollowUp.ChangeMade, rows: Rows) -> None:
    rows.execute(
        "UPDATE follow_up SET what_changed = %s, changed_on = %s WHERE journey = %s",
        (event.what_changed, event.changed_on, event.journey),
    )
    rows.execute("DELETE FROM verdict WHERE journey = %s", (event.journey,))
    _turn(event, rows)


@project.register
def practice_observed(event: FollowUp.PracticeObserved, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO observation VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.journey, event.originator_version, event.occurred, event.seen, event.of, event.source_kind,
            event.note, event.shown,
        ),
    )  # fmt: skip
    _turn(event, rows)


@project.register
def state_reached(event: FollowUp.StateReached, rows: Rows) -> None:
    _state(event, rows, held=True, words=event.proof)


@project.register
def state_lost(event: FollowUp.StateLost, rows: Rows) -> None:
    _state(event, rows, held=False, words=event.because)


def _state(event: Any, rows: Rows, *, held: bool, words: str) -> None:
    rows.execute(
        "INSERT INTO closure_state VALUES (%s, %s, %s, %s, %s) ON CONFLICT (journey, state) DO UPDATE"
        " SET held = excluded.held, words = excluded.words, since = excluded.since",
        (event.journey, event.state, held, words, event.recorded),
    )
    _turn(event, rows)


@project.register
def verdict_reached(event: FollowUp.VerdictReached, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO verdict VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (journey, measure_id) DO UPDATE"
        " SET verdict = excluded.verdict, before = excluded.before, after = excluded.after,"
        " method = excluded.method, at = excluded.at",
        (
            event.journey, event.measure_id, event.verdict, event.before, event.after, event.method, event.recorded,
        ),
    )  # fmt: skip
    _turn(event, rows)


def _turn(event: Any, rows: Rows) -> None:
    rows.execute("UPDATE follow_up SET version = %s WHERE journey = %s", (event.originator_version, event.journey))
