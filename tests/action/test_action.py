"""An action: agreed, started, implemented, and seen by someone else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.action.domain import rules
from services.action.domain.action import Action
from services.action.domain.route import Stage
from tests.action.facts import COLLEAGUE, DUE, agreed, implemented
from tests.given import NOW, SOMEONE, Happened, event, given

STARTED = event(Action.Started)
BLOCKED = event(Action.Blocked, because="The supplier is late.")
VERIFIED = event(Action.Verified, seen="Seen at the morning handover.")
WITHDRAWN = event(Action.Withdrawn, because="The wing closed.")
LATER = date(2026, 3, 30)
AFTER_DUE = datetime(2026, 3, 17, 0, 0, tzinfo=UTC)
NEXT = date(2026, 3, 24)


def made(action: Any) -> None:
    action.implement(date(2026, 3, 2), "audit", "Sheet 4")


def test_work_on_an_action_begins_once() -> None:
    given(Action, agreed()).when(lambda a: a.start()).then(STARTED)
    given(Action, agreed(), STARTED).when(lambda a: a.start()).refused(rules.AlreadyStarted)


def test_what_stands_in_the_way_is_said_once_and_then_cleared() -> None:
    given(Action, agreed(), STARTED).when(lambda a: a.block("The supplier is late.")).then(BLOCKED)
    given(Action, agreed(), BLOCKED).when(lambda a: a.block("Again.")).refused(rules.AlreadyBlocked)
    given(Action, agreed()).when(lambda a: a.block(" ")).refused(rules.ReasonMissing)
    given(Action, agreed(), BLOCKED).when(lambda a: a.unblock()).then(event(Action.Unblocked))
    given(Action, agreed()).when(lambda a: a.unblock()).refused(rules.NotBlocked)


def test_a_change_that_was_made_is_not_blocked() -> None:
    given(Action, agreed(), STARTED, implemented()).when(lambda a: a.block("Late.")).refused(rules.AlreadyImplemented)


def test_more_time_is_approved_by_someone_else_with_a_reason() -> None:
    history = given(Action, agreed())
    extended = event(Action.Extended, due=LATER, because="Waiting for parts.")
    history.when(lambda a: a.extend(LATER, "Waiting for parts.", by_owner=False)).then(extended)
    given(Action, agreed()).when(lambda a: a.extend(LATER, "More time.", by_owner=True)).refused(
        rules.ApprovedByAnother
    )
    given(Action, agreed()).when(lambda a: a.extend(LATER, "", by_owner=False)).refused(rules.ReasonMissing)


def test_an_extension_goes_forward_and_not_into_the_past() -> None:
    given(Action, agreed()).when(lambda a: a.extend(DUE, "Same.", by_owner=False)).refused(rules.ExtensionGoesForward)
    past = date(2026, 3, 1)
    given(Action, agreed()).when(lambda a: a.extend(past, "Back.", by_owner=False)).refused(rules.DueInThePast)
    far = date(2099, 1, 1)
    given(Action, agreed()).when(lambda a: a.extend(far, "Back.", by_owner=False)).refused(rules.DueTooFar)
    done = given(Action, agreed(), STARTED, implemented())
    done.when(lambda a: a.extend(LATER, "More.", by_owner=False)).refused(rules.AlreadyImplemented)


def test_a_change_is_made_with_evidence() -> None:
    given(Action, agreed(), STARTED).when(made).then(
        event(Action.Implemented, implemented_on=date(2026, 3, 2), evidence_kind="audit", evidence="Sheet 4")
    )


@pytest.mark.parametrize(
    ("history", "words", "rule"),
    [
        ([], (date(2026, 3, 2), "audit", "Sheet 4"), rules.NotStarted),
        ([STARTED, BLOCKED], (date(2026, 3, 2), "audit", "Sheet 4"), rules.StillBlocked),
        ([STARTED], (date(2026, 3, 3), "audit", "Sheet 4"), rules.ImplementedInTheFuture),
        ([STARTED], (date(2026, 3, 2), "audit", "  "), rules.EvidenceMissing),
        ([STARTED], (date(2026, 3, 2), "hearsay", "Sheet 4"), rules.EvidenceKindUnknown),
        ([STARTED, implemented()], (date(2026, 3, 2), "audit", "Sheet 4"), rules.AlreadyImplemented),
    ],
)
def test_a_change_is_not_made_without(history: list[Happened], words: tuple[Any, ...], rule: type) -> None:
    given(Action, agreed(), *history).when(lambda a: a.implement(*words)).refused(rule)


def test_a_change_is_verified_by_someone_else() -> None:
    history = given(Action, agreed(), STARTED, implemented())
    history.when(lambda a: a.verify("Seen at the morning handover.", by_owner=False), by=COLLEAGUE).then(VERIFIED)


def test_neither_who_made_it_nor_who_owns_it_verifies_a_change() -> None:
    history = (agreed(), STARTED, implemented())
    given(Action, *history).when(lambda a: a.verify("Seen.", by_owner=False), by=SOMEONE).refused(
        rules.VerifiedByAnother
    )
    given(Action, *history).when(lambda a: a.verify("Seen.", by_owner=True), by=COLLEAGUE).refused(
        rules.VerifiedByAnother
    )
    given(Action, *history).when(lambda a: a.verify(" ", by_owner=False), by=COLLEAGUE).refused(rules.SeenMissing)
    given(Action, agreed(), STARTED).when(lambda a: a.verify("Seen.", by_owner=False), by=COLLEAGUE).refused(
        rules.NotYetImplemented
    )


def test_a_change_that_cannot_be_seen_goes_back_to_its_owner() -> None:
    history = (agreed(), STARTED, implemented())
    back = event(Action.SentBack, due=DUE, because="Not at night yet.")
    given(Action, *history).when(lambda a: a.send_back("Not at night yet.", by_owner=False), by=COLLEAGUE).then(back)
    given(Action, *history, back).when(made).then(event(Action.Implemented))
    given(Action, *history).when(lambda a: a.send_back("No.", by_owner=False)).refused(rules.VerifiedByAnother)
    given(Action, *history).when(lambda a: a.send_back("", by_owner=False), by=COLLEAGUE).refused(rules.ReasonMissing)


def test_an_action_is_withdrawn_with_a_reason() -> None:
    given(Action, agreed(), STARTED).when(lambda a: a.withdraw("The wing closed.")).then(WITHDRAWN)
    given(Action, agreed()).when(lambda a: a.withdraw("")).refused(rules.ReasonMissing)


@pytest.mark.parametrize(
    "ask",
    [
        lambda a: a.start(),
        lambda a: a.block("Late."),
        lambda a: a.unblock(),
        lambda a: a.extend(LATER, "More.", by_owner=False),
        made,
        lambda a: a.verify("Seen.", by_owner=False),
        lambda a: a.send_back("No.", by_owner=False),
        lambda a: a.withdraw("No."),
    ],
)
def test_what_was_verified_or_withdrawn_stays_as_it_is(ask: Any) -> None:
    verified = given(Action, agreed(), STARTED, implemented(), VERIFIED)
    verified.when(ask, by=COLLEAGUE).refused(rules.AlreadyVerified)
    given(Action, agreed(), WITHDRAWN).when(ask, by=COLLEAGUE).refused(rules.AlreadyWithdrawn)


def test_an_action_is_overdue_once_for_each_due_date() -> None:
    overdue = event(Action.Overdue, due=DUE, owner_post="elm.registered_manager")
    extended = event(Action.Extended, due=LATER, because="Waiting for parts.")
    given(Action, agreed()).when(lambda a: a.fall_overdue(), at=AFTER_DUE).then(overdue)
    given(Action, agreed(), overdue).when(lambda a: a.fall_overdue(), at=AFTER_DUE).nothing()
    given(Action, agreed(), overdue, extended).when(lambda a: a.fall_overdue(), at=AFTER_DUE).nothing()
    after = datetime(2026, 3, 31, tzinfo=UTC)
    given(Action, agreed(), overdue, extended).when(lambda a: a.fall_overdue(), at=after).then(
        event(Action.Overdue, due=LATER)
    )


def test_an_action_is_not_overdue_before_its_day_ends_nor_after_the_change_was_made() -> None:
    given(Action, agreed()).when(lambda a: a.fall_overdue(), at=NOW).nothing()
    given(Action, agreed(), STARTED, implemented()).when(lambda a: a.fall_overdue(), at=AFTER_DUE).nothing()
    given(Action, agreed(), WITHDRAWN).when(lambda a: a.fall_overdue(), at=AFTER_DUE).nothing()


def test_another_post_takes_an_action_over_with_a_reason() -> None:
    over = event(Action.HandedOver, was="elm.registered_manager", owner_post="elm.deputy", because="She is away.")
    given(Action, agreed()).when(lambda a: a.hand_over("elm.deputy", "She is away.")).then(over)
    given(Action, agreed(), over).when(lambda a: a.hand_over("elm.deputy", "Again.")).refused(rules.OwnsItAlready)
    given(Action, agreed()).when(lambda a: a.hand_over("elm.deputy", " ")).refused(rules.ReasonMissing)
    given(Action, agreed(), WITHDRAWN).when(lambda a: a.hand_over("elm.deputy", "So.")).refused(rules.AlreadyWithdrawn)
    done = given(Action, agreed(), STARTED, implemented())
    done.when(lambda a: a.hand_over("elm.deputy", "So.")).refused(rules.AlreadyImplemented)


def test_what_is_still_not_made_goes_up_the_route_a_step_at_a_time_and_nobody_is_told_twice() -> None:
    home, region, provider = "elm.deputy", "north.manager", "acme.quality"
    route = [
        Stage(1, (home,), NEXT),
        Stage(2, (home, region), NEXT),
        Stage(3, (region, provider, "elm.registered_manager"), None),
    ]
    late = event(Action.Overdue, due=DUE, owner_post="elm.registered_manager", nation="SCO", next_on=NEXT)
    steps = [
        event(Action.Escalated, due=DUE, step=n, level=n, to_posts=[post], nation="SCO", next_on=on, rule="pack/1")
        for n, post, on in ((1, home, NEXT), (2, region, NEXT), (3, provider, None))
    ]
    for n, step in enumerate(steps):
        given(Action, agreed(), late, *steps[:n]).when(lambda a: a.escalate(route, "pack/1")).then(step)
    given(Action, agreed(), late, *steps).when(lambda a: a.escalate(route)).nothing()
    stands_in = event(Action.Overdue, due=DUE, owner_post="elm.registered_manager", to_post=home, next_on=NEXT)
    passed_over = event(Action.Escalated, step=1, level=2, to_posts=[region])
    given(Action, agreed(), stands_in).when(lambda a: a.escalate(route)).then(passed_over)


def test_a_late_change_that_is_sent_back_goes_on_up_the_route_where_it_stood() -> None:
    route = [Stage(1, ("elm.deputy",), NEXT), Stage(2, ("north.manager",), None)]
    late = event(Action.Overdue, due=DUE, owner_post="elm.registered_manager", next_on=NEXT)
    up = event(Action.Escalated, due=DUE, step=1, level=1, to_posts=["elm.deputy"], next_on=LATER)
    done = (STARTED, implemented())
    for history, day in (
        ((late,), NEXT),
        ((late, up), LATER),
        ((late, up, event(Action.Extended, due=LATER, because="So.")), None),
    ):
        back = event(Action.SentBack, due=LATER if day is None else DUE, because="Not yet.", next_on=day)
        given(Action, agreed(), *history, *done).when(
            lambda a: a.send_back("Not yet.", by_owner=False), by=COLLEAGUE
        ).then(back)
    further = event(Action.Escalated, step=2, level=2, to_posts=["north.manager"])
    back = event(Action.SentBack, due=DUE, because="Not yet.", next_on=LATER)
    given(Action, agreed(), late, up, *done, back).when(lambda a: a.escalate(route)).then(further)


def test_nobody_above_is_concerned_by_what_is_not_late_or_was_made_or_has_more_time() -> None:
    route = [Stage(1, ("elm.deputy",), None)]
    late = event(Action.Overdue, due=DUE, owner_post="elm.registered_manager")
    more_time = event(Action.Extended, due=LATER, because="Parts.")
    given(Action, agreed(), late).when(lambda a: a.escalate([Stage(1, (), NEXT)])).nothing()
    given(Action, agreed()).when(lambda a: a.escalate(route)).nothing()
    given(Action, agreed(), STARTED, late, implemented()).when(lambda a: a.escalate(route)).nothing()
    given(Action, agreed(), late, more_time).when(lambda a: a.escalate(route)).nothing()
    before = event(Action.Escalated, due=DUE, step=1, to_posts=["elm.deputy"])  # as stored before levels had a number
    given(Action, agreed(), late, before).when(lambda a: a.escalate(route)).nothing()
