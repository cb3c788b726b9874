"""What can be asked of review while a team works out what happened and why."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from libs.deciding import Act, Saved
from libs.service import command
from services.review.application.records import Records
from services.review.domain.values import Reply


class Understanding(Records):
    """Questions, answers and factors."""

    @command
    async def add_question(self, act: Act, journey: UUID, step: int, words: str) -> Saved:
        """Ask something besides in a step."""
        review = await self.review_for(act, journey)
        review.add_question(step, words)
        return await self.save(act, review)

    @command
    async def answer(self, act: Act, journey: UUID, step: int, replies: Sequence[Reply]) -> Saved:
        """Answer questions of a step, each based on the answer that was seen."""
        review = await self.review_for(act, journey)
        review.answer(step, replies)
        return await self.save(act, review)

    @command
    async def pass_over(self, act: Act, journey: UUID, step: int, because: str) -> Saved:
        """Say why a step does not apply."""
        review = await self.review_for(act, journey)
        review.pass_over(step, because)
        return await self.save(act, review)

    @command
    async def identify_factor(
        self, act: Act, journey: UUID, category: str, words: str, behind: UUID | None = None, expected: str = ""
    ) -> Saved:
        """Name something that contributed."""
        review = await self.review_for(act, journey)
        review.identify_factor(category, words, behind, expected)
        return await self.save(act, review)

    @command
    async def withdraw_factor(self, act: Act, journey: UUID, factor: UUID, because: str) -> Saved:
        """Take a factor back."""
        review = await self.review_for(act, journey)
        review.withdraw_factor(factor, because)
        return await self.save(act, review)

    @command
    async def find_no_factor(self, act: Act, journey: UUID, because: str) -> Saved:
        """Say why no factor could be found."""
        review = await self.review_for(act, journey)
        review.find_no_factor(because)
        return await self.save(act, review)

    @command
    async def question_system(self, act: Act, journey: UUID, words: str) -> Saved:
        """Say what it was about the system that allowed this."""
        review = await self.review_for(act, journey)
        review.question_system(words)
        return await self.save(act, review)
