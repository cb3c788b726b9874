"""What leaves review. Nothing leaves that is not named here; answers stay inside."""

from __future__ import annotations

from functools import singledispatch

from contracts import review as said
from contracts.envelope import PublishedEvent
from libs.emergency_reading import EmergencyReading
from services.review.domain import Material, Review, Scrutiny


@singledispatch
def publish(event: object) -> PublishedEvent | None:
    return None


@publish.register
def opened(event: Review.Opened) -> PublishedEvent:
    return said.ReviewOpened(review_id=event.originator_id, response=event.response, lead_role=event.lead_role)


@publish.register
def answered(event: Review.Answered) -> PublishedEvent | None:
    """A step is recorded with its first answer; what is written further in it is no news to others."""
    if not event.begins_step:
        return None
    return said.ReflectionStepRecorded(review_id=event.originator_id, step=event.step, template_version=event.template)


@publish.register
def factor_identified(event: Review.FactorIdentified) -> PublishedEvent:
    return said.FactorIdentified(
        review_id=event.originator_id,
        factor_id=event.factor_id,
        category=event.category,
        seips=event.seips,
        words=event.words,
    )


@publish.register
def signed_off(event: Review.SignedOff) -> PublishedEvent:
    return said.ReviewSignedOff(
        review_id=event.originator_id,
        learning_statement=event.learning_statement,
        factors=[said.SignedOffFactor.model_validate(each) for each in event.factors],
        recommendations=[said.Recommendation.model_validate(each) for each in event.recommendations],
        themes=event.themes,
        author=event.author,
        signed_by=event.by.actor,
        example=event.example,
        gaps=list(event.gaps),
    )


@publish.register
def reopened(event: Review.Reopened) -> PublishedEvent:
    return said.ReviewReopened(review_id=event.originator_id, because=event.because)


@publish.register
def awaited(event: Review.SignOffAwaited) -> PublishedEvent:
    return said.SignOffAwaited(
        review_id=event.originator_id, awaited=event.awaited, signers=event.signers, author=event.author
    )


@publish.register
def found(event: Material.FindingMade) -> PublishedEvent:
    return said.FindingMade(finding_id=event.finding_id, kinds=event.kinds, words=event.words)


@publish.register
def challenged(event: Scrutiny.Challenged) -> PublishedEvent:
    return said.ReviewChallenged(challenge_id=event.challenge_id, words=event.words)


@publish.register
def challenge_answered(event: Scrutiny.ChallengeAnswered) -> PublishedEvent:
    return said.ReviewChallengeAnswered(challenge_id=event.challenge_id, words=event.words)


@publish.register
def decided(event: Scrutiny.AdviceAnswered) -> PublishedEvent:
    return said.RecommendationDecided(
        recommendation_id=event.advice_id, body=event.body, decision=event.decision, because=event.because
    )


@publish.register
def read_in_emergency(event: EmergencyReading.PageRead) -> PublishedEvent:
    return said.ReadInEmergency(access_id=event.access, what=event.what)
