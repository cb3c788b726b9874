"""What can be asked of review when a team says what it learned, and others challenge it, decide and agree."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from contracts.taxonomy import ResponseKind
from libs.deciding import Act, Saved
from libs.service import command
from services.review.application.records import Records
from services.review.domain import Material, Review, Sample, Scrutiny
from services.review.domain import refusals as no
from services.review.domain.gaps import gaps


class Concluding(Records):
    """What will be shared, what others put to it, and its sign-off."""

    @command
    async def recommend(self, act: Act, journey: UUID, words: str, known: Sequence[str] = ()) -> Saved:
        """Ask others to decide on something. `known` are names to look for besides those on record."""
        review = await self.review_for(act, journey)
        review.recommend(words, [*known, *await self.known_names(review.site, journey)])
        return await self.save(act, review)

    @command
    async def withdraw_recommendation(self, act: Act, journey: UUID, recommendation: UUID, because: str) -> Saved:
        """Take a recommendation back."""
        review = await self.review_for(act, journey)
        review.withdraw_recommendation(recommendation, because)
        return await self.save(act, review)

    @command
    async def state_learning(
        self, act: Act, journey: UUID, words: str, known: Sequence[str] = (), based_on: int = 0
    ) -> Saved:
        """Say what was learned, having seen what stood as number `based_on`. Raises SectionMovedOn."""
        review = await self.review_for(act, journey)
        review.state_learning(words, [*known, *await self.known_names(review.site, journey)], based_on)
        return await self.save(act, review)

    @command
    async def give_example(
        self, act: Act, journey: UUID, words: str, known: Sequence[str] = (), based_on: int = 0
    ) -> Saved:
        """Tell what happened for others to learn from, naming nobody. Raises SectionMovedOn."""
        review = await self.review_for(act, journey)
        review.give_example(words, [*known, *await self.known_names(review.site, journey)], based_on)
        return await self.save(act, review)

    @command
    async def challenge(self, act: Act, journey: UUID, words: str) -> Saved:
        """Put on record what is not convincing yet."""
        scrutiny = await self.scrutiny_for(act, journey)
        scrutiny.challenge(words)
        return await self.save(act, scrutiny)

    @command
    async def answer_challenge(self, act: Act, journey: UUID, challenge: UUID, words: str) -> Saved:
        """Answer a challenge."""
        scrutiny = await self.scrutiny_for(act, journey)
        scrutiny.answer_challenge(challenge, words)
        return await self.save(act, scrutiny)

    @command
    async def decide(self, act: Act, journey: UUID, advice: UUID, decision: str, because: str) -> Saved:
        """Decide on a finding or a recommendation, another body's or our own; also after the sign-off."""
        review = await self.review_for(act, journey)
        review.require_answering_for_it()
        scrutiny = await self.scrutiny_for(act, journey)
        scrutiny.decide(advice, decision, because, review.recommendations)
        return await self.save(act, scrutiny)

    @command
    async def sign_off(self, act: Act, journey: UUID) -> Saved:
        """Agree that this is what was learned, under the rules the review was opened with.

        Everyone who was asked has been heard or has a reason, every challenge an answer, everything that other bodies
        found or recommend a decision, and every case of a thematic review has been read.
        """
        await self.require_admitted(act.actor, journey)
        review = await self.review(journey, act)
        material = await self.get(Material, Material.create_id(journey))
        scrutiny = await self.find(Scrutiny, Scrutiny.create_id(journey))
        missing = gaps(material, review.response, await self.reviews.owners(journey))
        challenged = scrutiny is not None and scrutiny.challenged_besides(review.author)
        with self.under(act.because(act.rationale, review.rules)):
            review.sign_off(challenged=challenged, gaps=missing)
            material.require_all_voices()
            if scrutiny is not None:
                scrutiny.pass_on()
        await self._require_cases_read(review)
        return await self.save(act, review, *([scrutiny] if scrutiny else []))

    async def _require_cases_read(self, review: Review) -> None:
        if review.response != ResponseKind.THEMATIC:
            return
        sample = await self.find(Sample, Sample.create_id(review.journey))
        if sample is None:
            raise no.SampleMissing
        sample.require_read()

    @command
    async def reopen(self, act: Act, journey: UUID, because: str) -> Saved:
        """Take it up again after sign-off."""
        review = await self.review_for(act, journey)
        review.reopen(because)
        return await self.save(act, review)
