"""What was stored by an earlier version is still read."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import orjson
from psycopg_pool import AsyncConnectionPool

from libs.deciding import deciding
from libs.keys import KeyRing
from libs.mapper import Mapper
from services.intake.domain import Opportunity
from tests.given import NOW, SOMEONE
from tests.intake.happened import raised
from tests.servers import Database


async def test_an_opportunity_stored_before_people_were_told_apart_is_still_read(database: Database) -> None:
    async with AsyncConnectionPool(database.conninfo("keys"), open=False, kwargs={"autocommit": True}) as pool:
        mapper = Mapper([Opportunity], KeyRing(pool, bytes(range(32))))
        journey = uuid4()
        with deciding(SOMEONE, NOW):
            place = {"provider": "acme", "site": "elm", "journey": journey, "about": journey}
            it = Opportunity(**place, **raised()[1] | {"person": "abc"})  # type: ignore[arg-type]
        events: list[Any] = list(it.collect_events())
        [stored] = await mapper.store(events)
        state = orjson.loads(stored.state)
        assert state.pop("class_version") == 2
        del state["person"]
        old = type(stored)(stored.originator_id, stored.originator_version, stored.topic, orjson.dumps(state))
        [read] = await mapper.read([old])
        assert (read.person, read.summary) == ("", "She slipped.")  # type: ignore[attr-defined]
