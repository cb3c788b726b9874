"""The records of a review, for whoever may have them; a review is addressed by its journey."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.deciding import Act
from libs.directory import Directory
from libs.emergency_reading import EmergencyReading, ReadsInEmergency
from libs.practice import Reflection
from libs.reading import opened, opened_one
from libs.service import NotFound
from services.review.domain import Access, Material, Review, Sample, Scrutiny
from services.review.projection import Reviews


@dataclass(frozen=True, slots=True)
class Contribution:
    """Whether whoever holds a post took part, and if not, why."""

    post_id: str
    could_not_because: str = ""


class Records(ReadsInEmergency):
    """Finds what a decision is made on, and shuts it to the subject of an allegation."""

    name = "review"
    aggregates = (Review, Material, Scrutiny, Sample, Access, EmergencyReading)
    directory: Directory
    reviews: Reviews

    def known_as(self, actor: str) -> str:
        """The pseudonym under which somebody may have been shut out."""
        return self.mapper.keys.pseudonym("actor", actor)

    async def require_admitted(self, actor: str, journey: UUID) -> None:
        """Raises SubjectOfAllegation for somebody whom an allegation on this journey is about."""
        access = await self.find(Access, Access.create_id(journey))
        if access is not None:
            access.require_admitted(self.known_as(actor))

    async def review(self, journey: UUID, act: Act | None = None) -> Review:
        """The review of a journey. Raises NotFound; Stale where the act was based on another version."""
        return await self.get(Review, Review.create_id(journey), act)

    async def review_for(self, act: Act, journey: UUID) -> Review:
        """The review, to decide in. Raises NotFound, SubjectOfAllegation."""
        await self.require_admitted(act.actor, journey)
        return await self.review(journey)

    async def material_for(self, act: Act, journey: UUID) -> Material:
        """What was gathered, to add to. Raises NotFound, SubjectOfAllegation."""
        await self.require_admitted(act.actor, journey)
        return await self.get(Material, Material.create_id(journey))

    async def scrutiny_for(self, act: Act, journey: UUID) -> Scrutiny:
        """What others put to the review, begun with the first of it. Raises NotFound, SubjectOfAllegation."""
        await self.require_admitted(act.actor, journey)
        found = await self.find(Scrutiny, Scrutiny.create_id(journey))
        if found is not None:
            return found
        review = await self.review(journey)
        return Scrutiny(provider=review.provider, site=review.site, journey=review.journey, about=review.about)

    async def sample_for(self, act: Act, journey: UUID) -> Sample:
        """The cases of a thematic review, begun with the first draw. Raises NotFound, SubjectOfAllegation."""
        review = await self.review_for(act, journey)
        found = await self.find(Sample, Sample.create_id(journey))
        place = {"provider": review.provider, "site": review.site}
        return found or Sample(**place, journey=review.journey, about=review.about)

    async def reflection(self, rules: str) -> Reflection:
        """The questions a review was opened with, by its version of the rules. Raises NotFound where there are none."""
        pack_id, _, version = rules.rpartition("/")
        found = (await self.directory.rules_version(pack_id, version)).reflection
        if found is None:
            raise NotFound("The rules this was weighed under have no questions to reflect on.")
        return found

    async def known_names(self, site: str, journey: UUID) -> list[str]:
        """Names that must not stand in a shared text: whom it is about, and everyone who holds a post over the site."""
        holders = await self.directory.names_over(site)
        about = await opened_one(self.mapper.keys, await self.reviews.person_name(journey))
        names = [holder["name"] for holder in await opened(self.mapper.keys, holders, "name")]
        return [*([about] if about else []), *names]
