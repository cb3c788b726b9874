"""What can be asked of review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.deciding import Act, Saved
from libs.directory import Directory
from libs.practice import Reflection
from libs.reading import opened
from libs.service import NotFound, Service, command
from services.review.domain import Material, Review
from services.review.domain.values import Reply


@dataclass(frozen=True, slots=True)
class Contribution:
    """Whether whoever holds a post took part, and if not, why."""

    post_id: str
    could_not_because: str = ""


class Reviewing(Service):
    """Leads a team from what happened to what was learned. A review is addressed by its journey."""

    name = "review"
    aggregates = (Review, Material)
    directory: Directory

    async def review(self, journey: UUID, act: Act | None = None) -> Review:
        """The review of a journey. Raises NotFound; Stale where the act was based on another version."""
        return await self.get(Review, Review.create_id(journey), act)

    async def material(self, journey: UUID) -> Material:
        """What was gathered for it. Raises NotFound."""
        return await self.get(Material, Material.create_id(journey))

    async def reflection(self, rules: str) -> Reflection:
        """The questions a review was opened with, by its version of the rules. Raises NotFound where there are none."""
        pack_id, _, version = rules.rpartition("/")
        found = (await self.directory.rules_version(pack_id, version)).reflection
        if found is None:
            raise NotFound("The rules this was weighed under have no questions to reflect on.")
        return found

    async def known_names(self, site: str) -> list[str]:
        """Names that must not stand in a shared text: those of everyone who holds a post over the site."""
        posts = await self.directory.posts_above(site)
        holders = [holder for post in posts for holder in await self.directory.holders(post.post_id)]
        return [holder["name"] for holder in await opened(self.mapper.keys, holders, "name")]

    @command
    async def answer(self, act: Act, journey: UUID, step: int, replies: Sequence[Reply]) -> Saved:
        """Answer questions of a step, each based on the answer that was seen."""
        review = await self.review(journey)
        review.answer(step, replies)
        return await self.save(act, review)

    @command
    async def pass_over(self, act: Act, journey: UUID, step: int, because: str) -> Saved:
        """Say why a step does not apply."""
        review = await self.review(journey)
        review.pass_over(step, because)
        return await self.save(act, review)

    @command
    async def identify_factor(
        self, act: Act, journey: UUID, category: str, words: str, behind: UUID | None = None
    ) -> Saved:
        """Name something that contributed."""
        review = await self.review(journey)
        review.identify_factor(category, words, behind)
        return await self.save(act, review)

    @command
    async def withdraw_factor(self, act: Act, journey: UUID, factor: UUID, because: str) -> Saved:
        """Take a factor back."""
        review = await self.review(journey)
        review.withdraw_factor(factor, because)
        return await self.save(act, review)

    @command
    async def find_no_factor(self, act: Act, journey: UUID, because: str) -> Saved:
        """Say why no factor could be found."""
        review = await self.review(journey)
        review.find_no_factor(because)
        return await self.save(act, review)

    @command
    async def question_system(self, act: Act, journey: UUID, words: str) -> Saved:
        """Say what it was about the system that allowed this."""
        review = await self.review(journey)
        review.question_system(words)
        return await self.save(act, review)

    @command
    async def recommend(self, act: Act, journey: UUID, words: str, known: Sequence[str] = ()) -> Saved:
        """Ask others to decide on something. `known` are names to look for besides those of post holders."""
        review = await self.review(journey)
        review.recommend(words, [*known, *await self.known_names(review.site)])
        return await self.save(act, review)

    @command
    async def withdraw_recommendation(self, act: Act, journey: UUID, recommendation: UUID, because: str) -> Saved:
        """Take a recommendation back."""
        review = await self.review(journey)
        review.withdraw_recommendation(recommendation, because)
        return await self.save(act, review)

    @command
    async def state_learning(self, act: Act, journey: UUID, words: str, known: Sequence[str] = ()) -> Saved:
        """Say what was learned. Raises Stale where someone else said it meanwhile and the act names its version."""
        review = await self.review(journey, act)
        review.state_learning(words, [*known, *await self.known_names(review.site)])
        return await self.save(act, review)

    @command
    async def sign_off(self, act: Act, journey: UUID) -> Saved:
        """Agree that this is what was learned, under the rules the review was opened with."""
        review = await self.review(journey, act)
        with self.under(act.because(act.rationale, review.rules)):
            review.sign_off()
        return await self.save(act, review)

    @command
    async def reopen(self, act: Act, journey: UUID, because: str) -> Saved:
        """Take it up again after sign-off."""
        review = await self.review(journey)
        review.reopen(because)
        return await self.save(act, review)

    @command
    async def invite(self, act: Act, journey: UUID, posts: Sequence[str]) -> Saved:
        """Ask the holders of posts of the site, its region or its provider to take part. Raises NotFound."""
        material = await self.material(journey)
        known = {post.post_id for post in await self.directory.posts_above(material.site)}
        for post in posts:
            if post not in known:
                raise NotFound(f"There is no post {post} at this site. Choose from the posts shown.")
            material.invite(post)
        return await self.save(act, material)

    @command
    async def record_contribution(self, act: Act, journey: UUID, contribution: Contribution) -> Saved:
        """Record who took part, or could not and why."""
        material = await self.material(journey)
        if contribution.could_not_because:
            material.record_could_not(contribution.post_id, contribution.could_not_because)
        else:
            material.record_contribution(contribution.post_id)
        return await self.save(act, material)

    @command
    async def add_timeline_entry(self, act: Act, journey: UUID, happened: datetime, source: str, words: str) -> Saved:
        """Say what happened when."""
        material = await self.material(journey)
        material.add_timeline_entry(happened, source, words)
        return await self.save(act, material)

    @command
    async def add_evidence(self, act: Act, journey: UUID, source: str, dated: date, words: str) -> Saved:
        """Say where something can be seen."""
        material = await self.material(journey)
        material.add_evidence(source, dated, words)
        return await self.save(act, material)
