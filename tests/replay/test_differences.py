"""What other rules would have made of a history, worked out in memory: decisions, their clocks, rounds and patterns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.taxonomy import Milestone
from deploy.replay.history import Case, Change, History, Weighing
from deploy.replay.reading import TAKEN
from deploy.replay.running import Period, compared
from libs.rules import pack_of, propose
from services.assurance.domain.programme import Place
from services.assurance.projection.cases import MILESTONES
from services.notification.domain.duty import duty_id

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
JOURNEY = UUID(int=7)


def rule(name: str, **changed: Any) -> dict[str, Any]:
    """A rule that asks for a letter within two working days of becoming aware, whatever happened."""
    return {
        "id": name, "title": f"Rule {name}", "kind": "local_policy", "jurisdiction": "ENG", "citation": "Our policy",
        "checked_on": date(2026, 1, 1), "confirmed": True, "in_force_from": date(2020, 1, 1),
        "applies_when": {"in": ["kind", ["complaint", "near_miss"]]},
        "duty": {"owed_by": "registered_manager", "owed_to": "complainant", "channel": "writing", "content": ["what we found"]},
        "clock": {"kind": "working_days", "n": 2, "starts_at": "became_aware"},
    } | changed  # fmt: skip


def pack(version: str, *rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "ours",
        "version": version,
        "title": "Ours",
        "reviewed_on": date(2026, 1, 1),
        "rules": list(rules),
    } | more


OLD = pack("1", rule("letter"), rule("visit", clock=None))


def history(*cases: Case, old: dict[str, Any] = OLD) -> History:
    """One home under the old rules since 2020."""
    return History(
        places={"elm": Place("elm", "ENG", "care_home_residential", date(2020, 1, 1))}, providers={"elm": "acme"},
        packs={"ours/1": pack_of(old)}, adopted=[(date(2020, 1, 1), "acme", "ours/1")],
        cases={case.journey: case for case in cases}, until=datetime(2026, 3, 31, 22, 59, tzinfo=UTC),
    )  # fmt: skip


def complaint(number: int = 7, at: datetime = MONDAY, **answers: bool) -> Case:
    """A complaint put on record at a moment and weighed an hour later."""
    weighing = Weighing(
        at + timedelta(hours=1), "complaint", (), {}, "ours/1", answers or {"letter": True, "visit": False}
    )
    return Case(
        UUID(int=number), "acme", "elm", "complaint", (), {}, at, at, reporter_known=False, weighings=[weighing]
    )  # fmt: skip


def change(days: int, *, affects: bool = False) -> Change:
    """A change of practice some days later, put on record a day after it took effect."""
    at = MONDAY + timedelta(days=days)
    return Change(at, at + timedelta(days=1), affects)


def test_the_same_rules_make_no_difference() -> None:
    assert compared(history(complaint()), OLD | {"version": "2"}, MARCH).content["sites"] == {}


def test_a_rule_that_is_gone_would_not_have_been_proposed() -> None:
    found = compared(history(complaint()), pack("2", rule("letter")), MARCH).content["sites"]["elm"]
    [decision] = found["decisions"]
    assert (decision["rule"], decision["difference"]) == ("visit", "would not have been proposed")
    assert (decision["answered"], decision["would_be"]) == ("not agreed", None)
    assert found["clocks"] == []


def test_a_new_rule_would_have_been_proposed_for_a_reason_and_with_its_date() -> None:
    found = compared(history(complaint()), pack("2", *OLD["rules"], rule("call")), MARCH).content["sites"]["elm"]
    [decision], [clock] = found["decisions"], found["clocks"]
    assert (decision["rule"], decision["difference"], decision["answered"]) == (
        "call",
        "would have been proposed",
        None,
    )
    assert len(decision["because"]) == 1
    assert "Complaint" in decision["because"][0]
    assert (clock["was_due"], clock["would_be_due"]) == (None, "2026-03-04T23:59:59.999999+00:00")


def test_a_longer_clock_moves_the_date_and_may_turn_late_into_in_time() -> None:
    case = complaint()
    case.given = {duty_id(JOURNEY, "letter"): (MONDAY + timedelta(days=3),)}
    longer = rule("letter", clock={"kind": "working_days", "n": 5, "starts_at": "became_aware"})
    found = compared(history(case), pack("2", longer, OLD["rules"][1]), MARCH).content["sites"]["elm"]
    [clock] = found["clocks"]
    assert (clock["was"], clock["would_be"]) == ("late", "in time")
    assert clock["would_be_due"] == "2026-03-09T23:59:59.999999+00:00"
    assert found["decisions"][0]["difference"] == "would have asked for something else"


def test_what_was_not_given_is_late_only_once_its_date_has_passed() -> None:
    months = rule("letter", clock={"kind": "calendar_days", "n": 60, "starts_at": "became_aware"})
    found = compared(history(complaint()), pack("2", months, OLD["rules"][1]), MARCH).content["sites"]["elm"]
    assert (found["clocks"][0]["was"], found["clocks"][0]["would_be"]) == ("late, not on record", "still running")


def test_what_was_weighed_outside_the_period_is_left_out() -> None:
    before = complaint(at=MONDAY - timedelta(days=30))
    assert compared(history(before), pack("2", rule("letter")), MARCH).content["totals"]["decisions"] == 0


def test_a_rule_that_follows_a_change_of_practice_is_asked_about_when_practice_changed() -> None:
    case = complaint()
    case.changes = (change(10),)
    after = rule(
        "tell", applies_when={"eq": ["change_implemented", True]},
        clock={"kind": "working_days", "n": 1, "starts_at": "implemented"},
    )  # fmt: skip
    found = compared(history(case), pack("2", *OLD["rules"], after), MARCH).content["sites"]["elm"]
    [decision], [clock] = found["decisions"], found["clocks"]
    assert (decision["rule"], decision["occasion"]) == ("tell", "practice changed")
    assert clock["would_be_due"] == "2026-03-13T23:59:59.999999+00:00"


def test_each_change_of_practice_is_asked_about_with_what_was_known_at_it() -> None:
    case = complaint()
    anew = Weighing(MONDAY + timedelta(days=15), "complaint", (), {"change_affects_care": True}, "ours/1", {})
    case.weighings.append(anew)
    case.changes = change(3), change(10, affects=True)
    case.given = {duty_id(JOURNEY, "tell"): (MONDAY + timedelta(days=4), MONDAY + timedelta(days=22))}
    after = rule(
        "tell", applies_when={"eq": ["change_affects_care", True]},
        clock={"kind": "working_days", "n": 1, "starts_at": "implemented"},
    )  # fmt: skip
    found = compared(history(case), pack("2", *OLD["rules"], after), MARCH).content["sites"]["elm"]
    told = [(each["at"][:10], each["occasion"]) for each in found["decisions"] if each["rule"] == "tell"]
    assert ("2026-03-12", "practice changed") in told  # only the second affects care by itself
    assert "2026-03-05" not in {at for at, _ in told}
    [clock] = [each for each in found["clocks"] if each["occasion"] == "practice changed"]
    assert (clock["would_be"], clock["done"][:10]) == ("late", "2026-03-24")  # not by what was given for the first


def test_a_known_reporter_is_owed_an_account_although_nobody_was_asked() -> None:
    case = complaint()
    case.reporter_known = True
    duty = {"owed_by": "registered_manager", "owed_to": "reporter", "channel": "writing", "content": ["what was done"]}
    back = rule("hear-back", applies_when={"eq": ["reporter_known", True]}, duty=duty)
    found = compared(history(case), pack("2", *OLD["rules"], back), MARCH).content["sites"]["elm"]
    [decision] = found["decisions"]
    assert (decision["rule"], decision["answered"]) == ("hear-back", None)
    assert len(decision["because"]) == 1


def test_what_is_offered_is_what_is_proposed_to_a_manager() -> None:
    case = complaint()
    facts = {"kind": "complaint", "themes": [], "nation": "ENG", "provider_kind": "care_home_residential"}
    proposed = {each.rule_id for each in propose(pack_of(OLD), facts, MARCH.first)}
    gone = compared(history(case), pack("2", rule("other", applies_when={"eq": ["kind", "compliment"]})), MARCH)
    assert {each["rule"] for each in gone.content["sites"]["elm"]["decisions"]} == proposed == {"letter", "visit"}


def test_a_round_at_another_interval_is_told_for_each_place_where_it_is_held() -> None:
    held = {"id": "audit", "title": "Records audited", "every": "weekly", "role": "senior_staff",
            "recorded_in": "documentation_audit", "sources": ["policy"]}  # fmt: skip
    old = OLD | {"cadences": [held]}
    new = OLD | {"version": "2", "cadences": [held | {"every": "monthly"}]}
    found = compared(history(old=old), new, MARCH).content["sites"]["elm"]["triggers"]
    assert [(each["trigger"], each["was"]["every"], each["would_be"]["every"]) for each in found] == [
        ("audit", "weekly", "monthly")
    ]


def test_a_month_in_which_there_was_nothing_to_measure_is_no_difference() -> None:
    measure = {"id": "m", "title": "Seen in a day", "cohort": {"kinds": ["near_miss"]}, "starts_at": "recorded",
               "numerator": {"all_of": ["management_reviewed"], "within": "working_days", "n": 1}, "denominator": "All",
               "target_percent": 100, "direction": "higher_is_better", "check": "monthly", "sources": ["policy"]}  # fmt: skip
    new = OLD | {"version": "2", "measures": [measure]}
    assert compared(history(complaint()), new, MARCH).content["sites"] == {}
    near_miss = complaint()
    near_miss.kind = "near_miss"
    near_miss.milestones[Milestone.MANAGEMENT_REVIEWED] = MONDAY
    [trigger] = compared(history(near_miss), new, MARCH).content["sites"]["elm"]["triggers"]
    assert (trigger["title"], trigger["was"]) == ("Seen in a day", None)
    assert trigger["would_be"] == {"met": 1, "of": 1, "target_met": True}


def test_a_pattern_is_set_off_by_the_case_that_makes_enough_within_its_days() -> None:
    cases = [complaint(number, MONDAY + timedelta(days=number)) for number in range(1, 5)]
    looked = {"id": "again", "title": "Complaints again", "shared": "site", "cohort": {"kinds": ["complaint"]},
              "at_least": 3, "within_days": 30, "themes": ["communication"]}  # fmt: skip
    found = compared(history(*cases), OLD | {"version": "2", "patterns": [looked]}, MARCH).content["sites"]["elm"]
    [trigger] = found["triggers"]
    assert (trigger["trigger"], trigger["sets_off"]) == ("again", "would have been set off")
    assert trigger["at"] == (MONDAY + timedelta(days=3)).isoformat()


def test_the_same_input_gives_the_same_bytes_whatever_the_order_in_which_it_was_read() -> None:
    cases = [complaint(number, MONDAY + timedelta(days=number)) for number in range(1, 9)]
    new = pack("2", rule("call"))
    assert compared(history(*cases), new, MARCH).written == compared(history(*cases[::-1]), new, MARCH).written


def test_replay_follows_every_milestone_that_measures_do() -> None:
    case = complaint()
    known = history(case)
    said = {"journey": str(case.journey), "by": {}, "weighed": [], "themes": [], "facts": {}, "kind": "complaint"}
    marking = {"intake.Opportunity.Triaged", "review.Review.SignedOff", "notification.Briefing.Issued"}
    marking |= {f"intake.Opportunity.Update{step}" for step in ("Reviewed", "Actioned", "Communicated")}
    for topic, take in (each for takers in TAKEN.values() for each in takers.items()):
        if topic in marking:
            take(known, said, MONDAY, case.journey)
    assert set(case.milestones) == set(MILESTONES.values())
