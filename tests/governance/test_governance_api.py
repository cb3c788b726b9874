"""Governance over HTTP: the organisation is changed by the provider alone, and what is read waits for what was done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from deploy.web import Door
from libs.web.posts import Post
from tests.governance.front import ANN, AT_ELM, OVER_ALL, QUINN, door_of
from tests.house import housed
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
SITE = {
    "site": "elm", "title": "Elm", "region": "North", "nation": "ENG", "service_kind": "care_home_residential",
    "opened_on": "2020-01-01",
}  # fmt: skip
RULES = {"document": Path("deploy/rules/england-adult-social-care.yaml").read_text(), "adopted_from": "2020-01-01"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Door]:
    async with (
        housed(module_database, messaging, wrapping_key, "governance") as platform,
        door_of(platform) as opened,
        asking(opened, QUINN, OVER_ALL) as quality,
    ):
        assert (await quality.post("/sites", json=SITE)).status_code == 201
        await platform.settle()
        yield opened


@asynccontextmanager
async def asking(door: Door, person: object, post: Post) -> AsyncIterator[httpx2.AsyncClient]:
    """An API client in a post."""
    token = await door.tokens.issue_token(str(uuid4()), f"person:{person}", [post], timedelta(hours=1))
    transport = httpx2.ASGITransport(app=door.app)
    headers = {"Authorization": f"Bearer {token}"}
    base = "http://127.0.0.1/api/governance"
    async with httpx2.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
        yield client


async def test_the_provider_makes_its_organisation(door: Door) -> None:
    post: dict[str, Any] = {
        "post_id": "elm.registered_manager", "role": "registered_manager", "scope": "site:elm", "title": "Manager, Elm"
    }  # fmt: skip
    holder = {"person_id": str(ANN), "person_name": "Ann Example", "email": "ann@example.org"}
    capacity = {"month": "2026-03-01", "beds": 40, "exposure": 1200}
    async with asking(door, QUINN, OVER_ALL) as quality:
        again = await quality.post("/sites", json=SITE)
        made = await quality.post("/posts", json=post)
        appointed = await quality.post("/posts/elm.registered_manager/holders", json=holder)
        twice = await quality.post("/posts/elm.registered_manager/holders", json=holder)
        stated = await quality.post("/sites/elm/capacity", json=capacity)
        adopted = await quality.post("/rules", json=RULES)
        left = await quality.delete(f"/posts/elm.registered_manager/holders/{ANN}")
    assert [each.status_code for each in (again, made, appointed, stated, adopted, left)] == [
        200,
        201,
        201,
        200,
        201,
        200,
    ]
    assert (twice.status_code, twice.json()["type"].rpartition("/")[2].rpartition(":")[2]) == (409, "already-in-post")


async def test_a_site_does_not_change_the_organisation(door: Door) -> None:
    async with asking(door, ANN, AT_ELM) as manager:
        refused = [
            await manager.post("/sites", json=SITE | {"site": "oak"}),
            await manager.post("/rules", json=RULES),
            await manager.post("/sites/elm/capacity", json={"month": "2026-03-01"}),
        ]
    assert [each.status_code for each in refused] == [403, 403, 403]


async def test_rules_that_no_service_could_read_are_not_adopted(door: Door) -> None:
    broken = {
        "document": "id: a\nversion: '1'\ntitle: A pack\nreviewed_on: 2026-01-01\nrules: []",
        "adopted_from": "2026-01-01",
    }
    async with asking(door, QUINN, OVER_ALL) as quality:
        answer = await quality.post("/rules", json=broken)
    assert answer.status_code == 409
    assert "rules" in answer.json()["detail"]


async def test_what_is_read_waits_for_what_was_done(door: Door) -> None:
    async with asking(door, QUINN, OVER_ALL) as quality:
        saved = (await quality.post("/sites/elm/capacity", json={"month": "2026-04-01", "exposure": 900})).json()
        site = await quality.get("/sites/elm", params={"after": f"governance:{saved['position']}"})
        behind = await quality.get("/provider", params={"after": "intake:99"})
        nonsense = await quality.get("/provider", params={"after": "x"})
        nowhere = await quality.get(f"/journeys/{uuid4()}")
    assert [row["exposure"] for row in site.json()["monthly"] if row["month"] == "2026-04-01"] == [900]
    assert behind.headers["Candour-Behind"] == "intake:99"
    assert list(site.json())[:4] == ["site", "title", "region", "service_kind"]
    assert (nonsense.status_code, nowhere.status_code) == (422, 404)


async def test_a_misspelt_field_is_refused_rather_than_lost(door: Door) -> None:
    async with asking(door, QUINN, OVER_ALL) as quality:
        answer = await quality.post("/sites/elm/capacity", json={"month": "2026-03-01", "bed": 3})
    assert answer.status_code == 422
