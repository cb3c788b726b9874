"""How the rules and the people who weigh agree: each first weighing, rule by rule, and each blind second one."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from libs.views import Rows, View
from services.intake.domain import BlindSample, Opportunity


class Weighings(View):
    """One row for each time an opportunity was weighed, and one for each rule that was proposed or applied."""

    name = "weighings"
    table_names = ("weighing", "weighed_rule", "sample", "second_weighing")
    tables = """
        CREATE TABLE IF NOT EXISTS weighing (
            journey uuid NOT NULL, version bigint NOT NULL, site text NOT NULL, kind text NOT NULL,
            weighed_at timestamptz NOT NULL, weigher text NOT NULL, response text NOT NULL,
            PRIMARY KEY (journey, version)
        );
        CREATE INDEX IF NOT EXISTS weighing_when ON weighing (site, weighed_at);
        CREATE TABLE IF NOT EXISTS weighed_rule (
            journey uuid NOT NULL, version bigint NOT NULL, rule_id text NOT NULL, title text NOT NULL,
            proposed boolean NOT NULL, applied boolean NOT NULL,
            PRIMARY KEY (journey, version, rule_id)
        );
        CREATE INDEX IF NOT EXISTS weighed_rule_rule ON weighed_rule (rule_id);
        CREATE TABLE IF NOT EXISTS sample (
            sample uuid PRIMARY KEY, provider text NOT NULL, sites text[] NOT NULL, since date NOT NULL,
            until date NOT NULL, seed bigint NOT NULL, population integer NOT NULL, chosen integer NOT NULL,
            drawn_at timestamptz NOT NULL
        );
        CREATE TABLE IF NOT EXISTS second_weighing (
            sample uuid NOT NULL, journey uuid NOT NULL, response text NOT NULL, applied text[] NOT NULL,
            PRIMARY KEY (sample, journey)
        );
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def known_rules(self, sites: list[str]) -> list[tuple[str, str]]:
        """The rules that were proposed or applied at these sites, by title."""
        rows = await self.rows(
            "SELECT DISTINCT ON (r.rule_id) r.rule_id, r.title FROM weighed_rule r JOIN weighing w USING (journey, version)"
            " WHERE w.site = ANY(%s) ORDER BY r.rule_id, w.weighed_at DESC",
            (sites,),
        )
        return sorted(((row["rule_id"], row["title"]) for row in rows), key=lambda each: each[1])

    async def judged(self, sites: list[str], rule: str) -> list[dict[str, Any]]:
        """Each weighing at these sites by site and quarter, with whether a rule was proposed and whether it was applied."""
        return await self.rows(
            "SELECT w.site, date_trunc('quarter', w.weighed_at AT TIME ZONE 'Europe/London')::date AS quarter,"
            " coalesce(r.proposed, false) AS proposed, coalesce(r.applied, false) AS applied, count(*) AS times"
            " FROM weighing w LEFT JOIN weighed_rule r ON r.journey = w.journey AND r.version = w.version"
            " AND r.rule_id = %s WHERE w.site = ANY(%s) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2",
            (rule, sites),
        )

    async def latest(self, sites: list[str], since: datetime, until: datetime) -> list[dict[str, Any]]:
        """The latest weighing of each opportunity weighed at these sites in a time."""
        return await self.rows(
            "SELECT DISTINCT ON (journey) journey, version, weigher, response FROM weighing"
            " WHERE site = ANY(%s) AND weighed_at >= %s AND weighed_at < %s ORDER BY journey, version DESC",
            (sites, since, until),
        )

    async def samples(self, sites: list[str]) -> list[dict[str, Any]]:
        """The samples drawn from none but these sites, the latest first."""
        return await self.rows("SELECT * FROM sample WHERE sites <@ %s ORDER BY drawn_at DESC, sample", (sites,))

    async def twice(self, sample: UUID) -> list[dict[str, Any]]:
        """What was weighed twice in a sample: both responses, and the rules that each applied."""
        return await self.rows(
            "SELECT s.journey, s.response AS second, s.applied AS second_applied, f.response AS first,"
            " ARRAY(SELECT rule_id FROM weighed_rule r WHERE r.journey = f.journey AND r.version = f.version AND applied)"
            " AS first_applied FROM second_weighing s JOIN LATERAL (SELECT * FROM weighing w WHERE w.journey = s.journey"
            " ORDER BY version DESC LIMIT 1) f ON true WHERE s.sample = %s",
            (sample,),
        )


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here is no weighing."""


@project.register
def triaged(event: Opportunity.Triaged, rows: Rows) -> None:
    place = (event.journey, event.originator_version)
    rows.execute(
        "INSERT INTO weighing VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (*place, event.site, event.kind, event.recorded, event.by.actor, event.response),
    )
    for each in event.weighed:
        rows.execute(
            "INSERT INTO weighed_rule VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (*place, each.rule_id, each.title, each.proposed, each.agreed),
        )


@project.register
def drawn(event: BlindSample.Drawn, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO sample VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.originator_id, event.provider, event.sites, event.since, event.until, event.seed, event.population,
            len(event.chosen), event.recorded,
        ),
    )  # fmt: skip


@project.register
def weighed_again(event: BlindSample.WeighedAgain, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO second_weighing VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.originator_id, event.opportunity, event.response, event.applied),
    )
