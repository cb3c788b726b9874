"""What was parked is shown with its reason, to those who answer for the provider, and can be taken again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx2
import psycopg
import pytest

from deploy.house import Platform
from deploy.token_cli import NoSuchPost, issue, take_back
from deploy.web import Door
from libs.deciding import Act
from libs.web.posts import Post
from services.intake.application import Report
from tests.deploy.visiting import client, door_of
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

QUALITY = Post("acme.quality", "provider_quality_lead", "provider:acme", "Quality lead")
MANAGER = Post("elm.manager", "registered_manager", "site:elm", "Registered manager")


async def test_a_parked_event_is_shown_with_its_reason_and_taken_again(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with housed(database, fresh_messaging, wrapping_key, "governance", "intake", "review") as house:
        await with_sites(house, "elm")
        saved = await house.service("intake").raise_opportunity(
            Act("person:carer", "care_worker", "site:elm"), Report("elm", "near_miss", "A wheel came loose.")
        )
        intake, review = house.rooms["intake"], house.rooms["review"]
        told = [e for e in await intake.publisher.envelopes(await intake.store.read(0)) if e and e.journey == saved.id]
        await review.parking.park("policy:review", told[0], "KeyError: 'a fault of ours'", 3, house.clock.now())

        async with door_of(house) as door, client(door, MANAGER) as manager, client(door, QUALITY) as web:
            assert (await manager.get("/rooms")).status_code == 403
            page = await web.get("/rooms")
            assert page.status_code == 200
            assert "a fault of ours" in page.text
            again = await web.post(f"/rooms/review/parked/{saved.id}")
            assert again.status_code == 303, again.text
            assert "Nothing is parked" in (await web.get("/rooms")).text
            assert await review.parking.waiting() == []
            await a_program_is_given_a_token(house, door)
            await after_the_database_was_away_all_is_answered(database, web, f"/journeys/{saved.id}")


async def after_the_database_was_away_all_is_answered(database: Database, web: httpx2.AsyncClient, page: str) -> None:
    """Each connection that is kept for later was ended meanwhile; nobody who asks is told of it."""
    ended, there = "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE ", "usename LIKE 'candour_%'"
    here = " AND datname = current_database() AND pid <> pg_backend_pid()"
    for _ in range(4):  # until every pool had to give its connections up while some were in use
        await asyncio.gather(*(web.get(page) for _ in range(8)))
        async with await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as admin:
            pids = [row[0] for row in await (await admin.execute((ended + there + here).encode())).fetchall()]
            still = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
            async with asyncio.timeout(60):
                while await (await admin.execute(still, (pids,))).fetchone() != (0,):  # noqa: ASYNC110 no event here
                    await asyncio.sleep(0.02)
        assert [(await web.get(page)).status_code for _ in range(4)] == [200] * 4


async def a_program_is_given_a_token(house: Platform, door: Door) -> None:
    """As `candour tokens` does: good in the API in one post, until it is withdrawn."""
    await house.service("governance").establish_post(
        OPERATOR, "acme", "elm", "elm.sensors", "care_worker", "site:elm", "Sensors", None
    )
    await house.settle()
    with pytest.raises(NoSuchPost):
        await issue(house.env, "sensors", "elm.nobody", timedelta(days=1))
    token = await issue(house.env, "sensors", "elm.sensors", timedelta(days=1))
    headers, transport = {"Authorization": f"Bearer {token}"}, httpx2.ASGITransport(door.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as web:
        said = {"site": "elm", "kind": "near_miss", "summary": "A mat was wet."}
        assert (await web.post("/api/intake/opportunities", json=said)).status_code == 201
        assert (await take_back(house.env, "sensors"), await take_back(house.env, "sensors")) == (1, 0)
        assert (await web.post("/api/intake/opportunities", json=said)).status_code == 401
