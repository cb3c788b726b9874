"""A review: five steps of reflection, the factors behind what happened, what was learned, and who agreed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from contracts.taxonomy import FactorCategory
from libs.deciding import Decided, circumstances
from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.review.domain import refusals as no
from services.review.domain.answers import Answers
from services.review.domain.values import Answer, Factor, Reply, lead_of, only_about_people


class Review(Aggregate):
    """One for each journey: reopened or weighed anew, it stays the same review with its whole history."""

    TOPIC = "review.Review"

    class Opened(Created):
        TOPIC = "review.Review.Opened"
        kind: str
        response: str
        lead_role: str
        themes: list[str]
        rules: str
        template: str
        questions: dict[str, int]

    class ResponseChosen(Event):
        TOPIC = "review.Review.ResponseChosen"
        kind: str
        response: str
        lead_role: str
        themes: list[str]

    class SetAside(Event):
        TOPIC = "review.Review.SetAside"

    class Answered(Event):
        TOPIC = "review.Review.Answered"
        step: int
        question: str
        number: int
        begins_step: bool
        template: str
        words: Sealed

    class StepPassedOver(Event):
        TOPIC = "review.Review.StepPassedOver"
        step: int
        because: Sealed

    class FactorIdentified(Event):
        TOPIC = "review.Review.FactorIdentified"
        factor_id: UUID
        category: str
        seips: str
        behind: UUID | None
        words: Sealed

    class FactorWithdrawn(Event):
        TOPIC = "review.Review.FactorWithdrawn"
        factor_id: UUID
        because: Sealed

    class NoFactorFound(Event):
        TOPIC = "review.Review.NoFactorFound"
        because: Sealed

    class SystemQuestioned(Event):
        TOPIC = "review.Review.SystemQuestioned"
        words: Sealed

    class Recommended(Event):
        TOPIC = "review.Review.Recommended"
        recommendation_id: UUID
        words: str

    class RecommendationWithdrawn(Event):
        TOPIC = "review.Review.RecommendationWithdrawn"
        recommendation_id: UUID
        because: Sealed

    class LearningStated(Event):
        TOPIC = "review.Review.LearningStated"
        words: str

    class SignedOff(Event):
        TOPIC = "review.Review.SignedOff"
        learning_statement: str
        factors: list[dict[str, str]]
        recommendations: list[dict[str, str]]
        themes: list[str]
        author: str
        template: str

    class Reopened(Event):
        TOPIC = "review.Review.Reopened"
        because: Sealed

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("review.Review", journey)

    @event(Opened)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, kind: str, response: str, lead_role: str,
        themes: list[str], rules: str, template: str, questions: dict[str, int],
    ) -> None:  # fmt: skip
        self.kind, self.response, self.lead_role, self.themes = kind, response, lead_role, themes
        self.rules, self.template, self.answers = rules, template, Answers(questions)
        self.factors, self.recommendations = dict[UUID, Factor](), dict[UUID, str]()
        self.without_factor = self.system_questioned = self.signed_off = self.set_aside = False
        self.learning = self.author = ""

    def weigh_anew(self, kind: str, response: str, themes: list[str]) -> None:
        """It was triaged again. A signed-off review is taken up again; the same choice for an open one is no news."""
        if response == "none":
            if not (self.signed_off or self.set_aside):
                self.trigger_event(self.SetAside)
            return
        if self.signed_off:
            self.trigger_event(self.Reopened, because="It was weighed again after it turned out to be something else.")
        if self.set_aside or (kind, response, themes) != (self.kind, self.response, self.themes):
            lead = lead_of(response)
            self.trigger_event(self.ResponseChosen, kind=kind, response=response, lead_role=lead, themes=themes)

    @event(ResponseChosen)
    def _(self, kind: str, response: str, lead_role: str, themes: list[str]) -> None:
        self.kind, self.response, self.lead_role, self.themes = kind, response, lead_role, themes
        self.set_aside = False

    @event(SetAside)
    def _(self) -> None:
        self.set_aside = True

    def answer(self, step: int, replies: Sequence[Reply]) -> None:
        """Answer questions of a step; one that says what stands already is no news. Raises as `Answers.news`."""
        self._require_open()
        for reply in self.answers.news(step, replies):
            self.trigger_event(
                self.Answered,
                step=step,
                question=reply.question,
                number=self.answers.number(reply.question) + 1,
                begins_step=step not in self.answers.steps_answered,
                template=self.template,
                words=reply.words,
            )

    @event(Answered)
    def _(self, question: str, number: int, words: str, by: Decided) -> None:
        self.answers.given[question] = Answer(number, words, by.actor)

    def pass_over(self, step: int, because: str) -> None:
        """Say why a step does not apply here."""
        self._require_open()
        if step not in self.answers.questions.values():
            raise no.UnknownStep
        no.require_words(because)
        if step not in self.answers.passed_over:
            self.trigger_event(self.StepPassedOver, step=step, because=because)

    @event(StepPassedOver)
    def _(self, step: int) -> None:
        self.answers.passed_over.add(step)

    def identify_factor(self, category: str, words: str, behind: UUID | None = None) -> None:
        """Name something that contributed; with `behind`, something that helps to explain a factor already named."""
        self._require_open()
        no.require_words(words)
        if behind is not None and behind not in self.factors:
            raise no.UnknownFactor
        element = str(FactorCategory(category).seips)
        self.trigger_event(
            self.FactorIdentified, factor_id=uuid4(), category=category, seips=element, behind=behind, words=words
        )

    @event(FactorIdentified)
    def _(self, factor_id: UUID, category: str, seips: str, words: str, behind: UUID | None) -> None:
        self.factors[factor_id] = Factor(category, seips, words, behind)

    def withdraw_factor(self, factor_id: UUID, because: str) -> None:
        """Take a factor back, with the reason. Both stay in the history."""
        self._require_open()
        if factor_id not in self.factors:
            raise no.UnknownFactor
        no.require_words(because)
        if any(factor.behind == factor_id for factor in self.factors.values()):
            raise no.OthersStandBehind
        self.trigger_event(self.FactorWithdrawn, factor_id=factor_id, because=because)

    @event(FactorWithdrawn)
    def _(self, factor_id: UUID) -> None:
        del self.factors[factor_id]

    def find_no_factor(self, because: str) -> None:
        """Say why nothing that contributed could be found."""
        self._require_open()
        no.require_words(because)
        self.trigger_event(self.NoFactorFound, because=because)

    @event(NoFactorFound)
    def _(self) -> None:
        self.without_factor = True

    def question_system(self, words: str) -> None:
        """Say what it was about the system that allowed this. It may be added to."""
        self._require_open()
        no.require_words(words)
        self.trigger_event(self.SystemQuestioned, words=words)

    @event(SystemQuestioned)
    def _(self) -> None:
        self.system_questioned = True

    def recommend(self, words: str, known: Iterable[str] = ()) -> None:
        """Ask others to decide on something, in words that name nobody. The same words again are no news."""
        self._require_open()
        no.require_shareable(words, known)
        if words not in self.recommendations.values():
            self.trigger_event(self.Recommended, recommendation_id=uuid4(), words=words)

    @event(Recommended)
    def _(self, recommendation_id: UUID, words: str) -> None:
        self.recommendations[recommendation_id] = words

    def withdraw_recommendation(self, recommendation_id: UUID, because: str) -> None:
        """Take a recommendation back, with the reason."""
        self._require_open()
        if recommendation_id not in self.recommendations:
            raise no.UnknownRecommendation
        no.require_words(because)
        self.trigger_event(self.RecommendationWithdrawn, recommendation_id=recommendation_id, because=because)

    @event(RecommendationWithdrawn)
    def _(self, recommendation_id: UUID) -> None:
        del self.recommendations[recommendation_id]

    def state_learning(self, words: str, known: Iterable[str] = ()) -> None:
        """Say what was learned, in words that name nobody. Whoever says it is its author and cannot sign it off."""
        self._require_open()
        no.require_shareable(words, known)
        if words != self.learning:
            self.trigger_event(self.LearningStated, words=words)

    @event(LearningStated)
    def _(self, words: str, by: Decided) -> None:
        self.learning, self.author = words, by.actor

    def sign_off(self) -> None:
        """Someone other than the author agrees that this is what was learned."""
        self._require_open()
        self._require_understood()
        if circumstances().actor == self.author:
            raise no.NotByTheAuthor
        self.trigger_event(
            self.SignedOff,
            learning_statement=self.learning,
            factors=[each.as_signed_off(identity) for identity, each in self.factors.items()],
            recommendations=[
                {"recommendation_id": str(i), "words": words} for i, words in self.recommendations.items()
            ],
            themes=self.themes,
            author=self.author,
            template=self.template,
        )

    @event(SignedOff)
    def _(self) -> None:
        self.signed_off = True

    def reopen(self, because: str) -> None:
        """Take a signed-off review up again, with the reason on the record."""
        if not self.signed_off:
            raise no.NotSignedOffYet
        no.require_words(because)
        self.trigger_event(self.Reopened, because=because)

    @event(Reopened)
    def _(self) -> None:
        self.signed_off = False

    def _require_open(self) -> None:
        if self.signed_off:
            raise no.AlreadySignedOff
        if self.set_aside:
            raise no.ReviewSetAside

    def _require_understood(self) -> None:
        if self.answers.steps_left:
            raise no.StepsUnanswered(self.answers.steps_left)
        if not (self.factors or self.without_factor):
            raise no.FactorsMissing
        if only_about_people(self.factors.values()) and not self.system_questioned:
            raise no.SystemBeforePerson
        if not self.learning:
            raise no.LearningNotStated
