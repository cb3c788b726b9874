"""Keeping the candour record and the duties that stand behind it in step, whichever of the two was written first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts.intake import OpportunityTriaged
from contracts.taxonomy import Channel
from libs.domain import Aggregate
from services.notification.domain.account import Account
from services.notification.domain.candour import ATTEMPTS, BASIS, RULE_OF, UNLESS_REACHED, Candour, Step
from services.notification.domain.duty import Duty, duty_id

NOT_PROPOSED = "It was weighed again, and nothing on record points to the duty any more."
NOT_REACHED = "The relevant person cannot be reached; every attempt is on the candour record, regulation 20(5)."
WISHES_NOT = "The relevant person does not wish to hear; that is on the candour record, regulation 20(5)."
HOW: dict[Step, Channel] = {Step.TOLD_IN_PERSON: Channel.IN_PERSON, Step.WRITTEN_FOLLOW_UP: Channel.WRITING}
ON_RECORD = "Every attempt is on the candour record."


async def assessed(service: Any, event: OpportunityTriaged, account: Account) -> list[Aggregate]:
    """Whether the duty applies, as the manager weighed it: yes, or proposed and not agreed, each with its facts."""
    weighed = next((rule for rule in event.weighed if rule.rule_id == BASIS), None)
    candour: Candour | None = await service.find(Candour, Candour.create_id(event.journey))
    if candour is None and weighed is None:
        return []
    applies, because = (weighed.agreed, weighed.because) if weighed else (False, [NOT_PROPOSED])
    if candour is None:
        return [
            Candour(
                provider=account.provider, site=account.site, journey=account.journey, about=account.about,
                applies=applies, because=because,
            )
        ]  # fmt: skip
    candour.assess(because, applies=applies)
    return [candour]


async def discharged_by(service: Any, candour: Candour, step: Step, note: str) -> list[Aggregate]:
    """The duty that a step discharges, where it is owed."""
    rule = RULE_OF.get(step)
    duty: Duty | None = await service.find(Duty, duty_id(candour.journey, rule)) if rule else None
    if duty is None or duty.state != "owed":
        return []
    duty.discharge(HOW.get(step, Channel.AGREED), note)
    return [duty]


async def resting(service: Any, journey: UUID, rule: str) -> str:
    """Why the relevant person is owed nothing under a rule for now, or empty: paragraph (5) has no end but contact."""
    falls_away = rule in UNLESS_REACHED
    candour: Candour | None = await service.find(Candour, Candour.create_id(journey)) if falls_away else None
    if candour is None or candour.contact == "open":
        return ""
    return WISHES_NOT if candour.contact == "declined" else NOT_REACHED


async def without_contact(service: Any, candour: Candour, note: str, *, declined: bool) -> list[Aggregate]:
    """What was owed falls away while the person declines or is not found; that the attempts are on record is kept."""
    changed: list[Aggregate] = []
    for rule in (*UNLESS_REACHED, ATTEMPTS):
        duty: Duty | None = await service.find(Duty, duty_id(candour.journey, rule))
        if duty is None or duty.state != "owed":
            continue
        if rule == ATTEMPTS:
            duty.discharge(Channel.RECORD, ON_RECORD)
        elif declined:
            duty.decline(note)
        else:
            duty.lift(NOT_REACHED)
        changed.append(duty)
    return changed


async def in_contact_again(service: Any, candour: Candour) -> list[Aggregate]:
    """What was not done yet is owed again, under the rules as they were weighed last."""
    account: Account | None = await service.find(Account, Account.create_id(candour.journey))
    changed: list[Aggregate] = []
    for rule in sorted(account.owed.intersection(UNLESS_REACHED)) if account and candour.applies else ():
        duty: Duty | None = await service.find(Duty, duty_id(candour.journey, rule))
        if duty and duty.state in {"declined", "lifted"}:
            duty.owe_again(duty.owing)
            changed.append(duty)
    return changed
