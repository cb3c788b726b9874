"""What can be sent from a review's page, by the last word of its address."""

from __future__ import annotations

from uuid import UUID

from contracts.taxonomy import FactorCategory
from libs.deciding import Act, Saved
from libs.web.forms import Form
from services.review.application import Reviewing
from services.review.pages.concluding import CONCLUDING
from services.review.pages.fields import LONGEST, WHY, Decide, identity
from services.review.pages.gathering import GATHERING


async def factor(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    category = form.one_of("category", set(FactorCategory), "Choose what kind of thing contributed.")
    said = form.text("factor", "Say in a sentence or two what contributed.", LONGEST)
    expected, behind = form.text("expected", longest=LONGEST), identity(form, "behind")
    if not form.ok or category is None:
        return None
    return await reviewing.identify_factor(act, journey, category, said, behind, expected)


async def factor_withdrawal(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    which, because = identity(form, "factor_id"), form.text("factor_because", WHY, LONGEST)
    return await reviewing.withdraw_factor(act, journey, which, because) if form.ok and which else None


async def no_factor(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    because = form.text("no_factor_because", WHY, LONGEST)
    return await reviewing.find_no_factor(act, journey, because) if form.ok else None


async def system(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    said = form.text("system", "Say what it was about the system that allowed this.", LONGEST)
    return await reviewing.question_system(act, journey, said) if form.ok else None


DECISIONS: dict[str, Decide] = {
    "factor": factor,
    "factor-withdrawal": factor_withdrawal,
    "no-factor": no_factor,
    "system": system,
    **GATHERING,
    **CONCLUDING,
}
