"""What leaves a service, after somebody asked to be forgotten."""

from __future__ import annotations

from pathlib import Path

from contracts.sealed import ERASED, is_sealed
from libs.deciding import Act
from services.intake.application import Report
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

SOMEONE = Act("person:someone", "registered_manager", "site:elm")


async def test_an_event_told_again_after_erasure_makes_no_new_key(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with housed(database, fresh_messaging, wrapping_key, "governance", "intake") as house:
        await with_sites(house, "elm")
        saved = await house.service("intake").raise_opportunity(SOMEONE, Report("elm", "near_miss", "Her own words."))
        room = house.rooms["intake"]
        rows = await room.store.read(0)
        told = [e for e in await room.publisher.envelopes(rows) if e and "summary" in e.data]
        assert is_sealed(told[0].data["summary"])

        assert await house.keys.forget(saved.id)
        again = [e for e in await room.publisher.envelopes(rows) if e and "summary" in e.data]
        assert again[0].data["summary"] == ERASED
        async with house.keys_pool.connection() as connection:
            left = await connection.execute("SELECT 1 FROM keys.person_key WHERE subject = %s", (saved.id,))
            assert await left.fetchone() is None
