"""One house for what reaches out: the duty of candour, letters, learning carried elsewhere, and other systems."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest_asyncio

from deploy.web import Door
from libs.policytext import read
from services.notification.domain.wording import Against, fingerprint
from tests.hands import Reception
from tests.house import OPERATOR, RULES, housed, rules, with_sites
from tests.servers import Backend, Messaging

UNCONFIRMED = "reporter-feedback"
"""The kind of letter whose words nobody confirmed."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    """Three sites, and rules with letters. Each test sends what is due itself."""
    with backend.fresh_database() as database:
        async with housed(database, messaging, wrapping_key, "governance", "notification", start=False) as platform:
            platform.rooms["notification"].more = []
            await platform.start()
            await with_sites(platform, "elm", "oak", "ash")
            lettered = rules() | read(RULES / "letters.yaml") | read(RULES / "reaching.yaml") | {"version": "2026.2"}
            await platform.service("governance").adopt_rules(OPERATOR, "acme", lettered, date(2020, 1, 1))
            await platform.settle()
            service = platform.service("notification")
            for kind in await service.templates():
                if kind.id != UNCONFIRMED:
                    await service.confirm_words(OPERATOR, "acme", kind.id, fingerprint(kind), [Against.SOURCE])
            door = Door(platform, None)
            await door.open()
            try:
                yield Reception(platform, door)
            finally:
                await door.close()
