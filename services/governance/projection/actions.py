"""Actions: what changes, who owns it, by when, and whether someone else saw it done."""

from __future__ import annotations

from contracts import action as said
from libs.views import Rows
from services.governance.projection.searching import findable
from services.governance.projection.writing import journey_row, moment, project

NAMES = ("action", "roll", "named_person")

TABLES = """
    CREATE TABLE IF NOT EXISTS action ( -- Each change that was agreed, with whose it is and how far it is.
        action_id uuid PRIMARY KEY, -- the action's id
        journey uuid NOT NULL, -- the journey it belongs to
        provider text NOT NULL, -- the provider
        site text NOT NULL, -- the site
        what text NOT NULL, -- what changes, in words that name nobody
        change_kind text NOT NULL, -- what kind of change it is (taxonomy: change kind)
        strength text NOT NULL, -- stronger, intermediate or weaker: how little it relies on people remembering
        owner_post text NOT NULL, -- the post that owns it
        due date NOT NULL, -- the day by which it is to be made
        measure_id text NOT NULL, -- the measure that will show whether it worked
        expected_effect text NOT NULL, -- what it is expected to do
        affects_people boolean NOT NULL, -- whether it changes the care that people receive
        agreed timestamptz NOT NULL, -- when it was agreed
        state text NOT NULL DEFAULT 'agreed', -- agreed, started, blocked, implemented, verified or withdrawn
        implemented_on date, -- the day on which it was made
        implemented_by text NOT NULL DEFAULT '', -- who said that it was made (an id)
        verified timestamptz, -- when someone else had seen that it was made
        said_overdue timestamptz, -- when it was last found overdue
        begun boolean NOT NULL DEFAULT false -- whether work on it has begun; it goes on there after a block
    );
    CREATE TABLE IF NOT EXISTS roll ( -- Each list of those whom a change is meant for, such as training.
        roll_id uuid PRIMARY KEY, -- the list's id
        action_id uuid NOT NULL, -- which change it is
        site text NOT NULL -- the site
    );
    CREATE TABLE IF NOT EXISTS named_person ( -- Each person on such a list.
        roll_id uuid NOT NULL, -- the list's id
        person_id uuid NOT NULL, -- the person (an id)
        site text NOT NULL, -- the site
        named timestamptz NOT NULL, -- when they were named
        settled boolean NOT NULL DEFAULT false, -- whether they took part, or need not
        PRIMARY KEY (roll_id, person_id)
    );
    CREATE INDEX IF NOT EXISTS named_person_open ON named_person (person_id) WHERE NOT settled;
    ALTER TABLE action ADD COLUMN IF NOT EXISTS begun boolean NOT NULL DEFAULT false;
    CREATE INDEX IF NOT EXISTS action_journey ON action (journey);
    CREATE INDEX IF NOT EXISTS action_open ON action (site, due) WHERE state NOT IN ('verified', 'withdrawn');
"""


def _is(event: said.ActionStarted | said.ActionBlocked | said.ActionWithdrawn, rows: Rows, state: str) -> None:
    journey_row(event, rows)
    rows.execute("UPDATE action SET state = %s WHERE action_id = %s", (state, event.action_id))


@project.register
def agreed(event: said.ActionAgreed, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "INSERT INTO action (action_id, journey, provider, site, what, change_kind, strength, owner_post, due, measure_id,"
        " expected_effect, affects_people, agreed) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (action_id) DO NOTHING",
        (
            event.action_id, event.journey, event.provider, event.site, event.what, event.change_kind, event.strength,
            event.owner_post, event.due, event.measure_id, event.expected_effect, event.affects_people, event.recorded,
        ),
    )  # fmt: skip
    findable(rows, event.journey, f"action {event.action_id}", f"{event.what}\n{event.expected_effect}")
    moment(event, rows, what=event.what, owner_post=event.owner_post, due=event.due, strength=event.strength)


@project.register
def started(event: said.ActionStarted, rows: Rows) -> None:
    _is(event, rows, "started")
    rows.execute("UPDATE action SET begun = true WHERE action_id = %s", (event.action_id,))
    moment(event, rows, action_id=event.action_id)


@project.register
def blocked(event: said.ActionBlocked, rows: Rows) -> None:
    _is(event, rows, "blocked")
    moment(event, rows, words=event.because, action_id=event.action_id)


