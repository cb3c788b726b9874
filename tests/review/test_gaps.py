"""What a review stands on and what it does without: kinds of evidence compared, and the gaps that readers see."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from contracts.action import ActionAgreed, ActionHandedOver
from contracts.taxonomy import EvidenceSource, FactorCategory, ReviewGap, SeipsElement
from libs.views import Rows
from services.review.domain import Material
from services.review.domain.gaps import gaps, triangulated
from services.review.domain.material import Piece
from services.review.projection import project
from tests.given import Happened, event, given, heard
from tests.review.history import BEGUN

OWNER = "elm.deputy_manager"


def seen(source: str, written_by: str = "") -> Happened:
    return event(
        Material.EvidenceAdded, evidence_id=UUID(int=len(source)), source=source, dated=date(2026, 2, 1), words="x",
        written_by=written_by,
    )  # fmt: skip


def test_two_independent_kinds_can_be_compared() -> None:
    assert not triangulated([Piece("audit"), Piece("audit")]).enough
    assert triangulated([Piece("audit"), Piece("feedback")]).enough


def test_what_the_owner_of_a_change_wrote_is_set_apart() -> None:
    found = triangulated([Piece("audit"), Piece("supervision", OWNER)], {OWNER})
    assert (found.kinds, found.not_counted, found.enough) == (("audit",), ("supervision",), False)
    both = triangulated([Piece("audit", OWNER), Piece("audit", "elm.nurse"), Piece("feedback")], {OWNER})
    assert (both.not_counted, both.enough) == ((), True)


def test_a_change_that_was_handed_over_has_two_posts_that_do_not_count_as_independent() -> None:
    action, rows = UUID(int=3), Rows()
    agreed = ActionAgreed(
        action_id=action, plan_id=UUID(int=4), factor_id=None, what="A rail", change_kind="environment", strength="strong",
        owner_post=OWNER, due=date(2026, 4, 1),
    )  # fmt: skip
    over = ActionHandedOver(action_id=action, was=OWNER, owner_post="elm.nurse", because="They are nearer.")
    for fact in (agreed, over, over):
        project(heard(fact), rows)
    assert {parameters[2] for _, parameters in rows.statements} == {OWNER, "elm.nurse"}


@pytest.mark.parametrize(
    "source",
    [
        "care_records",
        "safeguarding_log",
        "supervision",
        "staff_discussion",
        "staff_briefing",
        "audit",
        "feedback",
        "governance_minutes",
        "incident_log",
    ],
)
def test_each_kind_of_source_can_be_evidence(source: str) -> None:
    given(Material, BEGUN).when(lambda m: m.add_evidence(source, date(2026, 2, 1), "x")).then(
        event(Material.EvidenceAdded, source=str(EvidenceSource(source)))
    )


def test_gaps_are_shown_and_forbid_nothing() -> None:
    empty = given(Material, BEGUN).aggregate
    assert set(gaps(empty, "swarm")) == {"nobody_asked", "no_timeline", "no_evidence", "person_not_heard", "no_finding"}
    asked = event(Material.Invited, post_id="elm.nurse"), event(Material.Contributed, post_id="elm.nurse")
    one_kind = given(Material, BEGUN, *asked, seen("audit")).aggregate
    assert ReviewGap.ONE_KIND_OF_EVIDENCE in gaps(one_kind, "swarm")
    compared = given(Material, BEGUN, *asked, seen("audit"), seen("feedback")).aggregate
    assert set(gaps(compared, "swarm")) == {"no_timeline", "no_finding"}
    assert ReviewGap.ONE_KIND_OF_EVIDENCE in gaps(given(Material, BEGUN, seen("audit", OWNER)).aggregate, "", {OWNER})


def test_a_multidisciplinary_review_hears_another_discipline() -> None:
    alone = given(Material, BEGUN).aggregate
    assert ReviewGap.ONE_DISCIPLINE in gaps(alone, "multidisciplinary")
    nurse = "specialist:1"
    came = event(Material.SpecialistAsked, post_id=nurse, discipline="Nurse", because="x")
    there = given(Material, BEGUN, came, event(Material.Contributed, post_id=nurse)).aggregate
    assert ReviewGap.ONE_DISCIPLINE not in gaps(there, "multidisciplinary")


def test_someone_who_could_not_take_part_is_a_gap() -> None:
    could_not = event(Material.CouldNotContribute, post_id="elm.nurse", because="Leave.")
    asked = event(Material.Invited, post_id="elm.nurse")
    assert ReviewGap.SOMEONE_COULD_NOT in gaps(given(Material, BEGUN, asked, could_not).aggregate, "swarm")


@pytest.mark.parametrize(
    ("category", "element"),
    [
        ("communication", "organisation"),
        ("supervision", "organisation"),
        ("care_planning", "tasks"),
        ("culture", "organisation"),
        ("staff_understanding", "person"),
        ("staff_judgement", "person"),
        ("escalation_pathway", "organisation"),
        ("staffing", "organisation"),
        ("record_oversight", "organisation"),
        ("competency_checks", "organisation"),
        ("layout", "internal_environment"),
        ("recording", "tasks"),
        ("handover", "tasks"),
        ("system_alerts", "tools"),
        ("training", "person"),
    ],
)
def test_each_category_of_factor_has_its_place_in_the_work_system(category: str, element: str) -> None:
    assert FactorCategory(category).seips is SeipsElement(element)
