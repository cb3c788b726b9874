"""What is gathered for a review: who took part, what happened when, where it can be seen."""

from __future__ import annotations

from datetime import date, timedelta

from services.review.domain import Material
from services.review.domain import refusals as no
from tests.given import NOW, event, given
from tests.review.history import BEGUN

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
