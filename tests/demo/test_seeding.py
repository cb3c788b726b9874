"""The demo provider is made once, the same at every making, and taken up again where it broke off."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from deploy.demo.playing import Stage
from deploy.demo.seeding import seed_with_progress
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


async def test_seeding_twice_changes_nothing(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    env = settings(database, fresh_messaging, wrapping_key)
    await make(env)
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


@pytest.mark.parametrize(("owner", "name", "times"), [(Stage, "ask", 220), (Pump, "wake", 5), (Pump, "_show", 30)])
async def test_a_making_that_broke_off_is_taken_up_to_the_same_history(
    owner: type, name: str, times: int, backend: Backend, fresh_messaging: Messaging, wrapping_key: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with backend.fresh_database() as whole, backend.fresh_database() as broken:
        await make(settings(whole, fresh_messaging, wrapping_key))
        await fresh_messaging.clear()
        env = settings(broken, fresh_messaging, wrapping_key)
        with monkeypatch.context() as patch:
            breaks_off(patch, owner, name, times)
            with pytest.raises((PulledThePlug, ExceptionGroup)):
                await make(env)
        assert size(broken) != size(whole)
        await make(env)
        assert history(broken) == history(whole)
        assert size(broken) == size(whole)
