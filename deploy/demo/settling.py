"""Giving the accounts that somebody is owed: after it was weighed, and after practice changed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from contracts.taxonomy import Channel, ClockStart, DutyRecipient
from deploy.demo.playing import Stage
from deploy.demo.words import say
from services.notification.domain.account import Account
from services.notification.domain.duty import Duty, duty_id

if TYPE_CHECKING:
    from deploy.demo.journeys import Journey

DISCHARGED = 0.985
"""The share of accounts that are given; a few are forgotten, as they are."""
CHANNELS = (Channel.PHONE, Channel.IN_PERSON, Channel.WRITING)


class Settling:
    """Giving the accounts that somebody is owed, as far as they are owed by now."""

    def __init__(self, journey: Journey, when: str) -> None:
        self.journey, self.when = journey, when

    async def settle(self, stage: Stage, at: datetime) -> None:
        """Discharge what is owed, nearly always."""
        journey = self.journey
        account = await stage.find("notification", Account, Account.create_id(journey.id))
        for rule in sorted(account.owed) if account else ():
            chance = journey.chance(f"settle/{self.when}/{rule}")
            told, is_done = say(chance, "told"), chance.random() < DISCHARGED
            duty = await stage.find("notification", Duty, duty_id(journey.id, rule))
            if not (duty and duty.state == "owed" and is_done) or self._is_for_the_briefing(duty):
                continue
            key = f"{journey.key}/discharge/{self.when}/{rule}"
            await stage.ask(
                "notification", "discharge", journey.manager, key, duty.id, chance.choice(CHANNELS), told, at=at
            )

    @staticmethod
    def _is_for_the_briefing(duty: Duty) -> bool:
        return duty.owing.recipient == DutyRecipient.STAFF_TEAM and duty.owing.starts_at == ClockStart.IMPLEMENTED
