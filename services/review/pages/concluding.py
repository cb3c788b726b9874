"""What can be sent from a review's page when a team says what it learned and others answer it, each read from its form."""

from __future__ import annotations

from uuid import UUID

from contracts.taxonomy import RecommendationDecision
from libs.deciding import Act, Saved
from libs.web.forms import Form
from services.review.application import Reviewing
from services.review.pages.fields import (
    LONGEST,
    LONGEST_RECOMMENDATION,
    LONGEST_SHARED,
    WHY,
    Decide,
    identity,
    known,
    seen,
)


async def learning(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    said, based_on = (
        form.text("learning", "Say in a few sentences what was learned.", LONGEST_SHARED),
        seen(form, "learning"),
    )
    return await reviewing.state_learning(act, journey, said, known(form), based_on) if form.ok else None


async def example(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    said, based_on = (
        form.text("example", "Tell in a few sentences what happened.", LONGEST_SHARED),
        seen(form, "example"),
    )
    return await reviewing.give_example(act, journey, said, known(form), based_on) if form.ok else None


async def recommendation(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    said = form.text("recommendation", "Say in a sentence what others should decide on.", LONGEST_RECOMMENDATION)
    return await reviewing.recommend(act, journey, said, known(form)) if form.ok else None


async def recommendation_withdrawal(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    which, because = identity(form, "recommendation_id"), form.text("recommendation_because", WHY, LONGEST)
    return await reviewing.withdraw_recommendation(act, journey, which, because) if form.ok and which else None


async def decision(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    which = identity(form, "advice_id")
    choice = form.one_of("decision", set(RecommendationDecision), "Choose what you decide.")
    because = form.text("decision_because", WHY, LONGEST)
    if not form.ok or which is None or choice is None:
        return None
    return await reviewing.decide(act, journey, which, choice, because)


async def challenge(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    said = form.text("challenge", "Say in a sentence or two what is not convincing yet.", LONGEST)
    return await reviewing.challenge(act, journey, said) if form.ok else None


async def challenge_answer(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    which, said = identity(form, "challenge_id"), form.text("challenge_answer", "Say what the answer is.", LONGEST)
    return await reviewing.answer_challenge(act, journey, which, said) if form.ok and which else None


async def sign_off(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    if form.value("agreed") != "yes":
        form.wrong("Read what was learned, then tick that you agree.", "agreed")
        return None
    return await reviewing.sign_off(act, journey)


async def reopening(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    because = form.text("reopen_because", WHY, LONGEST)
    return await reviewing.reopen(act, journey, because) if form.ok else None


CONCLUDING: dict[str, Decide] = {
    "learning": learning,
    "example": example,
    "recommendation": recommendation,
    "recommendation-withdrawal": recommendation_withdrawal,
    "decision": decision,
    "challenge": challenge,
    "challenge-answer": challenge_answer,
    "sign-off": sign_off,
    "reopening": reopening,
}
