"""Erasing is asked for by one person and decided by another, against holds and retention, and certified."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from contracts.taxonomy import RuleKind
from libs.deciding import Act
from libs.retention import Kept, Retention, RetentionRule, months_after, years_after
from services.intake.domain import disposal as out
from services.intake.domain import erasure as no
from services.intake.domain import hold as held
from services.intake.domain.disposal import Disposal, Ended
from services.intake.domain.erasure import Erasure, Weighed
from services.intake.domain.hold import LegalHold
from tests.given import JOURNEY, NOW, event, given

KEY, OTHER = uuid4(), uuid4()
FIRST = Act("person:one", "registered_manager", rationale="They asked us in writing.")
SECOND = Act("person:two", "nominated_individual", rationale="Nothing obliges us to keep it.")
SILENT = Act("person:two", "nominated_individual")
TODAY = NOW.date()
ASKED = event(
    Erasure.Asked, journeys=[JOURNEY], requested_by=FIRST.actor, asked_by="person", ground="no_longer_needed",
    employment=False, reason="They asked us in writing.", received_on=TODAY, answer_by=date(2026, 4, 2),
)  # fmt: skip
APPROVED = event(Erasure.Approved, keys=[KEY], journeys=[JOURNEY], overruled=[], kept_until=None)
FREE = Weighed((KEY,))
TOO_EARLY = Weighed((KEY,), (), ("care-record",), date(2034, 3, 2))


def asking(**more: Any) -> Any:
    said: dict[str, Any] = {
        "provider": "acme", "site": "elm", "identity": uuid4(), "journeys": [JOURNEY], "asked_by": "person",
        "ground": "objected", "employment": False, "reason": "They object.", "received_on": TODAY, "answer_by": TODAY,
    }  # fmt: skip
    return lambda _: Erasure.ask(**said | more)


def test_an_erasure_is_asked_for_with_its_ground_and_reason() -> None:
    given(Erasure).when(asking(), FIRST).then(event(Erasure.Asked, ground="objected", requested_by=FIRST.actor))
    given(Erasure).when(asking(reason=" "), FIRST).refused(no.ErasureNeedsReason)
    given(Erasure).when(asking(received_on=TODAY + timedelta(days=1)), FIRST).refused(no.ReceivedLater)


def test_a_second_person_decides() -> None:
    given(Erasure, ASKED).when(lambda e: e.approve("Yes.", FREE, overruling=False), FIRST).refused(
        no.SecondPersonDecides
    )
    given(Erasure, ASKED).when(lambda e: e.decline("No."), FIRST).refused(no.SecondPersonDecides)
    given(Erasure, ASKED).when(lambda e: e.approve("Yes.", FREE, overruling=False), SECOND).then(
        event(Erasure.Approved, keys=[KEY], overruled=[])
    )


def test_nothing_is_decided_without_a_reason_or_twice() -> None:
    given(Erasure, ASKED).when(lambda e: e.decline(" "), SILENT).refused(no.ErasureNeedsReason)
    given(Erasure, ASKED, APPROVED).when(lambda e: e.decline("No."), SECOND).refused(no.ErasureDecided)


def test_a_legal_hold_outweighs_every_reason() -> None:
    under_hold = Weighed((KEY,), (JOURNEY,))
    for overruling in (False, True):
        given(Erasure, ASKED).when(partial(approved, under_hold, overruling), SECOND).refused(no.UnderLegalHold)


def approved(weighed: Weighed, overruling: bool, erasure: Erasure) -> None:
    erasure.approve("Yes.", weighed, overruling=overruling)


def test_what_must_still_be_kept_is_erased_only_against_the_rule_and_that_is_on_record() -> None:
    given(Erasure, ASKED).when(lambda e: e.approve("Yes.", TOO_EARLY, overruling=False), SECOND).refused(
        no.MustStillBeKept
    )
    given(Erasure, ASKED).when(lambda e: e.approve("A court says so.", TOO_EARLY, overruling=True), SECOND).then(
        event(Erasure.Approved, overruled=["care-record"], kept_until=date(2034, 3, 2))
    )


def test_a_certificate_says_which_keys_and_from_when_no_word_opens_and_is_given_once() -> None:
    given(Erasure, ASKED, APPROVED).when(lambda e: e.certify(2)).then(
        event(Erasure.Certified, keys=[KEY], files=2, opens_nowhere_from=NOW + timedelta(seconds=60))
    )
    given(Erasure, ASKED).when(lambda e: e.certify(0)).nothing()
    certified = event(Erasure.Certified, keys=[KEY], journeys=[JOURNEY], files=0, opens_nowhere_from=NOW)
    given(Erasure, ASKED, APPROVED, certified).when(lambda e: e.certify(0)).nothing()


LATER = TODAY + timedelta(days=90)
OPENED, PLACED = event(LegalHold.Opened), event(LegalHold.Placed, reason="A claim.", review_on=LATER)


def test_a_hold_is_placed_with_a_reason_and_a_day_to_look_again_and_lifted_with_a_reason() -> None:
    given(LegalHold, OPENED).when(lambda h: h.place("A claim.", LATER)).then(event(LegalHold.Placed, review_on=LATER))
    given(LegalHold, OPENED).when(lambda h: h.place(" ", LATER)).refused(held.HoldNeedsReason)
    given(LegalHold, OPENED).when(lambda h: h.place("A claim.", TODAY)).refused(held.ReviewLiesAhead)
    given(LegalHold, OPENED, PLACED).when(lambda h: h.place("Again.", LATER)).refused(held.HeldAlready)
    given(LegalHold, OPENED, PLACED).when(lambda h: h.lift("Settled.")).then(event(LegalHold.Lifted))
    given(LegalHold, OPENED, PLACED).when(lambda h: h.lift("")).refused(held.HoldNeedsReason)
    given(LegalHold, OPENED).when(lambda h: h.lift("Settled.")).refused(held.NotHeld)


BEGUN = event(Disposal.Begun, next_on=TODAY)
PROPOSED = event(Disposal.Proposed, key=KEY, journeys=[JOURNEY], rules=["care-record"], since=TODAY)
ENDED = Ended(KEY, [JOURNEY], ["care-record"], TODAY)
LOOKED = event(Disposal.Looked, next_on=date(2026, 4, 1))


def test_a_look_proposes_what_has_ended_once_and_sets_the_next() -> None:
    given(Disposal, BEGUN).when(lambda d: d.look([ENDED])).then(event(Disposal.Proposed, key=KEY), LOOKED)
    given(Disposal, BEGUN, PROPOSED).when(lambda d: d.look([ENDED])).then(LOOKED)


def test_a_person_keeps_records_for_longer_and_is_asked_again_then() -> None:
    given(Disposal, BEGUN, PROPOSED).when(lambda d: d.keep_longer(KEY, LATER, "A sister asked.")).then(
        event(Disposal.KeptLonger, key=KEY, until=LATER)
    )
    kept = event(Disposal.KeptLonger, key=KEY, until=LATER)
    given(Disposal, BEGUN, PROPOSED, kept).when(lambda d: d.look([ENDED])).then(LOOKED)
    given(Disposal, BEGUN, PROPOSED, kept).when(lambda d: d.look([ENDED]), at=NOW + timedelta(days=91)).then(
        event(Disposal.Proposed, key=KEY), event(Disposal.Looked)
    )
    given(Disposal, BEGUN, PROPOSED).when(lambda d: d.keep_longer(KEY, TODAY, "No.")).refused(out.KeepUntilLater)
    given(Disposal, BEGUN).when(lambda d: d.keep_longer(KEY, LATER, "No.")).refused(out.NotProposed)


def test_disposal_is_a_decision_with_a_reason_and_asks_for_an_erasure() -> None:
    given(Disposal, BEGUN, PROPOSED).when(lambda d: d.give_to_erase(KEY, OTHER, "Long over.")).then(
        event(Disposal.GivenToErase, key=KEY, erasure=OTHER)
    )
    given(Disposal, BEGUN, PROPOSED).when(lambda d: d.give_to_erase(KEY, OTHER, "")).refused(out.DisposalNeedsReason)


def rule(identity: str, years: int, **more: Any) -> RetentionRule:
    return RetentionRule(
        id=identity, title=identity, kind=RuleKind.LOCAL_POLICY, citation="ours", checked_on=TODAY, confirmed=True,
        years=years, **more,
    )  # fmt: skip


SCHEDULE = Retention(
    answer_within_months=1, answer_citation="Article 12(3)",
    rules=(rule("care", 8), rule("serious", 20, harm_levels=("fatal",)), rule("complaint", 10, kinds=("complaint",))),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "harm", "until"),
    [("near_miss", "none", 2034), ("complaint", "none", 2036), ("complaint", "fatal", 2046)],
)
def test_the_longest_period_that_covers_a_record_counts(kind: str, harm: str, until: int) -> None:
    latest, _ = SCHEDULE.asks([Kept(kind, harm, NOW)])[0]
    assert latest == TODAY.replace(year=until)
    assert SCHEDULE.still_asks([Kept(kind, harm, NOW)], latest) == []


def test_records_under_one_key_are_kept_as_long_as_the_one_that_is_kept_longest() -> None:
    old, new = Kept("near_miss", "none", NOW - timedelta(days=4000)), Kept("near_miss", "none", NOW)
    assert SCHEDULE.asks([old, new]) == SCHEDULE.asks([new])
    with pytest.raises(ValueError, match="twice"):
        Retention(answer_within_months=1, answer_citation="x", rules=(rule("care", 8), rule("care", 9)))


@for_all(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(1, 40))
def test_months_and_years_later_are_real_days_and_in_order(day: date, count: int) -> None:
    assert day < months_after(day, count) <= years_after(day, count)
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert years_after(date(2024, 2, 29), 1) == date(2025, 3, 1)
