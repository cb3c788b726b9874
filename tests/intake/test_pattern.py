"""Single things that belong together: proposed by rules as data, decided by a person."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from libs.domain import Refused
from libs.practice import PatternRule
from libs.rules import pack_of
from services.intake.domain import Pattern
from services.intake.domain.pattern import Sighting, candidates
from services.intake.domain.refusals import PatternSeenTo, PatternTooSmall, RationaleMissing
from tests.given import NOW, event, given
from tests.house import rules

WHY = "because they happened at tea"
SHIPPED = {rule.id: rule for rule in pack_of(rules()).patterns}
ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))


def seen(number: int, days_ago: float = 0, **more: object) -> Sighting:
    told = {
        "journey": UUID(int=number), "provider": "acme", "site": "elm", "kind": "safeguarding_indicator", "themes": (),
        "abuse_types": (), "occurred": NOW - timedelta(days=days_ago),
    }  # fmt: skip
    return Sighting(**told | more)  # type: ignore[arg-type]


def found(rule: str, *sightings: Sighting) -> list[list[int]]:
    return [[journey.int for journey in each.journeys] for each in candidates([SHIPPED[rule]], sightings, NOW)]


def test_low_level_concerns_about_one_person_add_up() -> None:
    ada = [seen(n, 10 - n, person="ada") for n in (1, 2, 3)]
    assert found("low-level-same-person", *ada, seen(9, person="bo")) == [[1, 2, 3]]
    assert found("low-level-same-person", *ada[:2]) == []


def test_what_ended_long_ago_is_no_pattern_of_now() -> None:
    assert found("low-level-same-person", *(seen(n, 70 + n, person="ada") for n in range(3))) == []


def test_what_lies_too_far_apart_does_not_add_up() -> None:
    days = (70, 30, 0)
    assert found("low-level-same-person", *(seen(n, days[n], person="ada") for n in range(3))) == []


@pytest.mark.parametrize(
    ("rule", "theme"),
    [
        ("boundaries", "boundaries"),
        ("delayed-escalation", "delayed_escalation"),
        ("delayed-escalation", "escalation_pathways"),
        ("inconsistent-records", "recording"),
        ("inconsistent-records", "record_oversight"),
        ("feeling-unsafe", "feeling_unsafe"),
        ("staff-unsure", "staff_understanding"),
        ("professionals-information", "information_sharing"),
    ],
)
def test_a_theme_that_repeats_at_a_site_becomes_a_pattern(rule: str, theme: str) -> None:
    many = [seen(n, themes=(theme,)) for n in range(1, SHIPPED[rule].at_least + 1)]
    assert found(rule, *many) == [[each.journey.int for each in many]]
    assert found(rule, *many[1:], seen(99, themes=(theme,), site="oak")) == []


def test_money_at_risk_is_seen_across_teams() -> None:
    spread = [seen(n, site=site, abuse_types=("financial",)) for n, site in enumerate(("elm", "oak", "ash"))]
    assert found("money-across-teams", *spread) == [[0, 1, 2]]


def test_a_pattern_about_a_member_of_staff_or_a_place_is_seen_too() -> None:
    staff = [seen(n, staff=("sam",), kind="staff_allegation") for n in (1, 2)]
    assert found("same-member-of-staff", *staff) == [[1, 2]]
    places = [seen(n, place="stairs_or_corridor") for n in range(4)]
    assert found("same-place", *places) == [[0, 1, 2, 3]]
    assert found("same-place", *places[:3], seen(9, place="stairs_or_corridor", site="oak")) == []


@settings(max_examples=60, deadline=None)
@drawn(st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["ada", "bo", ""])), max_size=12))
def test_every_proposal_is_large_enough_close_enough_and_about_one(drawn_at: list[tuple[int, str]]) -> None:
    rule = PatternRule(
        id="r",
        title="R",
        shared="person",
        at_least=3,
        within_days=20,
        themes=("falls",),  # type: ignore[arg-type]
    )
    for each in candidates([rule], [seen(n, ago, person=who) for n, (ago, who) in enumerate(drawn_at)], NOW):
        assert len(each.evidence) >= 3
        assert each.evidence[-1].occurred - each.evidence[0].occurred <= timedelta(days=20)
        assert {sighting.person for sighting in each.evidence} == {each.value} != {""}


PROPOSED = event(Pattern.Proposed, rule_id="boundaries", shared="site", value="elm")
ASIDE = event(Pattern.SetAside, rules_version="pack/1", evidence=[ONE, TWO])


def test_a_pattern_is_recognised_and_a_journey_begins_for_it() -> None:
    given(Pattern, PROPOSED).when(lambda it: it.recognise("Boundaries", "pack/1", [ONE, TWO], WHY) and None).then(
        event(Pattern.Recognised, rule_id="boundaries", evidence=[ONE, TWO], shared="site")
    )


def test_a_pattern_is_set_aside() -> None:
    given(Pattern, PROPOSED).when(lambda it: it.set_aside("pack/1", [ONE, TWO], WHY)).then(ASIDE)


def test_it_is_decided_on_again_once_there_is_more() -> None:
    given(Pattern, PROPOSED, ASIDE).when(lambda it: it.set_aside("pack/1", [TWO, THREE], WHY)).then(
        event(Pattern.SetAside, evidence=[TWO, THREE])
    )


@pytest.mark.parametrize(
    ("evidence", "why", "refusal"),
    [([ONE, TWO], WHY, PatternSeenTo), ([], WHY, PatternTooSmall), ([ONE, THREE], " ", RationaleMissing)],
)
def test_it_is_not_decided_on_twice_without_evidence_or_reason(
    evidence: list[UUID], why: str, refusal: type[Refused]
) -> None:
    given(Pattern, PROPOSED, ASIDE).when(lambda it: it.recognise("B", "p/1", evidence, why)).refused(refusal)
    given(Pattern, PROPOSED, ASIDE).when(lambda it: it.set_aside("p/1", evidence, why)).refused(refusal)
