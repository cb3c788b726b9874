"""Going the way of the rules, or another one with a reason for each."""

from __future__ import annotations

import pytest

from services.intake.domain import Opportunity
from services.intake.domain.refusals import OwnWayNeedsReason
from tests.given import event, given
from tests.intake.happened import SAFE, decide, raised, ruled


@pytest.mark.parametrize(("agreed", "proposed"), [(False, True), (True, False)])
def test_going_another_way_than_the_rules_is_put_on_record_with_its_reason(*, agreed: bool, proposed: bool) -> None:
    weighed = ruled(agreed=agreed, proposed=proposed)
    given(Opportunity, raised(), SAFE).when(lambda it: decide(it, weighed, candour="A doctor saw no harm.")).then(
        event(
            Opportunity.ProposalOverruled,
            rule_id="candour",
            citation="Reg 20",
            agreed=agreed,
            reason="A doctor saw no harm.",
        ),
        event(Opportunity.Triaged, weighed=[weighed]),
    )


@pytest.mark.parametrize(("agreed", "proposed"), [(False, True), (True, False)])
def test_nobody_goes_another_way_than_the_rules_without_a_reason(*, agreed: bool, proposed: bool) -> None:
    weighed = ruled(agreed=agreed, proposed=proposed)
    given(Opportunity, raised(), SAFE).when(lambda it: decide(it, weighed, candour=" ")).refused(OwnWayNeedsReason)


@pytest.mark.parametrize("proposed", [True, False])
def test_going_the_way_of_the_rules_needs_no_reason_of_its_own(*, proposed: bool) -> None:
    given(Opportunity, raised(), SAFE).when(lambda it: decide(it, ruled(agreed=proposed, proposed=proposed))).then(
        event(Opportunity.Triaged)
    )


def test_what_was_weighed_before_stays_to_be_compared_when_it_is_weighed_anew() -> None:
    past = event(
        Opportunity.Triaged, kind="near_miss", themes=[], response="swarm", weighed=[ruled(agreed=True)], facts={}
    )
    other = event(Opportunity.Reclassified, was="accident_or_injury", kind="near_miss", themes=[])
    it = given(Opportunity, raised(), SAFE, past, other).aggregate
    assert (it.weighed_before, it.weighed) == ([ruled(agreed=True)], [])
