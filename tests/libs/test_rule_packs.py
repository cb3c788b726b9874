"""A rule pack that cannot be read is refused in a sentence, and nothing of it is taken."""

from __future__ import annotations

import pytest

from libs.conditions import (
    AnswerNotPossible,
    ConditionTooLarge,
    ConditionUnreadable,
    FactNotKnown,
)
from libs.policytext import DocumentMalformed, DocumentTooLarge, DocumentUnreadable
from libs.rules import (
    RulePack,
    RuleRepeated,
    load,
    propose,
)
from tests.libs.rule_examples import TODAY

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
