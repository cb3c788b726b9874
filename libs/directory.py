"""What each service knows of the organisation: sites, posts, teams and the rules in force, as governance says.

Every service keeps its own copy, from governance's published events; nobody asks governance to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial, singledispatch
from typing import Any
from uuid import UUID

import orjson
from psycopg_pool import AsyncConnectionPool

from contracts import governance as said
from libs import admission
from libs.admission import Admissions
from libs.calendar import WorkingDays
from libs.rules import RulePack, pack_of
from libs.service import NotFound
from libs.views import Rows


@dataclass(frozen=True, slots=True)
class Site:
    """A site as governance registered it."""

    provider: str
    site_id: str
    title: str
    region: str
    nation: str
    service_kind: str

    @property
    def working_days(self) -> WorkingDays:
        """The working days of the nation the site lies in."""
        return WorkingDays(self.nation)


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post: a role over a scope, and how it is called."""

    post_id: str
    role: str
    scope: str
    title: str
    deputy_post_id: str | None


THE_ONLY_ONE = date(1, 1, 1)
"""By what an absence is known that was said before several of a person were kept: each new one took its place."""
AWAY = "a.said > h.since AND %(on)s BETWEEN a.from_day AND a.until_day"  # said since they were appointed, not before


class Directory(Admissions):
    """Tables of the organisation, and the few questions that services ask of them."""

    name = "directory"
    table_names = ("site", "post", "holder", "absence", "member", "rule_pack", *admission.NAMES)
    tables = (
        admission.TABLES
        + """
        CREATE TABLE IF NOT EXISTS site (
            site_id text PRIMARY KEY, provider text NOT NULL, title text NOT NULL, region text NOT NULL,
            nation text NOT NULL, service_kind text NOT NULL
        );
        CREATE TABLE IF NOT EXISTS post (
            post_id text PRIMARY KEY, role text NOT NULL, scope text NOT NULL, title text NOT NULL, deputy_post_id text
        );
        CREATE INDEX IF NOT EXISTS post_scope ON post (scope, role);
        CREATE TABLE IF NOT EXISTS holder (
            post_id text NOT NULL, person_id uuid NOT NULL, name text NOT NULL, email text NOT NULL,
            PRIMARY KEY (post_id, person_id)
        );
        CREATE TABLE IF NOT EXISTS absence (
            post_id text NOT NULL, person_id uuid NOT NULL, known_by date NOT NULL, from_day date NOT NULL,
            until_day date NOT NULL, deputy_post_id text, PRIMARY KEY (post_id, person_id, known_by)
        );
        CREATE TABLE IF NOT EXISTS member (
            site_id text NOT NULL, person_id uuid NOT NULL, part text NOT NULL, joined_on date NOT NULL,
            PRIMARY KEY (site_id, person_id)
        );
        CREATE TABLE IF NOT EXISTS rule_pack (
            pack_id text NOT NULL, version text NOT NULL, adopted_from date NOT NULL, content text NOT NULL,
            PRIMARY KEY (pack_id, version)
        );
        ALTER TABLE holder ADD COLUMN IF NOT EXISTS until date, ADD COLUMN IF NOT EXISTS since bigint NOT NULL DEFAULT 0;
        ALTER TABLE absence ADD COLUMN IF NOT EXISTS said bigint NOT NULL DEFAULT 1;
    """
    )

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)
        self._packs: dict[str, RulePack] = {}

    async def site(self, site_id: str) -> Site:
        """One site. Raises NotFound."""
        ask = partial(self.row, "SELECT * FROM site WHERE site_id = %s", (site_id,))
        row = await self.cached(("site", site_id), ask)
        if row is None:
            raise NotFound("There is no site with this id. Choose one from the list of your sites.")
        return Site(**row)

    async def sites(self) -> list[Site]:
        """Every site, by title."""
        found = await self.cached("sites", lambda: self.rows("SELECT * FROM site ORDER BY title"))
        return [Site(**row) for row in found]

    async def sites_within(self, scope: str) -> list[Site]:
        """The sites that a scope covers: site:<id>, team:<site id>/<part>, region:<name>, or provider:<id>."""
        kind, _, name = scope.partition(":")
        if kind == "team":
            kind, name = "site", name.partition("/")[0]
        column = {"site": "site_id", "region": "region", "provider": "provider"}.get(kind)
        return [s for s in await self.sites() if column and getattr(s, column) == name]

    async def posts(self, scope: str) -> list[PostHeld]:
        """The posts held over just this scope."""
        found = await self.rows("SELECT * FROM post WHERE scope = %s ORDER BY title", (scope,))
        return [PostHeld(**row) for row in found]

    async def posts_above(self, site_id: str) -> list[PostHeld]:
        """The posts of a site, its region and its provider."""
        site = await self.site(site_id)
        scopes = [f"site:{site_id}", f"region:{site.region}", f"provider:{site.provider}"]
        found = await self.rows("SELECT * FROM post WHERE scope = ANY(%s) ORDER BY scope DESC, title", (scopes,))
        return [PostHeld(**row) for row in found]

    async def holders(self, post_id: str) -> list[dict[str, Any]]:
        """Who holds a post: person_id, and name and email under seal."""
        return await self.rows("SELECT person_id, name, email FROM holder WHERE post_id = %s", (post_id,))

    async def names_over(self, site_id: str = "") -> list[dict[str, Any]]:
        """The names, under seal, of everyone who holds a post over a site; without a site, over any."""
        if not site_id:
            return await self.rows("SELECT DISTINCT name FROM holder")
        posts = [post.post_id for post in await self.posts_above(site_id)]
        return await self.rows("SELECT DISTINCT name FROM holder WHERE post_id = ANY(%s)", (posts,))

    async def answering(self, posts: Sequence[str], on: date) -> dict[str, str]:
        """Who answers for each of these posts on a day: itself, or its deputy where everyone who holds it is away or nobody
        holds it. A post for which nobody answers is left out."""
        held = await self._present(posts, on)
        named = await self.rows(
            "SELECT p.post_id, coalesce((SELECT a.deputy_post_id FROM absence a JOIN holder h USING (post_id, person_id)"
            f" WHERE a.post_id = p.post_id AND {AWAY} ORDER BY a.until_day DESC LIMIT 1),"
            " p.deputy_post_id) AS deputy FROM post p WHERE p.post_id = ANY(%(posts)s)",
            {"posts": list(posts), "on": on},
        )
        deputies = {row["post_id"]: row["deputy"] for row in named if row["deputy"] and row["post_id"] not in held}
        stand_in = await self._present(list(deputies.values()), on) if deputies else set()
        found = {post: post if post in held else deputies.get(post, "") for post in posts}
        return {post: answers for post, answers in found.items() if answers in held | stand_in}

    async def _present(self, posts: Sequence[str], on: date) -> set[str]:
        """The posts that somebody holds who is not away."""
        found = await self.rows(
            "SELECT DISTINCT h.post_id FROM holder h LEFT JOIN absence a ON (a.post_id, a.person_id) = (h.post_id, h.person_id)"
            f" AND {AWAY} WHERE h.post_id = ANY(%(posts)s) AND a.post_id IS NULL",
            {"on": on, "posts": list(posts)},
        )
        return {row["post_id"] for row in found}

    async def standing_in(self, posts: Sequence[str], on: date) -> list[str]:
        """The posts for which these stand in on a day, because everyone who holds them is away."""
        found = await self.rows(
            "SELECT p.post_id FROM post p JOIN holder h USING (post_id) LEFT JOIN absence a"
            f" ON (a.post_id, a.person_id) = (h.post_id, h.person_id) AND {AWAY}"
            " WHERE p.post_id IN (SELECT post_id FROM absence WHERE %(on)s BETWEEN from_day AND until_day)"
            " GROUP BY p.post_id HAVING bool_and(a.post_id IS NOT NULL) AND"
            " bool_or(coalesce(a.deputy_post_id, p.deputy_post_id) = ANY(%(posts)s)) ORDER BY p.post_id",
            {"posts": list(posts), "on": on},
        )
        return [row["post_id"] for row in found]

    async def members(self, site_id: str) -> dict[UUID, str]:
        """Who works at a site, and in which part: day, night, agency, new starter."""
        found = await self.rows("SELECT person_id, part FROM member WHERE site_id = %s ORDER BY person_id", (site_id,))
        return {row["person_id"]: row["part"] for row in found}

    async def rules(self, on: date) -> RulePack:
        """The rule pack in force on a day. Raises NotFound where none has been adopted by then."""
        row = await self.cached(
            ("rules", on),
            lambda: self.row(
                "SELECT pack_id, version FROM rule_pack WHERE adopted_from <= %s"
                " ORDER BY adopted_from DESC, version DESC LIMIT 1",
                (on,),
            ),
        )
        if row is None:
            raise NotFound(f"No rules had been adopted by {on}. Governance adopts a rule pack first.")
        return await self.rules_version(row["pack_id"], row["version"])

    async def rules_version(self, pack_id: str, version: str) -> RulePack:
        """One version of a rule pack, as it was adopted."""
        key = f"{pack_id}/{version}"
        if key not in self._packs:
            row = await self.row(
                "SELECT content FROM rule_pack WHERE pack_id = %s AND version = %s", (pack_id, version)
            )
            if row is None:
                raise NotFound(f"There is no rule pack {key}.")
            self._packs[key] = _pack(row["content"])
        return self._packs[key]


