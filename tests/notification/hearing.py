"""What happens on a journey, told to the shared house as its neighbours tell it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from services.notification.domain.duty import Duty, duty_id
from tests.given import heard
from tests.hands import Reception
from tests.notification.samples import raised, triaged


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
