"""People and systems outside the house: they reach it by the wire and by HTTP with a token, and by nothing else."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import orjson
from nats.aio.client import Client

from deploy.house import Platform
from deploy.travel import Traveller
from deploy.web import Door
from libs.clock import HandClock, TravelledClock
from libs.web.posts import Post
from tests.house import RULES, housed
from tests.servers import Database, Messaging

Json = dict[str, Any]
PROVIDER = "acme"
OVERSEERS = ("provider_quality_lead", "safeguarding_lead", "nominated_individual", "provider_representative", "auditor")
TEAM = {"day_carer": "day", "night_carer": "night", "agency_carer": "agency"}
"""Who works at the site, and in which part of the team."""
TOO_OFTEN = ("every: daily", "every: weekly")
"""Rounds that these stories leave out of the rules, since living through half a year of them takes half a minute."""


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of the year in which the stories play."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@dataclass
class Person:
    """Someone with a token for one post. What they ask must be granted, unless they expect a no."""

    actor: str
    post: Post
    client: httpx2.AsyncClient

    async def sees(self, path: str, **query: Any) -> Any:
        """What the house tells them."""
        answer = await self.client.get(path, params=query)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json()

    async def does(self, path: str, *, key: str = "", how: str = "POST", **said: Any) -> Json:
        """Ask for something, under a key where it must happen once; what was answered."""
        answer = await self._ask(path, said, how, key)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return dict(answer.json()) | {"replayed": answer.headers.get("Idempotency-Replayed", "")}

    async def is_refused(self, path: str, **said: Any) -> str:
        """The name of the rule by which the house says no."""
        answer = await self._ask(path, said, "POST", "")
        assert answer.is_client_error, f"{path}: {answer.status_code} {answer.text}"
        return str(answer.json()["type"]).rpartition("/")[2].rpartition(":")[2]

    async def _ask(self, path: str, said: Json, how: str, key: str) -> httpx2.Response:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex, "Content-Type": "application/json"}
        return await self.client.request(how, path, content=orjson.dumps(said), headers=headers)


@dataclass
class CarePlan:
    """A care planning system of another maker: it sends CloudEvents under its own name and hears what became of them."""

    client: Client
    answers: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)

    async def reports(self, incident: Json, *, message: str, said: datetime) -> Json:
        """One event in binary mode, and the answer to it."""
        headers = {
            "ce-id": message, "ce-type": "care.incident_reported.v1", "ce-source": "/careplan", "ce-specversion": "1.0",
            "ce-time": said.isoformat(), "content-type": "application/json",
        }  # fmt: skip
        await self.client.jetstream(timeout=60).publish(
            "external.incidents.careplan", orjson.dumps(incident), headers=headers
        )
        async with asyncio.timeout(60):
            return await self.answers.get()


@dataclass
class Town:
    """A provider's house from outside: its door, its clock, the people with a post, and the systems around it."""

    house: Platform
    door: Door
    clock: HandClock
    traveller: Traveller
    careplan: CarePlan
    site: str
    people: dict[str, Person] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Person:
        return self.people[role]

    async def until(self, when: datetime) -> None:
        """Live until then, through every date that falls due on the way."""
        if when > self.clock.now():
            await self.traveller.to(when)

    async def settle(self) -> None:
        """Until everyone has heard of everything."""
        await self.house.settle()

    async def admit(self, role: str, post: Post, number: int) -> Person:
        """Hand someone a token."""
        actor = f"person:{uuid.UUID(int=number)}"
        token = await self.door.tokens.issue_token(role, actor, [post], timedelta(days=1))
        headers = {"Authorization": f"Bearer {token}"}
        transport: Any = httpx2.ASGITransport(app=self.door.app)
        client = httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)
        self.people[role] = Person(actor, post, client)
        return self.people[role]

    async def figures(self, measure: str, who: str = "nominated_individual") -> dict[int, str]:
        """A measure as the provider's view shows it: by month, "k of n" and whether the target was met."""
        story = await self[who].sees("/api/governance/provider")
        assert await self._at_the_site(measure) == _by_month(story, measure), "one site is the whole provider here"
        return _by_month(story, measure)

    async def _at_the_site(self, measure: str) -> dict[int, str]:
        return _by_month(await self["registered_manager"].sees(f"/api/governance/sites/{self.site}"), measure)

    async def breaches(self, measure: str, month: int) -> list[Json]:
        """Each case that missed a target in a month."""
        mine = await self["registered_manager"].sees("/api/assurance/measures")
        identity = next(each["id"] for each in mine if each["measure_id"] == measure)
        shown = await self["registered_manager"].sees(f"/api/assurance/measures/{identity}")
        found = next(each for each in shown["figures"] if each["period"] == f"2026-{month:02d}-01")
        return list(found["breaches"])

    async def keeps(self, who: str, cadence: str, day: datetime, book: str, note: str) -> None:
        """Someone puts on record that a regular review was held."""
        held = await self[who].sees("/api/assurance/cadences")
        identity = next(each["id"] for each in held if each["cadence_id"] == cadence)
        body = {"held_on": day.date().isoformat(), "book": book, "note": note}
        await self[who].does(f"/api/assurance/cadences/{identity}/records", **body)

    async def journey(self, journey: str) -> Json:
        """A journey whole."""
        return dict(await self["registered_manager"].sees(f"/api/governance/journeys/{journey}"))

    async def ledgers_hold_everything(self) -> None:
        """Every event of every service stands in audit's ledgers, and each ledger verifies."""
        ledgers = {each["ledger"]: each["size"] for each in await self["auditor"].sees("/api/audit/ledgers")}
        for name, room in self.house.rooms.items():
            if name != "audit":
                assert ledgers[name] == room.store.position > 0, name
                assert (await self["auditor"].does(f"/api/audit/ledgers/{name}/verification"))["sound"], name


