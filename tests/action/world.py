"""A house of governance and action: two sites with their posts, and reviews that are signed off when a test says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from contracts.envelope import PublishedEvent
from contracts.review import ReviewSignedOff, SignedOffFactor
from deploy.house import Platform
from libs.calendar import local_day
from libs.clock import HandClock
from libs.deciding import Act, deciding
from libs.escalating import Escalation
from services.action.application import Actions
from services.action.domain.action import Action, Terms
from services.action.domain.route import Stage
from services.action.policy import react
from services.action.policy.route import route
from services.action.projection import Plans
from tests.given import heard
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

ANN = UUID(int=0xA)
MANAGER = Act(f"person:{ANN}", "registered_manager", "site:elm")
DEPUTY = Act("person:bo", "deputy_manager", "site:elm")
REGIONAL = Act("person:cy", "provider_representative", "region:North")
CARER = Act("person:di", "care_worker", "site:elm")
AUDITOR = Act("person:ed", "auditor", "provider:acme")
OWNER = "elm.registered_manager"
POSTS = [
    (OWNER, "registered_manager", "site:elm", "Registered manager, Elm", "elm.deputy_manager"),
    ("elm.deputy_manager", "deputy_manager", "site:elm", "Deputy manager, Elm", None),
    ("north.representative", "provider_representative", "region:North", "Regional lead, North", None),
]


@dataclass
class World:
    """The house, and what a test does to it from outside."""

    platform: Platform

    @property
    def actions(self) -> Actions:
        found: Actions = self.platform.service("action")
        return found

    @property
    def plans(self) -> Plans:
        return self.platform.rooms["action"].view(Plans)

    @property
    def today(self) -> date:
        return local_day(self.platform.clock.now())

    def terms(self, factor: UUID | None = None, **fields: Any) -> Terms:
        """Terms that can be agreed now, due in a fortnight."""
        usual: dict[str, Any] = {
            "what": "Handover is read back.", "change_kind": "handover", "owner_post": OWNER,
            "due": self.today + timedelta(days=14), "why_no_measure": "Nothing counts this.",
        }  # fmt: skip
        return Terms(factor_id=factor, **usual | fields)

    async def hear(self, fact: PublishedEvent, journey: UUID, site: str = "elm") -> None:
        """A neighbour said something."""
        said = heard(fact, at=self.platform.clock.now(), journey=journey, about=journey, site=site)
        await self.actions.receive(react, said, consumer="test", message_id=uuid4().hex, cause=said.envelope)

    async def signed_off(self, *factors: UUID, journey: UUID | None = None, site: str = "elm") -> UUID:
        """A review was signed off with these factors; the journey it belongs to."""
        journey = journey or uuid4()
        fact = ReviewSignedOff(
            review_id=uuid4(),
            learning_statement="Say it aloud at handover.",
            factors=[SignedOffFactor(factor_id=each, category="handover", seips="tasks") for each in factors],
            themes=["falls"],
            author="person:author",
            signed_by="person:other",
        )
        await self.hear(fact, journey, site)
        return journey

    async def agreed(self, journey: UUID, factor: UUID | None, **fields: Any) -> UUID:
        """An action was agreed."""
        return (await self.actions.agree(MANAGER, journey, self.terms(factor, **fields))).id

    async def route(self, action: UUID) -> list[Stage]:
        """The route that an action would go up today."""
        with deciding(MANAGER, self.platform.clock.now()):
            return await route(self.actions, await self.actions.get(Action, action), Escalation())

    async def answering(self, action: UUID) -> list[tuple[str, ...]]:
        """The posts that would be told at each stage of that route."""
        return [stage.posts for stage in await self.route(action)]

    async def implemented(self, action: UUID) -> None:
        """The manager made the change."""
        await self.actions.start(MANAGER, action)
        await self.actions.implement(MANAGER, action, self.today, "audit", "Sheet 4 in the office")

    async def live_until(self, moment: datetime) -> None:
        """Time passes until this moment, and everything that fell due has been seen to."""
        await self.platform.settle()
        clock, waker = self.platform.clock, self.platform.rooms["action"].waker
        assert isinstance(clock, HandClock)
        assert waker is not None
        clock.move_to(moment)
        while await waker.wake():
            await self.platform.settle()

    async def published(self, journey: UUID, kind: type[PublishedEvent]) -> list[dict[str, Any]]:
        """What left the service for its neighbours, by its content: what the relay would say of the stored events."""
        room = self.platform.rooms["action"]
        events = await room.mapper.read([each.stored for each in await room.store.read(0, 10_000)])
        said = [room.publish(event) for event in events if event.journey == journey]
        return [each.model_dump(mode="json") for each in said if isinstance(each, kind)]


@asynccontextmanager
async def world(database: Database, messaging: Messaging, key: Path) -> AsyncIterator[World]:
    """Two sites, Elm and Oak, with posts at Elm and above it."""
    async with housed(database, messaging, key, "governance", "action") as platform:
        await with_sites(platform, "elm", "oak")
        governance = platform.service("governance")
        for post_id, role, scope, title, deputy in POSTS:
            await governance.establish_post(OPERATOR, "acme", "elm", post_id, role, scope, title, deputy)
        await governance.appoint(OPERATOR, OWNER, ANN, "Annabel Okonkwo", "ann@example.org")
        await platform.settle()
        yield World(platform)
