"""The provider as it was on the first day: sites, posts and their holders, teams, capacity, and the rules adopted."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from contracts.taxonomy import ServiceKind
from deploy.demo.organisation import HOMES, DemoPost, DemoSite, Organisation
from deploy.demo.playing import Beat, Stage
from libs.calendar import local_day
from libs.policytext import read
from services.governance.application import NewSite

RULES = Path(__file__).parent.parent / "rules"
OPENED = date(2019, 4, 1)
UNITS = {ServiceKind.HOMECARE: "care_hours", ServiceKind.SUPPORTED_LIVING: "person_days"}

Asked = tuple[str, str, tuple[Any, ...]]
"""What governance is asked: which verb, under which key, with what."""


@cache
def rules() -> dict[str, Any]:
    """The rule pack that ships, with its measures, reflection and cadences."""
    content = read(RULES / "england-adult-social-care.yaml")
    for name in (
        "measures",
        "reflection",
        "cadences",
        "audit_tools",
        "triggers",
        "reaching",
        "escalation",
        "letters",
        "access",
        "retention",
    ):
        content |= read(RULES / f"{name}.yaml")
    return content


def earlier_rules() -> dict[str, Any]:
    """The version before: nothing was held regularly yet."""
    return rules() | {"version": "2025.1", "cadences": []}


def cadences_begin(organisation: Organisation, at: datetime) -> Beat:
    """The present version is adopted, and with it what is held regularly."""
    return _beat(organisation, at, "rules", [("adopt_rules", "rules", (organisation.provider, rules(), local_day(at)))])


def founding(organisation: Organisation, at: datetime) -> list[Beat]:
    """The first day: the rules, then each site with its team, and each post with whoever holds it."""
    provider = organisation.provider
    beats = [
        _beat(organisation, at, "rules", [("adopt_rules", "rules/first", (provider, earlier_rules(), local_day(at)))])
    ]
    beats += [_beat(organisation, at, f"site/{site.id}", _site(organisation, site)) for site in organisation.sites]
    beats += [_beat(organisation, at, post.id, _post(provider, post)) for post in organisation.posts.values()]
    return beats


def capacities(organisation: Organisation, at: datetime) -> list[Beat]:
    """What each site states at the beginning of a month."""
    month = local_day(at).replace(day=1)
    return [
        _beat(organisation, at, f"site/{site.id}", [_capacity(organisation.provider, site, month)])
        for site in organisation.sites
    ]


def _beat(organisation: Organisation, at: datetime, lane: str, turn: Iterable[Asked]) -> Beat:
    quality = organisation.post(organisation.provider, "provider_quality_lead")

    async def play(stage: Stage, at: datetime) -> None:
        for verb, key, arguments in turn:
            await stage.ask("governance", verb, quality, key, *arguments, at=at)

    return Beat(at, lane, play)


def _site(organisation: Organisation, site: DemoSite) -> Iterator[Asked]:
    provider = organisation.provider
    new = NewSite(provider, site.id, site.title, site.region, site.nation, site.kind, OPENED)
    yield "register_site", f"site/{site.id}", (new,)
    for person, part in organisation.teams[site.id].items():
        yield "join_team", f"join/{site.id}/{person}", (provider, site.id, person, part, OPENED)


def _post(provider: str, post: DemoPost) -> Iterator[Asked]:
    site = post.scope.removeprefix("site:") if post.scope.startswith("site:") else ""
    of_post = (provider, site, post.id, post.role, post.scope, post.title, post.deputy)
    yield "establish_post", f"post/{post.id}", of_post
    yield "appoint", f"appoint/{post.id}", (post.id, post.person, post.name, post.email)


def _capacity(provider: str, site: DemoSite, month: date) -> Asked:
    return "state_capacity", f"capacity/{site.id}/{month}", (provider, site.id, month, *capacity_of(site, month))


def capacity_of(site: DemoSite, month: date) -> tuple[int | None, float, str]:
    """A month's beds, and the occupied bed days, person-days or care hours that its events are divided by."""
    days = monthrange(month.year, month.month)[1]
    full = Random(f"capacity/{site.id}/{month}").uniform(0.88, 0.97)  # noqa: S311 - repeatable chance is the point
    beds = site.places if site.kind in HOMES else None
    # People visited at home get a little over an hour a day.
    exposure = float(round(site.places * days * full * (1.2 if site.kind is ServiceKind.HOMECARE else 1.0)))
    return beds, exposure, UNITS.get(site.kind, "occupied_bed_days")
