"""The provider is invented, complete, and the same at every reading."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice
from typing import Any

from contracts.taxonomy import Nation, Role
from deploy.demo.organisation import TEAM, Organisation, document
from deploy.demo.telling import stories
from deploy.demo.words import bank
from libs import names
from libs.calendar import WorkingDays


def sentences(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return [each for inner in parts for each in sentences(inner)]


def test_a_smaller_provider_is_the_beginning_of_a_larger_one() -> None:
    small, large = Organisation(5), Organisation(80)
    assert [s.id for s in small.sites] == [s.id for s in islice(large.sites, 5)]
    assert small.posts.items() <= large.posts.items()
    assert small.teams == {site.id: large.teams[site.id] for site in small.sites}


def test_every_site_has_an_id_of_its_own() -> None:
    assert len({site.id for site in Organisation(500).sites}) == 500


def test_the_regions_keep_the_working_days_of_more_than_one_nation() -> None:
    sites = Organisation(24).sites
    assert {site.nation for site in sites} == {Nation.ENGLAND, Nation.SCOTLAND}
    assert len({site.region for site in sites}) == 4
    assert any(WorkingDays(Nation.ENGLAND).is_working(d) != WorkingDays(Nation.SCOTLAND).is_working(d) for d in _days())


def _days() -> list[date]:
    return [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


def test_no_two_people_in_posts_share_a_name() -> None:
    people = [post.name for post in Organisation(24).posts.values()]
    assert len(set(people)) == len(people)


def test_every_address_leads_nowhere() -> None:
    assert {post.email.rpartition(".")[2] for post in Organisation(24).posts.values()} == {"example"}


def test_a_deputy_is_a_post_that_exists() -> None:
    posts = Organisation(24).posts
    assert {post.deputy for post in posts.values() if post.deputy} <= posts.keys()


def test_a_team_is_as_large_as_its_kind_of_service() -> None:
    organisation = Organisation(24)
    for site in organisation.sites:
        least, most = TEAM[site.kind]
        assert least <= len(organisation.teams[site.id]) <= most


def test_nothing_that_anybody_writes_tells_who_somebody_is() -> None:
    people = [post.name for post in Organisation(24).posts.values()]
    written = sentences(bank()) + [
        w for s in stories() for line in (*s.seeded, *s.steps) for w in sentences(line.fields)
    ]
    assert {sentence: found for sentence in written if (found := names.find(sentence, people))} == {}


def test_every_line_of_a_story_is_spoken_by_a_post_that_exists() -> None:
    organisation = Organisation(3)
    for story in stories():
        roles = {line.who for line in (*story.seeded, *story.steps)} - {"$member"}
        places = (story.site, organisation.provider)
        assert all(any(f"{place}.{role}" in organisation.posts for place in places) for role in roles)


def test_everyone_in_the_picker_holds_a_post() -> None:
    wanted = [each["post"] for each in document()["personas"]]
    assert set(wanted) <= Organisation(3).posts.keys()
    assert len(wanted) <= 12
    assert {Role(post.rpartition(".")[2]) for post in wanted} >= {
        Role.CARE_WORKER, Role.NURSE_OR_SENIOR_CARER, Role.ADMINISTRATOR, Role.DEPUTY_MANAGER, Role.REGISTERED_MANAGER,
        Role.FIELD_SUPERVISOR, Role.CARE_COORDINATOR, Role.SAFEGUARDING_LEAD, Role.NOMINATED_INDIVIDUAL,
        Role.PROVIDER_QUALITY_LEAD, Role.AUDITOR,
    }  # fmt: skip
