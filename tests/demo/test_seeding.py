"""The demo provider is made once, the same at every making, and taken up again where it broke off."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.console import Console

from deploy import pump
from deploy.demo.playing import Stage
from deploy.demo.seeding import seed_with_progress
from deploy.nats.topology import services
from deploy.pump import Pump
from tests.demo.seeded import history, make, rows, settings, size
from tests.servers import Backend, Database, Messaging


class PulledThePlug(Exception):
    """The machine stopped."""


def breaks_off(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, times: int) -> None:
    """Let a method fail once it was called so many times."""
    method, called = getattr(owner, name), 0

    async def until_then(*arguments: Any, **named: Any) -> Any:
        nonlocal called
        called += 1
        if called > times:
            raise PulledThePlug
        return await method(*arguments, **named)

    monkeypatch.setattr(owner, name, until_then)


def assert_nobody_hears_it_again(database: Database) -> None:
    """Of each neighbour everyone stands at the same place, the end of its stream: who does not reads all of it at the next
    start, at which nothing else is answered for long."""
    told: set[tuple[str, int]] = set()
    with psycopg.connect(database.admin) as administrator:
        for service in services():
            for table in (f"{service}.bookmark", f"{service}_view.bookmark"):
                asked = f"SELECT source, stream_sequence FROM {table} WHERE source <> '{service}'"
                told |= set(administrator.execute(asked.encode()).fetchall())
    ends = dict(told)
    assert len(told) == len(ends)
    assert all(ends[service] > 0 for service in services() if service != "audit")


def assert_each_journey_is_shown(database: Database) -> None:
    with psycopg.connect(database.admin) as administrator:
        shown = administrator.execute("SELECT journey FROM governance_view.journey ORDER BY journey").fetchall()
    raised = "SELECT originator_id FROM intake.events WHERE topic = 'intake.Opportunity.Raised' ORDER BY originator_id"
    assert shown == rows(database, raised)


async def test_seeding_twice_changes_nothing(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = settings(database, fresh_messaging, wrapping_key)
    monkeypatch.setattr(pump, "MANY", 0)
    await make(env)
    assert_nobody_hears_it_again(database)
    assert_each_journey_is_shown(database)
    before, shown = size(database), StringIO()
    await seed_with_progress(env, wrapping_key.parent, 3, 2, Console(file=shown))
    assert shown.getvalue() == ""
    await make(env)
    assert size(database) == before


async def test_data_of_somebody_s_own_is_left_alone(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    rows(
        database,
        "INSERT INTO governance.events VALUES (gen_random_uuid(), 1, 'governance.Site.Registered', '{}') RETURNING 1",
    )
    before = size(database)
    env = settings(database, fresh_messaging, wrapping_key)
    await seed_with_progress(env, wrapping_key.parent, 3, 2, Console(file=StringIO()))
    assert size(database) == before


async def test_a_making_that_broke_off_again_and_again_is_taken_up_to_the_same_history(
    backend: Backend, fresh_messaging: Messaging, wrapping_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with backend.fresh_database() as whole, backend.fresh_database() as broken:
        await make(settings(whole, fresh_messaging, wrapping_key))
        await fresh_messaging.clear()
        env = settings(broken, fresh_messaging, wrapping_key)
        # Each of these is called only for what was not played before, so that each making gets further.
        for owner, name, times in ((Pump, "wake", 5), (Stage, "ask", 220), (Pump, "_show", 6)):
            before = size(broken)
            with monkeypatch.context() as patch:
                breaks_off(patch, owner, name, times)
                with pytest.raises((PulledThePlug, ExceptionGroup)):
                    await make(env)
            assert size(broken) not in (before, size(whole)), name
        await make(env)
        assert history(broken) == history(whole)
        assert size(broken) == size(whole)
