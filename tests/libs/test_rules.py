"""The adopted rules propose what they should, stay silent otherwise, and say why in plain words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time
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
    AnswerNotPossible,
    ConditionTooLarge,
    ConditionUnreadable,
    FactNotKnown,
    compiled,
)
from libs.policytext import DocumentMalformed, DocumentTooLarge, DocumentUnreadable
from libs.rules import (
    TO_CONFIRM,
    Clock,
    RulePack,
    RuleRepeated,
    in_force,
    load,
    load_with_practice,
    pack_of,
    propose,
    unanswered,
)

FOLDER = Path(__file__).parents[2] / "deploy" / "rules"
PACK = load_with_practice(
    FOLDER / "england-adult-social-care.yaml",
    FOLDER / "measures.yaml",
    FOLDER / "cadences.yaml",
    FOLDER / "reflection.yaml",
)
TODAY = date(2026, 11, 22)

ABUSE = {"kind": "abuse_or_neglect", "abuse_types": ["neglect"], "harm_level": "low"}
FALL = {
    "kind": "accident_or_injury",
    "harm_level": "moderate",
    "person_affected": "person_supported",
}
CANDOUR = FALL | {
    "unintended_or_unexpected": True,
    "during_care": True,
    "professional_opinion": ["impairment_28_days"],
}
WORKER = {"kind": "accident_or_injury", "person_affected": "worker"}
COMPLAINT = {"kind": "complaint", "abuse_types": [], "harm_level": "none"}
COMPLIMENT = {"kind": "compliment"}
MADE = {"change_implemented": True}
UPDATE = {"kind": "professional_update"}
INDICATOR = {"kind": "safeguarding_indicator"}
NEAR_MISS = {"kind": "near_miss"}
INSPECTION = {"kind": "inspection_or_audit", "inspection_was_poor": True, "inspected_by": "cqc"}
CRITERIA = ABUSE | {"has_care_needs": True, "unable_to_protect_self": True}
REVIEW = {"kind": "safeguarding_adult_review", "abuse_types": ["neglect"], "person_died": True}
ALLEGATION = {"kind": "staff_allegation"}

EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "care-act-enquiry-criteria": (CRITERIA, CRITERIA | {"unable_to_protect_self": False}),
    "safeguarding-concern": (ABUSE, FALL | {"abuse_types": []}),
    "financial-abuse-is-abuse": (ABUSE | {"abuse_types": ["financial"]}, ABUSE),
    "adult-review-criteria": (REVIEW | {"agencies_worked_poorly": True}, REVIEW),
    "adult-review-information": (REVIEW | {"board_requested_information": True}, REVIEW),
    "police-crime": (ABUSE | {"crime_suspected": True}, ABUSE | {"crime_suspected": False}),
    "person-in-position-of-trust": (ALLEGATION, ABUSE | {"allegation_against_staff": False}),
    "allegation-children": (ALLEGATION | {"children_at_risk": True}, ALLEGATION),
    "dbs-referral": (
        ALLEGATION | {"removed_from_care_work": True, "conduct_meets_referral_test": True},
        ALLEGATION | {"removed_from_care_work": True, "conduct_meets_referral_test": False},
    ),
    "cqc-death": (FALL | {"harm_level": "fatal"}, WORKER | {"harm_level": "fatal"}),
    "cqc-detained-person": (
        {"kind": "police_incident", "detained": True, "absent_without_leave": True},
        {"kind": "police_incident", "detained": False, "absent_without_leave": True},
    ),
    "cqc-serious-injury": (
        FALL | {"professional_opinion": ["prolonged_pain"]},
        FALL | {"professional_opinion": ["impairment_28_days"]},
    ),
    "cqc-injury-treated": (
        FALL | {"professional_opinion": ["treated_to_prevent_harm"]},
        WORKER | {"professional_opinion": ["treated_to_prevent_harm"]},
    ),
    "cqc-pressure-ulcer": (FALL | {"themes": ["pressure_ulcer"]}, FALL | {"themes": ["falls"]}),
    "cqc-abuse": (ABUSE, COMPLAINT),
    "cqc-police": ({"kind": "police_incident"}, ABUSE | {"police_involved": False}),
    "cqc-staffing": (NEAR_MISS | {"staffing_unsafe": True}, NEAR_MISS),
    "cqc-utilities": (
        NEAR_MISS | {"service_interruption_hours": 24.5},
        NEAR_MISS | {"service_interruption_hours": 24},
    ),
    "cqc-premises": (NEAR_MISS | {"premises_damaged": True}, NEAR_MISS),
    "cqc-safety-device": (
        NEAR_MISS | {"safety_device_failure_hours": 25},
        NEAR_MISS | {"safety_device_failure_hours": 24},
    ),
    "cqc-liberty-outcome": (UPDATE | {"liberty_outcome_known": True}, UPDATE),
    "candour-told-in-person": (CANDOUR, CANDOUR | {"professional_opinion": ["none_of_these"]}),
    "candour-support": (CANDOUR, CANDOUR | {"during_care": False}),
    "candour-written-account": (CANDOUR, CANDOUR | {"unintended_or_unexpected": False}),
    "candour-attempts-recorded": (FALL | {"candour_applies": True}, FALL),
    "candour-correspondence-kept": (CANDOUR, FALL),
    "complaint-investigated": (COMPLAINT, ABUSE),
    "complaint-summary-for-cqc": (
        INSPECTION | {"cqc_requested_complaints_summary": True},
        INSPECTION,
    ),
    "complaint-acknowledged": (
        COMPLAINT | {"council_funded": True},
        COMPLAINT | {"council_funded": False},
    ),
    "complaint-ombudsman-time": (COMPLAINT | {"ombudsman_returned": True}, COMPLAINT),
    "complaint-signpost": (ABUSE | {"complaint_made": True}, ABUSE),
    "governance-report-for-cqc": (INSPECTION | {"cqc_requested_report": True}, INSPECTION),
    "riddor-death-or-specified": (
        WORKER | {"reportable_injury": "specified"},
        FALL | {"reportable_injury": "specified"},
    ),
    "riddor-over-seven-days": (
        WORKER | {"reportable_injury": "over_seven_days"},
        WORKER | {"reportable_injury": "none_of_these"},
    ),
    "riddor-taken-to-hospital": (
        FALL | {"reportable_injury": "taken_to_hospital"},
        WORKER | {"reportable_injury": "taken_to_hospital"},
    ),
    "learning-staff-team": (ABUSE | MADE, ABUSE),
    "learning-people-affected": (ABUSE | MADE | {"change_affects_care": True}, ABUSE | MADE),
    "learning-complainant": (COMPLAINT | MADE, COMPLAINT),
    "learning-relevant-person": (CANDOUR | MADE, FALL | MADE),
    "learning-cqc": (INSPECTION | MADE, INSPECTION | MADE | {"inspected_by": "commissioner"}),
    "learning-commissioner": (
        INSPECTION | MADE | {"inspected_by": "commissioner"},
        INSPECTION | MADE,
    ),
    "learning-local-authority": (ABUSE | MADE | {"la_requested_outcome": True}, ABUSE | MADE),
    "learning-other-findings": (REVIEW | {"other_body_findings": True}, REVIEW),
    "learning-good-practice": (COMPLIMENT, COMPLAINT),
    "allegation-wider-systems": (ABUSE | {"allegation_against_staff": True}, ABUSE),
    "feedback-to-reporter": (
        NEAR_MISS | {"reporter_known": True},
        NEAR_MISS | {"reporter_known": False},
    ),
    "indicator-management-review": (INDICATOR, UPDATE),
    "update-logged": (UPDATE, INDICATOR),
    "update-reviewed": (UPDATE, INDICATOR),
    "update-actioned": (UPDATE, INDICATOR),
    "update-communicated": (UPDATE, INDICATOR),
    "financial-concern-learning": (INDICATOR | {"themes": ["financial_risk"]}, INDICATOR),
}


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


def test_thousands_of_opportunities_are_weighed_in_a_second() -> None:
    propose(PACK, CRITERIA, TODAY)
    began = process_time()
    for _ in range(1000):
        propose(PACK, CRITERIA, TODAY)

    assert process_time() - began < 1.0


RULE = """
id: try
version: "1"
title: Try
reviewed_on: 2026-01-01
rules:
  - id: one
    title: One
    kind: law
    jurisdiction: ENG
    citation: An Act
    checked_on: 2026-01-01
    confirmed: true
    in_force_from: 2020-01-01
    applies_when: WHEN
