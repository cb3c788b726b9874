"""Who and where: the invented provider's sites, posts and teams, the same at every reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from contracts.taxonomy import BriefingAudiencePart, Nation, Role, ServiceKind
from libs.domain import follows
from libs.policytext import read

HERE = Path(__file__).parent
TEAM = {
    ServiceKind.CARE_HOME_NURSING: (16, 20),
    ServiceKind.CARE_HOME_RESIDENTIAL: (12, 16),
    ServiceKind.SUPPORTED_LIVING: (9, 12),
    ServiceKind.HOMECARE: (12, 18),
}
"""The least and most people in a team, by kind of service."""
HOMES = (ServiceKind.CARE_HOME_NURSING, ServiceKind.CARE_HOME_RESIDENTIAL)


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A site as the demo invents it; `places` are beds, tenancies or people visited."""

    id: str
    title: str
    region: str
    nation: Nation
    kind: ServiceKind
    places: int


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post and its one holder."""

    id: str
    role: Role
    scope: str
    title: str
    deputy: str | None
    person: UUID
    name: str
    email: str

    @property
    def actor(self) -> str:
        return f"person:{self.person}"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a site's team, known by id alone."""

    person: UUID
    site: str

    @property
    def actor(self) -> str:
        return f"person:{self.person}"

    @property
    def role(self) -> Role:
        return Role.CARE_WORKER

    @property
    def scope(self) -> str:
        return f"site:{self.site}"


@cache
def document() -> dict[str, Any]:
    """The organisation as it is written down."""
    return read(HERE / "organisation.yaml")


class Organisation:
    """The provider with its first `size` sites; a smaller one is the beginning of a larger one."""

    def __init__(self, size: int) -> None:
        written = document()
        self.provider: str = written["provider"]
        self.title: str = written["title"]
        self.nations = {each["name"]: Nation(each["nation"]) for each in written["regions"]}
        self.sites = [site for site, _ in zip(self._sites(), range(size), strict=False)]
        self.posts = {post.id: post for post in self._posts()}
        self.teams = {site.id: _team(site) for site in self.sites}

    def members(self, site: str) -> list[Member]:
        """A site's team, in a fixed order."""
        return [Member(person, site) for person in self.teams[site]]

    def _sites(self) -> Iterator[DemoSite]:
        for each in document()["sites"]:
            kind, nation = ServiceKind(each["kind"]), self.nations[each["region"]]
            yield DemoSite(each["id"], each["title"], each["region"], nation, kind, each["places"])
        yield from self._more_sites()

    def _more_sites(self) -> Iterator[DemoSite]:
        names, regions, kinds = document()["more_sites"], list(self.nations), list(ServiceKind)
        number = 0
        while True:
            first = names["first"][number % len(names["first"])]
            second = names["second"][number // len(names["first"]) % len(names["second"])]
            rounds = number // (len(names["first"]) * len(names["second"]))
            title = f"{first} {second}" + (f" {rounds + 1}" if rounds else "")
            region, kind = regions[number % len(regions)], kinds[number // len(regions) % len(kinds)]
            places = Random(title).randint(*((18, 26) if kind is ServiceKind.SUPPORTED_LIVING else (30, 56)))  # noqa: S311 - repeatable
            yield DemoSite(title.lower().replace(" ", "-"), title, region, self.nations[region], kind, places)
            number += 1

    def _posts(self) -> Iterator[DemoPost]:
        written, regions = document()["posts"], list(self.nations)
        inhabited = {site.region for site in self.sites}
        places = [(self.provider, f"provider:{self.provider}", self.title, written["provider"], 0)]
        places += [
            (_slug(region), f"region:{region}", region, written["every_region"], 10 + 5 * number)
            for number, region in enumerate(regions)
            if region in inhabited
        ]
        places += [
            (site.id, f"site:{site.id}", site.title, written["every_site"] + written[site.kind], 40 + 8 * number)
            for number, site in enumerate(self.sites)
        ]
        for place, scope, title, posts, first in places:
            for number, each in enumerate(
                posts, first
            ):  # numbered so that a larger provider keeps a smaller one's names
                yield _post(number, place, scope, title, each)

    def post(self, place: str, role: str) -> DemoPost:
        """The post of a role at a site, a region or the provider. Raises KeyError where there is none."""
        return self.posts[f"{place}.{role}"]


def _post(number: int, place: str, scope: str, title: str, each: dict[str, str]) -> DemoPost:
    role, written = Role(each["post"]), document()
    firsts, lasts = written["names"]["first"], written["names"]["last"]
    # Forty and forty-one have no common divisor, so a pair comes again only after 1,640 people.
    first, last = firsts[number % len(firsts)], lasts[number % len(lasts)]
    deputy = f"{place}.{each['deputy']}" if "deputy" in each else None
    post = f"{place}.{role}"
    email = f"{first}.{last}@{written['domain']}".lower()
    person = follows("demo.Person", post)
    return DemoPost(post, role, scope, f"{role.label}, {title}", deputy, person, f"{first} {last}", email)


def _slug(title: str) -> str:
    return title.lower().replace(" ", "-")


def _team(site: DemoSite) -> dict[UUID, BriefingAudiencePart]:
    chance = Random(f"team/{site.id}")  # noqa: S311 - repeatable chance is the point
    parts = [BriefingAudiencePart.DAY] * 11 + [BriefingAudiencePart.NIGHT] * 6
    parts += [BriefingAudiencePart.AGENCY] * 2 + [BriefingAudiencePart.NEW_STARTER]
    size = chance.randint(*TEAM[site.kind])
    worker = follows("demo.Person", f"{site.id}.{Role.CARE_WORKER}")
    others = {follows("demo.Member", f"{site.id}/{n}"): chance.choice(parts) for n in range(size - 1)}
    return {worker: BriefingAudiencePart.DAY, **others}
