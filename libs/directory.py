"""What each service knows of the organisation: sites, posts, teams and the rules in force, as governance says.

Every service keeps its own copy, from governance's published events; nobody asks governance to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache, singledispatch
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


class Directory(Admissions):
    """Tables of the organisation, and the few questions that services ask of them."""

    name = "directory"
    table_names = ("site", "post", "holder", "member", "rule_pack", *admission.NAMES)
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
        CREATE TABLE IF NOT EXISTS member (
            site_id text NOT NULL, person_id uuid NOT NULL, part text NOT NULL, joined_on date NOT NULL,
            PRIMARY KEY (site_id, person_id)
        );
        CREATE TABLE IF NOT EXISTS rule_pack (
            pack_id text NOT NULL, version text NOT NULL, adopted_from date NOT NULL, content text NOT NULL,
            PRIMARY KEY (pack_id, version)
        );
        ALTER TABLE holder ADD COLUMN IF NOT EXISTS until date;
    """
    )

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)
        self._packs: dict[str, RulePack] = {}

    async def site(self, site_id: str) -> Site:
        """One site. Raises NotFound."""
        row = await self.cached(
            ("site", site_id), lambda: self.row("SELECT * FROM site WHERE site_id = %s", (site_id,))
        )
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
        return [
            PostHeld(**row) for row in await self.rows("SELECT * FROM post WHERE scope = %s ORDER BY title", (scope,))
        ]

    async def posts_above(self, site_id: str) -> list[PostHeld]:
        """The posts of a site, its region and its provider."""
        site = await self.site(site_id)
        scopes = [f"site:{site_id}", f"region:{site.region}", f"provider:{site.provider}"]
        found = await self.rows("SELECT * FROM post WHERE scope = ANY(%s) ORDER BY scope DESC, title", (scopes,))
        return [PostHeld(**row) for row in found]

    async def holders(self, post_id: str) -> list[dict[str, Any]]:
        """Who holds a post: person_id, and name and email under seal."""
        return await self.rows("SELECT person_id, name, email FROM holder WHERE post_id = %s", (post_id,))

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
        "INSERT INTO holder VALUES (%s, %s, %s, %s, %s) ON CONFLICT (post_id, person_id) DO UPDATE"
        " SET name = excluded.name, email = excluded.email, until = excluded.until",
        (event.post_id, event.person_id, event.person_name, event.email, event.until),
    )
    rows.execute("DELETE FROM former WHERE post_id = %s AND person_id = %s", (event.post_id, event.person_id))


@project.register
def person_left_post(event: said.PersonLeftPost, rows: Rows) -> None:
    rows.execute("DELETE FROM holder WHERE post_id = %s AND person_id = %s", (event.post_id, event.person_id))
    rows.execute("INSERT INTO former VALUES (%s, %s) ON CONFLICT DO NOTHING", (event.post_id, event.person_id))


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
