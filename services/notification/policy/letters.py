"""What follows from a letter that left: the step it is, and the duties it discharges."""

from __future__ import annotations

from typing import Any

from contracts.taxonomy import Channel
from libs.domain import Aggregate
from services.notification.domain.candour import Candour, Step
from services.notification.domain.duty import Duty, duty_id
from services.notification.domain.letter import How, Letter

HOW = {How.POST: "by post", How.BY_HAND: "by hand", How.OTHER: "in the way they asked for"}


def sending(letter: Letter) -> str:
    """That it left, in a sentence that repeats nothing of it."""
    assert letter.dated
    dated = f"{letter.dated.day} {letter.dated:%B %Y}"
    return f"A letter dated {dated} left {HOW[How(letter.how)]}. Its fingerprint (SHA-256) begins {letter.sha256[:12]}."


def step_taken(candour: Candour, step: Step, letter: Letter) -> list[Aggregate]:
    """The letter is the step, unless the step was on record before; then the sending alone is."""
    if step in candour.taken:
        return []
    candour.take(step, sending(letter), apologised=letter.apologises)
    return [candour]


async def discharged_by_letter(service: Any, letter: Letter) -> list[Aggregate]:
    """The duties that are owed and that this letter answers."""
    changed: list[Aggregate] = []
    for rule in letter.rules:
        duty: Duty | None = await service.find(Duty, duty_id(letter.journey, rule))
        if duty and duty.state == "owed":
            duty.discharge(Channel.WRITING, sending(letter))
            changed.append(duty)
    return changed
