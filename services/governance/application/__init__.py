"""What can be asked of governance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from contracts.taxonomy import Role
from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.directory import Directory
from libs.domain import Refused
from libs.reading import opened
from libs.rules import pack_of
from libs.service import NotFound, command
from services.governance.application.absences import Absences
from services.governance.application.admitting import Admitting
from services.governance.application.releasing import Releasing
from services.governance.domain import (
    Admission,
    Challenge,
    EmergencyAccess,
    Post,
    Releases,
    RuleBook,
    Site,
    Trend,
    organisation_journey,
)
from services.governance.projection.heeding import Heeding
from services.governance.projection.reaching_out import ReachingOut

ORGANISERS = frozenset(
    {
        Role.PROVIDER_QUALITY_LEAD,
        Role.PROVIDER_REPRESENTATIVE,
        Role.NOMINATED_INDIVIDUAL,
        Role.REGISTERED_PERSON,
        Role.ADMINISTRATOR,
    }
)
"""Posts over a whole provider that may change its sites, posts and rules."""


class OnlyForTheProvider(Refused):
    """Only a post over the whole provider changes its sites, posts and rules. Ask your provider's administrator."""


def require_organiser(role: str, scope: str, provider: str) -> None:
    """Raises OnlyForTheProvider for a post that does not keep the organisation of this provider."""
    if role not in ORGANISERS or scope != f"provider:{provider}":
        raise OnlyForTheProvider


class SiteIdTaken(Refused):
    """A site of another provider goes by this id. Choose another one. Nothing was registered."""


class RegionTaken(Refused):
    """Another provider has a region of this name, and whoever leads it would see what is yours. Choose another name."""


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site to register."""

    provider: str
    site: str
    title: str
    region: str
    nation: str
    service_kind: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class Subject:
    """What a trend is of: a kind, a theme, both or a measure; `site` is empty for the provider's sites together."""

    provider: str
    site: str = ""
    kind: str = ""
    theme: str = ""
    measure_id: str = ""


