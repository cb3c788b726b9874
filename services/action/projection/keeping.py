"""How each thing that happens is kept in the tables of plans and actions."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from contracts.review import FactorIdentified
from libs.views import Rows
from services.action.domain.action import Action
from services.action.domain.plan import Factor, Plan
from services.action.domain.roll import Roll


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the tables as they are."""


@project.register
def factor_identified(event: FactorIdentified, rows: Rows) -> None:
    """What the factor is, in the review's words. It may be heard before or after the plan is opened."""
    rows.execute(
        "INSERT INTO factor (factor_id, journey, category, seips, words) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (factor_id) DO UPDATE SET words = excluded.words",
        (event.factor_id, event.journey, event.category, event.seips, event.words),
    )


@project.register
def plan_opened(event: Plan.Opened, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO plan (journey, plan_id, provider, site, learning_statement, themes, opened, version)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (journey) DO NOTHING",
        (
            event.journey, event.originator_id, event.provider, event.site, event.learning_statement, event.themes,
            event.recorded, event.originator_version,
        ),
    )  # fmt: skip
    _add(event, event.factors, rows)


@project.register
def plan_extended(event: Plan.Extended, rows: Rows) -> None:
    rows.execute(
        "UPDATE plan SET learning_statement = %s, themes = %s, version = %s WHERE journey = %s",
        (event.learning_statement, event.themes, event.originator_version, event.journey),
    )
    if event.added:
        rows.execute("UPDATE plan SET weakness_accepted = false WHERE journey = %s", (event.journey,))
    _add(event, event.added, rows)


def _add(event: Plan.Opened | Plan.Extended, factors: list[Factor], rows: Rows) -> None:
    for factor in factors:
        rows.execute(
            "INSERT INTO factor (factor_id, journey, category, seips, in_plan) VALUES (%s, %s, %s, %s, true)"
            " ON CONFLICT (factor_id) DO UPDATE SET category = excluded.category, seips = excluded.seips, in_plan = true",
            (factor.factor_id, event.journey, factor.category, factor.seips),
        )


def _plan(event: Any, rows: Rows) -> None:
    rows.execute("UPDATE plan SET version = %s WHERE journey = %s", (event.originator_version, event.journey))


project.register(Plan.ActionAgreed, _plan)
project.register(Plan.ActionVerified, _plan)
project.register(Plan.ActionWithdrawn, _plan)
project.register(Plan.Settled, _plan)


@project.register
def factor_left(event: Plan.FactorLeft, rows: Rows) -> None:
    rows.execute("UPDATE factor SET left_because = %s WHERE factor_id = %s", (event.because, event.factor_id))
    _plan(event, rows)


@project.register
def weakness_accepted(event: Plan.WeaknessAccepted, rows: Rows) -> None:
    rows.execute(
        "UPDATE plan SET weakness_accepted = true, weakness_because = %s, version = %s WHERE journey = %s",
        (event.because, event.originator_version, event.journey),
    )


@project.register
def practice_changed(event: Plan.PracticeChanged, rows: Rows) -> None:
    rows.execute(
        "UPDATE plan SET changed_at = %s, what_changed = %s, slipped = false, version = %s WHERE journey = %s",
        (event.recorded, event.what_changed, event.originator_version, event.journey),
    )


@project.register
def plan_reopened(event: Plan.Reopened, rows: Rows) -> None:
    rows.execute(
        "UPDATE plan SET slipped = true, weakness_accepted = false, reopened_because = %s, version = %s WHERE journey = %s",
        (event.because, event.originator_version, event.journey),
    )


