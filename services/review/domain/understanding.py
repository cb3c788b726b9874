"""How a team comes to understand what happened: what may be asked, answered, named and said while a review is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from contracts.taxonomy import FactorCategory
from libs.deciding import circumstances
from libs.domain import Aggregate, Refused
from services.review.domain import refusals as no
from services.review.domain.answers import Answers, new_text
from services.review.domain.values import Answer, Factor, Reply, only_about_people

LEARNING, EXAMPLE = "learning", "example"
"""The sections of a review that will be shared."""


class Understanding(Aggregate):
    """What is decided on the way to a sign-off. The record of it, event by event, is Review's."""

    TOPIC = "review.Understanding"

    if TYPE_CHECKING:  # Kept by Review, whose events assign them.
        QuestionAdded: Any
        Answered: Any
        StepPassedOver: Any
        FactorIdentified: Any
        FactorWithdrawn: Any
        NoFactorFound: Any
        SystemQuestioned: Any
        Recommended: Any
        RecommendationWithdrawn: Any
        LearningStated: Any
        ExampleGiven: Any
        SignOffAwaited: Any
        answers: Answers
        factors: dict[UUID, Factor]
        recommendations: dict[UUID, str]
        shared: dict[str, Answer]
        signers: list[str]
        template: str
        learning: str
        author: str
        without_factor: bool
        system_questioned: bool
        awaited: bool
        signed_off: bool
        set_aside: bool

    def add_question(self, step: int, words: str) -> None:
        """Ask something besides, since what should be asked depends on what happened."""
        self._require_open()
        self._require_step(step)
        no.require_words(words)
        self.trigger_event(self.QuestionAdded, step=step, question=f"added-{uuid4()}", words=words)

    def answer(self, step: int, replies: Sequence[Reply]) -> None:
        """Answer questions of a step; one that says what stands already is no news. Raises as `Answers.news`."""
        self._require_open()
        for voice, reply in self.answers.news(step, replies, circumstances().actor):
            self.trigger_event(
                self.Answered,
                step=step,
                question=reply.question,
                number=self.answers.number(reply.question, voice) + 1,
                begins_step=step not in self.answers.steps_answered,
                template=self.template,
                words=reply.words,
                voice=voice,
            )
        self._draw_conclusions()

    def pass_over(self, step: int, because: str) -> None:
        """Say why a step does not apply here."""
        self._require_open()
        self._require_step(step)
        no.require_words(because)
        if step in self.answers.passed_over:
            raise no.StepAlreadyPassedOver
        self.trigger_event(self.StepPassedOver, step=step, because=because)
        self._draw_conclusions()

    def identify_factor(self, category: str, words: str, behind: UUID | None = None, expected: str = "") -> None:
        """Name something that contributed; with `behind`, something that helps to explain a factor already named.

        `expected` is what was meant to happen instead, where there was a plan for it.
        """
        self._require_open()
        no.require_words(words)
        if behind is not None and behind not in self.factors:
            raise no.UnknownFactor
        element = str(FactorCategory(category).seips)
        self.trigger_event(
            self.FactorIdentified, factor_id=uuid4(), category=category, seips=element, behind=behind, words=words,
            expected=expected,
        )  # fmt: skip
        self._draw_conclusions()

    def withdraw_factor(self, factor_id: UUID, because: str) -> None:
        """Take a factor back, with the reason. Both stay in the history."""
        self._require_open()
        if factor_id not in self.factors:
            raise no.UnknownFactor
        no.require_words(because)
        if any(factor.behind == factor_id for factor in self.factors.values()):
            raise no.OthersStandBehind
        self.trigger_event(self.FactorWithdrawn, factor_id=factor_id, because=because)
        self._draw_conclusions()

    def find_no_factor(self, because: str) -> None:
        """Say why nothing that contributed could be found."""
        self._require_open()
        no.require_words(because)
        self.trigger_event(self.NoFactorFound, because=because)
        self._draw_conclusions()

    def question_system(self, words: str) -> None:
        """Say what it was about the system that allowed this. It may be added to."""
        self._require_open()
        no.require_words(words)
        self.trigger_event(self.SystemQuestioned, words=words)
        self._draw_conclusions()

    def recommend(self, words: str, known: Iterable[str] = ()) -> None:
        """Ask others to decide on something, in words that name nobody. The same words again are no news."""
        self._require_open()
        no.require_shareable(words, known)
        if words not in self.recommendations.values():
            self.trigger_event(self.Recommended, recommendation_id=uuid4(), words=words)

    def withdraw_recommendation(self, recommendation_id: UUID, because: str) -> None:
        """Take a recommendation back, with the reason."""
        self._require_open()
        if recommendation_id not in self.recommendations:
            raise no.UnknownRecommendation
        no.require_words(because)
        self.trigger_event(self.RecommendationWithdrawn, recommendation_id=recommendation_id, because=because)

    def state_learning(self, words: str, known: Iterable[str] = (), based_on: int = 0) -> None:
        """Say what was learned, in words that name nobody. Whoever says it is its author and cannot sign it off.

        Raises SectionMovedOn with both texts where someone said it anew after the one numbered `based_on`.
        """
        if number := self._number(LEARNING, words, known, based_on):
            self.trigger_event(self.LearningStated, words=words, number=number)
            self._draw_conclusions()

    def give_example(self, words: str, known: Iterable[str] = (), based_on: int = 0) -> None:
        """Tell what happened so that staff elsewhere can learn from it, naming nobody. Raises as `state_learning`."""
        if number := self._number(EXAMPLE, words, known, based_on):
            self.trigger_event(self.ExampleGiven, words=words, number=number)

    def _number(self, section: str, words: str, known: Iterable[str], based_on: int) -> int | None:
        self._require_open()
        no.require_shareable(words, known)
        return new_text(self.shared.get(section), section, words, based_on)

    def _require_open(self) -> None:
        if self.signed_off:
            raise no.AlreadySignedOff
        if self.set_aside:
            raise no.ReviewSetAside

    def _require_step(self, step: int) -> None:
        if step not in self.answers.questions.values():
            raise no.UnknownStep

    def _require_understood(self) -> None:
        if self.answers.steps_left:
            raise no.StepsUnanswered(self.answers.steps_left)
        if not (self.factors or self.without_factor):
            raise no.FactorsMissing
        if only_about_people(self.factors.values()) and not self.system_questioned:
            raise no.SystemBeforePerson
        if not self.learning:
            raise no.LearningNotStated

    def _draw_conclusions(self) -> None:
        """It waits for its sign-off, or no longer does, by what was just decided."""
        try:
            self._require_understood()
            understood = True
        except Refused:
            understood = False
        if understood != self.awaited:
            self.trigger_event(self.SignOffAwaited, awaited=understood, signers=self.signers, author=self.author)
