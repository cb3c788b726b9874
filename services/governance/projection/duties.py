"""Who is owed an account and whether it was given; who was briefed and who has understood."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts import notification as said
from libs.views import Rows
from services.governance.projection.searching import findable
from services.governance.projection.writing import journey_row, moment, project, text

NAMES = ("duty", "briefing", "briefing_person")

TABLES = """
    CREATE TABLE IF NOT EXISTS duty ( -- Each account that someone is owed, under a rule that is named.
        duty_id uuid PRIMARY KEY, -- the duty's id
        journey uuid NOT NULL, -- the journey it belongs to
        provider text NOT NULL, -- the provider
        site text NOT NULL, -- the site
        recipient text NOT NULL, -- who is owed it (taxonomy: duty recipient)
        title text NOT NULL, -- what is owed
        rule_id text NOT NULL, -- the rule it follows from
        rule_kind text NOT NULL, -- law, guidance, contract or policy
        citation text NOT NULL, -- where the rule is written
        confirmed boolean NOT NULL, -- whether the provider has confirmed the rule
        owner_role text NOT NULL, -- the role that sees to it
        clock text NOT NULL, -- by when, in the rule's own words
        due timestamptz, -- by when, where the rule gives a time that can be reckoned
        owed timestamptz NOT NULL, -- since when it is owed
        state text NOT NULL DEFAULT 'owed', -- owed, discharged, declined or lifted
        channel text NOT NULL DEFAULT '', -- how the account was given
        settled timestamptz, -- when it was given, declined or lifted
        said_overdue timestamptz -- when it was found overdue
    );
    CREATE INDEX IF NOT EXISTS duty_journey ON duty (journey);
    CREATE INDEX IF NOT EXISTS duty_owed ON duty (site, due) WHERE state = 'owed';
    CREATE TABLE IF NOT EXISTS briefing ( -- Each briefing of staff about a change.
        briefing_id uuid PRIMARY KEY, -- the briefing's id
        journey uuid NOT NULL, -- the journey it belongs to
        provider text NOT NULL, -- the provider
        site text NOT NULL, -- the site
        title text NOT NULL, -- what it is called
        what_changed text NOT NULL, -- what staff are to do differently
        audience int NOT NULL, -- how many people it is for, as the team is now
        parts jsonb NOT NULL, -- how many of them work by day, by night, for an agency, or are new
        issued timestamptz NOT NULL, -- when it was issued
        reached timestamptz, -- when everyone had understood it; empty until then
        missed int NOT NULL DEFAULT 0, -- people who left before they had understood
        told boolean NOT NULL DEFAULT false -- whether it was said whom it is for, one by one
    );
    ALTER TABLE briefing ADD COLUMN IF NOT EXISTS missed int NOT NULL DEFAULT 0;
    ALTER TABLE briefing ADD COLUMN IF NOT EXISTS told boolean NOT NULL DEFAULT false;
    CREATE INDEX IF NOT EXISTS briefing_journey ON briefing (journey);
    CREATE INDEX IF NOT EXISTS briefing_open ON briefing (site, issued) WHERE reached IS NULL;
    CREATE TABLE IF NOT EXISTS briefing_person ( -- Each person that a briefing is for, and whether they have opened it.
        briefing_id uuid NOT NULL, -- the briefing's id
        person_id uuid NOT NULL, -- the person's id, never a name
        part text NOT NULL, -- day, night, agency or new starter
        read timestamptz, -- when they read it
        understood timestamptz, -- when they answered its question rightly
        PRIMARY KEY (briefing_id, person_id)
    );