@project.register
def withdrawn(event: said.ActionWithdrawn, rows: Rows) -> None:
    _is(event, rows, "withdrawn")
    moment(event, rows, words=event.because, action_id=event.action_id)


@project.register
def unblocked(event: said.ActionUnblocked, rows: Rows) -> None:
    """It goes on where it stood."""
    journey_row(event, rows)
    rows.execute(
        "UPDATE action SET state = CASE WHEN state = 'blocked' THEN CASE WHEN begun = true THEN 'started' ELSE 'agreed' END"
        " ELSE state END WHERE action_id = %s",
        (event.action_id,),
    )
    moment(event, rows, action_id=event.action_id)


@project.register
def handed_over(event: said.ActionHandedOver, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute("UPDATE action SET owner_post = %s WHERE action_id = %s", (event.owner_post, event.action_id))
    moment(event, rows, words=event.because, action_id=event.action_id, was=event.was, owner_post=event.owner_post)


@project.register
def sent_back(event: said.ActionSentBack, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "UPDATE action SET state = 'started', implemented_on = NULL, implemented_by = '' WHERE action_id = %s",
        (event.action_id,),
    )
    moment(event, rows, words=event.because, action_id=event.action_id, due=event.due)


@project.register
def escalated(event: said.ActionEscalated, rows: Rows) -> None:
    journey_row(event, rows)
    moment(
        event,
        rows,
        action_id=event.action_id,
        due=event.due,
        step=event.step,
        to_posts=event.to_posts,
        reminder=event.reminder,
    )


@project.register
def nobody_answered(event: said.NobodyAnswered, rows: Rows) -> None:
    journey_row(event, rows)
    moment(event, rows, action_id=event.action_id, due=event.due, step=event.step, next_on=event.next_on)


@project.register
def extended(event: said.ActionExtended, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute("UPDATE action SET due = %s WHERE action_id = %s", (event.due, event.action_id))
    moment(event, rows, words=event.because, action_id=event.action_id, due=event.due)


@project.register
def implemented(event: said.ActionImplemented, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "UPDATE action SET state = 'implemented', implemented_on = %s, implemented_by = %s WHERE action_id = %s",
        (event.implemented_on, event.envelope.actor, event.action_id),
    )
    moment(event, rows, words=event.evidence, action_id=event.action_id, evidence_kind=event.evidence_kind)


@project.register
def verified(event: said.ActionVerified, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "UPDATE action SET state = 'verified', verified = %s WHERE action_id = %s", (event.recorded, event.action_id)
    )
    moment(event, rows, words=event.seen, action_id=event.action_id, verified_by=event.verified_by)


@project.register
def overdue(event: said.ActionOverdue, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute("UPDATE action SET said_overdue = %s WHERE action_id = %s", (event.recorded, event.action_id))
    moment(event, rows, action_id=event.action_id, due=event.due, owner_post=event.owner_post)


@project.register
def left_with_reason(event: said.FactorLeftWithReason, rows: Rows) -> None:
    journey_row(event, rows)
    moment(event, rows, words=event.because)


@project.register
def practice_changed(event: said.PracticeChanged, rows: Rows) -> None:
    journey_row(event, rows, practice_changed=event.recorded, what_changed=event.what_changed)
    findable(rows, event.journey, "changed", event.what_changed)
    moment(event, rows, what_changed=event.what_changed, actions=len(event.action_ids))


@project.register
def people_named(event: said.PeopleNamed, rows: Rows) -> None:
    """Which change it is stands apart from who is named: whoever may not see the journey sees that they are."""
    journey_row(event, rows)
    if event.action_id:
        rows.execute(
            "INSERT INTO roll VALUES (%s, %s, %s) ON CONFLICT (roll_id) DO NOTHING",
            (event.roll_id, event.action_id, event.site),
        )
    for person in event.people:
        rows.execute(
            "INSERT INTO named_person (roll_id, person_id, site, named) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (roll_id, person_id) DO UPDATE SET named = excluded.named, settled = false",
            (event.roll_id, person, event.site, event.recorded),
        )
    moment(event, rows, number=len(event.people))


@project.register(said.PersonTookPart)
@project.register(said.PersonExcused)
def settled(event: said.PersonTookPart | said.PersonExcused, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "UPDATE named_person SET settled = true WHERE roll_id = %s AND person_id = %s", (event.roll_id, event.person_id)
    )
    moment(event, rows)