def _by_month(story: Json, measure: str) -> dict[int, str]:
    found: Json = next((each for each in story["measures"] if each["measure_id"] == measure), {"periods": []})
    return {
        int(each["period"][5:7]): f"{each['numerator']} of {each['denominator']}, {_outcome(each)}"
        for each in found["periods"]
    }


def _outcome(period: Json) -> str:
    met = period["sites_met"] if "sites_met" in period else int(bool(period["met"]))
    return "met" if met else "missed" if period["denominator"] else "nothing to measure"


@asynccontextmanager
async def town(
    database: Database, messaging: Messaging, key: Path, *, site: str, kind: str, posts: Iterable[str]
) -> AsyncIterator[Town]:
    """A new provider with one site of this kind, founded from outside by its quality lead."""
    async with housed(database, messaging, key) as house:
        clock = cast(HandClock, house.clock)
        door = Door(house, None)
        await door.open()
        careplan = CarePlan(await messaging.connect("source_careplan"))
        # What moves the clock asks no more of it than that it can be moved.
        traveller = Traveller(house, cast(TravelledClock, clock), lambda: None)
        made = Town(house, door, clock, traveller, careplan, site)
        try:
            await careplan.client.subscribe("answers.incidents.careplan", cb=_into(careplan.answers))
            await careplan.client.flush()
            await _found(made, kind, posts)
            yield made
        finally:
            for person in made.people.values():
                await person.client.aclose()
            await careplan.client.close()
            await door.close()


def _into(answers: asyncio.Queue[Json]) -> Callable[[Any], Awaitable[None]]:
    async def hear(message: Any) -> None:
        answers.put_nowait(orjson.loads(message.data))

    return hear


async def _found(made: Town, kind: str, posts: Iterable[str]) -> None:
    """Site, posts, holders, team and rules, all by the routes for them."""
    for number, role in enumerate(OVERSEERS, start=1):
        await made.admit(role, Post(f"{PROVIDER}.{role}", role, f"provider:{PROVIDER}"), number)
    for number, role in enumerate(posts, start=101):
        await made.admit(role, Post(f"{made.site}.{role}", role, f"site:{made.site}"), number)
    for number, name in enumerate(TEAM, start=201):
        await made.admit(name, Post(f"{made.site}.care_worker", "care_worker", f"site:{made.site}"), number)
    founder, api = made["provider_quality_lead"], "/api/governance"
    await founder.does(
        f"{api}/sites", site=made.site, title=made.site.title(), region="North", nation="ENG", service_kind=kind,
        opened_on="2020-01-01",
    )  # fmt: skip
    for person in made.people.values():
        post = person.post
        if post.role != "care_worker":
            said = {"post_id": post.post, "role": post.role, "scope": post.scope, "title": post.role.replace("_", " ")}
            await founder.does(f"{api}/posts", **said)
            who = {"person_id": person.actor.removeprefix("person:"), "person_name": f"Robin Holder-{post.role[:4]}"}
            await founder.does(f"{api}/posts/{post.post}/holders", **who)
    for role, part in TEAM.items():
        person_id = made[role].actor.removeprefix("person:")
        await founder.does(f"{api}/sites/{made.site}/team", person_id=person_id, part=part, joined_on="2024-01-01")
    parts = ("england-adult-social-care", "measures", "reflection", "cadences")
    lines = [line for part in parts for line in (RULES / f"{part}.yaml").read_text().splitlines()]
    document = "\n".join(line for line in lines if not any(words in line for words in TOO_OFTEN))
    await founder.does(f"{api}/rules", document=document, adopted_from="2020-01-01")
    await made.settle()
