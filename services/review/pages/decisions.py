"""What can be sent from a review's page, each read from its form: None where something is still to be mended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from contracts.taxonomy import EvidenceSource, FactorCategory
from libs.deciding import Act, Saved
from libs.web.forms import Form
from services.review.application import Contribution, Reviewing

Decide = Callable[[Reviewing, Act, UUID, Form], Awaitable[Saved | None]]
LONGEST, LONGEST_LEARNING, LONGEST_RECOMMENDATION = 8000, 4000, 2000
ZONE = "Europe/London"
WHY = "Give the reason, in a sentence that someone else will understand later."


def _identity(form: Form, name: str) -> UUID | None:
    """An id that the page put there itself, or None; noted as wrong where it is no id."""
    try:
        return UUID(form.value(name)) if form.value(name) else None
    except ValueError:
        form.wrong("Choose one of those shown.", name)
        return None


async def factor(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    category = form.one_of("category", set(FactorCategory), "Choose what kind of thing contributed.")
    said = form.text("factor", "Say in a sentence or two what contributed.", LONGEST)
    behind = _identity(form, "behind")
    if not form.ok or category is None:
        return None
    return await reviewing.identify_factor(act, journey, category, said, behind)


async def factor_withdrawal(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    which, because = _identity(form, "factor_id"), form.text("factor_because", WHY, LONGEST)
    return await reviewing.withdraw_factor(act, journey, which, because) if form.ok and which else None


async def no_factor(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    because = form.text("no_factor_because", WHY, LONGEST)
    return await reviewing.find_no_factor(act, journey, because) if form.ok else None


async def system(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    said = form.text("system", "Say what it was about the system that allowed this.", LONGEST)
    return await reviewing.question_system(act, journey, said) if form.ok else None


async def invitation(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    posts = form.values("invited")
    if not posts:
        form.wrong("Choose at least one post.", "invited")
        return None
    return await reviewing.invite(act, journey, posts)


async def contribution(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    how = form.one_of("took_part", ("yes", "no"), "Say whether they took part.")
    because = form.text("could_not_because", WHY if how == "no" else "", LONGEST) if how == "no" else ""
    if not form.ok:
        return None
    return await reviewing.record_contribution(act, journey, Contribution(form.value("post_id"), because))


async def timeline(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    happened = form.moment("happened", ZONE, "Say when it happened. Your best estimate is enough.")
    source = form.one_of("entry_source", set(EvidenceSource), "Choose where this is known from.")
    said = form.text("entry", "Say in a sentence what happened.", LONGEST)
    if not form.ok or happened is None or source is None:
        return None
    return await reviewing.add_timeline_entry(act, journey, happened, source, said)


async def evidence(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    source = form.one_of("evidence_source", set(EvidenceSource), "Choose where it can be seen.")
    dated = form.day("dated", "Give the day the evidence is from.")
    said = form.text("evidence", "Say in a sentence what it shows.", LONGEST)
    if not form.ok or source is None or dated is None:
        return None
    return await reviewing.add_evidence(act, journey, source, dated, said)


async def learning(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    said = form.text("learning", "Say in a few sentences what was learned.", LONGEST_LEARNING)
    return await reviewing.state_learning(act, journey, said, _known(form)) if form.ok else None


async def recommendation(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    said = form.text("recommendation", "Say in a sentence what others should decide on.", LONGEST_RECOMMENDATION)
    return await reviewing.recommend(act, journey, said, _known(form)) if form.ok else None


async def recommendation_withdrawal(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    which, because = _identity(form, "recommendation_id"), form.text("recommendation_because", WHY, LONGEST)
    return await reviewing.withdraw_recommendation(act, journey, which, because) if form.ok and which else None


async def sign_off(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    if form.value("agreed") != "yes":
        form.wrong("Read what was learned, then tick that you agree.", "agreed")
        return None
    return await reviewing.sign_off(act, journey)


async def reopening(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    because = form.text("reopen_because", WHY, LONGEST)
    return await reviewing.reopen(act, journey, because) if form.ok else None


def _known(form: Form) -> list[str]:
    """Names somebody typed to be looked for; they are used for this look alone and kept nowhere."""
    return [name.strip() for name in form.value("known").replace("\n", ",").split(",") if name.strip()]


DECISIONS: dict[str, Decide] = {
    "factor": factor,
    "factor-withdrawal": factor_withdrawal,
    "no-factor": no_factor,
    "system": system,
    "invitation": invitation,
    "contribution": contribution,
    "timeline": timeline,
    "evidence": evidence,
    "learning": learning,
    "recommendation": recommendation,
    "recommendation-withdrawal": recommendation_withdrawal,
    "sign-off": sign_off,
    "reopening": reopening,
}
