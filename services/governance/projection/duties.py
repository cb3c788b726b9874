"""Who is owed an account and whether it was given; who was briefed and who has understood."""

from __future__ import annotations

from contracts import notification as said
from libs.views import Rows
from services.governance.projection.writing import journey_row, moment, project, text

NAMES = ("duty", "briefing", "briefing_person")

TABLES = """
    CREATE TABLE IF NOT EXISTS duty (
        duty_id uuid PRIMARY KEY,
        journey uuid NOT NULL,
        provider text NOT NULL,
        site text NOT NULL,
        recipient text NOT NULL,
        title text NOT NULL,
        rule_id text NOT NULL,
        rule_kind text NOT NULL,
        citation text NOT NULL,
        confirmed boolean NOT NULL,
        owner_role text NOT NULL,
        clock text NOT NULL,
        due timestamptz,
        owed timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'owed',
        channel text NOT NULL DEFAULT '',
        settled timestamptz,
        said_overdue timestamptz
    );
    CREATE INDEX IF NOT EXISTS duty_journey ON duty (journey);
    CREATE INDEX IF NOT EXISTS duty_owed ON duty (site, due) WHERE state = 'owed';
    CREATE TABLE IF NOT EXISTS briefing (
        briefing_id uuid PRIMARY KEY,
        journey uuid NOT NULL,
        provider text NOT NULL,
        site text NOT NULL,
        title text NOT NULL,
        what_changed text NOT NULL,
        audience int NOT NULL,
        parts jsonb NOT NULL,
        issued timestamptz NOT NULL,
        reached timestamptz
    );
    CREATE INDEX IF NOT EXISTS briefing_journey ON briefing (journey);
    CREATE INDEX IF NOT EXISTS briefing_open ON briefing (site, issued) WHERE reached IS NULL;
    CREATE TABLE IF NOT EXISTS briefing_person (
        briefing_id uuid NOT NULL,
        person_id uuid NOT NULL,
        part text NOT NULL,
        read timestamptz,
        understood timestamptz,
        PRIMARY KEY (briefing_id, person_id)
    );
"""


@project.register
def owed(event: said.DutyOwed, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "INSERT INTO duty (duty_id, journey, provider, site, recipient, title, rule_id, rule_kind, citation, confirmed,"
        " owner_role, clock, due, owed) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (duty_id) DO NOTHING",
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
def contact_not_possible(event: said.ContactNotPossible, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "UPDATE duty SET state = %s, settled = %s WHERE duty_id = %s",
        ("declined" if event.declined else "not_possible", event.recorded, event.duty_id),
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
        "INSERT INTO briefing VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, NULL) ON CONFLICT (briefing_id) DO UPDATE"
        " SET audience = excluded.audience, parts = excluded.parts, reached = NULL",
        (
            event.briefing_id, event.journey, event.provider, event.site, event.title, event.what_changed,
            event.audience, text(event.parts), event.recorded,
        ),
    )  # fmt: skip
    moment(event, rows, title=event.title, audience=event.audience)


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
    moment(event, rows, audience=event.audience, understood=event.understood)


@project.register
def message_undelivered(event: said.MessageUndelivered, rows: Rows) -> None:
    moment(event, rows, channel=event.channel, attempts=event.attempts, reason=event.reason)


@project.register
def message_delivered(event: said.MessageDelivered, rows: Rows) -> None:
    moment(event, rows, channel=event.channel, attempts=event.attempts)
