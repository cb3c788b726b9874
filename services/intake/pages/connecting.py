"""What connects a record with whoever reported it without a name, and with other records: shown, and sent from its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts.taxonomy import LinkKind, OpportunityKind
from libs.deciding import Act, Saved
from libs.reading import opened
from libs.web.forms import Form
from libs.web.posts import SignedIn
from services.intake.application import NOT_HERE, Intake
from services.intake.domain import Opportunity

WHY = "Say why, in a sentence that someone else will understand later."


async def connected(intake: Intake, me: SignedIn, it: Opportunity, covered: list[str]) -> dict[str, Any]:
    """What the page of one opportunity shows of it."""
    rows = await intake.patterns.linked(it.journey, covered, intake.pseudonym(me.actor_id))
    return {
        "talk": await intake.talk_of(it.journey),
        "link_kinds": LinkKind.choices(),
        "linked": [
            row | {"how_label": LinkKind(row["how"]).label, "kind_label": OpportunityKind(row["kind"]).label}
            for row in await opened(intake.mapper.keys, rows, "reason")
        ],
    }


async def question(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    words = form.text("asks", "Write the question.", 4000)
    return await intake.ask_reporter(act, journey, words) if form.ok else None


async def answers_read(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    return await intake.read_answers(act, journey)


async def link(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    number = form.text("linked_to", "Give the number of the other one.", 20)
    other = await intake.register.numbered(number) if number else None
    if number and other is None:
        form.wrong(NOT_HERE, "linked_to")
    how = form.one_of("how", set(LinkKind), "Choose how they belong together.")
    form.text("link_reason", WHY, 4000)
    return await intake.link(act, journey, other["journey"], how or "") if form.ok and other else None


async def unlinking(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    form.text("unlinking_reason", WHY, 4000)
    other, _, how = form.value("undone").partition("/")
    return await intake.unlink(act, journey, UUID(other), how) if form.ok and _is_id(form, other) else None


def _is_id(form: Form, said: str) -> bool:
    try:
        return bool(UUID(said))
    except ValueError:
        form.wrong("Choose one of those shown.", "undone")
        return False


CONNECTING = {"question": question, "answers-read": answers_read, "link": link, "unlinking": unlinking}
