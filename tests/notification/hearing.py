"""What happens on a journey, told to notification as its neighbours tell it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from deploy.house import Platform
from services.notification.domain.account import Account
from services.notification.domain.briefing import Briefing
from services.notification.domain.duty import Duty, duty_id
from tests.given import heard
from tests.hands import Reception
from tests.house import MONDAY
from tests.notification.samples import change, raised, triaged


async def journey_of(reception: Reception, *facts: Any, site: str = "elm") -> UUID:
    journey = uuid4()
    room = reception.platform.rooms["notification"]
    assert room.reactor
    for fact in facts:
        await room.reactor.react_to(heard(fact, journey=journey, about=journey, site=site).envelope)
    await reception.platform.settle()
    return journey


async def duty(reception: Reception, journey: UUID, rule: str) -> Duty:
    found: Duty = await reception.platform.service("notification").get(Duty, duty_id(journey, rule))
    return found


FALL = (raised("accident_or_injury"), triaged("accident_or_injury", candour_applies=True))


class Journey:
    """One journey at a site, told to notification as its neighbours tell it."""

    def __init__(self, house: Platform, site: str = "elm") -> None:
        self.room, self.id = house.rooms["notification"], uuid4()
        self.place: dict[str, Any] = {"journey": self.id, "about": self.id, "site": site}

    async def hears(self, *facts: Any, at: datetime = MONDAY) -> None:
        for fact in facts:
            assert self.room.reactor
            assert await self.room.reactor.react_to(heard(fact, at=at, **self.place).envelope)

    async def duties(self) -> dict[str, Duty]:
        account = await self.room.service.find(Account, Account.create_id(self.id))
        found = {rule: await self.room.service.find(Duty, duty_id(self.id, rule)) for rule in account.owed}
        assert all(found.values())
        return found

    async def duty(self, rule: str) -> Duty:
        found: Duty = await self.room.service.find(Duty, duty_id(self.id, rule))
        return found

    async def briefing(self, number: int = 1) -> Briefing:
        identity = Briefing.create_id(self.id, change(number))
        found: Briefing = await self.room.service.find(Briefing, identity)
        return found
