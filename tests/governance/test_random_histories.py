"""For histories that nobody thought of: a view built anew equals the view kept, and every number equals its list."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from contracts import action, assurance, intake, notification, review
from contracts.envelope import PublishedEvent
from contracts.taxonomy import ClosureState, Strength, Verdict
from libs.directory import Site
from libs.folding import Folded
from services.governance.projection import Overview
from services.governance.projection.journey_reading import Filters
from services.governance.projection.oversight import board_story
from services.governance.projection.stories import WHY_OPEN, site_story
from tests.governance.facts import story as whole_story
from tests.governance.saying import ON_A_DATABASE, Saying
from tests.governance.test_overview_tables import tables_of
from tests.servers import Database

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
SITES = [Site("acme", name, name.title(), "North", "ENG", "care_home_residential") for name in ("elm", "oak")]
JOURNEYS = {UUID(int=n): SITES[n % 2].site_id for n in range(1, 5)}
EXAMPLES = settings(ON_A_DATABASE, max_examples=12)
Fact = Callable[[st.DrawFn, UUID], PublishedEvent]


def _of(journey: UUID, kind: int, n: int = 0) -> UUID:
    return UUID(int=journey.int * 1000 + kind * 10 + n)


def _triaged(draw: st.DrawFn, journey: UUID) -> PublishedEvent:
    response = draw(st.sampled_from(["none", "swarm"]))
    return intake.OpportunityTriaged(
        kind="near_miss", themes=["falls"], response=response, weighed=[], rules_version="p/1", rationale="sealed:1"
    )


def _signed_off(draw: st.DrawFn, journey: UUID) -> PublishedEvent:
    factor = review.SignedOffFactor(factor_id=_of(journey, 1), category="handover", seips="tasks")
    factors = [factor] * draw(st.integers(0, 2))
    return review.ReviewSignedOff(
        review_id=_of(journey, 2), learning_statement="It was left out.", author="a", signed_by="b", factors=factors,
        recommendations=[],
    )  # fmt: skip


def _agreed(draw: st.DrawFn, journey: UUID) -> PublishedEvent:
    return action.ActionAgreed(
        action_id=_of(journey, 3, draw(st.integers(0, 2))), plan_id=_of(journey, 4), factor_id=_of(journey, 1),
        what="One form", change_kind="handover", strength=draw(st.sampled_from(list(Strength))).value,
        owner_post="elm.manager", due=date(2026, 3, 10) + timedelta(days=draw(st.integers(0, 20))),
    )  # fmt: skip


def _action_moves(draw: st.DrawFn, journey: UUID) -> PublishedEvent:
    which = _of(journey, 3, draw(st.integers(0, 2)))
    moves: list[PublishedEvent] = [
        action.ActionStarted(action_id=which),
        action.ActionWithdrawn(action_id=which, because="sealed:1"),
        action.ActionImplemented(
            action_id=which, implemented_on=date(2026, 3, 9), evidence_kind="care_records", evidence="sealed:1"
        ),
        action.ActionVerified(action_id=which, verified_by="person:b", seen="sealed:1"),
        action.PracticeChanged(plan_id=_of(journey, 4), action_ids=[which], what_changed="One form."),
    ]
    return draw(st.sampled_from(moves))


def _duty(draw: st.DrawFn, journey: UUID) -> PublishedEvent:
    which = _of(journey, 5, draw(st.integers(0, 1)))
    settling: list[PublishedEvent] = [
        notification.DutyDischarged(duty_id=which, channel="in_person", note="sealed:1"),
        notification.DutyLifted(duty_id=which, because="It does not apply after all."),
        notification.ContactNotPossible(duty_id=which, declined=draw(st.booleans())),
        notification.DutyOverdue(duty_id=which),
    ]
    if draw(st.booleans()):
        return draw(st.sampled_from(settling))
    return notification.DutyOwed(
        duty_id=which, recipient="relevant_person", title="Tell", rule_id="r", rule_kind="law", citation="c",
        owner_role="registered_manager", clock="soon", due=draw(st.sampled_from([None, NOW - timedelta(days=1)])),
    )  # fmt: skip


def _briefing(draw: st.DrawFn, journey: UUID) -> PublishedEvent:
    which, person = _of(journey, 6), UUID(int=draw(st.integers(900, 902)))
    moves: list[PublishedEvent] = [
        notification.BriefingIssued(
            briefing_id=which,
            title="Form",
            what_changed="One form.",
            audience=3,
            parts={},
            people=draw(st.sampled_from([{}, {"day": [UUID(int=900), UUID(int=901)], "night": [UUID(int=902)]}])),
        ),
        notification.BriefingUnderstood(briefing_id=which, person_id=person, part="day"),
        notification.BriefingAudienceJoined(
            briefing_id=which, person_id=person, part="day", audience=4, understood=draw(st.integers(3, 4)), left=0
        ),
        notification.BriefingAudienceLeft(
            briefing_id=which, person_id=person, part="day", had_understood=False, audience=2, understood=2, left=1
        ),
        notification.BriefingReached(briefing_id=which, audience=3, understood=3),
    ]
    return draw(st.sampled_from(moves))


def _proof(draw: st.DrawFn, journey: UUID) -> PublishedEvent:
    state = draw(st.sampled_from(list(ClosureState))).value
    moves: list[PublishedEvent] = [
        assurance.ClosureStateReached(state=state, proof="Seen."),
        assurance.ClosureStateLost(state=state, because="It fell back."),
        assurance.VerdictReached(
            measure_id="m",
            verdict=draw(st.sampled_from(list(Verdict))).value,
            before="1/3",
            after="3/3",
            method="Fisher",
        ),
    ]
    return draw(st.sampled_from(moves))


def _closed(draw: st.DrawFn, journey: UUID) -> PublishedEvent:
    return intake.ClosedWithoutReview(because="sealed:1")


FACTS: list[Fact] = [_triaged, _signed_off, _agreed, _action_moves, _duty, _briefing, _proof, _proof, _closed]


@st.composite
def histories(draw: st.DrawFn) -> list[PublishedEvent]:
    """Anything that may be said of four journeys at two sites, in any order after the first report of each."""
    says = Saying()
    said = [
        says.say(
            intake.OpportunityRaised(
                kind="near_miss", themes=["falls"], reference=f"R{journey.int}", route="form", reporter_known=True,
                summary="sealed:1",
            ),
            journey,
            site=site,
        )
        for journey, site in JOURNEYS.items()
    ]  # fmt: skip
    for fact in draw(st.lists(st.sampled_from(FACTS), min_size=5, max_size=60)):
        journey = draw(st.sampled_from(list(JOURNEYS)))
        said.append(says.say(fact(draw, journey), journey, site=JOURNEYS[journey]))
    return said


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def overview(module_database: Database) -> AsyncIterator[Overview]:
    """An overview whose live tables are the ones that are built anew for each history."""
    conninfo = module_database.conninfo("governance")
    async with AsyncConnectionPool(conninfo, open=False, kwargs={"autocommit": True}) as pool:
        view = Overview("governance", pool)
        await view.set_up()
        await view.set_up(view.next)
        view.live = view.next
        yield view


async def held_after(view: Overview, batches: list[list[PublishedEvent]]) -> dict[str, list[str]]:
    await view.begin_anew()
    for batch in batches:
        await view.keep(batch, {}, view.next)
    return await tables_of(view, view.next)


async def held_when_folded(view: Overview, said: list[PublishedEvent]) -> dict[str, list[str]]:
    await view.begin_anew()
    folded = Folded(view)
    await folded.open()
    for event in said:
        view.project(event, folded)
    await folded.close({})
    return await tables_of(view, view.next)


@EXAMPLES
@given(said=histories(), size=st.integers(1, 9))
async def test_a_view_built_anew_equals_the_view_that_was_kept(
    overview: Overview, said: list[PublishedEvent], size: int
) -> None:
    kept = await held_after(overview, [said[n : n + size] for n in range(0, len(said), size)])
    by_publisher = sorted(said, key=lambda event: event.publisher())
    assert await held_after(overview, [by_publisher]) == kept
    assert await held_when_folded(overview, by_publisher) == kept


async def test_an_account_is_owed_until_given_declined_or_lifted_and_may_be_owed_again(overview: Overview) -> None:
    says, journey, duty = Saying(), UUID(int=1), UUID(int=78)
    owed = notification.DutyOwed(
        duty_id=duty, recipient="relevant_person", title="Tell", rule_id="r", rule_kind="law", citation="c", clock="soon",
    )  # fmt: skip
    turns: list[tuple[PublishedEvent, str]] = [
        (owed, "owed"),
        (notification.ContactNotPossible(duty_id=duty, declined=False), "owed"),  # tried: it stays to be given
        (notification.DutyOverdue(duty_id=duty), "owed"),
        (notification.DutyLifted(duty_id=duty, because="It does not apply after all."), "lifted"),
        (owed, "owed"),
        (notification.DutyDischarged(duty_id=duty, channel="in_person"), "discharged"),
        (owed, "owed"),
        (notification.ContactNotPossible(duty_id=duty, declined=True), "declined"),
    ]
    said, states = [says.say(fact, journey) for fact, _ in turns], []
    for n in range(1, len(said) + 1):
        (row,) = map(json.loads, (await held_after(overview, [said[:n]]))["duty"])
        states.append((row["state"], row["settled"] is None, row["channel"]))
    assert states == [(state, state == "owed", "in_person" if state == "discharged" else "") for _, state in turns]
    assert row["said_overdue"] is None  # of what is owed anew nothing is late from before


async def test_a_state_shown_again_counts_on_with_those_beyond_it_that_held_all_the_while(overview: Overview) -> None:
    says, journey, furthest = Saying(), UUID(int=1), []
    turns: list[PublishedEvent] = [
        assurance.ClosureStateReached(state=state.value, proof="Seen.") for state in ClosureState
    ]
    turns.append(assurance.ClosureStateLost(state="practised", because="Seen in 9 of 10."))
    turns.append(assurance.ClosureStateReached(state="practised", proof="Seen in 10 of 10."))
    said = [says.say(fact, journey) for fact in turns]
    for n in range(1, len(said) + 1):
        (row,) = map(json.loads, (await held_after(overview, [said[:n]]))["journey"])
        furthest.append((row["closure"], row["stage"] == "closed"))
    assert furthest == [(1, False), (2, False), (3, False), (4, False), (5, True), (2, False), (5, True)]
    assert await held_when_folded(overview, said) == await held_after(overview, [said])


async def test_a_whole_story_folds_into_the_rows_that_are_kept(overview: Overview) -> None:
    said = [event for events in whole_story().said.values() for event in events]
    assert await held_when_folded(overview, said) == await held_after(overview, [said])


@EXAMPLES
@given(said=histories())
async def test_every_number_leads_to_a_list_of_just_as_many(overview: Overview, said: list[PublishedEvent]) -> None:
    await held_after(overview, [said])
    elm = await site_story(overview, SITES[0], NOW)
    board = await board_story(overview, "acme", SITES, NOW)
    for story, ids in ((elm, ["elm"]), (board, ["elm", "oak"])):
        for asked, number in _shown(story).items():
            listed = await overview.listed(ids, asked, NOW)
            journeys, things = await overview.counted(ids, asked, NOW)
            assert (asked, things, journeys) == (asked, number, len(listed))


def _shown(story: dict[str, Any]) -> dict[Filters, int]:
    """Every number of a page that leads to a list, with what the list is asked for."""
    since = story["loop"]["since"]
    shown = {
        Filters(state="open"): story["journeys_open"],
        Filters(figure="changes_open"): story["actions_open"],
        Filters(figure="changes_late"): story["actions_late"],
        Filters(figure="accounts_owed"): story["duties_owed"],
        Filters(figure="accounts_overdue"): story["duties_overdue"],
        Filters(figure="briefings_open"): story["briefings_open"],
        Filters(figure="answers_missing"): story["people_not_yet_briefed"],
        Filters(figure="learned", since=since): story["loop"]["learned"],
    }
    reasons = {each["stage"]: each["journeys"] for each in story["why_open"]}
    shown |= {Filters(state=stage): reasons.get(stage, 0) for stage in WHY_OPEN if stage != "closed"}
    shown |= {Filters(figure=f"reached_{s['state']}", since=since): s["journeys"] for s in story["loop"]["states"]}
    for month in story["monthly"]:
        shown[Filters(month=month["month"], unit=month["unit"] or "none")] = month["events"]
    for each in story.get("closure_states", []):
        shown[Filters(figure=f"held_{each['state'] or 'none'}")] = each["journeys"]
    for each in story.get("themes", []):
        shown[Filters(figure="reported", theme=each["theme"], since=since)] = each["journeys"]
        shown[Filters(figure="reported", theme=each["theme"], since=since, state="open")] = each["open"]
    for each in story.get("strengths", []):
        shown[Filters(figure=f"strength_{each['strength']}", since=since)] = each["changes"]
        shown[Filters(figure=f"verified_{each['strength']}", since=since)] = each["verified"]
    for each in story.get("verdicts", []):
        shown[Filters(figure=f"verdict_{each['verdict']}", since=since)] = each["changes"]
    return shown
