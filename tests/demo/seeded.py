"""A demo provider made on real servers, and what its stores then hold."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from deploy.demo.seeding import seed
from deploy.nats.topology import services
from libs.clock import HandClock
from tests.servers import Database, Messaging

NOW = datetime(2026, 3, 26, 11, 20, tzinfo=UTC)
SEALED_ANEW = 4
"""The version of an id that is drawn by chance, such as an action's."""


def settings(database: Database, messaging: Messaging, key: Path) -> dict[str, str]:
    """What a platform on these servers is told."""
    keys = {"CANDOUR_KEK_FILE": str(key), "CANDOUR_AUDIT_KEY_FILE": str(key)}
    return database.environment() | messaging.environment() | keys


async def make(env: dict[str, str], sites: int = 3, months: int = 2) -> None:
    """Make the provider as it is made on a first start, on a day in March."""
    await seed(env, sites, months, clock=HandClock(NOW))


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    """What the database's owner reads."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def history(database: Database) -> tuple[dict[str, list[str]], Counter[tuple[str, ...]]]:
    """The topics of every record in order: by id where the id follows from its cause, else counted by their order."""
    named: dict[str, list[str]] = {}
    drawn: dict[UUID, list[str]] = {}
    for service in services():
        query = f"SELECT originator_id, topic FROM {service}.events ORDER BY originator_id, originator_version"
        for identity, topic in rows(database, query):
            if identity.version == SEALED_ANEW:
                drawn.setdefault(identity, []).append(topic)
            else:
                named.setdefault(f"{service}/{identity}", []).append(topic)
    return named, Counter(tuple(topics) for topics in drawn.values())


def size(database: Database) -> dict[str, tuple[int, int]]:
    """How many events and inbox entries each service holds."""
    return {
        service: (
            rows(database, f"SELECT count(*) FROM {service}.events")[0][0],
            rows(database, f"SELECT count(*) FROM {service}.inbox")[0][0],
        )
        for service in services()
    }
