"""Governance's pages as history grows: events a second into the view, and how long each page's questions take.

The events are invented and put straight before the view, so that what is measured is the view and nothing around it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from contracts import action, assurance, intake, notification, review
from contracts.envelope import Envelope, PublishedEvent
from contracts.taxonomy import ClosureState, Theme
from deploy.embedded.servers import Servers
from deploy.house import statements
from libs.directory import Site
from services.governance.projection import Overview
from services.governance.projection.journey_reading import Filters
from services.governance.projection.oversight import board_story, loop_story
from services.governance.projection.stories import journey_story, provider_story, site_story
from services.governance.projection.work_reading import Reader
from tests.bench.measuring import percentile

BEGIN = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
BATCH, TRIES = 2_000, 30
EVENTS_A_SITE = 2_000
THEMES = [theme.value for theme in Theme]


def sites_for(events: int) -> list[Site]:
    """As many sites as have two thousand events each: from 5 to 500."""
    many = min(max(events // EVENTS_A_SITE, 5), 500)
    return [Site("acme", f"s{n}", f"Site {n}", f"Region {n % 6}", "ENG", "care_home_residential") for n in range(many)]


def journey_of(n: int) -> list[PublishedEvent]:
    """What is said of one journey, which comes further the older it is."""
    act, duty, note, factor = (UUID(int=n * 100 + k) for k in range(4))
    told: list[PublishedEvent] = [
        intake.OpportunityRaised(
            kind="near_miss", themes=[THEMES[n % len(THEMES)]], reference=f"R{n}", route="form", reporter_known=True,
            summary="sealed:1",
        ),
        intake.ImmediateSafetyConfirmed(measures="sealed:1"),
        intake.OpportunityTriaged(
            kind="near_miss", themes=[THEMES[n % len(THEMES)]], response="swarm", weighed=[], rules_version="p/1",
            rationale="sealed:1",
        ),
        notification.DutyOwed(
            duty_id=duty, recipient="relevant_person", title="Tell the person", rule_id="r", rule_kind="law", citation="c",
            owner_role="registered_manager", clock="soon", due=BEGIN + timedelta(days=n % 300),
        ),
        review.ReviewOpened(review_id=note, response="swarm", lead_role="registered_manager"),
        *(review.ReflectionStepRecorded(review_id=note, step=step, template_version="t/1") for step in range(1, 6)),
        review.ReviewSignedOff(
            review_id=note, learning_statement="The handover form left it out.", author="a", signed_by="b",
            factors=[review.SignedOffFactor(factor_id=factor, category="handover", seips="tasks")], recommendations=[],
        ),
        action.ActionAgreed(
            action_id=act, plan_id=note, factor_id=factor, what="One form for handover", change_kind="handover",
            strength="intermediate", owner_post="manager", due=date(2026, 2, 1) + timedelta(days=n % 200),
        ),
        action.ActionStarted(action_id=act),
        action.ActionImplemented(
            action_id=act, implemented_on=date(2026, 2, 1), evidence_kind="care_records", evidence="sealed:1"
        ),
        action.ActionVerified(action_id=act, verified_by="person:b", seen="sealed:1"),
        action.PracticeChanged(plan_id=note, action_ids=[act], what_changed="Handover uses one form."),
        notification.DutyDischarged(duty_id=duty, channel="in_person", note="sealed:1"),
        notification.BriefingIssued(briefing_id=note, title="One form", what_changed="One form.", audience=2, parts={}),
        *(
            notification.BriefingUnderstood(briefing_id=note, person_id=UUID(int=900 + person), part="day")
            for person in range(2)
        ),
        *(assurance.ClosureStateReached(state=state.value, proof="Seen.") for state in ClosureState),
    ]  # fmt: skip
    return told[: 3 + n % (len(told) - 2)] if n % 3 else told


def history(events: int, sites: list[Site]) -> Iterator[PublishedEvent]:
    """So many events, in the order in which they were recorded, each enclosed as its readers meet it."""
    made, n = 0, 0
    while made < events:
        n += 1
        site = sites[n % len(sites)].site_id
        for fact in journey_of(n)[: events - made]:
            made += 1
            when = BEGIN + timedelta(seconds=made)
            yield fact.enclosed(
                Envelope(
                    id=UUID(int=made), type=fact.name, source=fact.publisher(), time=when, recordedtime=when, sequence=made,
                    provider="acme", site=site, journey=UUID(int=n), about=UUID(int=n), actor="person:a", role="system",
                )
            )  # fmt: skip


async def measure(conninfo: str, events: int) -> dict[str, Any]:
    """One size: fill the view, then ask what each page asks."""
    sites = sites_for(events)
    async with AsyncConnectionPool(conninfo, open=False, kwargs={"autocommit": True}) as pool:
        view = Overview("governance", pool)
        await view.set_up()
        await view.begin_anew()
        view.live = view.next
        spent, batch, pace = 0.0, [], []
        for event in history(events, sites):
            batch.append(event)
            if len(batch) == BATCH:
                pace.append(await _kept(view, batch))
                batch = []
        spent = sum(pace) + (await _kept(view, batch) if batch else 0.0)
        tenth = max(len(pace) // 10, 1)
        return {
            "events": events,
            "sites": len(sites),
            "kept_per_second": round(events / spent),
            "last_tenth_takes_times_the_first": round(sum(pace[-tenth:]) / sum(pace[:tenth]), 2),
            "pages_ms": await pages(view, sites),
        }


async def _kept(view: Overview, batch: list[PublishedEvent]) -> float:
    began = time.perf_counter()
    await view.keep(batch, {}, view.next)
    return time.perf_counter() - began


async def pages(view: Overview, sites: list[Site]) -> dict[str, dict[str, float]]:
    """Milliseconds of the questions behind each page: median, and 95 of 100."""
    await view.change("ANALYZE")
    now = BEGIN + timedelta(days=200)
    ids = [site.site_id for site in sites]
    reader = Reader("person:x", "registered_manager", ["manager"], ids[:1], unowned=True)
    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "site": lambda: site_story(view, sites[0], now),
        "provider": lambda: provider_story(view, "acme", sites, now),
        "board": lambda: board_story(view, "acme", sites, now),
        "loop": lambda: loop_story(view, ids, now, None),
        "journeys": lambda: view.listed(ids, Filters(state="open"), now),
        "journeys counted": lambda: view.counted(ids, Filters(figure="changes_late"), now),
        "search": lambda: view.listed(ids, Filters(words="handover form"), now),
        "journey": lambda: journey_story(view, UUID(int=3), now),
        "my work": lambda: view.work(reader),
    }
    told = {}
    for name, ask in asked.items():
        times = []
        for _ in range(TRIES):
            began = time.perf_counter()
            await ask()
            times.append(1000 * (time.perf_counter() - began))
        told[name] = {"p50": round(percentile(times, 0.5), 1), "p95": round(percentile(times, 0.95), 1)}
    return told


def main() -> None:
    """Measure each size on servers of its own; write and show."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.overview", description=__doc__)
    parser.add_argument("--events", default="10000,100000", help="sizes, with commas between them")
    parser.add_argument("--out", type=Path, default=Path("var/bench_overview.json"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="candour-bench-") as folder:
        Path(folder).chmod(0o711)
        with Servers(Path(folder) / "var", ddl=statements()) as servers:
            conninfo = servers.environment()["CANDOUR_PG_GOVERNANCE"]
            told = [asyncio.run(measure(conninfo, int(size))) for size in asked.events.split(",")]
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(told, indent=1))
    print(json.dumps(told, indent=1))  # noqa: T201 the command's own answer


if __name__ == "__main__":
    main()
