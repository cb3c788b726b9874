"""The adopted rules propose what they should, stay silent otherwise, and say why in plain words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contracts.taxonomy import (
    QUESTIONS,
    ClockKind,
    Fact,
    FactType,
    OpportunityKind,
    ProviderKind,
    RuleKind,
)
from libs.calendar import WorkingDays
from libs.conditions import (
    compiled,
)
from libs.rules import (
    TO_CONFIRM,
    Clock,
    in_force,
    pack_of,
    propose,
    unanswered,
)
from tests.libs.rule_examples import (
    ABUSE,
    CANDOUR,
    EXAMPLES,
    NEAR_MISS,
    PACK,
    TODAY,
)


def fired(facts: dict[str, Any], on: date = TODAY) -> set[str]:
    return {proposal.rule_id for proposal in propose(PACK, facts, on)}


def test_every_rule_has_its_examples() -> None:
    assert set(EXAMPLES) == {rule.id for rule in PACK.rules}


@pytest.mark.parametrize("rule_id", EXAMPLES)
def test_a_rule_fires_on_one_example_and_is_silent_on_another(rule_id: str) -> None:
    applies, does_not = EXAMPLES[rule_id]

    for facts in (applies, does_not):
        assert all(Fact(name).accepts(answer) for name, answer in facts.items())
    assert rule_id in fired(applies)
    assert rule_id not in fired(does_not)


@pytest.mark.parametrize("rule_id", EXAMPLES)
def test_a_proposal_names_the_facts_that_led_to_it(rule_id: str) -> None:
    facts, _ = EXAMPLES[rule_id]
    [found] = [one for one in propose(PACK, facts, TODAY) if one.rule_id == rule_id]

    assert found.because
    for sentence in found.because:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "_" not in sentence


def test_the_reasons_read_as_a_manager_would_say_them() -> None:
    facts = ABUSE | {"abuse_types": ["financial", "neglect"], "themes": ["falls"]}
    proposals = {one.rule_id: one for one in propose(PACK, facts, TODAY)}

    assert proposals["financial-abuse-is-abuse"].because == [
        "Abuse seen, alleged or suspected: Financial or material abuse."
    ]
    assert proposals["cqc-abuse"].because == [
        "Kind of opportunity: Abuse or neglect.",
        "Abuse seen, alleged or suspected: Financial or material abuse, Neglect and acts of omission.",
    ]


def test_every_rule_is_cited_and_dated() -> None:
    for rule in PACK.rules:
        assert rule.citation
        assert rule.checked_on <= PACK.reviewed_on
        assert rule.in_force_from < PACK.reviewed_on
        if rule.kind is not RuleKind.LOCAL_POLICY and rule.confirmed:
            assert rule.source_url, rule.id


def test_an_unconfirmed_rule_is_never_shown_as_law_without_the_mark() -> None:
    unchecked = [rule for rule in PACK.rules if not rule.confirmed]

    assert unchecked
    assert all(TO_CONFIRM in rule.standing for rule in unchecked)
    assert all(TO_CONFIRM not in rule.standing for rule in PACK.rules if rule.confirmed)
    found = [one for facts, _ in EXAMPLES.values() for one in propose(PACK, facts, TODAY)]
    assert {one.rule_id for one in found if TO_CONFIRM in one.standing} == {r.id for r in unchecked}


def test_without_delay_never_becomes_a_number() -> None:
    worded = {ClockKind.WITHOUT_DELAY, ClockKind.ASAP}
    clocks = [rule.clock for rule in PACK.rules if rule.clock]

    assert {clock.n for clock in clocks if clock.kind in worded} == {None}
    assert all(rule.clock for rule in PACK.rules if rule.id.startswith("cqc-") and rule.id != "cqc-liberty-outcome")
    with pytest.raises(ValueError, match="no number"):
        Clock.model_validate({"kind": "without_delay", "n": 1, "starts_at": "became_aware"})
    with pytest.raises(ValueError, match="a number"):
        Clock.model_validate({"kind": "working_days", "starts_at": "recorded"})


def test_a_clock_can_be_read_aloud() -> None:
    words = {rule.id: rule.clock.words for rule in PACK.rules if rule.clock}

    assert words["cqc-abuse"] == "without delay"
    assert words["indicator-management-review"] == "within 1 working day of when it was recorded"
    assert words["complaint-summary-for-cqc"] == ("within 28 calendar days of when the request was received")


def test_a_counted_clock_gives_a_date_and_a_worded_one_gives_none() -> None:
    start = datetime(2026, 12, 24, 10, tzinfo=UTC)
    england = WorkingDays("ENG")

    def due(rule_id: str) -> datetime | None:
        clock = PACK.rule(rule_id).clock
        return clock.due(start, england) if clock else None

    assert due("indicator-management-review") == datetime(2026, 12, 29, 23, 59, 59, 999999, tzinfo=UTC)
    assert due("complaint-summary-for-cqc") == datetime(2027, 1, 21, 23, 59, 59, 999999, tzinfo=UTC)
    assert due("cqc-abuse") is None
    assert due("candour-told-in-person") is None


def test_a_question_nobody_answered_is_not_taken_as_no() -> None:
    without_answer = {"kind": "accident_or_injury", "harm_level": "unknown"}

    assert "cqc-death" not in fired(without_answer)
    assert "cqc-abuse" not in fired(without_answer)
    open_questions = unanswered(PACK, without_answer, TODAY)
    assert Fact.PERSON_DIED in open_questions["cqc-death"]
    assert Fact.HARM_LEVEL in open_questions["cqc-death"]
    assert Fact.ABUSE_TYPES in open_questions["cqc-abuse"]
    assert "learning-staff-team" not in open_questions


def test_not_of_an_unanswered_question_is_not_known() -> None:
    holds = compiled({"not": {"eq": ["police_involved", True]}}, {}).holds

    assert holds({}) is None
    assert holds({"police_involved": True}) is False
    assert holds({"police_involved": False}) is True


def test_an_answer_of_the_wrong_shape_neither_fires_a_rule_nor_fails() -> None:
    wrong_answers: list[Any] = [17, "nonsense", [{}], {}, [[]], True, float("nan")]
    for fact in Fact:
        for wrong in wrong_answers:
            if not fact.accepts(wrong):
                assert fired({str(fact): wrong}) == set(), (fact, wrong)


def test_rules_hold_from_their_first_day_to_their_last() -> None:
    rule = PACK.rule("candour-support")
    ended = rule.model_copy(update={"in_force_to": date(2027, 3, 31)})

    assert not rule.in_force(date(2015, 3, 31))
    assert rule.in_force(date(2015, 4, 1))
    assert ended.in_force(date(2027, 3, 31))
    assert not ended.in_force(date(2027, 4, 1))
    assert "candour-support" not in fired(CANDOUR, date(2014, 12, 1))
    with pytest.raises(LookupError):
        PACK.rule("no-such-rule")


def test_england_s_rules_are_not_proposed_elsewhere() -> None:
    assert fired(ABUSE | {"nation": "SCO"}) == set()
    assert fired(ABUSE | {"nation": "ENG"}) == fired(ABUSE)
    assert in_force(PACK, TODAY, "SCO", "homecare") == []
    assert len(in_force(PACK, TODAY, "ENG", "homecare")) == len(PACK.rules)


def test_a_rule_for_one_kind_of_service_is_not_proposed_to_another() -> None:
    rule = PACK.rule("cqc-premises").model_copy(update={"provider_kinds": (ProviderKind.CARE_HOME_NURSING,)})
    pack = PACK.model_copy(update={"rules": (rule,)})
    facts = NEAR_MISS | {"premises_damaged": True}

    assert propose(pack_of(pack.model_dump(mode="json")), facts | {"provider_kind": "homecare"}, TODAY) == []
    assert in_force(pack, TODAY, "ENG", "homecare") == []
    assert in_force(pack, TODAY, "ENG", "care_home_nursing") == [rule]


def test_a_pack_travels_in_an_event_and_comes_back_the_same() -> None:
    travelled = json.loads(json.dumps(PACK.model_dump(mode="json")))

    assert pack_of(travelled) == PACK
    assert propose(pack_of(travelled), CANDOUR, TODAY) == propose(PACK, CANDOUR, TODAY)


def test_every_question_a_form_asks_can_decide_some_rule() -> None:
    asked = {fact for facts in QUESTIONS.values() for fact in facts}
    text = json.dumps([rule.applies_when for rule in PACK.rules] + list(PACK.conditions.values()))

    assert {fact for fact in asked if f'"{fact}"' not in text} <= {Fact.LA_DECISION}


def answers(fact: Fact) -> some.SearchStrategy[Any]:
    codes = [code for code, _ in fact.options.choices()] if fact.options else []
    if fact.shape is FactType.YES_NO:
        return some.booleans()
    if fact.shape is FactType.NUMBER:
        return some.floats(0, 1000)
    one = some.sampled_from(codes)
    return one if fact.shape is FactType.CHOICE else some.lists(one)


opportunities = some.fixed_dictionaries(
    {"kind": some.sampled_from([kind.value for kind in OpportunityKind])},
    optional={fact.value: answers(fact) for fact in Fact if fact.question},
)


@given(opportunities)
def test_the_same_facts_always_give_the_same_proposals_with_their_reasons(
    facts: dict[str, Any],
) -> None:
    found = propose(PACK, facts, TODAY)

    assert found == propose(PACK, dict(reversed(facts.items())), TODAY)
    assert all(one.because for one in found)
    assert {one.rule_id for one in found}.isdisjoint(unanswered(PACK, facts, TODAY))
