"""A review: five steps of reflection, the factors behind what happened, what was learned, and who agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from libs.deciding import Decided, circumstances
from libs.domain import Created, Event, Sealed, event, follows
from services.review.domain import refusals as no
from services.review.domain.answers import GROUP, Answers
from services.review.domain.understanding import EXAMPLE, LEARNING, Understanding
from services.review.domain.values import SIGNERS, Answer, Factor, lead_of, only_about_people


class Review(Understanding):
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
        signers: tuple[str, ...] = ()

    class ResponseChosen(Event):
        TOPIC = "review.Review.ResponseChosen"
        kind: str
        response: str
        lead_role: str
        themes: list[str]
        questions: dict[str, int] | None = None

    class SetAside(Event):
        TOPIC = "review.Review.SetAside"

    class QuestionAdded(Event):
        TOPIC = "review.Review.QuestionAdded"
        step: int
        question: str
        words: Sealed

    class Answered(Event):
        TOPIC = "review.Review.Answered"
        step: int
        question: str
        number: int
        begins_step: bool
        template: str
        words: Sealed
        voice: str = GROUP

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
        expected: Sealed = ""

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
        number: int = 1

    class ExampleGiven(Event):
        TOPIC = "review.Review.ExampleGiven"
        words: str
        number: int

    class SignOffAwaited(Event):
        TOPIC = "review.Review.SignOffAwaited"
        awaited: bool
        signers: list[str]
        author: str

    class SignedOff(Event):
        TOPIC = "review.Review.SignedOff"
        learning_statement: str
        factors: list[dict[str, str]]
        recommendations: list[dict[str, str]]
        themes: list[str]
        author: str
        template: str
        example: str = ""
        gaps: tuple[str, ...] = ()

    class Reopened(Event):
        TOPIC = "review.Review.Reopened"
        because: Sealed

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("review.Review", journey)

    @event(Opened)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, kind: str, response: str, lead_role: str,
        themes: list[str], rules: str, template: str, questions: dict[str, int], signers: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.kind, self.response, self.lead_role, self.themes = kind, response, lead_role, themes
        self.rules, self.template, self.answers = rules, template, Answers(dict(questions))
        self.signers = list(signers) or [str(role) for role in SIGNERS]
        self.factors, self.recommendations = dict[UUID, Factor](), dict[UUID, str]()
        self.without_factor = self.system_questioned = self.awaited = self.signed_off = self.set_aside = False
        self.learning = self.author = ""
        self.shared = dict[str, Answer]()

    def weigh_anew(
        self, kind: str, response: str, themes: list[str], questions: Mapping[str, int] | None = None
    ) -> None:
        """It was triaged again. A signed-off review is taken up again; the same choice for an open one is no news.

        `questions` are those asked of the kind it turned out to be. They join those asked before: no answer is lost.
        """
        if response == "none":
            if not (self.signed_off or self.set_aside):
                self.trigger_event(self.SetAside)
            return
        if self.signed_off:
            self.trigger_event(self.Reopened, because="It was weighed again after it turned out to be something else.")
        if self.set_aside or (kind, response, themes) != (self.kind, self.response, self.themes):
            lead = lead_of(response)
            self.trigger_event(
                self.ResponseChosen, kind=kind, response=response, lead_role=lead, themes=themes,
                questions=dict(questions or {}),
            )  # fmt: skip
        self._draw_conclusions()

    @event(ResponseChosen)
    def _(self, kind: str, response: str, lead_role: str, themes: list[str], questions: dict[str, int] | None) -> None:
        self.kind, self.response, self.lead_role, self.themes = kind, response, lead_role, themes
        self.answers.questions |= questions or {}
        self.set_aside = False

    @event(SetAside)
    def _(self) -> None:
        self.set_aside, self.awaited = True, False

    @event(QuestionAdded)
    def _(self, step: int, question: str) -> None:
        self.answers.questions[question] = step

    @event(Answered)
    def _(self, question: str, number: int, words: str, voice: str, by: Decided) -> None:
        self.answers.keep(voice, question, Answer(number, words, by.actor))

    @event(StepPassedOver)
    def _(self, step: int) -> None:
        self.answers.passed_over.add(step)

    @event(FactorIdentified)
    def _(self, factor_id: UUID, category: str, seips: str, words: str, behind: UUID | None) -> None:
        self.factors[factor_id] = Factor(category, seips, words, behind)

    @event(FactorWithdrawn)
    def _(self, factor_id: UUID) -> None:
        del self.factors[factor_id]

    @event(NoFactorFound)
    def _(self) -> None:
        self.without_factor = True

    @event(SystemQuestioned)
    def _(self) -> None:
        self.system_questioned = True

    @event(Recommended)
    def _(self, recommendation_id: UUID, words: str) -> None:
        self.recommendations[recommendation_id] = words

    @event(RecommendationWithdrawn)
    def _(self, recommendation_id: UUID) -> None:
        del self.recommendations[recommendation_id]

    @event(LearningStated)
    def _(self, words: str, number: int, by: Decided) -> None:
        self.learning, self.author = words, by.actor
        self.shared[LEARNING] = Answer(number, words, by.actor)

    @event(ExampleGiven)
    def _(self, words: str, number: int, by: Decided) -> None:
        self.shared[EXAMPLE] = Answer(number, words, by.actor)

    def sign_off(self, *, challenged: bool = False, gaps: Sequence[str] = ()) -> None:
        """Someone other than the author, who answers for the service, agrees that this is what was learned.

        `challenged` says that somebody else challenged it and was answered; `gaps` is what it does without.
        """
        self._require_open()
        self._require_understood()
        if circumstances().actor == self.author:
            raise no.NotByTheAuthor
        if circumstances().role not in self.signers:
            raise no.RoleDoesNotSignOff
        if only_about_people(self.factors.values()) and not challenged:
            raise no.ChallengeMissing
        self.trigger_event(
            self.SignedOff,
            learning_statement=self.learning,
            factors=[each.as_signed_off(identity) for identity, each in self.factors.items()],
            recommendations=[{"recommendation_id": str(i), "words": said} for i, said in self.recommendations.items()],
            themes=self.themes,
            author=self.author,
            template=self.template,
            example=self.shared[EXAMPLE].words if EXAMPLE in self.shared else "",
            gaps=tuple(gaps),
        )

    @event(SignedOff)
    def _(self) -> None:
        self.signed_off, self.awaited = True, False

    def reopen(self, because: str) -> None:
        """Take a signed-off review up again, with the reason on the record."""
        if not self.signed_off:
            raise no.NotSignedOffYet
        self.require_answering_for_it()
        no.require_words(because)
        self.trigger_event(self.Reopened, because=because)
        self._draw_conclusions()

    def require_answering_for_it(self) -> None:
        """Raises RoleDoesNotDecide for a role that answers neither for the service nor for this review."""
        if circumstances().role not in self.signers:
            raise no.RoleDoesNotDecide

    @event(Reopened)
    def _(self) -> None:
        self.signed_off = False

    @event(SignOffAwaited)
    def _(self, awaited: bool) -> None:
        self.awaited = awaited
