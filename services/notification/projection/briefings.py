"""Briefings and their reach: who has read, who has understood, and who has not yet been reached, by part of the team."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import singledispatch
from typing import Any, ClassVar
from uuid import UUID

from libs.row_security import Hangs
from libs.views import Rows, View
from services.notification.domain.briefing import OPEN_QUESTION, Briefing, Listener


class Briefings(View):
    """Every briefing, and each listener of it; answers in words stay under seal."""

    name = "briefings"
    table_names = ("briefing", "listener")
    hanging: ClassVar[Mapping[str, Hangs]] = {"listener": ("briefing", "briefing_id", "briefing_id")}
    tables = """
        CREATE TABLE IF NOT EXISTS briefing (
            briefing_id uuid PRIMARY KEY, journey uuid NOT NULL, site text NOT NULL, number integer NOT NULL,
            title text NOT NULL, what_changed text NOT NULL, learning text NOT NULL, question text NOT NULL,
            options text[] NOT NULL DEFAULT '{}', right_option integer, issued_at timestamptz NOT NULL,
            reached_at timestamptz, version bigint NOT NULL
        );
        ALTER TABLE briefing ADD COLUMN IF NOT EXISTS example text NOT NULL DEFAULT '';
        CREATE INDEX IF NOT EXISTS briefing_site ON briefing (site, issued_at);
        CREATE INDEX IF NOT EXISTS briefing_journey ON briefing (journey);
        CREATE TABLE IF NOT EXISTS listener (
            briefing_id uuid NOT NULL, person_id uuid NOT NULL, part text NOT NULL, here boolean NOT NULL DEFAULT true,
            state text NOT NULL DEFAULT 'unread', answer text NOT NULL DEFAULT '', read_at timestamptz,
            understood_at timestamptz, PRIMARY KEY (briefing_id, person_id)
        );
        ALTER TABLE listener ADD COLUMN IF NOT EXISTS unit text NOT NULL DEFAULT '';
        ALTER TABLE listener ADD COLUMN IF NOT EXISTS close boolean NOT NULL DEFAULT false;
        ALTER TABLE listener ADD COLUMN IF NOT EXISTS left_at timestamptz;
        CREATE INDEX IF NOT EXISTS listener_person ON listener (person_id) WHERE here;
    """

    async def mine(self, person: UUID, limit: int = 100, skip: int = 0) -> list[dict[str, Any]]:
        """A person's briefings: first those to understand, the oldest first, then the newest of the others."""
        return await self.rows(
            "SELECT b.*, l.state FROM listener l JOIN briefing b USING (briefing_id) WHERE l.person_id = %s AND l.here"
            " ORDER BY l.state = 'understood', CASE WHEN l.state <> 'understood' THEN b.issued_at END, b.issued_at DESC,"
            " b.briefing_id LIMIT %s OFFSET %s",
            (person, limit, skip),
        )

    async def one(self, briefing: UUID) -> dict[str, Any] | None:
        """One briefing, or None."""
        return await self.row("SELECT * FROM briefing WHERE briefing_id = %s", (briefing,))

    async def of_journey(self, journey: UUID) -> list[dict[str, Any]]:
        """A journey's briefings with how far they reached, in order."""
        return await self.rows(f"{REACHED} WHERE b.journey = %s GROUP BY b.briefing_id ORDER BY b.number", (journey,))

    async def at_sites(self, sites: list[str], limit: int = 50, skip: int = 0) -> list[dict[str, Any]]:
        """The briefings of these sites and their reach: those not yet understood by all first, oldest first."""
        return await self.rows(
            f"{REACHED} WHERE b.site = ANY(%s) GROUP BY b.briefing_id ORDER BY b.reached_at IS NOT NULL,"
            " b.issued_at, b.briefing_id LIMIT %s OFFSET %s",
            (sites, limit, skip),
        )

    async def listeners(self, briefing: UUID) -> list[dict[str, Any]]:
        """The audience of a briefing: answers to read first, then who has not understood, then the others."""
        return await self.rows(
            "SELECT * FROM listener WHERE briefing_id = %s AND here"
            " ORDER BY state <> 'answered', state = 'understood', part, person_id",
            (briefing,),
        )

    async def missed(self, briefing: UUID) -> list[dict[str, Any]]:
        """Who left before they had understood, and when, the latest first."""
        return await self.rows(
            "SELECT person_id, part, state, left_at FROM listener WHERE briefing_id = %s AND NOT here"
            " AND state <> 'understood' ORDER BY left_at DESC, person_id",
            (briefing,),
        )

    async def listener(self, briefing: UUID, person: UUID) -> dict[str, Any] | None:
        """One listener who still works there, or None."""
        return await self.row(
            "SELECT * FROM listener WHERE briefing_id = %s AND person_id = %s AND here", (briefing, person)
        )

    async def by_part(self, briefing: UUID) -> list[dict[str, Any]]:
        """How far a briefing reached in each part of the team as it is now, and who left before they had understood."""
        return await self.rows(
            f"SELECT part, {REACH} FROM listener l WHERE briefing_id = %s GROUP BY part ORDER BY part", (briefing,)
        )

    async def by_group(self, briefing: UUID) -> list[dict[str, Any]]:
        """How far it reached in each unit or round, and among those who support the person it is about (`close`)."""
        return await self.rows(
            f"SELECT '' AS unit, true AS close, {COUNTED} FROM listener WHERE briefing_id = %s AND here AND close"
            " HAVING count(*) > 0"
            f" UNION ALL SELECT unit, false, {COUNTED} FROM listener WHERE briefing_id = %s AND here AND unit <> ''"
            " GROUP BY unit ORDER BY close DESC, unit",
            (briefing, briefing),
        )

    async def issued(self, sites: list[str], since: datetime, until: datetime) -> list[str]:
        """What staff of these sites do differently by the briefings issued from `since` up to `until`, in order."""
        found = await self.rows(
            "SELECT what_changed FROM briefing WHERE site = ANY(%s) AND issued_at >= %s AND issued_at < %s"
            " ORDER BY issued_at, briefing_id",
            (sites, since, until),
        )
        return [row["what_changed"] for row in found]

    async def reach_of_sites(self, sites: list[str]) -> list[dict[str, Any]]:
        """How far the briefings of each site reached in each part of its team as it is now, leavers counted apart."""
        return await self.rows(
            f"SELECT b.site, l.part, {REACH} FROM listener l JOIN briefing b USING (briefing_id)"
            " WHERE b.site = ANY(%s) GROUP BY b.site, l.part ORDER BY b.site, l.part",
            (sites,),
        )

    async def not_reached(
        self, sites: list[str], limit: int = 200, skip: int = 0, part: str = ""
    ) -> list[dict[str, Any]]:
        """Who has not understood which briefing yet at these sites, in one part of the team if named: the longest
        waiting first, and of one briefing those first who support the person it is about."""
        return await self.rows(
            "SELECT l.person_id, l.part, l.unit, l.close, l.state, b.briefing_id, b.title, b.site, b.issued_at FROM listener l"
            " JOIN briefing b USING (briefing_id) WHERE b.site = ANY(%s) AND l.here AND l.state <> 'understood'"
            " AND (%s = '' OR l.part = %s)"
            " ORDER BY b.issued_at, b.briefing_id, NOT l.close, l.part, l.unit, l.person_id LIMIT %s OFFSET %s",
            (sites, part, part, limit, skip),
        )


