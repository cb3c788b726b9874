"""What was planted in the demo's history can be found in it, and whoever looks for it has a post."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts.taxonomy import Role
from deploy.demo.happenings import effects, happenings
from deploy.demo.organisation import Organisation
from deploy.demo.people import personas
from deploy.demo.telling import stories
from deploy.house import Platform
from libs.clock import HandClock
from services.intake.domain import Opportunity
from tests.demo.seeded import NOW, make, rows, settings
from tests.servers import Backend, Database, Messaging

SITES, MONTHS = 6, 8


@pytest.fixture(scope="module")
def provider(backend: Backend, messaging: Messaging, wrapping_key: Path) -> Iterator[tuple[Database, dict[str, str]]]:
    """The first six sites over eight months: those with stories, and those with effects."""
    with backend.fresh_database() as database, ThreadPoolExecutor(max_workers=1) as one:
        env = settings(database, messaging, wrapping_key)
        one.submit(lambda: asyncio.run(make(env, SITES, MONTHS))).result()
        yield database, env


def states(database: Database, service: str, topic: str) -> list[dict[str, Any]]:
    """What the events of a topic hold, in the order in which they were decided."""
    query = f"SELECT state FROM {service}.events WHERE topic = '{topic}' ORDER BY notification_id"
    return [orjson.loads(state) for (state,) in rows(database, query)]


def figures(database: Database, site: str) -> dict[str, tuple[int, int]]:
    """A site's latest figure for each month: how many in time, of how many."""
    checked = states(database, "assurance", "assurance.Measure.Checked")
    return {each["period"]: (each["numerator"], each["denominator"]) for each in checked if each["site"] == site}


async def test_the_picker_covers_every_role_that_takes_part(provider: tuple[Database, dict[str, str]]) -> None:
    _, env = provider
    platform = Platform(env, HandClock(NOW))
    await platform.open()
    try:
        people = await personas(platform)
    finally:
        await platform.close()
    assert len(people) <= 12
    assert len({person.actor_id for person in people}) == len(people)
    assert {post.role for person in people for post in person.posts} >= {
        Role.CARE_WORKER, Role.NURSE_OR_SENIOR_CARER, Role.ADMINISTRATOR, Role.DEPUTY_MANAGER, Role.REGISTERED_MANAGER,
        Role.FIELD_SUPERVISOR, Role.CARE_COORDINATOR, Role.SAFEGUARDING_LEAD, Role.NOMINATED_INDIVIDUAL,
        Role.PROVIDER_QUALITY_LEAD, Role.AUDITOR,
    }  # fmt: skip
    invented = {post.name for post in Organisation(SITES).posts.values()}
    assert {person.label.partition(" – ")[0] for person in people} <= invented
    assert all(person.description.endswith(".") for person in people)


def test_the_site_that_improves_misses_its_target_until_the_change_and_meets_it_after(
    provider: tuple[Database, dict[str, str]],
) -> None:
    found = figures(provider[0], "fernley")
    before = [found[month] for month in ("2025-08-01", "2025-09-01")]
    after = [found[month] for month in ("2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01")]
    assert all(met < of for met, of in before)
    assert all(met == of > 0 for met, of in after)
    assert judged(provider[0], "fernley") == ["improved"]


def test_the_site_that_only_seems_to_improve_returns_to_what_it_was(provider: tuple[Database, dict[str, str]]) -> None:
    found = figures(provider[0], "beacon-house")
    shares = {month: met / of for month, (met, of) in found.items() if of}
    assert min(shares, key=shares.__getitem__) == "2025-10-01"
    assert not all(share == 1 for month, share in shares.items() if month > "2025-10-01")
    assert judged(provider[0], "beacon-house") == ["no_evidence"]


def test_where_too_little_happens_that_is_what_is_said(provider: tuple[Database, dict[str, str]]) -> None:
    assert judged(provider[0], "orchard-lea") == ["too_little_data"]


def judged(database: Database, site: str) -> list[str]:
    """What was said of the changes at a site, on the days fixed for it."""
    found = states(database, "assurance", "assurance.Effect.Judged")
    return [each["verdict"] for each in found if each["site"] == site]


def test_the_site_with_a_story_of_delay_still_misses_its_target(provider: tuple[Database, dict[str, str]]) -> None:
    latest = sorted(figures(provider[0], "harbour-road").items())[-3:]
    assert all(met < of for _, (met, of) in latest)


def test_one_site_has_far_more_falls_than_any_other(provider: tuple[Database, dict[str, str]]) -> None:
    raised = states(provider[0], "intake", "intake.Opportunity.Raised")
    falls = [each["site"] for each in raised if each["kind"] == "accident_or_injury"]
    places = {site.id: site.places for site in Organisation(SITES).sites}
    rate = {site: falls.count(site) / places[site] for site in places}
    outlier = rate.pop("orchard-lea")
    assert outlier > 2 * max(rate.values())


def test_a_theme_spreads_from_one_site_to_others_month_by_month() -> None:
    spreading = effects()["spreading"]
    sites = {site.id: site for site in Organisation(24).sites}
    for site, since in spreading["from"].items():
        before = _cases(sites[site], since + 1, spreading["theme"]) + _cases(sites[site], since + 2, spreading["theme"])
        after = _cases(sites[site], since, spreading["theme"]) + _cases(sites[site], since - 1, spreading["theme"])
        assert after > before, site


def _cases(site: Any, back: int, theme: str) -> int:
    return sum(theme in each.themes for each in happenings(site, date(2026, 1, 1), max(0, back)))


async def test_each_story_is_left_where_somebody_can_take_it_up(provider: tuple[Database, dict[str, str]]) -> None:
    _, env = provider
    platform = Platform(env, HandClock(NOW), ["intake", "review", "action", "governance", "notification", "assurance"])
    await platform.open()
    try:
        intake = platform.service("intake")
        for story in stories():
            found = [await intake.find(Opportunity, story.journey(of)) for of in {line.of for line in story.seeded}]
            assert all(found), story.id
            assert not any(each.closed for each in found)
    finally:
        await platform.close()
