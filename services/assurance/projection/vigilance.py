"""Audits with what was seen in them, early signs, and every time a trigger fired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import singledispatch
from typing import Any
from uuid import UUID

import orjson
from psycopg_pool import AsyncConnectionPool

from libs.views import Rows, View
from services.assurance.domain import AuditRound, Sign, Watch

PAGE = 25
FIRINGS = "SELECT *, count(*) OVER () AS in_all FROM firing WHERE site = ANY(%s)"


class Vigilance(View):
    """What was looked at, noticed and set off at each site."""

    name = "vigilance"
    table_names = ("audit", "look", "sign", "firing")
    tables = """
        CREATE TABLE IF NOT EXISTS audit (
            id uuid PRIMARY KEY, tool_id text NOT NULL, provider text NOT NULL, site text NOT NULL,
            tool jsonb NOT NULL, rules text NOT NULL, period date NOT NULL, population int NOT NULL, seed text NOT NULL,
            sample jsonb NOT NULL, opened timestamptz NOT NULL, closed timestamptz, figures jsonb NOT NULL DEFAULT '[]',
            kappa float, version bigint NOT NULL
        );
        CREATE INDEX IF NOT EXISTS audit_site ON audit (site, period);
        CREATE TABLE IF NOT EXISTS look (
            audit uuid NOT NULL, reference text NOT NULL, second boolean NOT NULL, rater text NOT NULL,
            answers jsonb NOT NULL, note text NOT NULL, at timestamptz NOT NULL, site text NOT NULL,
            PRIMARY KEY (audit, reference, second)
        );
        CREATE TABLE IF NOT EXISTS sign (
            id uuid PRIMARY KEY, site text NOT NULL, sign text NOT NULL, title text NOT NULL, times int NOT NULL,
            noted_on date NOT NULL, note text NOT NULL
        );
        CREATE INDEX IF NOT EXISTS sign_site ON sign (site, noted_on);
        CREATE TABLE IF NOT EXISTS firing (
            id uuid PRIMARY KEY, watch uuid NOT NULL, trigger_id text NOT NULL, provider text NOT NULL,
            site text NOT NULL, title text NOT NULL, kind text NOT NULL, must_follow text NOT NULL,
            owed_by text NOT NULL, due date NOT NULL, rules text NOT NULL, facts jsonb NOT NULL,
            fired timestamptz NOT NULL, followed timestamptz, how text NOT NULL DEFAULT '',
            late boolean NOT NULL DEFAULT false, missed boolean NOT NULL DEFAULT false
        );
        CREATE INDEX IF NOT EXISTS firing_site ON firing (site, fired);
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def audits(self, sites: Sequence[str], offset: int = 0, limit: int = PAGE) -> list[dict[str, Any]]:
        """Audits at these sites, open ones first, then the latest; how much of the sample was looked at."""
        return await self.rows(
            "SELECT a.*, (SELECT count(*) FROM look l WHERE l.audit = a.id) AS looks,"
            " jsonb_array_length(a.sample) + jsonb_array_length(jsonb_path_query_array(a.sample, '$[*] ? (@.twice == true)'))"
            " AS wanted FROM audit a WHERE a.site = ANY(%s)"
            " ORDER BY a.closed IS NOT NULL, a.period DESC, a.site, a.tool_id LIMIT %s OFFSET %s",
            (list(sites), limit, offset),
        )

    async def audit(self, identity: UUID) -> dict[str, Any] | None:
        """One audit with every look taken; notes are under seal."""
        found = await self.row("SELECT * FROM audit WHERE id = %s", (identity,))
        if found is None:
            return None
        return found | {"looks": await self.rows("SELECT * FROM look WHERE audit = %s ORDER BY at", (identity,))}

    async def signs(self, sites: Sequence[str], limit: int = PAGE) -> list[dict[str, Any]]:
        """By site and sign, how often each was noted in the last 90 days before the latest one, most often first; `in_all`:
        how many such lines there are."""
        return await self.rows(
            "SELECT site, sign, max(title) AS title, sum(times) AS times, max(noted_on) AS last,"
            " count(*) OVER () AS in_all FROM sign"
            " WHERE site = ANY(%s) AND noted_on > (SELECT max(noted_on) FROM sign WHERE site = ANY(%s)) - 90"
            " GROUP BY site, sign ORDER BY sum(times) DESC, site, sign LIMIT %s",
            (list(sites), list(sites), limit),
        )

    async def firings(
        self, sites: Sequence[str], *, owed: bool, offset: int = 0, limit: int = PAGE
    ) -> list[dict[str, Any]]:
        """What fired at these sites: what is still owed by its day, or what was followed, latest first; `in_all`: how many.

        Words are under seal.
        """
        if owed:
            return await self.rows(
                f"{FIRINGS} AND followed IS NULL ORDER BY due, id LIMIT %s OFFSET %s", (list(sites), limit, offset)
            )
        return await self.rows(
            f"{FIRINGS} AND followed IS NOT NULL ORDER BY followed DESC, id LIMIT %s OFFSET %s",
            (list(sites), limit, offset),
        )

    async def firing(self, identity: UUID) -> dict[str, Any] | None:
        """One time that a trigger fired."""
        return await self.row("SELECT * FROM firing WHERE id = %s", (identity,))


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the tables as they are."""


@project.register
def audit_opened(event: AuditRound.Opened, rows: Rows) -> None:
    sample = [asdict(each) for each in event.sample]
    rows.execute(
        "INSERT INTO audit (id, tool_id, provider, site, tool, rules, period, population, seed, sample, opened, version)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
        (
            event.originator_id, event.tool_id, event.provider, event.site, orjson.dumps(event.tool).decode(),
            event.rules, event.period, event.population, event.seed, orjson.dumps(sample).decode(), event.recorded,
            event.originator_version,
        ),
    )  # fmt: skip


@project.register
def looked_at(event: AuditRound.LookedAt, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO look VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (audit, reference, second) DO UPDATE"
        " SET rater = excluded.rater, answers = excluded.answers, note = excluded.note, at = excluded.at",
        (
            event.originator_id, event.reference, event.second, event.by.actor, orjson.dumps(event.answers).decode(),
            event.note, event.recorded, event.site,
        ),
    )  # fmt: skip
    rows.execute("UPDATE audit SET version = %s WHERE id = %s", (event.originator_version, event.originator_id))


@project.register
def audit_closed(event: AuditRound.Closed, rows: Rows) -> None:
    figures = orjson.dumps([asdict(each) for each in event.figures]).decode()
    rows.execute(
        "UPDATE audit SET closed = %s, figures = %s, kappa = %s, version = %s WHERE id = %s",
        (event.recorded, figures, event.kappa, event.originator_version, event.originator_id),
    )


@project.register
def sign_noted(event: Sign.Noted, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO sign VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
        (event.originator_id, event.site, event.sign, event.title, event.times, event.noted_on, event.note),
    )


@project.register
def fired(event: Watch.Fired, rows: Rows) -> None:
    what = event.definition
    rows.execute(
        "INSERT INTO firing (id, watch, trigger_id, provider, site, title, kind, must_follow, owed_by, due, rules, facts,"
        " fired) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
        (
            event.firing_id, event.originator_id, event.trigger_id, event.provider, event.site, what["title"],
            what["kind"], what["must_follow"], what["owed_by"], event.due, event.version,
            orjson.dumps([asdict(each) for each in event.facts]).decode(), event.recorded,
        ),
    )  # fmt: skip


@project.register
def followed(event: Watch.Followed, rows: Rows) -> None:
    rows.execute(
        "UPDATE firing SET followed = %s, how = %s, late = %s WHERE id = %s",
        (event.recorded, event.how, event.late, event.firing_id),
    )


@project.register
def not_followed(event: Watch.NotFollowed, rows: Rows) -> None:
    rows.execute("UPDATE firing SET missed = true WHERE id = %s", (event.firing_id,))
