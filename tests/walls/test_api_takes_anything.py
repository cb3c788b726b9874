"""Whatever is sent to any route of the API is answered in words: never a failure of ours, never a hang."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.house import Platform
from deploy.web import Door
from libs.deciding import Act
from libs.web.posts import Post
from services.intake.application import Report
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 60
"""Seconds after which a request counts as hanging; none takes a tenth of that on a busy machine."""

POSTS = (
    Post("acme.quality", "provider_quality_lead", "provider:acme"),
    Post("elm.manager", "registered_manager", "site:elm"),
    Post("acme.auditor", "auditor", "provider:acme"),
    Post("elm.carer", "care_worker", "site:elm"),
)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def as_bytes(found: Any) -> bytes:
    """With what only a program can write: a lone surrogate, a number of any size."""
    return json.dumps(found).encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Front:
    """The house's API, how to speak to it, and something that is there to be asked for."""

    web: httpx2.AsyncClient
    tokens: Mapping[str, str]
    operations: list[Any]
    known: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Front]:
    async with housed(module_database, messaging, wrapping_key) as platform:
        await with_sites(platform, "elm")
        journey = await something(platform)
        door = Door(platform, None)
        await door.open()
        tokens = {
            post.post: await door.tokens.issue_token(post.post, f"person:{post.post}", [post], timedelta(hours=1))
            for post in POSTS
        }
        schema: Any = schemathesis.openapi.from_dict(door.app.openapi())
        operations = [found.ok() for found in schema.get_all_operations()]
        transport = httpx2.ASGITransport(door.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as web:
            yield Front(web, tokens, operations, [journey, "elm"])
        await door.close()


async def something(platform: Platform) -> str:
    act = Act("person:elm", "registered_manager", "site:elm")
    report = Report("elm", "near_miss", "A wheel came loose; nobody was hurt.")
    saved = await platform.service("intake").raise_opportunity(act, report)
    await platform.settle()
    return str(saved.id)


async def test_every_route_is_described(front: Front) -> None:
    assert len(front.operations) > 70


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_nothing_that_is_sent_makes_the_api_fail_or_hang(front: Front, data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(front.operations), label="operation")
    case = data.draw(operation.as_strategy(), label="case")
    if data.draw(st.booleans(), label="of something that is there"):
        case.path_parameters = {name: data.draw(st.sampled_from(front.known)) for name in case.path_parameters or {}}
    token = front.tokens[data.draw(st.sampled_from(sorted(front.tokens)), label="who")]
    sent = case.as_transport_kwargs(base_url="http://localhost")
    known = {"method", "url", "params", "json", "content", "data"}
    sent = {name: value for name, value in sent.items() if name in known}
    if "data" in sent and not isinstance(sent["data"], Mapping):
        body = sent.pop("data")
        sent["content"] = body if isinstance(body, bytes | str) else json.dumps(body)
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    async with asyncio.timeout(PATIENCE):
        answer = await front.web.request(**sent, headers=headers)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
        assert answer.json()["detail"]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_a_body_that_fits_nothing_is_answered_too(front: Front, data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from([each for each in front.operations if each.method.upper() != "GET"]))
    path = operation.path
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{name}}}", data.draw(st.sampled_from(front.known)))
    body = data.draw(st.one_of(st.binary(max_size=200), JSON.map(as_bytes)))
    kind = data.draw(st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/csv", ""]))
    headers = {"Authorization": f"Bearer {front.tokens['elm.manager']}", "Content-Type": kind}
    async with asyncio.timeout(PATIENCE):
        answer = await front.web.request(operation.method.upper(), path, content=body, headers=headers)
    assert answer.status_code < 500, answer.text
