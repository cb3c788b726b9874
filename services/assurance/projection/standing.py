"""Where every measure, cadence and follow-up stands, from what assurance itself decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from libs.row_security import Hangs
from libs.views import View
from services.assurance.domain.figures import Figure
from services.assurance.domain.verdict import Elsewhere
from services.assurance.projection.turns import project


class Standing(View):
    """Figures by month, rounds held and missed, and the five states of each journey's change."""

    name = "standing"
    table_names = (
        "measure", "figure", "cadence", "slot", "follow_up", "closure_state", "observation", "judgement",
        "effect", "review_date",
    )  # fmt: skip
    hanging: ClassVar[Mapping[str, Hangs]] = {
        "figure": ("measure", "id", "measure"),
        "slot": ("cadence", "id", "cadence"),
    }
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
        ALTER TABLE cadence ADD COLUMN IF NOT EXISTS carried_over bigint NOT NULL DEFAULT 0;
        CREATE INDEX IF NOT EXISTS cadence_site ON cadence (provider, site);
        CREATE TABLE IF NOT EXISTS slot (
            cadence uuid NOT NULL, starts date NOT NULL, missed_on date, held_on date,
            register text NOT NULL DEFAULT '', note text NOT NULL DEFAULT '', PRIMARY KEY (cadence, starts)
        );
        CREATE TABLE IF NOT EXISTS follow_up (
            journey uuid PRIMARY KEY, id uuid NOT NULL, provider text NOT NULL, site text NOT NULL,
            what_changed text NOT NULL DEFAULT '', changed_on date, version bigint NOT NULL
        );
        ALTER TABLE follow_up ADD COLUMN IF NOT EXISTS begun timestamptz;
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
        CREATE TABLE IF NOT EXISTS judgement (
            journey uuid NOT NULL, measure_id text NOT NULL, months int NOT NULL, verdict text NOT NULL,
            before text NOT NULL, after text NOT NULL, method text NOT NULL, method_version text NOT NULL,
            crude text NOT NULL, met_after boolean, data jsonb NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (journey, measure_id, months)
        );
        CREATE TABLE IF NOT EXISTS effect (
            journey uuid NOT NULL, measure_id text NOT NULL, site text NOT NULL, baseline_until date NOT NULL,
            expected text NOT NULL, PRIMARY KEY (journey, measure_id)
        );
        CREATE TABLE IF NOT EXISTS review_date (
            journey uuid NOT NULL, measure_id text NOT NULL, months int NOT NULL, site text NOT NULL,
            provider text NOT NULL, due timestamptz NOT NULL, changed_on date NOT NULL, held timestamptz, rounds int,
            PRIMARY KEY (journey, measure_id, months)
        );
        CREATE INDEX IF NOT EXISTS review_date_measure ON review_date (provider, measure_id);
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def measures(self, sites: Sequence[str], offset: int = 0, limit: int | None = None) -> list[dict[str, Any]]:
        """The measures set at these sites with their latest figure, if any, by site and title; `in_all`: how many."""
        return await self.rows(
            "SELECT m.*, count(*) OVER () AS in_all, f.period, f.numerator, f.denominator, f.met, f.breaches, f.revision,"
            " f.checked, f.target_percent AS target_then FROM measure m LEFT JOIN LATERAL ("
            " SELECT * FROM figure WHERE measure = m.id ORDER BY period DESC LIMIT 1) f ON true"
            " WHERE m.site = ANY(%s) AND NOT m.withdrawn ORDER BY m.site, m.title, m.id LIMIT %s OFFSET %s",
            (list(sites), limit, offset),
        )

    async def measure(self, identity: UUID) -> dict[str, Any] | None:
        """One measure at one site."""
        return await self.row("SELECT * FROM measure WHERE id = %s", (identity,))

    async def figures(self, measure: UUID, limit: int = 24) -> list[dict[str, Any]]:
        """A measure's months, latest first; `in_all`: how many there are."""
        return await self.rows(
            "SELECT *, count(*) OVER () AS in_all FROM figure WHERE measure = %s ORDER BY period DESC LIMIT %s",
            (measure, limit),
        )

    async def elsewhere(self, measure_id: str, provider: str, but: str, since: date) -> list[Elsewhere]:
        """A measure's months at every other site of a provider, and the days on which practice changed there for it."""
        found = await self.rows(
            "SELECT m.site, f.* FROM measure m JOIN figure f ON f.measure = m.id"
            " WHERE m.measure_id = %s AND m.provider = %s AND m.site <> %s AND f.period >= %s AND f.denominator > 0",
            (measure_id, provider, but, since),
        )
        changed = await self.rows(
            "SELECT DISTINCT site, changed_on FROM review_date WHERE provider = %s AND measure_id = %s",
            (provider, measure_id),
        )
        figures: dict[str, dict[date, Figure]] = {}
        for row in found:
            figure = Figure(row["period"], row["numerator"], row["denominator"], row["met"])
            figures.setdefault(row["site"], {})[row["period"]] = figure
        return [
            Elsewhere(site, months, [row["changed_on"] for row in changed if row["site"] == site])
            for site, months in sorted(figures.items())
        ]

    async def cadences(
        self, sites: Sequence[str], provider: str = "", *, missing: bool = False, offset: int = 0,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """What is to be held at these sites, and by this provider as a whole, soonest first, each with its last slot.

        With `missing`, of the sites only what is not on record though its day has passed; `in_all`: how many.
        """
        return await self.rows(
            "SELECT c.*, s.starts AS last_starts, s.missed_on, s.held_on, count(*) OVER () AS in_all FROM cadence c"
            " LEFT JOIN LATERAL (SELECT * FROM slot WHERE cadence = c.id ORDER BY starts DESC LIMIT 1) s ON true"
            " WHERE (c.site = ANY(%s) OR (c.site = '' AND c.provider = %s)) AND NOT c.withdrawn"
            " AND (NOT %s OR c.site = '' OR (s.missed_on IS NOT NULL AND s.held_on IS NULL))"
            " ORDER BY c.next_due, c.title, c.site, c.id LIMIT %s OFFSET %s",
            (list(sites), provider, missing, limit, offset),
        )

    async def cadence(self, identity: UUID) -> dict[str, Any] | None:
        """One cadence at one place."""
        return await self.row("SELECT * FROM cadence WHERE id = %s", (identity,))

    async def carried_over(self, cadence: UUID) -> int:
        """The version at which a cadence was last carried over; 0 where that has not been, or is not shown yet."""
        row = await self.row("SELECT carried_over FROM cadence WHERE id = %s", (cadence,))
        return row["carried_over"] if row else 0

    async def slots(self, cadence: UUID, limit: int = 24) -> list[dict[str, Any]]:
        """When a cadence was held or missed, latest first; `in_all`: how often. Notes are under seal."""
        return await self.rows(
            "SELECT *, count(*) OVER () AS in_all FROM slot WHERE cadence = %s ORDER BY starts DESC LIMIT %s",
            (cadence, limit),
        )

    async def follow_up(self, journey: UUID) -> dict[str, Any] | None:
        """One journey's follow-up, with its states, observations (notes under seal) and verdicts on its latest change."""
        found = await self.row("SELECT * FROM follow_up WHERE journey = %s", (journey,))
        if found is None:
            return None
        return found | {
            "states": await self.rows("SELECT * FROM closure_state WHERE journey = %s", (journey,)),
            "observations": await self.rows(
                "SELECT * FROM observation WHERE journey = %s ORDER BY version DESC", (journey,)
            ),
            "verdicts": await self.rows(
                "SELECT * FROM judgement WHERE journey = %s AND at >= coalesce(%s, '-infinity') ORDER BY measure_id, months",
                (journey, found["begun"]),
            ),
            "effects": await self.rows("SELECT * FROM effect WHERE journey = %s ORDER BY measure_id", (journey,)),
            "reviews": await self.rows("SELECT * FROM review_date WHERE journey = %s ORDER BY due", (journey,)),
        }

    async def looks_due(
        self, sites: Sequence[str], until: date, offset: int = 0, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Changes that no measure fits and that are to be looked at again by a day, or were not when they should have;
        `in_all`: how many."""
        return await self.rows(
            "SELECT r.journey, r.months, r.due, r.site, r.rounds, f.what_changed, count(*) OVER () AS in_all"
            " FROM review_date r JOIN follow_up f USING (journey) WHERE r.site = ANY(%s) AND r.measure_id = ''"
            " AND ((r.held IS NULL AND r.due <= %s) OR r.rounds = 0) AND NOT EXISTS (SELECT FROM observation o"
            " WHERE o.journey = r.journey AND o.at > r.due - interval '92 days')"
            " ORDER BY r.due, r.journey, r.months LIMIT %s OFFSET %s",
            (list(sites), until, limit, offset),
        )

    async def open_follow_ups(
        self, sites: Sequence[str], offset: int = 0, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Changes at these sites that are not yet shown to last, with the states that hold, oldest first; `in_all`: how
        many."""
        return await self.rows(
            "SELECT f.*, coalesce(array_agg(c.state) FILTER (WHERE c.held), '{}') AS held, count(*) OVER () AS in_all"
            " FROM follow_up f LEFT JOIN closure_state c USING (journey)"
            " WHERE f.site = ANY(%s) AND f.changed_on IS NOT NULL"
            " GROUP BY f.journey HAVING count(*) FILTER (WHERE c.held) < 5"
            " ORDER BY f.changed_on, f.journey LIMIT %s OFFSET %s",
            (list(sites), limit, offset),
        )