"""


def with_condition(condition: str) -> str:
    return RULE.replace("WHEN", condition)


@pytest.mark.parametrize(
    ("condition", "refusal", "says"),
    [
        ("{eval: [kind, complaint]}", ConditionUnreadable, "'eval' is not a word"),
        ("{all: []}", ConditionUnreadable, "at least one"),
        ("{eq: [kind, complaint], not: {present: kind}}", ConditionUnreadable, "exactly one key"),
        ("{eq: [kind]}", ConditionUnreadable, "a fact and a value"),
        ("{named: nowhere}", ConditionUnreadable, "No condition is named 'nowhere'"),
        ("{eq: [shoe_size, 7]}", FactNotKnown, "'shoe_size' is not a fact"),
        ("{present: shoe_size}", FactNotKnown, "'shoe_size' is not a fact"),
        ("{eq: [kind, grumble]}", AnswerNotPossible, "'kind' cannot be compared with 'grumble'"),
        ("{eq: [police_involved, perhaps]}", AnswerNotPossible, "police_involved"),
        ("{in: [kind, []]}", AnswerNotPossible, "kind"),
        ("{gte: [kind, 3]}", AnswerNotPossible, "kind"),
        ("{not: " * 9 + "{present: kind}" + "}" * 9, ConditionTooLarge, "8 levels"),
        ("{any: [" + ", ".join(["{present: kind}"] * 201) + "]}", ConditionTooLarge, "200 parts"),
    ],
)
def test_a_condition_outside_the_language_is_refused_in_a_sentence(
    condition: str, refusal: type[Exception], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        load(with_condition(condition))


def test_the_smallest_pack_is_read() -> None:
    pack = load(with_condition("{gte: [service_interruption_hours, 2]}"))

    assert isinstance(pack, RulePack)
    assert [p.because for p in propose(pack, {"service_interruption_hours": 2}, TODAY)] == [
        ["Hours without electricity, gas, water or sewerage: 2."]
    ]


@pytest.mark.parametrize(
    ("text", "refusal", "says"),
    [
        ("x" * 600_000, DocumentTooLarge, "512,000"),
        ("[" * 5000, DocumentUnreadable, "plain YAML"),
        ("- a list", DocumentUnreadable, "one mapping"),
        ("a: [", DocumentUnreadable, "line 1"),
        ("a: &x [1]\nb: *x", DocumentUnreadable, "alias"),
        ("a: 1\na: 2", DocumentUnreadable, "'a' stands twice"),
        ("a: !!python/object/apply:os.getcwd []", DocumentUnreadable, "not YAML"),
        ("id: x\nversion: 2026.1", DocumentMalformed, "version"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_in_a_sentence(
    text: str, refusal: type[Exception], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        load(text)


def test_an_id_is_used_once() -> None:
    text = with_condition("{present: kind}")
    rule = text[text.index("  - id: one") :]

    with pytest.raises(RuleRepeated, match="'one' stands twice"):
        load(text + rule)