@project.register
def action_agreed(event: Action.Agreed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO action (action_id, plan_id, journey, provider, site, factor_id, what, change_kind, strength,"
        " strength_because, owner_post, due, measure_id, why_no_measure, expected_effect, affects_people, agreed_at,"
        " version) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (action_id) DO NOTHING",
        (
            event.originator_id, event.plan_id, event.journey, event.provider, event.site, event.factor_id, event.what,
            event.change_kind, event.strength, event.strength_because, event.owner_post, event.due, event.measure_id,
            event.why_no_measure, event.expected_effect, event.affects_people, event.recorded,
            event.originator_version,
        ),
    )  # fmt: skip


@project.register
def action_started(event: Action.Started, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET state = 'started', version = %s WHERE action_id = %s",
        (event.originator_version, event.originator_id),
    )


@project.register
def action_blocked(event: Action.Blocked, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET blocked_because = %s, version = %s WHERE action_id = %s",
        (event.because, event.originator_version, event.originator_id),
    )


@project.register
def action_unblocked(event: Action.Unblocked, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET blocked_because = '', version = %s WHERE action_id = %s",
        (event.originator_version, event.originator_id),
    )


@project.register
def action_extended(event: Action.Extended, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET due = %s, extended_because = %s, overdue_since = NULL, escalated_to = %s, version = %s"
        " WHERE action_id = %s",
        (event.due, event.because, list[str](), event.originator_version, event.originator_id),
    )


@project.register
def action_overdue(event: Action.Overdue, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET overdue_since = %s, next_step_on = %s, version = %s WHERE action_id = %s",
        (event.due, event.next_on, event.originator_version, event.originator_id),
    )
    _told(event, 0, [event.to_post or event.owner_post], rows)


def _told(event: Any, step: int, posts: list[str], rows: Rows, *, reminder: bool = False) -> None:
    """Which posts were told or reminded at which step, the owner at step 0, for each due day; none where nobody answered."""
    rows.execute(
        "INSERT INTO late_step (action_id, due, step, journey, site, posts, told, reminder)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.originator_id, event.due, step, event.journey, event.site, posts, event.recorded, reminder),
    )


@project.register
def action_implemented(event: Action.Implemented, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET state = 'implemented', implemented_on = %s, implemented_by = %s, evidence_kind = %s,"
        " evidence = %s, named = %s, sent_back_because = '', version = %s WHERE action_id = %s",
        (
            event.implemented_on, event.by.actor, event.evidence_kind, event.evidence, event.named,
            event.originator_version, event.originator_id,
        ),
    )  # fmt: skip


@project.register
def action_sent_back(event: Action.SentBack, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET state = 'started', sent_back_because = %s, next_step_on = %s, version = %s WHERE action_id = %s",
        (event.because, event.next_on, event.originator_version, event.originator_id),
    )


@project.register
def action_verified(event: Action.Verified, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET state = 'verified', verified_by = %s, seen = %s, version = %s WHERE action_id = %s",
        (event.by.actor, event.seen, event.originator_version, event.originator_id),
    )


@project.register
def action_withdrawn(event: Action.Withdrawn, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET state = 'withdrawn', withdrawn_because = %s, version = %s WHERE action_id = %s",
        (event.because, event.originator_version, event.originator_id),
    )


@project.register
def action_handed_over(event: Action.HandedOver, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET owner_post = %s, handed_over_because = %s, version = %s WHERE action_id = %s",
        (event.owner_post, event.because, event.originator_version, event.originator_id),
    )


@project.register
def action_escalated(event: Action.Escalated, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET escalated_to = escalated_to || %s, next_step_on = %s, version = %s WHERE action_id = %s",
        ([] if event.reminder else event.to_posts, event.next_on, event.originator_version, event.originator_id),
    )
    _told(event, event.step, event.to_posts, rows, reminder=event.reminder)


@project.register
def nobody_answered(event: Action.FoundNobody, rows: Rows) -> None:
    rows.execute(
        "UPDATE action SET next_step_on = %s, version = %s WHERE action_id = %s",
        (event.next_on, event.originator_version, event.originator_id),
    )
    _told(event, event.step, [], rows)


@project.register
def roll_opened(event: Roll.Opened, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO roll (roll_id, action_id, site) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (event.originator_id, event.action_id, event.site),
    )
    _name(event, rows)


@project.register(Roll.Added)
def _name(event: Roll.Opened | Roll.Added, rows: Rows) -> None:
    for person in event.people:
        rows.execute(
            "INSERT INTO participant (roll_id, person_id, site) VALUES (%s, %s, %s)"
            " ON CONFLICT (roll_id, person_id) DO UPDATE SET excused_because = ''",
            (event.originator_id, person, event.site),
        )


@project.register
def took_part(event: Roll.TookPart, rows: Rows) -> None:
    rows.execute(
        "UPDATE participant SET took_part_on = %s WHERE roll_id = %s AND person_id = %s",
        (event.on, event.originator_id, event.person),
    )


@project.register
def excused(event: Roll.Excused, rows: Rows) -> None:
    rows.execute(
        "UPDATE participant SET excused_because = %s WHERE roll_id = %s AND person_id = %s",
        (event.because, event.originator_id, event.person),
    )
