"""What is gathered for a review: who took part, what happened when, where it can be seen."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.review.domain import Material
from services.review.domain import refusals as no
from tests.given import NOW, event, given
from tests.review.history import BEGUN, FIRST, SECOND

POST = "elm.night_senior"
INVITED = event(Material.Invited, post_id=POST)


def test_a_post_is_asked_once() -> None:
    given(Material, BEGUN).when(lambda m: m.invite(POST)).then(INVITED)
    given(Material, BEGUN, INVITED).when(lambda m: m.invite(POST)).nothing()


def test_who_was_asked_took_part() -> None:
    took_part = event(Material.Contributed, post_id=POST)
    given(Material, BEGUN, INVITED).when(lambda m: m.record_contribution(POST)).then(took_part)
    given(Material, BEGUN, INVITED, took_part).when(lambda m: m.record_contribution(POST)).nothing()
    given(Material, BEGUN).when(lambda m: m.record_contribution(POST)).refused(no.NotInvited)


def test_who_was_asked_could_not_take_part_for_a_reason() -> None:
    given(Material, BEGUN, INVITED).when(lambda m: m.record_could_not(POST, "On leave.")).then(
        event(Material.CouldNotContribute, post_id=POST, because="On leave.")
    )
    given(Material, BEGUN, INVITED).when(lambda m: m.record_could_not(POST, "")).refused(no.WordsMissing)
    given(Material, BEGUN).when(lambda m: m.record_could_not(POST, "x")).refused(no.NotInvited)


def test_who_could_not_at_first_may_still_take_part() -> None:
    could_not = event(Material.CouldNotContribute, post_id=POST, because="x")
    given(Material, BEGUN, INVITED, could_not).when(lambda m: m.record_contribution(POST)).then(
        event(Material.Contributed)
    )


def test_the_timeline_says_what_happened_when_and_how_it_is_known() -> None:
    earlier = NOW - timedelta(hours=11)
    given(Material, BEGUN).when(lambda m: m.add_timeline_entry(earlier, "care_records", "The light failed.")).then(
        event(Material.TimelineEntryAdded, happened=earlier, source="care_records", words="The light failed.")
    )


def test_the_timeline_holds_no_future_and_no_silence() -> None:
    later = NOW + timedelta(minutes=1)
    given(Material, BEGUN).when(lambda m: m.add_timeline_entry(later, "audit", "x")).refused(no.NotHappenedYet)
    given(Material, BEGUN).when(lambda m: m.add_timeline_entry(NOW, "audit", "")).refused(no.WordsMissing)


def test_evidence_keeps_its_own_day() -> None:
    given(Material, BEGUN).when(lambda m: m.add_evidence("audit", date(2026, 2, 1), "Three rails.")).then(
        event(Material.EvidenceAdded, source="audit", dated=date(2026, 2, 1), recorded=NOW)
    )


def test_evidence_of_today_counts_and_of_tomorrow_does_not() -> None:
    given(Material, BEGUN).when(lambda m: m.add_evidence("audit", date(2026, 3, 2), "x")).then(
        event(Material.EvidenceAdded)
    )
    given(Material, BEGUN).when(lambda m: m.add_evidence("audit", date(2026, 3, 3), "x")).refused(no.NotHappenedYet)
    given(Material, BEGUN).when(lambda m: m.add_evidence("audit", date(2026, 3, 2), "")).refused(no.WordsMissing)


@pytest.mark.parametrize("form", ["reflection_whole_team", "reflection_small_groups", "reflection_one_to_one"])
def test_people_meet_as_a_team_a_group_or_two_and_whoever_was_there_took_part(form: str) -> None:
    past = given(Material, BEGUN, INVITED)
    past.when(lambda m: m.hold_session(form, date(2026, 3, 1), [POST], "We agreed.")).then(
        event(Material.SessionHeld, form=form, held_on=date(2026, 3, 1), present=[POST], words="We agreed.")
    )
    assert past.aggregate.participants == {POST: "contributed"}


def test_a_meeting_has_people_who_were_asked_and_a_day_that_has_come() -> None:
    past = given(Material, BEGUN, INVITED)
    past.when(lambda m: m.hold_session("swarm", date(2026, 3, 1), [])).refused(no.NobodyPresent)
    past.when(lambda m: m.hold_session("swarm", date(2026, 3, 1), ["elm.cook"])).refused(no.NotInvited)
    past.when(lambda m: m.hold_session("swarm", date(2026, 3, 3), [POST])).refused(no.NotHappenedYet)


def test_a_specialist_is_asked_in_for_something() -> None:
    past = given(Material, BEGUN)
    past.when(lambda m: m.ask_specialist("District nurse", "It is a pressure ulcer.")).then(
        event(Material.SpecialistAsked, discipline="District nurse", because="It is a pressure ulcer.")
    )
    (specialist,) = past.aggregate.participants
    past.when(lambda m: m.record_contribution(specialist)).then(event(Material.Contributed))
    past.when(lambda m: m.ask_specialist("", "x")).refused(no.WordsMissing)
    past.when(lambda m: m.ask_specialist("x", "")).refused(no.WordsMissing)


def test_nobody_who_was_asked_is_left_out_without_a_reason() -> None:
    could_not = event(Material.CouldNotContribute, post_id=POST, because="On leave.")
    given(Material, BEGUN, INVITED).when(lambda m: m.require_all_voices()).refused(no.VoicesMissing)
    given(Material, BEGUN, INVITED, could_not).when(lambda m: m.require_all_voices()).nothing()
    given(Material, BEGUN).when(lambda m: m.require_all_voices()).nothing()


AUDITED = event(Material.EvidenceAdded, evidence_id=FIRST, source="audit", dated=date(2026, 2, 1), words="x")
HEARD = event(Material.EvidenceAdded, evidence_id=SECOND, source="feedback", dated=date(2026, 2, 1), words="x")


def test_a_finding_says_what_it_rests_on() -> None:
    past = given(Material, BEGUN, AUDITED, HEARD)
    past.when(lambda m: m.make_finding("Three rails are short.", [SECOND, FIRST])).then(
        event(Material.FindingMade, rests_on=[SECOND, FIRST], kinds=["audit", "feedback"])
    )
    past.when(lambda m: m.make_finding("Three rails are short.", [])).refused(no.NothingToRestOn)
    past.when(lambda m: m.make_finding("Three rails are short.", [uuid4()])).refused(no.UnknownEvidence)
    past.when(lambda m: m.make_finding("", [FIRST])).refused(no.WordsMissing)


def test_a_finding_is_withdrawn_with_its_reason() -> None:
    made = event(Material.FindingMade, finding_id=SECOND, rests_on=[FIRST], kinds=["audit"], words="x")
    given(Material, BEGUN, AUDITED, made).when(lambda m: m.withdraw_finding(SECOND, "The audit erred.")).then(
        event(Material.FindingWithdrawn, finding_id=SECOND)
    )
    given(Material, BEGUN, AUDITED, made).when(lambda m: m.withdraw_finding(SECOND, "")).refused(no.WordsMissing)
    given(Material, BEGUN, AUDITED).when(lambda m: m.withdraw_finding(SECOND, "x")).refused(no.UnknownFinding)