"""


@project.register
def owed(event: said.DutyOwed, rows: Rows) -> None:
    """It may be owed again, after it was lifted, or because practice changed once more."""
    journey_row(event, rows)
    rows.execute(
        "INSERT INTO duty (duty_id, journey, provider, site, recipient, title, rule_id, rule_kind, citation, confirmed,"
        " owner_role, clock, due, owed) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (duty_id) DO UPDATE SET title = excluded.title, citation = excluded.citation,"
        " confirmed = excluded.confirmed, owner_role = excluded.owner_role, clock = excluded.clock, due = excluded.due,"
        " owed = excluded.owed, state = 'owed', channel = '', settled = NULL, said_overdue = NULL",
        (
            event.duty_id, event.journey, event.provider, event.site, event.recipient, event.title, event.rule_id,
            event.rule_kind, event.citation, event.confirmed, event.owner_role, event.clock, event.due, event.recorded,
        ),
    )  # fmt: skip
    moment(
        event, rows, rules=event.rule_id, title=event.title, recipient=event.recipient, clock=event.clock,
        due=event.due, citation=event.citation, rule_kind=event.rule_kind, confirmed=event.confirmed,
    )  # fmt: skip


@project.register
def discharged(event: said.DutyDischarged, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "UPDATE duty SET state = 'discharged', channel = %s, settled = %s WHERE duty_id = %s",
        (event.channel, event.recorded, event.duty_id),
    )
    moment(event, rows, words=event.note, duty_id=event.duty_id, channel=event.channel)


@project.register
def lifted(event: said.DutyLifted, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute("UPDATE duty SET state = 'lifted', settled = %s WHERE duty_id = %s", (event.recorded, event.duty_id))
    moment(event, rows, duty_id=event.duty_id, because=event.because)


@project.register
def contact_not_possible(event: said.ContactNotPossible, rows: Rows) -> None:
    """Who was not reached is still owed the account; who does not wish to be told is not."""
    journey_row(event, rows)
    if event.declined:
        rows.execute(
            "UPDATE duty SET state = 'declined', settled = %s WHERE duty_id = %s", (event.recorded, event.duty_id)
        )
    moment(event, rows, words=event.note, duty_id=event.duty_id, declined=event.declined)


@project.register
def overdue(event: said.DutyOverdue, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute("UPDATE duty SET said_overdue = %s WHERE duty_id = %s", (event.recorded, event.duty_id))
    moment(event, rows, duty_id=event.duty_id)


@project.register
def issued(event: said.BriefingIssued, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "INSERT INTO briefing VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, NULL, 0, %s) ON CONFLICT (briefing_id) DO UPDATE"
        " SET audience = excluded.audience, parts = excluded.parts, reached = NULL, told = excluded.told",
        (
            event.briefing_id, event.journey, event.provider, event.site, event.title, event.what_changed,
            event.audience, text(event.parts), event.recorded, bool(event.people) or not event.audience,
        ),
    )  # fmt: skip
    for part, people in event.people.items():
        for person in people:
            _meant(rows, event.briefing_id, person, part)
    findable(rows, event.journey, f"briefing {event.briefing_id}", f"{event.title}\n{event.what_changed}")
    moment(event, rows, title=event.title, audience=event.audience)


@project.register
def joined(event: said.BriefingAudienceJoined, rows: Rows) -> None:
    journey_row(event, rows)
    _standing(event, rows)
    _meant(rows, event.briefing_id, event.person_id, event.part)


@project.register
def left(event: said.BriefingAudienceLeft, rows: Rows) -> None:
    """Who left is no longer counted; who comes back is owed it anew."""
    journey_row(event, rows)
    _standing(event, rows)
    rows.execute(
        "DELETE FROM briefing_person WHERE briefing_id = %s AND person_id = %s", (event.briefing_id, event.person_id)
    )


def _meant(rows: Rows, briefing: UUID, person: UUID, part: str) -> None:
    rows.execute(
        "INSERT INTO briefing_person VALUES (%s, %s, %s, NULL, NULL) ON CONFLICT (briefing_id, person_id) DO UPDATE"
        " SET part = excluded.part",
        (briefing, person, part),
    )


def _standing(event: Any, rows: Rows) -> None:
    """A team with somebody who has not understood, or with nobody in it, is not one that was reached."""
    rows.execute(
        "UPDATE briefing SET audience = %s, missed = %s WHERE briefing_id = %s",
        (event.audience, event.left, event.briefing_id),
    )
    if not 0 < event.audience == event.understood:
        rows.execute("UPDATE briefing SET reached = NULL WHERE briefing_id = %s", (event.briefing_id,))


@project.register
def read(event: said.BriefingRead, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "INSERT INTO briefing_person AS p VALUES (%s, %s, %s, %s, NULL) ON CONFLICT (briefing_id, person_id) DO UPDATE"
        " SET part = excluded.part, read = coalesce(p.read, excluded.read)",
        (event.briefing_id, event.person_id, event.part, event.recorded),
    )


@project.register
def understood(event: said.BriefingUnderstood, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "INSERT INTO briefing_person AS p VALUES (%s, %s, %s, %s, %s) ON CONFLICT (briefing_id, person_id) DO UPDATE"
        " SET part = excluded.part, understood = coalesce(p.understood, excluded.understood)",
        (event.briefing_id, event.person_id, event.part, event.recorded, event.recorded),
    )


@project.register
def reached(event: said.BriefingReached, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute("UPDATE briefing SET reached = %s WHERE briefing_id = %s", (event.recorded, event.briefing_id))
    moment(event, rows, audience=event.audience, understood=event.understood, left=event.left)


@project.register
def message_undelivered(event: said.MessageUndelivered, rows: Rows) -> None:
    moment(event, rows, channel=event.channel, attempts=event.attempts, reason=event.reason)


@project.register
def message_delivered(event: said.MessageDelivered, rows: Rows) -> None:
    moment(event, rows, channel=event.channel, attempts=event.attempts)
