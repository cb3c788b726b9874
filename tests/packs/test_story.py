"""What a pack tells of a journey: the inspector's four, what is triangulated, and what is missing, said plainly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from deploy.packs import telling
from deploy.packs.framework import framework, mapped, told
from deploy.packs.journey import Story
from deploy.packs.profile import profile
from deploy.packs.spool import Entry
from deploy.packs.story import stories
from deploy.packs.tables import look, tables

JOURNEY, ACTION, DUTY, BRIEFING = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=5)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def entry(topic: str, record: UUID = JOURNEY, journey: UUID = JOURNEY, by: str = "person:ann", **said: Any) -> Entry:
    """A stored event of a journey at Elm."""
    state = {
        "journey": str(journey), "site": "elm", "provider": "acme", "timestamp": START.isoformat(),
        "by": {"actor": by, "role": "registered_manager", "rationale": ""},
    } | said  # fmt: skip
    return Entry(topic.partition(".")[0], 1, 1, record, 1, topic, orjson.dumps(state), b"")


def raised(journey: UUID = JOURNEY, kind: str = "near_miss", minutes: int = 0) -> Entry:
    at = (START + timedelta(minutes=minutes)).isoformat()
    return entry(
        "intake.Opportunity.Raised", journey, journey, reference="AB12", kind=kind, themes=["falls"], timestamp=at
    )


def agreed(owner: str = "elm.manager") -> Entry:
    return entry("action.Action.Agreed", ACTION, what="A rail", strength="stronger", owner_post=owner, due="2026-03-20")


CHANGED = entry("action.Plan.PracticeChanged", what_changed="A rail is there.")
IMPLEMENTED = entry("action.Action.Implemented", ACTION, evidence_kind="care_records")
OBSERVED = entry(
    "assurance.FollowUp.PracticeObserved", seen=9, of=10, source_kind="practice_observation", by="person:eve"
)
ADDED = entry("review.Material.EvidenceAdded", source="feedback", by="person:dev")


def one(*entries: Entry) -> Story:
    [story] = stories(entries)
    return story


def missing(*entries: Entry) -> list[str]:
    return [f"{what}: {number}." for what, number in telling.gaps(stories(entries), str)]


def test_a_journey_is_told_in_the_order_in_which_journeys_were_put_on_record() -> None:
    later, earlier = raised(UUID(int=9), minutes=5), raised(UUID(int=8))
    assert [story.journey for story in stories([later, earlier])] == [str(UUID(int=8)), str(UUID(int=9))]


def test_what_is_not_of_a_journey_that_begins_in_the_pack_is_told_elsewhere() -> None:
    assert list(stories([OBSERVED])) == []


def test_what_the_owner_alone_brought_does_not_make_a_change_triangulated() -> None:
    story = one(raised(), agreed(), IMPLEMENTED, CHANGED, OBSERVED)
    assert story.independent_kinds == ["practice_observation"]
    [[name, kinds, standing]] = telling.triangulation([story], profile("inspector"))
    assert (name, kinds, standing) == ("AB12", "practice observation", "not triangulated")


def test_what_whoever_answers_for_the_action_wrote_or_put_on_record_is_not_independent() -> None:
    own = entry("review.Material.EvidenceAdded", source="feedback", by="person:dev", written_by="elm.manager")
    recorded = entry("review.Material.EvidenceAdded", source="feedback")
    seen = entry("assurance.FollowUp.PracticeObserved", seen=9, of=10, source_kind="audit")
    kinds = [one(raised(), agreed(), IMPLEMENTED, *more).independent_kinds for more in ([own], [recorded], [seen])]
    assert kinds == [[], [], []]  # Ann made the change: what she brings is her own word, whenever it came
    assert one(raised(), recorded, agreed(), IMPLEMENTED).independent_kinds == []
    over = entry("action.Action.HandedOver", ACTION, was="elm.manager", owner_post="elm.deputy")
    assert one(raised(), agreed(), over, own).independent_kinds == []
    other = entry("review.Material.EvidenceAdded", source="feedback", written_by="elm.nurse")
    assert one(raised(), agreed(), IMPLEMENTED, own, other).independent_kinds == ["feedback"]


def test_two_kinds_of_evidence_that_others_brought_triangulate_a_change() -> None:
    story = one(raised(), agreed(), IMPLEMENTED, CHANGED, OBSERVED, ADDED)
    assert telling.triangulation([story], profile("inspector"))[0][2] == "triangulated"


def test_an_action_is_as_its_last_step_left_it() -> None:
    late = entry("action.Action.Overdue", ACTION, due="2026-03-20", owner_post="elm.manager")
    back = entry("action.Action.SentBack", ACTION, due="2026-04-01")
    story = one(raised(), agreed(), late, IMPLEMENTED, back)
    action = story.actions[str(ACTION)]
    assert (action.state, action.due, action.late) == ("started", "2026-04-01", True)
    assert "Actions that fell overdue and are not done" not in " ".join(missing(raised(), agreed()))
    assert "Actions that fell overdue and are not done: 1." in missing(raised(), agreed(), late)


def test_a_state_that_slipped_is_a_gap_until_it_is_reached_again() -> None:
    reached = entry("assurance.FollowUp.StateReached", state="effective", proof="9 of 10")
    lost = entry("assurance.FollowUp.StateLost", state="effective", because="6 of 10")
    assert one(raised(), reached, lost).lost == ["effective"]
    assert "Changes that held once and have slipped back: 1." in missing(raised(), reached, lost)
    again = one(raised(), reached, lost, reached)
    assert (again.states, again.lost) == (["effective"], [])


def test_an_account_that_is_still_owed_past_its_date_is_a_gap() -> None:
    owed = entry("notification.Duty.Owed", DUTY, owing={"title": "Write", "recipient": "complainant", "due": None})
    overdue, given = entry("notification.Duty.FellOverdue", DUTY), entry("notification.Duty.Discharged", DUTY)
    assert "Accounts that fell overdue and are still owed: 1." in missing(raised(), owed, overdue)
    assert "Accounts that fell overdue" not in " ".join(missing(raised(), owed, overdue, given))


def briefing(what: str, record: UUID = BRIEFING, **said: Any) -> Entry:
    return entry(f"notification.Briefing.{what}", record, **said)


def by_day(number: int) -> dict[str, Any]:
    """Someone who works by day."""
    return {"person_id": str(UUID(int=number)), "part": "day"}


def test_whoever_moves_within_the_team_is_one_person_still_and_whoever_left_is_not_counted() -> None:
    ann, ben, cat = map(by_day, (11, 12, 13))
    issued = briefing("Issued", audience=[ann, ben])
    moved, joined = briefing("AudienceGrew", **ben | {"part": "night"}), briefing("AudienceGrew", **cat)
    understood = [briefing("Understood", **each) for each in (ann, ben)]
    left = briefing("AudienceLeft", **ann)
    told = [(each.audience, each.understood) for each in (
        one(raised(), issued), one(raised(), issued, moved), one(raised(), issued, moved, joined, *understood),
        one(raised(), issued, moved, joined, *understood, left),
        one(raised(), issued, moved, joined, *understood, left, briefing("AudienceGrew", **ann)),
    )]  # fmt: skip
    assert told == [(2, 0), (2, 0), (3, 2), (2, 1), (3, 2)]


def test_of_several_briefings_the_latest_counts_and_who_comes_and_goes_counts_in_each() -> None:
    ann, ben = by_day(11), by_day(12)
    second = UUID(int=6)
    story = one(
        raised(), briefing("Issued", audience=[ann]), briefing("Understood", **ann),
        briefing("Issued", second, audience=[ann, ben]), briefing("AudienceLeft", **ann),
    )  # fmt: skip
    assert (story.audience, story.understood, story.briefed) == (2, 0, True)
    assert (one(raised()).audience, one(raised()).briefed) == (0, False)


def test_what_is_classified_anew_after_it_was_closed_is_to_be_weighed_again() -> None:
    closed = entry("intake.Opportunity.ClosedWithoutReview")
    anew = entry("intake.Opportunity.Reclassified", was="near_miss", kind="incident", themes=[])
    told = ["Journeys that no manager has weighed" in " ".join(missing(*each)) for each in (
        (raised(), closed), (raised(), closed, anew), (raised(), closed, anew, closed),
    )]  # fmt: skip
    assert told == [False, True, False]


def test_a_review_that_was_opened_again_is_not_signed_off() -> None:
    triaged = entry("intake.Opportunity.Triaged", kind="near_miss", themes=[], response="swarm", weighed=[])
    signed = entry("review.Review.SignedOff", learning_statement="A rail was missing.")
    again = entry("review.Review.Reopened")
    assert not one(raised(), triaged, signed).awaits_review
    assert one(raised(), triaged, signed, again).awaits_review
    assert "Reviews that are not signed off: 1." in missing(raised(), triaged, signed, again)


def test_nothing_is_missing_where_nothing_happened() -> None:
    assert missing() == []


def test_a_regulation_is_borne_on_by_kind_theme_and_what_an_event_says() -> None:
    owed = entry("notification.Duty.Owed", DUTY, owing={"recipient": "relevant_person", "title": "", "due": None})
    other = entry("notification.Duty.Owed", DUTY, owing={"recipient": "cqc", "title": "", "due": None})
    regulations = framework("regulations-2014")
    found = {
        each.statement.id: each.found
        for each in mapped(regulations, [raised(kind="complaint"), owed, other], {str(JOURNEY): "complaint"}, {})
    }
    assert found["regulation-20"]["told"] == 1
    assert found["regulation-16"]["found"] == 1
    assert found["regulation-13"]["found"] == 0
    shown = told(regulations, mapped(regulations, [], {}, {}), str)
    assert all(each["none"] for statement in shown["statements"] for each in statement["evidence"])


def test_a_value_is_found_at_its_place() -> None:
    said = {"owing": {"due": "x"}, "weighed": [{"rule_id": "a", "agreed": True}, {"rule_id": "b", "agreed": False}]}
    assert look(said, "owing.due") == "x"
    assert look(said, "weighed[agreed=true].rule_id") == ["a"]
    assert look(said, "weighed[].rule_id") == ["a", "b"]
    assert look(said, "nothing.there") is None


def test_a_reader_is_given_the_columns_and_counts_that_the_profile_says() -> None:
    entries = [raised(), agreed()]
    given = {table.name: table for table in tables(entries, profile("commissioner"), str)}
    assert given["decisions"].counted
    assert "harm_level" not in given["opportunities"].columns
    assert "challenges" not in given
    whole = {table.name: table for table in tables(entries, profile("inspector"), str)}
    assert next(whole["actions"].records())["what"] == "A rail"


def test_small_numbers_of_people_are_told_by_the_readers_rules() -> None:
    checked = entry(
        "assurance.Measure.Checked", measure_id="m", title="M", period="2026-03-01", numerator=2, denominator=13,
        target_percent=100.0, met=False, revision=1,
    )  # fmt: skip
    [row] = next(t for t in tables([checked], profile("board"), str) if t.name == "measures").records()
    assert (row["numerator"], row["denominator"]) == ("fewer than 5", "15")
    [row] = next(t for t in tables([checked], profile("inspector"), str) if t.name == "measures").records()
    assert (row["numerator"], row["denominator"]) == (2, 13)
