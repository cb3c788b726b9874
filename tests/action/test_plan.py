"""A plan: every factor gets an action or a reason, and practice changes when every action was seen."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from libs.domain import Refused
from services.action.domain import rules
from services.action.domain.plan import Plan
from tests.action.facts import ALERTS, FIRST, HANDOVER, SECOND, opened, promised, terms
from tests.given import Happened, event, given

SETTLED = event(Plan.Settled)
SEEN = event(Plan.ActionVerified, action_id=FIRST)
WEAK = promised(strength="weaker")
ACCEPTED = event(Plan.WeaknessAccepted, because="Nothing else is in our hands.")


def told(*actions: UUID, **fields: Any) -> Happened:
    usual = {"what_changed": "Handover is read back.", "measure_ids": [], "affects_people": False}
    return event(Plan.PracticeChanged, action_ids=list(actions), **usual | fields)


DONE = (opened(), promised(), SETTLED, SEEN, told(FIRST))
REOPENED = event(Plan.Reopened, because="It slipped.")


def agree(plan: Plan, **fields: Any) -> None:
    plan.agree(terms(**fields))


def test_an_action_is_agreed_for_a_factor_and_the_last_answer_settles_the_plan() -> None:
    expected = event(
        Plan.ActionAgreed, factor_id=HANDOVER.factor_id, what="Handover is read back.", strength="intermediate"
    )
    given(Plan, opened()).when(agree).then(expected, SETTLED)
    given(Plan, opened(HANDOVER, ALERTS)).when(agree).then(expected)


def test_the_usual_strength_of_a_change_is_proposed_and_another_needs_a_reason() -> None:
    given(Plan, opened()).when(lambda p: agree(p, strength="stronger")).refused(rules.StrengthNeedsReason)
    because = "The form cannot be closed without it."
    given(Plan, opened()).when(lambda p: agree(p, strength="stronger", strength_because=because)).then(
        event(Plan.ActionAgreed, strength="stronger"), SETTLED
    )


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"what": " "}, rules.WhatMissing),
        ({"owner_post": ""}, rules.OwnerMissing),
        ({"change_kind": "hope"}, rules.ChangeKindUnknown),
        ({"strength": "mighty"}, rules.StrengthUnknown),
        ({"why_no_measure": ""}, rules.MeasureMissing),
        ({"due": date(2026, 3, 1)}, rules.DueInThePast),
        ({"due": date(2062, 3, 3)}, rules.DueTooFar),
        ({"factor_id": ALERTS.factor_id}, rules.FactorUnknown),
    ],
)
def test_an_action_is_not_agreed_with(fields: dict[str, Any], rule: type) -> None:
    given(Plan, opened()).when(lambda p: agree(p, **fields)).refused(rule)


def test_an_action_may_be_due_today_and_answer_no_single_factor() -> None:
    given(Plan, opened()).when(lambda p: agree(p, due=date(2026, 3, 2), factor_id=None)).then(
        event(Plan.ActionAgreed, factor_id=None)
    )


def test_a_factor_is_left_with_a_reason() -> None:
    left = event(Plan.FactorLeft, factor_id=HANDOVER.factor_id, because="It is the landlord's.")
    given(Plan, opened()).when(lambda p: p.leave_factor(HANDOVER.factor_id, "It is the landlord's.")).then(
        left, SETTLED
    )
    leave: list[tuple[tuple[Happened, ...], UUID, str, type[Refused]]] = [
        ((opened(),), HANDOVER.factor_id, " ", rules.ReasonMissing),
        ((opened(),), ALERTS.factor_id, "No.", rules.FactorUnknown),
        ((opened(), left), HANDOVER.factor_id, "No.", rules.FactorAlreadyLeft),
        ((opened(), promised()), HANDOVER.factor_id, "No.", rules.FactorHasAction),
    ]
    for history, factor, because, rule in leave:
        given(Plan, *history).when(partial(Plan.leave_factor, factor_id=factor, because=because)).refused(rule)


def test_a_plan_of_weaker_changes_alone_is_not_settled_without_a_reason() -> None:
    given(Plan, opened()).when(lambda p: agree(p, change_kind="briefing")).then(
        event(Plan.ActionAgreed, strength="weaker")
    )
    given(Plan, opened(), WEAK).when(lambda p: p.agree_weak("Nothing else is in our hands.")).then(ACCEPTED, SETTLED)
    given(Plan, opened(), WEAK).when(lambda p: p.agree_weak("")).refused(rules.ReasonMissing)
    given(Plan, opened(), promised()).when(lambda p: p.agree_weak("Why not.")).refused(rules.NothingWeakToAccept)
    given(Plan, opened()).when(lambda p: p.agree_weak("Why not.")).refused(rules.NothingWeakToAccept)


def test_weaker_changes_that_were_all_seen_change_practice_once_the_reason_is_on_record() -> None:
    history = (opened(), WEAK, SEEN)
    given(Plan, opened(), WEAK).when(lambda p: p.note_verified(FIRST)).then(SEEN)
    given(Plan, *history).when(lambda p: p.agree_weak("Nothing else is in our hands.")).then(
        ACCEPTED, SETTLED, told(FIRST)
    )


def test_practice_has_changed_when_the_last_action_was_seen() -> None:
    history = [
        opened(HANDOVER, ALERTS),
        promised(FIRST, measure_id="m-2", affects_people=True),
        promised(SECOND, factor_id=ALERTS.factor_id, what="The alert sounds.", measure_id="m-1"),
        SETTLED,
    ]
    given(Plan, *history).when(lambda p: p.note_verified(FIRST)).then(SEEN)
    given(Plan, *history, SEEN).when(lambda p: p.note_verified(SECOND)).then(
        event(Plan.ActionVerified, action_id=SECOND),
        told(
            FIRST,
            SECOND,
            what_changed="Handover is read back.\nThe alert sounds.",
            measure_ids=["m-1", "m-2"],
            affects_people=True,
        ),
    )


def test_practice_has_not_changed_while_a_factor_waits() -> None:
    given(Plan, opened(HANDOVER, ALERTS), promised()).when(lambda p: p.note_verified(FIRST)).then(SEEN)
    left = event(Plan.FactorLeft, factor_id=ALERTS.factor_id, because="It is the landlord's.")
    given(Plan, opened(HANDOVER, ALERTS), promised(), SEEN).when(
        lambda p: p.leave_factor(ALERTS.factor_id, "It is the landlord's.")
    ).then(left, SETTLED, told(FIRST))


def test_a_withdrawn_action_leaves_its_factor_waiting() -> None:
    withdrawn = event(Plan.ActionWithdrawn, action_id=FIRST)
    given(Plan, opened(), promised(), SETTLED).when(lambda p: p.note_withdrawn(FIRST)).then(withdrawn)
    given(Plan, opened(), promised(), SETTLED, withdrawn).when(agree).then(event(Plan.ActionAgreed), SETTLED)


def test_withdrawing_the_last_unseen_action_may_be_what_changes_practice() -> None:
    history = (opened(), promised(), promised(SECOND, what="Two people check."), SETTLED, SEEN)
    given(Plan, *history).when(lambda p: p.note_withdrawn(SECOND)).then(
        event(Plan.ActionWithdrawn, action_id=SECOND), told(FIRST)
    )


def test_a_plan_that_is_done_takes_no_more_actions_until_it_is_opened_again() -> None:
    given(Plan, *DONE).when(agree).refused(rules.PracticeAlreadyChanged)
    given(Plan, *DONE).when(lambda p: p.reopen("It slipped.")).then(REOPENED)
    given(Plan, *DONE).when(lambda p: p.reopen("")).refused(rules.ReasonMissing)
    given(Plan, opened()).when(lambda p: p.reopen("It slipped.")).refused(rules.PracticeNotYetChanged)
    given(Plan, *DONE, REOPENED).when(lambda p: p.reopen("Again.")).refused(rules.PracticeNotYetChanged)


def test_after_practice_slipped_it_has_changed_again_when_the_new_action_was_seen() -> None:
    again = (*DONE, REOPENED, promised(SECOND, what="Two people check."), SETTLED)
    given(Plan, *DONE, REOPENED).when(agree).then(event(Plan.ActionAgreed), SETTLED)
    given(Plan, *again).when(lambda p: p.note_verified(SECOND)).then(
        event(Plan.ActionVerified, action_id=SECOND),
        told(FIRST, SECOND, what_changed="Handover is read back.\nTwo people check."),
    )


def test_a_review_signed_off_again_adds_what_is_new_and_loses_nothing() -> None:
    extended = event(Plan.Extended, added=[ALERTS], learning_statement="Say it aloud.", themes=["falls"])
    given(Plan, *DONE).when(lambda p: p.extend([HANDOVER, ALERTS], "Say it aloud.", ["falls"])).then(extended)
    given(Plan, *DONE).when(lambda p: p.extend([ALERTS], "Say it aloud.", ["falls"])).then(extended)
    given(Plan, *DONE).when(lambda p: p.extend([HANDOVER], "Say it aloud.", ["falls"])).nothing()
    given(Plan, *DONE, extended).when(lambda p: agree(p, factor_id=ALERTS.factor_id)).then(
        event(Plan.ActionAgreed), SETTLED
    )


def test_a_new_factor_that_is_left_does_not_tell_again_what_was_told() -> None:
    extended = event(Plan.Extended, added=[ALERTS], learning_statement="Say it aloud.", themes=["falls"])
    given(Plan, *DONE, extended).when(lambda p: p.leave_factor(ALERTS.factor_id, "It is the landlord's.")).then(
        event(Plan.FactorLeft), SETTLED
    )


def test_what_changed_never_grows_beyond_what_can_be_told() -> None:
    many = [promised(UUID(int=100 + n), what=f"{n} " + "x" * 900) for n in range(6)]
    seen = [event(Plan.ActionVerified, action_id=UUID(int=100 + n)) for n in range(5)]

    def last_seen(plan: Plan) -> None:
        plan.note_verified(UUID(int=105))
        last: Any = plan.collect_events()[-1]
        text = last.what_changed
        assert len(text) <= 4000
        assert text.endswith("And 2 more in the plan.")

    given(Plan, opened(), *many, SETTLED, *seen).when(last_seen).nothing()


def test_a_plan_belongs_to_its_journey() -> None:
    journey = UUID(int=7)
    assert Plan.create_id(journey) == Plan.create_id(journey)
    assert Plan.create_id(journey) != journey
