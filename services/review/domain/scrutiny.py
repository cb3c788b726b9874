"""What others put to a review, each with its answer: challenges, and what other bodies found and recommend."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID, uuid4

from contracts.taxonomy import RecommendationDecision
from libs.deciding import Decided, circumstances
from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.review.domain import refusals as no


@dataclass(frozen=True, slots=True)
class Challenge:
    """Who challenged the review, and whether that has been answered."""

    actor: str
    answered: bool = False


class Scrutiny(Aggregate):
    """Kept beside the review: what comes from outside may come at any time, even after it was signed off."""

    TOPIC = "review.Scrutiny"

    class Begun(Created):
        TOPIC = "review.Scrutiny.Begun"

    class Challenged(Event):
        TOPIC = "review.Scrutiny.Challenged"
        challenge_id: UUID
        words: Sealed

    class ChallengeAnswered(Event):
        TOPIC = "review.Scrutiny.ChallengeAnswered"
        challenge_id: UUID
        words: Sealed

    class AdviceReceived(Event):
        TOPIC = "review.Scrutiny.AdviceReceived"
        advice_id: UUID
        kind: str
        body: str
        words: Sealed

    class AdviceAnswered(Event):
        TOPIC = "review.Scrutiny.AdviceAnswered"
        advice_id: UUID
        body: str
        decision: str
        because: Sealed

    class Passed(Event):
        TOPIC = "review.Scrutiny.Passed"

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("review.Scrutiny", journey)

    @event(Begun)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.challenges: dict[UUID, Challenge] = {}
        self.advice: dict[UUID, str] = {}
        self.decisions: dict[UUID, str] = {}

    def challenge(self, words: str) -> None:
        """Put on record what is not convincing yet. It is answered before the review can be signed off."""
        no.require_words(words)
        self.trigger_event(self.Challenged, challenge_id=uuid4(), words=words)

    @event(Challenged)
    def _(self, challenge_id: UUID, by: Decided) -> None:
        self.challenges[challenge_id] = Challenge(by.actor)

    def answer_challenge(self, challenge_id: UUID, words: str) -> None:
        """Answer a challenge on the record, by somebody other than whoever raised it."""
        if challenge_id not in self.challenges:
            raise no.UnknownChallenge
        if self.challenges[challenge_id].answered:
            raise no.AlreadyAnswered
        if self.challenges[challenge_id].actor == circumstances().actor:
            raise no.AnsweredByTheChallenger
        no.require_words(words)
        self.trigger_event(self.ChallengeAnswered, challenge_id=challenge_id, words=words)

    @event(ChallengeAnswered)
    def _(self, challenge_id: UUID) -> None:
        self.challenges[challenge_id] = Challenge(self.challenges[challenge_id].actor, answered=True)

    def receive_advice(self, advice_id: UUID, kind: str, body: str, words: str) -> None:
        """Another body's finding or recommendation enters as an object of its own; the same one only once."""
        if advice_id not in self.advice:
            self.trigger_event(self.AdviceReceived, advice_id=advice_id, kind=kind, body=body, words=words)

    @event(AdviceReceived)
    def _(self, advice_id: UUID, body: str) -> None:
        self.advice[advice_id] = body

    def decide(self, advice_id: UUID, decision: str, because: str, ours: Collection[UUID] = ()) -> None:
        """Decide on what another body found or recommends, or on one of `ours`. A later decision may replace it."""
        if advice_id not in self.advice and advice_id not in ours:
            raise no.UnknownRecommendation
        no.require_words(because)
        body = self.advice.get(advice_id, "")
        choice = str(RecommendationDecision(decision))
        self.trigger_event(self.AdviceAnswered, advice_id=advice_id, body=body, decision=choice, because=because)

    @event(AdviceAnswered)
    def _(self, advice_id: UUID, decision: str) -> None:
        self.decisions[advice_id] = decision

    @property
    def undecided(self) -> list[UUID]:
        """What other bodies found or recommend and nobody has decided on."""
        return [each for each in self.advice if each not in self.decisions]

    def challenged_besides(self, author: str) -> bool:
        """Whether someone other than the author challenged the review and was answered."""
        return any(each.answered and each.actor != author for each in self.challenges.values())

    def pass_on(self) -> None:
        """Nothing is left unanswered. On record in the same moment as the sign-off, so that no challenge slips between.

        Raises ChallengeUnanswered, AdviceUnanswered.
        """
        if not all(each.answered for each in self.challenges.values()):
            raise no.ChallengeUnanswered
        if self.undecided:
            raise no.AdviceUnanswered
        self.trigger_event(self.Passed)