COUNTED = (
    """count(*) AS audience, count(read_at) AS readers, count(*) FILTER (WHERE state = 'understood') AS understood"""
)
REACH = """count(*) FILTER (WHERE l.here) AS audience, count(l.read_at) FILTER (WHERE l.here) AS readers,
    count(*) FILTER (WHERE l.here AND l.state = 'understood') AS understood,
    count(*) FILTER (WHERE NOT l.here AND l.state <> 'understood') AS missed"""
"""Of those still here; and how many left before they had understood."""
REACHED = f"""SELECT b.*, {REACH}, count(*) FILTER (WHERE l.here AND l.state = 'answered') AS to_mark
    FROM briefing b LEFT JOIN listener l ON l.briefing_id = b.briefing_id"""


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the briefings as they are."""


@project.register
def issued(event: Briefing.Issued, rows: Rows) -> None:
    c = event.change
    rows.execute(
        "INSERT INTO briefing (briefing_id, journey, site, number, title, what_changed, learning, example, question,"
        " issued_at, version) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (briefing_id) DO NOTHING",
        (
            event.originator_id, event.journey, event.site, c.number, c.title, c.what_changed, c.learning,
            c.example, OPEN_QUESTION, event.occurred, event.originator_version,
        ),
    )  # fmt: skip
    for each in event.audience:
        _listen(rows, event.originator_id, each)


def _listen(rows: Rows, briefing: UUID, each: Listener) -> None:
    rows.execute(
        "INSERT INTO listener (briefing_id, person_id, part, unit, close) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (briefing_id, person_id) DO UPDATE SET part = excluded.part, here = true,"
        " unit = excluded.unit, close = excluded.close, left_at = NULL,"
        " state = CASE WHEN listener.here THEN listener.state WHEN listener.read_at IS NULL THEN 'unread' ELSE 'read' END",
        (briefing, each.person_id, each.part, each.group, each.close),
    )


@project.register
def asked(event: Briefing.QuestionAsked, rows: Rows) -> None:
    rows.execute(
        "UPDATE briefing SET question = %s, options = %s, right_option = %s, version = %s WHERE briefing_id = %s",
        (event.question, event.options, event.right, event.originator_version, event.originator_id),
    )


@project.register
def grew(event: Briefing.AudienceGrew, rows: Rows) -> None:
    _listen(rows, event.originator_id, Listener(event.person_id, event.part, event.group, event.close))
    _turn(event, rows)


@project.register
def left(event: Briefing.AudienceLeft, rows: Rows) -> None:
    _listener(event, rows, "here = false, left_at = %s", (event.occurred,))
    _turn(event, rows)


@project.register
def read(event: Briefing.Read, rows: Rows) -> None:
    _listener(event, rows, "state = 'read', read_at = %s", (event.occurred,))
    _turn(event, rows)


@project.register
def answered(event: Briefing.Answered, rows: Rows) -> None:
    if event.option is None:
        _listener(event, rows, "state = 'answered', answer = %s", (event.words,))
    _turn(event, rows)


@project.register
def not_yet(event: Briefing.NotYetUnderstood, rows: Rows) -> None:
    _listener(event, rows, "state = 'not_yet'", ())
    _turn(event, rows)


@project.register
def understood(event: Briefing.Understood, rows: Rows) -> None:
    _listener(event, rows, "state = 'understood', understood_at = %s", (event.occurred,))
    _turn(event, rows)


@project.register
def reached(event: Briefing.Reached, rows: Rows) -> None:
    rows.execute(
        "UPDATE briefing SET reached_at = %s, version = %s WHERE briefing_id = %s",
        (event.occurred, event.originator_version, event.originator_id),
    )


def _listener(event: Any, rows: Rows, change: Any, values: tuple[Any, ...]) -> None:
    rows.execute(
        f"UPDATE listener SET {change} WHERE briefing_id = %s AND person_id = %s",
        (*values, event.originator_id, event.person_id),
    )


def _turn(event: Any, rows: Rows) -> None:
    """A newcomer who has not understood takes the mark of a team reached away until they have; so does a team of nobody."""
    rows.execute(
        "UPDATE briefing b SET version = %s, reached_at = CASE WHEN (SELECT bool_and(l.state = 'understood') FROM listener l"
        " WHERE l.briefing_id = b.briefing_id AND l.here) THEN b.reached_at END WHERE b.briefing_id = %s",
        (event.originator_version, event.originator_id),
    )
