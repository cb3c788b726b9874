"""A real house for a test: chosen rooms on real servers, with a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.house import Platform, statements
from deploy.nats import users
from libs.clock import HandClock
from libs.deciding import Act
from libs.policytext import read
from services.governance.application import NewSite
from tests.servers import SOURCES, Database, Messaging, in_own_loop

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPERATOR = Act("person:operator", "provider_quality_lead", "provider:acme")
RULES = Path("deploy/rules")

Opened = Callable[..., Awaitable[Platform]]


@cache
def rules() -> dict[str, Any]:
    """The rule pack that ships, with its measures, reflection and cadences."""
    content = read(RULES / "england-adult-social-care.yaml")
    for name in ("measures", "reflection", "cadences", "audit_tools", "triggers", "letters", "reaching", "escalation"):
        content |= read(RULES / f"{name}.yaml")
    return dict(content)


@pytest.fixture(scope="session")
def template_ddl() -> list[str]:
    """Every service's event tables, in the template that test databases are cloned from."""
    return statements()


@pytest.fixture(scope="session")
def wrapping_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key to wrap people's keys with."""
    path = tmp_path_factory.mktemp("kek") / "kek"
    path.write_bytes(bytes(range(32)))
    return path


@pytest.fixture(scope="session")
def furnish(wrapping_key: Path) -> Callable[[Database], None]:
    """The read tables of every room, so that a house on a clone finds them made; a few hundred statements each time else."""

    async def made(database: Database) -> None:
        nowhere = Messaging("nats://127.0.0.1:9", dict.fromkeys(users.user_names(SOURCES), ""))
        async with housed(database, nowhere, wrapping_key, start=False):
            pass

    return lambda database: in_own_loop(lambda: made(database))


@asynccontextmanager
async def housed(
    database: Database, messaging: Messaging, key: Path, *rooms: str, clock: Any = None, start: bool = True
) -> AsyncIterator[Platform]:
    """A platform of these rooms (all where none is named), open and, with `start`, running. The clock is `platform.clock`."""
    keys = {"CANDOUR_KEK_FILE": str(key), "CANDOUR_AUDIT_KEY_FILE": str(key)}
    env = database.environment() | messaging.environment() | keys
    platform = Platform(env, clock or HandClock(MONDAY), rooms)
    await platform.open()
    try:
        if start:
            await platform.start()
        yield platform
    finally:
        await platform.close()


async def with_sites(platform: Platform, *sites: str, kind: str = "care_home_residential") -> None:
    """Register sites of the provider 'acme' in region 'North', adopt the rules, and wait until every room knows."""
    governance = platform.service("governance")
    for site in sites:
        await governance.register_site(
            OPERATOR, NewSite("acme", site, site.title(), "North", "ENG", kind, date(2020, 1, 1))
        )
    await governance.adopt_rules(OPERATOR, "acme", rules(), date(2020, 1, 1))
    await platform.settle()
