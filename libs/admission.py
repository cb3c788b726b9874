"""Who may see one journey, besides what their post reaches: to whom it is shut, who needs to know, whom an emergency let in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from contracts import governance as said
from libs.views import Rows, View

NAMES = ("shut_out", "need_to_know", "let_in", "former")

TABLES: LiteralString = """
    CREATE TABLE IF NOT EXISTS shut_out (
        journey uuid NOT NULL, site text NOT NULL, subject text NOT NULL, PRIMARY KEY (subject, journey)
    );
    CREATE TABLE IF NOT EXISTS need_to_know (journey uuid PRIMARY KEY, site text NOT NULL, posts text[] NOT NULL);
    CREATE TABLE IF NOT EXISTS let_in (
        access_id uuid PRIMARY KEY, journey uuid NOT NULL, site text NOT NULL, reader text NOT NULL,
        until timestamptz NOT NULL
    );
    CREATE TABLE IF NOT EXISTS former (
        post_id text NOT NULL, person_id uuid NOT NULL, PRIMARY KEY (person_id, post_id)
    );
    CREATE INDEX IF NOT EXISTS let_in_reader ON let_in (reader, until);
"""


@dataclass(frozen=True, slots=True)
class LetIn:
    """An emergency that lets one reader see one journey for a time."""

    access_id: UUID
    journey: UUID
    site: str
    reader: str
    until: datetime


class Admissions(View):
    """What is asked before any page: which journeys are shut to a reader, and which an emergency opened."""

    async def shut_to(self, subject: str) -> frozenset[UUID]:
        """The journeys about an allegation against somebody, by the pseudonym of their sign-in."""
        rows = await self.cached(
            ("shut", subject), lambda: self.rows("SELECT journey FROM shut_out WHERE subject = %s", (subject,))
        )
        return frozenset(row["journey"] for row in rows)

    async def withheld_from(self, posts: Collection[str]) -> frozenset[UUID]:
        """The journeys that only those see who need to know, where none of these posts does."""
        rows = await self.cached("need to know", lambda: self.rows("SELECT journey, posts FROM need_to_know"))
        return frozenset(row["journey"] for row in rows if not set(posts) & set(row["posts"]))

    async def let_in(self, reader: str, now: datetime) -> list[LetIn]:
        """The emergencies under which somebody reads now, the newest first."""
        rows = await self.cached(
            ("let in", reader),
            lambda: self.rows("SELECT * FROM let_in WHERE reader = %s ORDER BY until DESC", (reader,)),
        )
        return [LetIn(**row) for row in rows if row["until"] > now]

    async def gave_up(self, actor: str, posts: Collection[str]) -> bool:
        """Whether somebody no longer holds any of these posts, though they sign in, or signed in, as if they did."""
        person = actor.removeprefix("person:")
        rows = await self.cached(
            ("gave up", person), lambda: self.rows("SELECT post_id FROM former WHERE person_id::text = %s", (person,))
        )
        return bool(posts) and set(posts) <= {row["post_id"] for row in rows}

    async def may_be_told(self, journey: UUID, post: str, subject: str) -> bool:
        """Whether whoever holds a post may hear of a journey at all, such as by an e-mail that leads to it."""
        return journey not in await self.shut_to(subject) and journey not in await self.withheld_from([post])


def register_cases(project: Callable[[Any, Rows], None]) -> None:
    """Let a view's projection keep these tables."""
    for case in (subject_shut_out, subject_let_in, restricted, restriction_lifted, granted, reviewed):
        project.register(case)  # type: ignore[attr-defined]


def subject_shut_out(event: said.SubjectShutOut, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO shut_out VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (event.journey, event.site, event.subject)
    )


def subject_let_in(event: said.SubjectLetIn, rows: Rows) -> None:
    rows.execute("DELETE FROM shut_out WHERE journey = %s AND subject = %s", (event.journey, event.subject))


def restricted(event: said.JourneyRestricted, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO need_to_know VALUES (%s, %s, %s) ON CONFLICT (journey) DO UPDATE SET posts = excluded.posts",
        (event.journey, event.site, event.posts),
    )


def restriction_lifted(event: said.RestrictionLifted, rows: Rows) -> None:
    rows.execute("DELETE FROM need_to_know WHERE journey = %s", (event.journey,))


def granted(event: said.EmergencyAccessGranted, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO let_in VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.access_id, event.journey, event.site, event.reader, event.until),
    )


def reviewed(event: said.EmergencyAccessReviewed, rows: Rows) -> None:
    """What was not justified ends at once."""
    if not event.justified:
        rows.execute("DELETE FROM let_in WHERE access_id = %s", (event.access_id,))
