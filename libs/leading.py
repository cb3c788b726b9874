"""Of several processes of one service, one publishes, hears and keeps the views; the others stand by."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import psycopg

from libs.connecting import connected
from libs.logs import log

LOOK = 1.0
"""Seconds between tries to lead, and between looks at whether we still do."""
PATIENCE = 10
"""Looks' time that a database may take to answer. One that is slow keeps the lock for us; only one that is gone does not."""
GRACE = 3
"""Looks' time that who stood by waits with the lock in hand, until whoever lost it must have seen so."""


class Leader:
    """Leads by an advisory lock, which PostgreSQL takes back when the process or its connection ends.

    What a leader does is safe without it (relays are fenced, pages turn by compare-and-set); leading keeps two
    processes from getting in each other's way. So who lost the lock leads no more from that moment, but goes on with
    what it had begun.

    The lock is lost with its connection, whose end the system tells at once, a host that is gone included: what was
    sent there is not acknowledged. That this process itself was too busy to look says nothing.
    """

    def __init__(self, conninfo: str, service: str, look: float = LOOK, patience: int = PATIENCE) -> None:
        self._conninfo, self._look, self._patience = conninfo, look, patience
        self._lock = 0x0CA1_0000_0000 + zlib.crc32(service.encode())
        self._task: asyncio.Task[None] | None = None
        self._log = log(service)
        self.leads = self._stands_by = False

    @property
    def at_rest(self) -> bool:
        """Whether the work is another's, or nobody asked us to take it up; not while it is to be seen who leads."""
        return self._task is None or self._stands_by

    async def apply(self, begin: Callable[[], Awaitable[None]]) -> None:
        """Lead now where nobody does, and begin; else stand by, and begin when the one who leads has ended."""
        answered = asyncio.Event()
        self._task = asyncio.create_task(self._stand(begin, answered), name="leading")
        waiting = asyncio.create_task(answered.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()

    async def _stand(self, begin: Callable[[], Awaitable[None]], answered: asyncio.Event) -> None:
        begun = False
        while True:
            try:
                async with self._connected() as connection:
                    if not await self._is_ours(connection):
                        self._stands_by = True
                        answered.set()
                        await self._wait_for_it(connection)
                    if not begun:
                        await begin()
                    begun = self.leads = True
                    answered.set()
                    while True:
                        await self._still_there(connection)
            except (psycopg.OperationalError, TimeoutError) as error:
                self.leads = self._stands_by = False
                self._log.warning("the lock to lead was lost with its connection", reason=type(error).__name__)
                await asyncio.sleep(self._look / 5)

    def _connected(self) -> AbstractAsyncContextManager[psycopg.AsyncConnection[tuple[object, ...]]]:
        unheard = f"{2 * self._look * 1000:.0f}"  # milliseconds; by then the one who stood by has not begun
        return connected(self._conninfo, autocommit=True, tcp_user_timeout=unheard)

    async def _wait_for_it(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        """Until the lock is ours, and whoever had it knows that it is not theirs."""
        while not await self._is_ours(connection):  # noqa: ASYNC110 another's lock has no event here
            await asyncio.sleep(self._look)
        self._stands_by = False
        await asyncio.sleep(GRACE * self._look)

    async def _still_there(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        """Return after a while, the database having answered; raise as soon as the connection is seen to have ended."""
        async for _ in connection.notifies(timeout=self._look):  # nobody notifies; an end is noticed as it happens
            pass
        answer = asyncio.create_task(connection.execute("SELECT 1"))
        try:
            for _ in range(PATIENCE):  # a turn of ours that came late is one, and finds the answer that lay waiting
                await asyncio.wait({answer}, timeout=self._look)
                if answer.done():
                    await answer
                    return
            self.leads = False  # before the connection is given up, which takes its time where nobody answers
            raise TimeoutError
        finally:
            answer.cancel()
            await asyncio.gather(answer, return_exceptions=True)

    async def _is_ours(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> bool:
        row = await (await connection.execute("SELECT pg_try_advisory_lock(%s)", (self._lock,))).fetchone()
        return bool(row and row[0])

    async def resign(self) -> None:
        """Lead no more, and let another do so."""
        task, self._task = self._task, None
        self.leads = self._stands_by = False
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
