"""What somebody further up has to see to: a change that is still not made, and what must follow where a trigger fired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any, ClassVar, LiteralString

from psycopg_pool import AsyncConnectionPool

from contracts import action, assurance, governance
from libs.views import Rows, View

MOST = 100
SETTLED: tuple[LiteralString, ...] = (
    "UPDATE taken_up SET settled = true WHERE action_id = %s",
    "UPDATE unanswered SET settled = true WHERE action_id = %s",
)
WAITS_AGAIN: tuple[LiteralString, ...] = (
    "UPDATE taken_up SET settled = CASE WHEN due = %s THEN false ELSE settled END WHERE action_id = %s",
    "UPDATE unanswered SET settled = CASE WHEN due = %s THEN false ELSE settled END WHERE action_id = %s",
)


class Heeding(View):
    """One row for each change that was taken up the route, each on whose route nobody answered, each firing of a trigger,
    each audit of a sample, and each post with when somebody last took it up."""

    name = "heeding"
    table_names: ClassVar[tuple[str, ...]] = ("taken_up", "unanswered", "occupied", "firing", "audit")
    tables: ClassVar[LiteralString] = """
        CREATE TABLE IF NOT EXISTS taken_up (
            action_id uuid PRIMARY KEY, journey uuid NOT NULL, site text NOT NULL, due date NOT NULL,
            to_posts text[] NOT NULL, settled boolean NOT NULL DEFAULT false, since timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS taken_up_site ON taken_up (site) WHERE NOT settled;
        CREATE TABLE IF NOT EXISTS unanswered (
            action_id uuid PRIMARY KEY, journey uuid NOT NULL, site text NOT NULL, provider text NOT NULL,
            due date NOT NULL, since timestamptz NOT NULL, settled boolean NOT NULL
        );
        CREATE INDEX IF NOT EXISTS unanswered_provider ON unanswered (provider, site) WHERE NOT settled;
        CREATE TABLE IF NOT EXISTS occupied (
            post_id text PRIMARY KEY, provider text NOT NULL, scope text NOT NULL, since timestamptz
        );
        CREATE TABLE IF NOT EXISTS firing (
            firing_id uuid PRIMARY KEY, site text NOT NULL, title text NOT NULL, must_follow text NOT NULL,
            owed_by text NOT NULL, due date NOT NULL, since timestamptz NOT NULL, followed boolean NOT NULL DEFAULT false,
            late boolean NOT NULL DEFAULT false
        );
        CREATE INDEX IF NOT EXISTS firing_site ON firing (site);
        CREATE TABLE IF NOT EXISTS audit (
            round_id uuid PRIMARY KEY, site text NOT NULL, title text NOT NULL, sample int NOT NULL,
            since timestamptz NOT NULL, closed boolean NOT NULL DEFAULT false
        );
        CREATE INDEX IF NOT EXISTS audit_site ON audit (site);
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def waiting(self, sites: Sequence[str], posts: Sequence[str], role: str) -> list[dict[str, Any]]:
        """What waits for these posts and this role at these sites, first due first."""
        return await self.rows(
            "SELECT 'taken_up' AS task, journey, site, '' AS title, due, since FROM taken_up"
            " WHERE site = ANY(%(sites)s) AND NOT settled AND to_posts && %(posts)s"
            " UNION ALL SELECT 'firing', firing_id, site, must_follow, due, since FROM firing"
            " WHERE site = ANY(%(sites)s) AND NOT followed AND owed_by = %(role)s"
            " ORDER BY due, since LIMIT %(most)s",
            {"sites": list(sites), "posts": list(posts), "role": role, "most": MOST},
        )

    async def unanswered(self, provider: str, regions: Mapping[str, str]) -> list[dict[str, Any]]:
        """The late changes of a provider on whose route nobody answered, and nobody took up a post over their site since.

        `regions` are the regions of the sites that are asked for.
        """
        return await self.rows(
            "SELECT 'unanswered' AS task, u.journey, u.site, '' AS title, u.due, u.since FROM unanswered u"
            " JOIN unnest(%(sites)s::text[], %(regions)s::text[]) AS s (site, region) USING (site)"
            " WHERE u.provider = %(provider)s AND NOT u.settled AND NOT EXISTS (SELECT FROM occupied f"
            "  WHERE f.provider = u.provider AND f.since > u.since"
            "  AND f.scope IN ('site:' || u.site, 'region:' || s.region, 'provider:' || u.provider))"
            " ORDER BY u.due, u.since, u.journey LIMIT %(most)s",
            {"sites": list(regions), "regions": list(regions.values()), "provider": provider, "most": MOST},
        )

    async def providers_over(self, scope: str) -> set[str]:
        """The providers that have a post over just this scope."""
        return {row["provider"] for row in await self.rows("SELECT provider FROM occupied WHERE scope = %s", (scope,))}

    async def standing(self, sites: Sequence[str]) -> dict[str, int]:
        """How these sites stand: triggers that fired and what followed, audits drawn and closed."""
        fired = await self.row(
            "SELECT count(*) AS fired, count(*) FILTER (WHERE followed) AS followed,"
            " count(*) FILTER (WHERE late) AS late FROM firing WHERE site = ANY(%s)",
            (list(sites),),
        )
        audits = await self.row(
            "SELECT count(*) AS audits, count(*) FILTER (WHERE closed) AS closed FROM audit WHERE site = ANY(%s)",
            (list(sites),),
        )
        return {name: int(number) for name, number in ((fired or {}) | (audits or {})).items()}


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What nobody further up has to see to changes nothing here."""


@project.register
def taken_up(event: action.ActionEscalated, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO taken_up AS t (action_id, journey, site, due, to_posts, since) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (action_id) DO UPDATE SET due = excluded.due, since = excluded.since, settled = false,"
        " to_posts = CASE WHEN t.settled THEN excluded.to_posts ELSE t.to_posts || excluded.to_posts END",
        (event.action_id, event.journey, event.site, event.due, event.to_posts, event.recorded),
    )
    rows.execute("DELETE FROM unanswered WHERE action_id = %s", (event.action_id,))


@project.register
def nobody_answered(event: action.NobodyAnswered, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO unanswered VALUES (%s, %s, %s, %s, %s, %s, false) ON CONFLICT (action_id) DO UPDATE"
        " SET due = excluded.due, since = excluded.since, settled = false",
        (event.action_id, event.journey, event.site, event.provider, event.due, event.recorded),
    )


@project.register
def post_created(event: governance.PostCreated, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO occupied VALUES (%s, %s, %s, NULL) ON CONFLICT (post_id) DO UPDATE SET scope = excluded.scope",
        (event.post_id, event.provider, event.scope),
    )


@project.register
def person_appointed(event: governance.PersonAppointed, rows: Rows) -> None:
    rows.execute("UPDATE occupied SET since = %s WHERE post_id = %s", (event.recorded, event.post_id))


@project.register(action.ActionExtended)
@project.register(action.ActionImplemented)
@project.register(action.ActionWithdrawn)
def settled(event: Any, rows: Rows) -> None:
    for statement in SETTLED:
        rows.execute(statement, (event.action_id,))


@project.register
def sent_back(event: action.ActionSentBack, rows: Rows) -> None:
    """It was not made after all: it waits again for whom it had reached, unless more time was given since."""
    for statement in WAITS_AGAIN:
        rows.execute(statement, (event.due, event.action_id))


@project.register
def fired(event: assurance.TriggerFired, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO firing (firing_id, site, title, must_follow, owed_by, due, since) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (event.firing_id, event.site, event.title, event.must_follow, event.owed_by, event.due, event.recorded),
    )


@project.register
def followed(event: assurance.TriggerFollowed, rows: Rows) -> None:
    rows.execute(
        "UPDATE firing SET followed = true, late = late OR %s WHERE firing_id = %s", (event.late, event.firing_id)
    )


@project.register
def not_followed(event: assurance.TriggerNotFollowed, rows: Rows) -> None:
    rows.execute("UPDATE firing SET late = true WHERE firing_id = %s", (event.firing_id,))


@project.register
def drawn(event: assurance.AuditRoundOpened, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO audit (round_id, site, title, sample, since) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.round_id, event.site, event.title, event.sample, event.recorded),
    )


@project.register
def closed(event: assurance.AuditRoundClosed, rows: Rows) -> None:
    rows.execute("UPDATE audit SET closed = true WHERE round_id = %s", (event.round_id,))
