"""Accounts owed: those with a date first, and every attempt to give them."""

from __future__ import annotations

from functools import singledispatch
from typing import Any
from uuid import UUID

from libs.views import Rows, View
from services.notification.domain.duty import Duty


class Duties(View):
    """Every duty where it stands, and what was recorded about giving it, words under seal."""

    name = "duties"
    table_names = ("duty", "telling")
    tables = """
        CREATE TABLE IF NOT EXISTS duty (
            duty_id uuid PRIMARY KEY, journey uuid NOT NULL, provider text NOT NULL, site text NOT NULL,
            rule_id text NOT NULL, recipient text NOT NULL, title text NOT NULL, rule_kind text NOT NULL,
            citation text NOT NULL, confirmed boolean NOT NULL, owner_role text NOT NULL, content text[] NOT NULL,
            means text NOT NULL, clock text NOT NULL, due timestamptz, calendar text NOT NULL,
            state text NOT NULL DEFAULT 'owed', is_overdue boolean NOT NULL DEFAULT false,
            because text NOT NULL DEFAULT '', owed_since timestamptz NOT NULL, version bigint NOT NULL
        );
        CREATE INDEX IF NOT EXISTS duty_journey ON duty (journey);
        CREATE INDEX IF NOT EXISTS duty_open ON duty (site, due, owed_since) WHERE state = 'owed';
        CREATE TABLE IF NOT EXISTS telling (
            duty_id uuid NOT NULL, version bigint NOT NULL, journey uuid NOT NULL, kind text NOT NULL,
            channel text NOT NULL, note text NOT NULL, role text NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (duty_id, version)
        );
        CREATE INDEX IF NOT EXISTS telling_journey ON telling (journey, at);
    """

    async def owed(self, sites: list[str], limit: int = 100, skip: int = 0) -> list[dict[str, Any]]:
        """What is owed at these sites: first what has a date, the earliest first; then the oldest."""
        return await self.rows(
            "SELECT * FROM duty WHERE site = ANY(%s) AND state = 'owed' ORDER BY due NULLS LAST, owed_since, duty_id"
            " LIMIT %s OFFSET %s",
            (sites, limit, skip),
        )

    async def count_owed(self, sites: list[str]) -> int:
        """How many accounts are owed at these sites."""
        found = await self.row("SELECT count(*) AS n FROM duty WHERE site = ANY(%s) AND state = 'owed'", (sites,))
        return int(found["n"]) if found else 0

    async def of_journey(self, journey: UUID) -> list[dict[str, Any]]:
        """Every duty of a journey: owed first, then settled, then lifted."""
        return await self.rows(
            "SELECT * FROM duty WHERE journey = %s ORDER BY state <> 'owed', state = 'lifted', due NULLS LAST, title",
            (journey,),
        )

    async def one(self, duty: UUID) -> dict[str, Any] | None:
        """One duty, or None."""
        return await self.row("SELECT * FROM duty WHERE duty_id = %s", (duty,))

    async def tellings(self, journey: UUID) -> list[dict[str, Any]]:
        """What was recorded about giving accounts on a journey, in order, notes under seal."""
        return await self.rows(
            "SELECT t.*, d.title, d.recipient FROM telling t JOIN duty d USING (duty_id) WHERE t.journey = %s"
            " ORDER BY t.at, t.duty_id, t.version",
            (journey,),
        )


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the duties as they are."""


@project.register
def owed(event: Duty.Owed, rows: Rows) -> None:
    _put(event, rows)


@project.register
def owed_again(event: Duty.OwedAgain, rows: Rows) -> None:
    _put(event, rows)


def _put(event: Duty.Owed | Duty.OwedAgain, rows: Rows) -> None:
    o = event.owing
    rows.execute(
        "INSERT INTO duty (duty_id, journey, provider, site, rule_id, recipient, title, rule_kind, citation, confirmed,"
        " owner_role, content, means, clock, due, calendar, owed_since, version)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (duty_id) DO UPDATE SET title = excluded.title, citation = excluded.citation,"
        " confirmed = excluded.confirmed, owner_role = excluded.owner_role, content = excluded.content,"
        " clock = excluded.clock, due = excluded.due, calendar = excluded.calendar, owed_since = excluded.owed_since,"
        " version = excluded.version, state = 'owed', is_overdue = false, because = ''",
        (
            event.originator_id, event.journey, event.provider, event.site, o.rule_id, o.recipient, o.title,
            o.rule_kind, o.citation, o.confirmed, o.owner_role, o.content, o.means, o.clock, o.due, o.calendar,
            event.recorded, event.originator_version,
        ),
    )  # fmt: skip


@project.register
def fell_overdue(event: Duty.FellOverdue, rows: Rows) -> None:
    rows.execute(
        "UPDATE duty SET is_overdue = true, version = %s WHERE duty_id = %s",
        (event.originator_version, event.originator_id),
    )


@project.register
def lifted(event: Duty.Lifted, rows: Rows) -> None:
    rows.execute(
        "UPDATE duty SET state = 'lifted', because = %s, version = %s WHERE duty_id = %s",
        (event.because, event.originator_version, event.originator_id),
    )


@project.register
def discharged(event: Duty.Discharged, rows: Rows) -> None:
    _told(event, rows, "told", event.channel)
    _settle(event, rows, "discharged")


@project.register
def attempted(event: Duty.ContactAttempted, rows: Rows) -> None:
    _told(event, rows, "tried")
    _settle(event, rows, "owed")


@project.register
def declined(event: Duty.Declined, rows: Rows) -> None:
    _told(event, rows, "declined")
    _settle(event, rows, "declined")


def _settle(event: Any, rows: Rows, state: str) -> None:
    rows.execute(
        "UPDATE duty SET state = %s, version = %s WHERE duty_id = %s",
        (state, event.originator_version, event.originator_id),
    )


def _told(event: Any, rows: Rows, kind: str, channel: str = "") -> None:
    rows.execute(
        "INSERT INTO telling VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.originator_id, event.originator_version, event.journey, kind, channel, event.note, event.by.role,
            event.occurred,
        ),
    )  # fmt: skip
