"""The answers of a reflection: what stands for each question, and which steps are still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.review.domain import refusals as no
from services.review.domain.values import Answer, MovedOn, Reply

GROUP = ""
"""The voice of those who answered together; any other voice is that of one person, by their id."""


@dataclass(slots=True)
class Answers:
    """`questions` says to which step each question belongs; a step may be passed over with a reason.

    `given` are the group's answers, `own` what each person answered for themselves.
    """

    questions: dict[str, int]
    given: dict[str, Answer] = field(default_factory=dict)
    own: dict[str, dict[str, Answer]] = field(default_factory=dict)
    passed_over: set[int] = field(default_factory=set)

    @property
    def steps_answered(self) -> set[int]:
        """The steps of which at least one question has an answer, of the group or of anyone in it."""
        return {self.questions[question] for voice in (self.given, *self.own.values()) for question in voice}

    @property
    def steps_left(self) -> list[int]:
        """The steps with neither an answer nor a reason for passing them over."""
        return sorted(set(self.questions.values()) - self.steps_answered - self.passed_over)

    def of(self, voice: str) -> dict[str, Answer]:
        """What one voice answered: the group's, or that of the person with this id."""
        return self.given if voice == GROUP else self.own.get(voice, {})

    def keep(self, voice: str, question: str, answer: Answer) -> None:
        """Let an answer stand in the place of that voice's answer before it."""
        (self.given if voice == GROUP else self.own.setdefault(voice, {}))[question] = answer

    def number(self, question: str, voice: str = GROUP) -> int:
        """The how-many-eth answer of a voice stands; 0 where there is none yet."""
        stands = self.of(voice).get(question)
        return stands.number if stands else 0

    def news(self, step: int, replies: Sequence[Reply], actor: str = "") -> list[tuple[str, Reply]]:
        """The replies that say something other than what stands already, each with its voice.

        Raises UnknownQuestion, WordsMissing, and SectionMovedOn with both texts where a reply is based on another
        answer than the one that stands.
        """
        voiced = [(actor if reply.own else GROUP, reply) for reply in replies]
        news = [(voice, reply) for voice, reply in voiced if self._is_news(step, voice, reply)]
        moved_on = [
            MovedOn(each.question, stands.number, stands.words, each.words)
            for voice, each in news
            if (stands := self.of(voice).get(each.question)) and stands.number != each.based_on
        ]
        if moved_on:
            raise no.SectionMovedOn(moved_on)
        return news

    def _is_news(self, step: int, voice: str, reply: Reply) -> bool:
        if self.questions.get(reply.question) != step:
            raise no.UnknownQuestion
        if not reply.words.strip():
            raise no.WordsMissing
        stands = self.of(voice).get(reply.question)
        return stands is None or stands.words != reply.words


def new_text(stands: Answer | None, section: str, words: str, based_on: int) -> int | None:
    """The number under which a section's new text is kept, or None where it says what stands already.

    Raises SectionMovedOn with both texts where it is based on another text than the one that stands.
    """
    if stands is None:
        return 1
    if stands.words == words:
        return None
    if stands.number != based_on:
        raise no.SectionMovedOn([MovedOn(section, stands.number, stands.words, words)])
    return stands.number + 1
