"""Plant words wherever words are sealed; find them in nothing that is kept or leaves; erase; and let nobody open them."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from contracts.sealed import ERASED
from deploy.house import Platform
from deploy.web import Door
from libs import logs, telemetry
from libs.clock import HandClock
from libs.deciding import Act
from libs.mapper import events_of, shape_of
from libs.web.posts import Post
from services.intake.application import ErasureRequest
from services.intake.domain import Erasure, Opportunity
from tests.house import MONDAY, with_sites
from tests.notification.test_delivery import serving
from tests.privacy.answering import KEPT, OF_OTHERS, answered
from tests.privacy.aside import Aside
from tests.privacy.leaving import Outside
from tests.privacy.markers import Markers, dumped, files, found_in, opened, streamed, tokens_in
from tests.privacy.reached import STAYS, unreached
from tests.privacy.story import MANAGER, QUALITY, Story
from tests.servers import Database, Messaging

KEEPER = Act("person:keeper", "nominated_individual", "provider:acme", "The law asks for it.")
NOT_PLANTED = frozenset({
    # Made by the house itself: nobody's words. They are looked for as they are.
    "notification.Subscribers.EndpointAdded.secret", "notification.Subscribers.SecretRotated.secret",
})  # fmt: skip


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """Logs and traces as a collector would get them."""
    made = Outside()
    made.mailbox.on_taking, made.hooked.on_taking = made.written.set, made.called.set
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(made.spans))
    with monkeypatch.context() as patched:
        patched.setattr(telemetry, "_tracer", provider.get_tracer("candour"))
        patched.setattr(sys, "stderr", made.logged)
        logs.begin(level=0)
        yield made
    provider.shutdown()
    logs.begin()


@asynccontextmanager
async def lived_in(
    database: Database, messaging: Messaging, key: Path, folder: Path, outside: Outside
) -> AsyncIterator[tuple[Platform, Door]]:
    """A whole house with a mail server and another system beside it."""
    hook = await asyncio.start_server(outside.hooked.take, "127.0.0.1", 0)
    async with serving(outside.mailbox) as port:
        env = database.environment() | messaging.environment()
        env |= {"CANDOUR_KEK_FILE": str(key), "CANDOUR_AUDIT_KEY_FILE": str(key), "CANDOUR_VAR": str(folder)}
        env |= {"CANDOUR_SMTP_URL": f"smtp://127.0.0.1:{port}", "CANDOUR_WEBHOOK_ALLOW": "127.0.0.0/8"}
        platform = Platform(env, HandClock(MONDAY))
        await platform.open()
        door = Door(platform, None)
        try:
            await platform.start()
            await door.open()
            await with_sites(platform, "elm", "oak")
            url = f"http://127.0.0.1:{hook.sockets[0].getsockname()[1]}/"
            await platform.service("notification").connect(QUALITY, "acme", url, [])
            yield platform, door
        finally:
            await door.close()
            await platform.close()
            hook.close()


async def knock(door: Door, mark: Markers, journey: Any, outside: Outside) -> None:
    """Ask at the doors in ways that are refused or fail, with words in every place that an answer could repeat."""
    post = Post("elm.manager", "registered_manager", "site:elm", "Registered manager")
    token = await door.tokens.issue_token("knock", MANAGER.actor, [post], timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    transport = httpx2.ASGITransport(door.app, raise_app_exceptions=False)
    api = "/api/intake/opportunities"
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as web:
        asked: list[tuple[str, Any]] = [
            (api, {"site": "elm", "kind": mark("kind"), "summary": mark("refused summary")}),
            (api, {"site": "elm", "kind": "near_miss", "summary": mark("long") * 2000}),
            (api, {"site": mark("site"), "kind": "near_miss", "summary": mark("unknown site")}),
            (api, {"field": mark("field"), "kind": 1}),
            (f"{api}/{journey}/triage", {"rationale": mark("second triage")}),
            (f"{api}/{journey}/safety", {"words": {"nested": mark("nested")}}),
            (f"/api/review/reviews/{journey}/learning", {"words": f"Mrs Okafor {mark('learning')} 943 476 5919"}),
        ]
        for path, body in asked:
            answer = await web.post(path, content=orjson.dumps(body), headers={"Content-Type": "application/json"})
            assert answer.is_client_error, (path, answer.status_code, answer.text)
            outside.said += [answer.content, repr(answer.headers).encode(), str(answer.url).encode()]
        broken = await web.post(api, content=b'{"summary": "' + mark("broken").encode(), headers=headers)
        raised = await web.post(api, json={"site": "elm", "kind": "near_miss", "summary": mark("by the API")})
        assert (broken.is_client_error, raised.status_code) == (True, 201)
        for each in (broken, raised):
            outside.said += [each.content, repr(each.headers).encode(), str(each.url).encode()]
        ready = await web.get("/health/ready")
        outside.said.append(ready.content)


async def kept(database: Database, messaging: Messaging, folder: Path) -> dict[str, bytes]:
    """Everything that is kept: a dump without the keys, each stream, and the folder of evidence."""
    found = {"dump": dumped(database), "files": files(folder)}
    streams: dict[str, list[bytes]] = {}
    async for name, content in streamed(messaging):
        streams.setdefault(f"stream {name}", []).append(content)
    return found | {name: b"\n".join(parts) for name, parts in streams.items()}


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_the_search_sees_words_however_they_are_written_down(before: str) -> None:
    word = (before + " the Zqxv0042 was there, and stayed").encode()
    for written in (word, word.hex().encode(), base64.b64encode(word), base64.urlsafe_b64encode(word)):
        assert found_in(b'{"x": "' + written + b'"}') == {"zqxv0042"}


async def test_what_people_write_is_kept_under_seal_leaves_nowhere_and_ends_with_the_key(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path, tmp_path: Path, outside: Outside
) -> None:
    async with lived_in(database, fresh_messaging, wrapping_key, tmp_path, outside) as (house, door):
        story = Story(house, mark := Markers())
        await Aside(story).play()
        await knock(door, knocks := Markers(_count=iter(range(5000, 6000))), story.journey, outside)
        await house.settle()
        async with asyncio.timeout(60):
            await outside.written.wait()
            await outside.called.wait()
        everything = await kept(database, fresh_messaging, tmp_path)

        for where, content in everything.items() | outside.everything().items():
            assert content, f"nothing to look through: {where}"
            assert found_in(content) == set(), where
        read = await opened(everything.values(), database, wrapping_key)
        assert {mark.planted[word] for word in mark.planted.keys() - read.keys()} == set(), "a seal was looked past"
        assert fields(house) - {place for places in read.values() for place in named(places)} == NOT_PLANTED

        copy = await answered(door, story)
        erasure = await erased(house, story)
        assert await unreached(tokens_in(everything.values()), house.service("intake"), erasure) == set(STAYS) - {
            "intake.Erasure.Approved"
        }
        assert (await copy()).status_code == 409
        again = await kept(database, fresh_messaging, tmp_path)
        for where, content in again.items() | outside.everything().items():
            assert found_in(content) == set(), where
        still = await opened([*everything.values(), *again.values()], database, wrapping_key)
        assert {mark.planted[word] for word in still.keys() & mark.planted.keys()} == OF_OTHERS | KEPT
        assert knocks.planted.keys() & still.keys(), "others' words still open"
        await forgotten(house, door, story)


def fields(house: Platform) -> set[str]:
    """Every sealed field of every stored event."""
    return {
        f"{kind.TOPIC}.{name}"  # type: ignore[attr-defined]
        for room in house.rooms.values()
        for aggregate in room.kind.aggregates
        for kind in events_of(aggregate)
        for name, _ in shape_of(kind).sealed
    }


def named(places: set[str]) -> Iterator[str]:
    """The stored fields among the places of some texts."""
    for place in places:
        parts = place.split("|")
        yield f"{parts[0]}.{parts[-1]}"


async def erased(house: Platform, story: Story) -> Erasure:
    """Two people decide, and the keys are destroyed."""
    intake = house.service("intake")
    same = await intake.keeping.of_same_person(story.journey)
    journeys = tuple(row["journey"] for row in same)
    request = ErasureRequest(
        story.journey, journeys, "person", "objected", "They asked.", date(2026, 3, 2), employment=True
    )
    asked = await intake.ask_erasure(QUALITY, request)
    await intake.approve_erasure(KEEPER, asked.id, overruling=True)
    await house.settle()
    waker = house.rooms["intake"].waker
    assert waker
    await waker.wake()
    await house.settle()
    erasure: Erasure = await intake.find(Erasure, asked.id)
    assert (erasure.state, erasure.files) == ("certified", 1)
    return erasure


async def forgotten(house: Platform, door: Door, story: Story) -> None:
    """Every view reads "erased", search finds nothing, and the ledgers still verify."""
    assert (await house.service("intake").get(Opportunity, story.journey)).summary == ERASED
    timeline = await house.service("governance").overview.timeline(story.journey)
    assert len(timeline) > 10
    post = Post("acme.nominated", "nominated_individual", "provider:acme", "Nominated individual")
    token = await door.tokens.issue_token("reader", KEEPER.actor, [post], timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/html"}
    transport = httpx2.ASGITransport(door.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as web:
        for path in (
            "/journeys/{0}",
            "/intake/{0}",
            "/review/{0}",
            "/action/{0}",
            "/notification/{0}",
            "/assurance/{0}",
        ):
            page = await web.get(path.format(story.journey))
            assert (path, page.status_code, found_in(page.content)) == (path, 200, set())
        for word in list(story.mark.planted)[:3]:
            found = await web.get("/journeys", params={"words": word})
            assert str(story.journey) not in found.text
    for ledger in (name for name in house.rooms if name != "audit"):
        assert (await house.service("audit").verify(ledger)).sound, ledger