@lru_cache(maxsize=16)
def _pack(content: str) -> RulePack:
    """A pack as it was adopted, made ready once for all rooms of a process; it cannot be changed."""
    return pack_of(orjson.loads(content))


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What is not about the organisation leaves the directory as it is."""


@project.register
def site_registered(event: said.SiteRegistered, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO site VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (site_id) DO UPDATE SET title = excluded.title,"
        " region = excluded.region, nation = excluded.nation, service_kind = excluded.service_kind",
        (event.site_id, event.provider, event.title, event.region, event.nation, event.service_kind),
    )


@project.register
def post_created(event: said.PostCreated, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO post VALUES (%s, %s, %s, %s, %s) ON CONFLICT (post_id) DO UPDATE SET role = excluded.role,"
        " scope = excluded.scope, title = excluded.title, deputy_post_id = excluded.deputy_post_id",
        (event.post_id, event.role, event.scope, event.title, event.deputy_post_id),
    )


@project.register
def person_appointed(event: said.PersonAppointed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO holder VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (post_id, person_id) DO UPDATE"
        " SET name = excluded.name, email = excluded.email, until = excluded.until",
        (event.post_id, event.person_id, event.person_name, event.email, event.until, event.envelope.sequence),
    )
    rows.execute("DELETE FROM former WHERE post_id = %s AND person_id = %s", (event.post_id, event.person_id))


@project.register
def person_left_post(event: said.PersonLeftPost, rows: Rows) -> None:
    rows.execute("DELETE FROM holder WHERE post_id = %s AND person_id = %s", (event.post_id, event.person_id))
    rows.execute("INSERT INTO former VALUES (%s, %s) ON CONFLICT DO NOTHING", (event.post_id, event.person_id))


@project.register
def holder_away(event: said.HolderAway, rows: Rows) -> None:
    days = (event.from_day, event.until_day, event.deputy_post_id, event.envelope.sequence)
    rows.execute(
        "INSERT INTO absence VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (post_id, person_id, known_by) DO UPDATE SET"
        " from_day = excluded.from_day, until_day = excluded.until_day, deputy_post_id = excluded.deputy_post_id,"
        " said = excluded.said",
        (event.post_id, event.person_id, event.known_by or THE_ONLY_ONE, *days),
    )


@project.register
def holder_back(event: said.HolderBack, rows: Rows) -> None:
    """The days up to then stay; an absence that never began ends before its first day, and so holds on none."""
    rows.execute(
        "UPDATE absence SET until_day = %s WHERE post_id = %s AND person_id = %s AND known_by = %s",
        (event.back_on - timedelta(days=1), event.post_id, event.person_id, event.known_by or THE_ONLY_ONE),
    )


@project.register
def team_member_joined(event: said.TeamMemberJoined, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO member VALUES (%s, %s, %s, %s) ON CONFLICT (site_id, person_id) DO UPDATE"
        " SET part = excluded.part, joined_on = excluded.joined_on",
        (event.site_id, event.person_id, event.part, event.joined_on),
    )


@project.register
def team_member_left(event: said.TeamMemberLeft, rows: Rows) -> None:
    rows.execute("DELETE FROM member WHERE site_id = %s AND person_id = %s", (event.site_id, event.person_id))


@project.register
def rule_pack_adopted(event: said.RulePackAdopted, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO rule_pack VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.pack_id, event.version, event.adopted_from, orjson.dumps(event.content).decode()),
    )


admission.register_cases(project)
