"""A pooled connection is looked at before it is lent: after the database was away, those that were kept lead nowhere."""

from __future__ import annotations

from select import POLLERR, POLLHUP, POLLIN, poll
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool


async def unbroken(connection: AsyncConnection[Any]) -> None:
    """Return where the server has not ended the connection; raise psycopg.OperationalError where it has.

    For a pool's `check`. A server says it when it ends a connection, and says nothing else on one that is idle: so it
    is asked only where something lies there to be read, and a look costs microseconds.
    """
    look = poll()
    look.register(connection.fileno(), POLLIN | POLLHUP | POLLERR)
    if look.poll(0):
        await AsyncConnectionPool.check_connection(connection)
