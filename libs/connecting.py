"""A connection of one's own to the database, which is let go of whatever happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo


@asynccontextmanager
async def connected(conninfo: str, *, autocommit: bool = False, **more: str) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection that commits, or takes back what was begun, and is closed. Raises psycopg.OperationalError.

    Psycopg's own ends by a question to the server; whoever is cancelled once more meanwhile would leave it open.
    """
    connection: AsyncConnection[Any] = await AsyncConnection.connect(
        make_conninfo(conninfo, **more), autocommit=autocommit
    )
    try:
        async with connection:
            yield connection
    finally:
        await connection.close()
