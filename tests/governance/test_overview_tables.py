"""What the overview's tables say after a whole story, on a real database, in whatever order publishers are heard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from contracts.envelope import PublishedEvent
from libs.directory import Site
from libs.views import View
from services.governance.projection import Overview, project
from services.governance.projection.counting import Counted, months_of, themes_of
from services.governance.projection.journey_reading import Filters
from services.governance.projection.oversight import board_story, loop_story
from services.governance.projection.stories import journey_story, provider_story, site_story
from services.governance.projection.work_reading import Reader
from tests.governance.facts import ACTION, CHALLENGE, FIRST, PEOPLE, SECOND, story

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ELM = Site("acme", "elm", "Elm", "North", "ENG", "care_home_residential")
OAK = Site("acme", "oak", "Oak", "South", "ENG", "supported_living")
SITES = ["elm", "oak"]


async def tables_of(view: View, schema: str) -> dict[str, list[str]]:
    """Everything the tables hold."""
    held: dict[str, list[str]] = {}
    async with view.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT set_config('candour.reach', '*', true)")
        for table in view.table_names:
            query = SQL("SELECT row_to_json(t)::text FROM {} t").format(Identifier(schema, table))
            rows = await connection.execute(query)
            held[table] = sorted(row[0] for row in await rows.fetchall())
    return held


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(overview: Overview) -> Overview:
    """The overview after everything was said, in the order in which it happened."""
    said = [event for events in story().said.values() for event in events]
    await overview.keep(sorted(said, key=lambda event: event.recorded), {})
    return overview


async def test_every_promise_but_those_of_the_directory_has_a_case() -> None:
    followed = {kind.name for kind in project.registry if issubclass(kind, PublishedEvent)}
    unfollowed = {
        name
        for name, kind in PublishedEvent.catalogue.items()
        if kind.publisher() in {"intake", "review", "action", "notification", "assurance", "governance"}
    } - followed
    assert unfollowed == {
        "intake.external_incident_answered.v1",
        # That somebody without a name answered stands in no timeline, where the hour could tell who it was.
        "intake.reporter_answered.v1",
        "intake.reporter_answers_read.v1",
        "governance.site_registered.v1",
        "governance.post_created.v1",
        "governance.person_appointed.v1",
        "governance.person_left_post.v1",
        "governance.team_member_joined.v1",
        "governance.team_member_left.v1",
        "governance.rule_pack_adopted.v1",
        "governance.holder_away.v1",
        "governance.holder_back.v1",
        # What was read in an emergency is listed beside what let the reader in.
        *(f"{room}.read_in_emergency.v1" for room in ("intake", "review", "action", "notification", "assurance")),
        # Who is let in to a journey is kept by a view of its own, which stands before every page.
        "governance.journey_restricted.v1",
        "governance.restriction_lifted.v1",
        "governance.subject_shut_out.v1",
        "governance.subject_let_in.v1",
        "governance.emergency_access_granted.v1",
        "governance.emergency_access_reviewed.v1",
    }


async def test_the_story_says_something_to_every_table(told: Overview) -> None:
    assert [table for table, rows in (await tables_of(told, told.live)).items() if not rows] == []


async def test_a_journey_stands_where_its_last_proof_left_it(told: Overview) -> None:
    found = await journey_story(told, FIRST, NOW)
    assert found is not None
    assert (found["stage"], found["closure_state"], found["open"]) == ("work", "practised", True)
    assert [each["held"] for each in found["closure"]] == [True, True, True, False, False]
    assert found["closure"][3]["because"] == "The figure fell back."
    assert found["review"]["step"] == 3
    assert found["review"]["learned"] == "Handover left it out."
    assert (found["plan"]["state"], found["plan"]["actions_open"]) == ("practice_changed", 0)
    states = {each["action_id"]: (each["state"], each["due"]) for each in found["plan"]["actions"]}
    assert states[ACTION] == ("verified", date(2026, 3, 27))
    assert sorted(each["state"] for each in found["duties"]) == ["declined", "discharged"]
    counted = [(b["read"], b["understood"], b["audience"], b["missed"]) for b in found["briefings"]]
    assert counted == [(2, 2, 2, 1)]  # who left before they had understood is counted apart
    assert [(b["period"], b["revision"]) for b in found["breaches"]] == [(date(2026, 3, 1), 2)]
    assert [each["answer"] for each in found["challenges"]] == ["A post was vacant."]
    assert [m["recorded"] for m in found["timeline"]] == sorted(m["recorded"] for m in found["timeline"])


async def test_no_sealed_words_leave_in_a_story(told: Overview) -> None:
    assert "sealed:" not in str(await journey_story(told, FIRST, NOW))


async def test_what_was_reclassified_is_open_until_staff_know(told: Overview) -> None:
    found = await journey_story(told, SECOND, NOW)
    assert found is not None
    assert (found["kind"], found["stage"], found["closed_without_review"]) == ("professional_update", "update", None)


async def test_a_site_keeps_the_latest_revision_and_the_count_as_it_was_known(told: Overview) -> None:
    site = await site_story(told, ELM, NOW)
    periods = site["measures"][0]["periods"]
    assert [(p["numerator"], p["denominator"], p["revision"]) for p in periods] == [(3, 5, 2), (4, 4, 1)]
    count = site["regulator_counts"][0]
    assert (count["running_total"], count["sum_of_deltas"], count["restatements"]) == (4, 4, 3)
    earlier = (await told.regulator_counts(["elm"], date(2026, 2, 28)))[0]
    assert (earlier["running_total"], earlier["as_of"]) == (5, date(2026, 2, 5))
    assert {c["cadence_id"]: c["outstanding"] for c in site["cadences"]} == {"c-1": False, "c-2": True}
    march = site["monthly"][0]
    assert (march["events"], march["exposure"]) == (1, 1100.0)
    assert march["per_thousand"] == pytest.approx(1000 / 1100)


async def test_a_provider_is_the_sum_over_the_sites_that_a_reader_reaches(told: Overview) -> None:
    both = await provider_story(told, "acme", [ELM, OAK], NOW)
    one = await provider_story(told, "acme", [OAK], NOW)
    assert (both["journeys_open"], one["journeys_open"]) == (2, 1)
    assert [region["region"] for region in both["regions"]] == ["North", "South"]
    states = {each["state"]: each["journeys"] for each in both["closure_states"]}
    assert states["practised"] == 1
    assert one["measures"] == []
    unstated = [row for row in one["monthly"] if row["per_thousand"] is None]
    assert [(row["events"], row["sites"]) for row in unstated] == [(1, 1)]


async def test_work_is_listed_by_who_owns_it_in_order_of_due(told: Overview) -> None:
    manager = Reader("person:x", "registered_manager", ["oak.manager"], ["oak"], unowned=True)
    senior = Reader("person:y", "senior_staff", [], ["elm"], person=PEOPLE[0], works_at=["elm"])
    everyone = Reader("person:z", "board", [], SITES, everyone=True)
    assert [item["task"] for item in await told.work(manager)] == ["update"]
    assert [item["task"] for item in await told.work(senior)] == ["hold"]
    listed = await told.work(everyone)
    assert [item["task"] for item in listed] == ["hold", "update"]
    assert CHALLENGE not in {item["journey"] for item in listed}


@st.composite
def interleavings(draw: st.DrawFn) -> list[PublishedEvent]:
    """Any order in which the publishers' events may come: each publisher's own in order, its last ones perhaps twice."""
    waiting = {
        source: events + events[len(events) - draw(st.integers(0, len(events))) :]
        for source, events in story().said.items()
    }
    order: list[PublishedEvent] = []
    while waiting:
        source = draw(st.sampled_from(sorted(waiting)))
        run = draw(st.integers(1, 12))
        order += waiting[source][:run]
        waiting[source] = waiting[source][run:]
        if not waiting[source]:
            del waiting[source]
    return order


async def kept_beside(view: Overview, events: list[PublishedEvent]) -> dict[str, list[str]]:
    await view.begin_anew()
    await view.keep(events, {}, view.next)
    return await tables_of(view, view.next)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=interleavings())
async def test_the_order_in_which_publishers_are_heard_changes_nothing(told: Overview, order: list[Any]) -> None:
    assert await kept_beside(told, order) == await tables_of(told, told.live)


GROWING = {
    "journey",
    "moment",
    "action",
    "duty",
    "briefing",
    "briefing_person",
    "closure",
    "verdict",
    "wording",
    "lasting",
}
"""What has more rows the longer the house lives."""
PAGES: dict[str, Callable[[Overview], Awaitable[Any]]] = {
    "provider": lambda view: provider_story(view, "acme", [ELM, OAK], NOW),
    "board": lambda view: board_story(view, "acme", [ELM, OAK], NOW),
    "loop": lambda view: loop_story(view, SITES, NOW, date(2025, 5, 1)),
    "comparison": lambda view: months_of(view, SITES, Counted(date(2025, 5, 1), date(2026, 4, 1))),
    "themes": lambda view: themes_of(view, SITES, Counted(date(2025, 5, 1), date(2026, 4, 1))),
    "for outsiders": lambda view: view.counts("themes", {"elm": "a", "oak": "b"}, date(2025, 4, 1), date(2026, 4, 1)),
    "journeys": lambda view: view.listed(SITES, Filters(state="open"), NOW),
    "late": lambda view: view.counted(SITES, Filters(figure="changes_late"), NOW),
    "search": lambda view: view.counted(SITES, Filters(words="handover"), NOW),
    "journey": lambda view: journey_story(view, FIRST, NOW),
    "work": lambda view: view.work(Reader("person:x", "registered_manager", ["post"], SITES, unowned=True)),
    "news": lambda view: view.fresh(SITES, NOW),
}
"""What each page asks."""
READ = {"comparison": {"monthly", "capacity"}, "themes": {"monthly"}, "for outsiders": {"monthly"}}
"""Pages that read sums, and nothing of which there is more as time goes by."""
MOST_QUESTIONS = 14


async def _asked(view: Overview, page: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The questions that a page puts to the database."""
    asked: list[Any] = []
    ask = view.round

    async def noted(questions: list[Any]) -> list[list[dict[str, Any]]]:
        asked.extend((query, parameters) for query, parameters, *_ in questions)
        return await ask(questions)

    with monkeypatch.context() as patched:
        patched.setattr(view, "round", noted)
        await PAGES[page](view)
    return asked


def _scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each table that a plan reads, and how; without what the wall looks up itself, by key where there are many rows."""
    if "Relation Name" in plan and not plan["Alias"].startswith("parent"):
        yield plan["Relation Name"], plan["Node Type"]
    for inner in plan.get("Plans", []):
        yield from _scans(inner)


@pytest.mark.parametrize("page", PAGES)
async def test_no_page_looks_through_all_that_ever_happened(
    told: Overview, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: set[tuple[str, str]] = set()
    asked = await _asked(told, page, monkeypatch)
    async with told.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT set_config('search_path', %s, true), set_config('candour.reach', '*', true)",
                                 (told.live,))  # fmt: skip
        await connection.execute("SET LOCAL enable_seqscan = off")  # a few rows are read quickest from end to end
        for query, parameters in asked:
            explained = await (await connection.execute(f"EXPLAIN (FORMAT JSON) {query}", parameters)).fetchone()
            assert explained
            read |= set(_scans(explained[0][0]["Plan"]))
    assert sorted(table for table, how in read if how == "Seq Scan" and table in GROWING) == []
    assert READ.get(page, {table for table, _ in read}) == {table for table, _ in read}
    assert len(asked) <= MOST_QUESTIONS
