"""The answers of a reflection: what stands for each question, and which steps are still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.review.domain import refusals as no
from services.review.domain.values import Answer, MovedOn, Reply


@dataclass(slots=True)
class Answers:
    """`questions` says to which step each question belongs; a step may be passed over with a reason."""

    questions: Mapping[str, int]
    given: dict[str, Answer] = field(default_factory=dict)
    passed_over: set[int] = field(default_factory=set)

    @property
    def steps_answered(self) -> set[int]:
        """The steps of which at least one question has an answer."""
        return {self.questions[question] for question in self.given}

    @property
    def steps_left(self) -> list[int]:
        """The steps with neither an answer nor a reason for passing them over."""
        return sorted(set(self.questions.values()) - self.steps_answered - self.passed_over)

    def number(self, question: str) -> int:
        """The how-many-eth answer stands; 0 where there is none yet."""
        return self.given[question].number if question in self.given else 0

    def news(self, step: int, replies: Sequence[Reply]) -> list[Reply]:
        """The replies that say something other than what stands already.

        Raises UnknownQuestion, WordsMissing, and SectionMovedOn with both texts where a reply is based on another
        answer than the one that stands.
        """
        news = [reply for reply in replies if self._is_news(step, reply)]
        moved_on = [
            MovedOn(each.question, stands.number, stands.words, each.words)
            for each in news
            if (stands := self.given.get(each.question)) and stands.number != each.based_on
        ]
        if moved_on:
            raise no.SectionMovedOn(moved_on)
        return news

    def _is_news(self, step: int, reply: Reply) -> bool:
        if self.questions.get(reply.question) != step:
            raise no.UnknownQuestion
        if not reply.words.strip():
            raise no.WordsMissing
        stands = self.given.get(reply.question)
        return stands is None or stands.words != reply.words