class Governance(Absences, Admitting, Releasing):
    """Keeps the organisation and its rules, and what oversight asks of it."""

    name = "governance"
    aggregates = (Site, Post, RuleBook, Challenge, Trend, Admission, EmergencyAccess, Releases)
    directory: Directory
    reaching_out: ReachingOut
    heeding: Heeding

    @command
    async def register_site(self, act: Act, new: NewSite) -> Saved:
        """Register a site; one that is registered already stays as it is."""
        known = await self.find(Site, Site.create_id(new.provider, new.site))
        if known:
            return Saved(known.id, known.version, self.store.position, replayed=True)
        if any(each.site_id == new.site and each.provider != new.provider for each in await self.directory.sites()):
            raise SiteIdTaken
        await self._require_own_region(f"region:{new.region}", new.provider)
        journey = organisation_journey(new.provider)
        site = Site(
            provider=new.provider,
            site=new.site,
            journey=journey,
            about=journey,
            title=new.title,
            region=new.region,
            nation=new.nation,
            service_kind=new.service_kind,
            opened_on=new.opened_on,
        )
        return await self.save(act, site)

    async def _site(self, provider: str, site: str) -> Site:
        return await self.get(Site, Site.create_id(provider, site))

    async def _require_own_region(self, scope: str, provider: str) -> None:
        """A post over a region sees every site in it, so a region is one provider's. Raises RegionTaken."""
        if not scope.startswith("region:"):
            return
        others = {site.provider for site in await self.directory.sites_within(scope)}
        if (others | await self.heeding.providers_over(scope)) - {provider}:
            raise RegionTaken

    @command
    async def state_capacity(
        self, act: Act, provider: str, site: str, month: date, beds: int | None, exposure: float | None, unit: str
    ) -> Saved:
        """What a month's events are divided by. The same again is no news, and answered as known."""
        found = await self._site(provider, site)
        before = found.version
        found.state_capacity(month, beds, exposure, unit)
        saved = await self.save(act, found)
        return replace(saved, replayed=found.version == before)

    @command
    async def join_team(self, act: Act, provider: str, site: str, person: UUID, part: str, joined_on: date) -> Saved:
        """Someone begins to work at a site."""
        found = await self._site(provider, site)
        found.join(person, part, joined_on)
        return await self.save(act, found)

    @command
    async def leave_team(self, act: Act, provider: str, site: str, person: UUID) -> Saved:
        """Someone stops working at a site."""
        found = await self._site(provider, site)
        found.leave(person)
        return await self.save(act, found)

    @command
    async def establish_post(
        self, act: Act, provider: str, site: str, post_id: str, role: str, scope: str, title: str, deputy: str | None
    ) -> Saved:
        """Establish a post; one that exists stays as it is."""
        known = await self.find(Post, Post.create_id(post_id))
        if known:
            return Saved(known.id, known.version, self.store.position, replayed=True)
        await self._require_own_region(scope, provider)
        journey = organisation_journey(provider)
        post = Post(
            provider=provider,
            site=site,
            journey=journey,
            about=journey,
            post_id=post_id,
            role=role,
            scope=scope,
            title=title,
            deputy_post_id=deputy,
        )
        return await self.save(act, post)

    @command
    async def appoint(
        self, act: Act, post_id: str, person: UUID, person_name: str, email: str, until: date | None = None
    ) -> Saved:
        """Someone takes up a post, for good or up to a day."""
        post = await self.get(Post, Post.create_id(post_id))
        post.appoint(person, person_name, email, until)
        return await self.save(act, post)

    @command
    async def give_up_post(self, act: Act, post_id: str, person: UUID) -> Saved:
        """Someone gives a post up."""
        post = await self.get(Post, Post.create_id(post_id))
        post.leave(person)
        return await self.save(act, post)

    @command
    async def adopt_rules(self, act: Act, provider: str, content: dict[str, Any], adopted_from: date) -> Saved:
        """Adopt a version of a rule pack from a day; one that was adopted stays adopted.

        Raises a Refused as `libs.rules.load` does, so that no service is ever told of rules it cannot read.
        """
        pack_of(content)
        journey = organisation_journey(provider)
        book = await self.find(RuleBook, RuleBook.create_id(provider, content["id"]))
        book = book or RuleBook(provider=provider, site="", journey=journey, about=journey, pack_id=content["id"])
        book.adopt(content["version"], content["title"], adopted_from, content)
        return await self.save(act, book)

    @command
    async def raise_challenge(
        self, act: Act, post_id: str, words: str, site: str, measure_id: str | None = None, journey: UUID | None = None
    ) -> Saved:
        """Ask a post to account for a site's figure, a site, or a journey of it. Raises NotFound for an unknown site, a post
        that is not above it, and a journey of another site."""
        place = await self.directory.site(site)
        if post_id not in {post.post_id for post in await self.directory.posts_above(site)}:
            raise NotFound("There is no post with this id. Choose one from the list of the site's posts.")
        if journey and await self.place_of(journey) not in {None, (place.provider, site)}:
            raise NotFound("There is no journey with this id at this site.")
        challenge = Challenge.put(
            provider=place.provider,
            site=place.site_id,
            journey=journey or organisation_journey(place.provider),
            post_id=post_id,
            measure_id=measure_id,
            words=words,
            role=act.role,
            known_names=await self._names(site),
        )
        return await self.save(act, challenge)

    @command
    async def answer_challenge(self, act: Act, challenge: UUID, words: str) -> Saved:
        """Account for what was asked."""
        found = await self.get(Challenge, challenge, act)
        acting_in = [p.post_id for p in await self.directory.posts(act.scope) if p.role == act.role]
        acting_in += await self.directory.standing_in(acting_in, local_day(self.clock.now()))
        found.answer(words, set(acting_in), await self._names(found.site))
        return await self.save(act, found)

    @command
    async def reset_baseline(self, act: Act, subject: Subject, from_month: date, because: str) -> Saved:
        """Let a trend's limits rest on what came from a month on. Raises NotFound for an unknown site."""
        if subject.site:
            await self.directory.site(subject.site)
        named = (subject.kind, subject.theme, subject.measure_id)
        trend = await self.find(Trend, Trend.create_id(subject.provider, subject.site, *named))
        journey = organisation_journey(subject.provider)
        trend = trend or Trend(
            provider=subject.provider, site=subject.site, journey=journey, about=journey, kind=subject.kind,
            theme=subject.theme, measure_id=subject.measure_id,
        )  # fmt: skip
        names = await self._names(subject.site) if subject.site else await self._everyone()
        trend.reset_baseline(from_month, because, act.role, names)
        return await self.save(act, trend)

    async def _everyone(self) -> list[str]:
        held = await self.directory.names_over()
        return [row["name"] for row in await opened(self.mapper.keys, held, "name")]

    async def _names(self, site: str) -> list[str]:
        """The names of those who hold the posts around a site, which shared words must not hold."""
        held = await self.directory.names_over(site)
        return [row["name"] for row in await opened(self.mapper.keys, held, "name")]
