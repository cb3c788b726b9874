"""Events that could not be taken: kept with their reason, shown to an operator, and taken again on request."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from contracts.envelope import Envelope
from libs.hearing import Heard


class Parking:
    """One service's parked events. While a journey has one, its later events are parked behind it, in order."""

    def __init__(self, schema: str, pool: AsyncConnectionPool) -> None:
        self._table, self._pool = f"{schema}.parked", pool
        self._journeys: set[tuple[str, UUID]] = set()
        self._alone = asyncio.Lock()

    async def load(self, consumer: str) -> None:
        """Remember which journeys wait, from before; what could not be read names none."""
        async with self._pool.connection() as connection:
            rows = await connection.execute(
                f"SELECT DISTINCT journey FROM {self._table} WHERE consumer = %s AND envelope <> ''", (consumer,)
            )
            self._journeys |= {(consumer, journey) for (journey,) in await rows.fetchall()}

    def blocks(self, consumer: str, journey: UUID) -> bool:
        """Whether an earlier event of the journey is parked."""
        return (consumer, journey) in self._journeys

    async def park(self, consumer: str, envelope: Envelope, reason: str, tries: int, now: datetime) -> None:
        """Put an event aside with its reason."""
        async with self._alone:
            await self._park(consumer, envelope, reason, tries, now)

    async def park_behind(self, consumer: str, envelope: Envelope, reason: str, now: datetime) -> bool:
        """Put an event aside if an earlier one of its journey is; False where none is, and it may be taken now."""
        if not self.blocks(consumer, envelope.journey):
            return False
        # Looked at again in turn with `release`: behind one that is just being let go nothing may stay parked.
        async with self._alone:
            if not self.blocks(consumer, envelope.journey):
                return False
            await self._park(consumer, envelope, reason, 0, now)
            return True

    async def _park(self, consumer: str, envelope: Envelope, reason: str, tries: int, now: datetime) -> None:
        await self._put(
            consumer, str(envelope.id), envelope.journey, envelope.source, envelope.sequence, envelope.type,
            envelope.model_dump_json(), _plain(reason), tries, now,
        )  # fmt: skip
        self._journeys.add((consumer, envelope.journey))

    async def park_unreadable(self, consumer: str, heard: Heard, now: datetime) -> None:
        """Put aside what could not even be read; it blocks no journey, since it names none."""
        name, nobody = f"unreadable at {heard.stream_sequence}", UUID(int=0)
        await self._put(consumer, f"{heard.source}:{heard.stream_sequence}", nobody, heard.source,
                        heard.stream_sequence, name, "", _plain(heard.fault), 1, now)  # fmt: skip

    async def _put(self, *values: Any) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(
                f"INSERT INTO {self._table} VALUES ({', '.join(['%s'] * 10)}) ON CONFLICT DO NOTHING", values
            )

    async def waiting(self) -> list[dict[str, Any]]:
        """Everything parked, oldest first, without its content."""
        async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                f"SELECT consumer, message_id, journey, source, sequence, name, reason, tries, parked_at FROM {self._table}"
                " ORDER BY parked_at, sequence"
            )
            return await cursor.fetchall()

    async def of_journey(self, consumer: str, journey: UUID) -> list[Envelope]:
        """A journey's parked events, in the order in which they came."""
        async with self._pool.connection() as connection:
            rows = await connection.execute(
                f"SELECT envelope FROM {self._table} WHERE consumer = %s AND journey = %s ORDER BY parked_at, sequence",
                (consumer, journey),
            )
            return [Envelope.model_validate_json(text) for (text,) in await rows.fetchall()]

    async def release(self, consumer: str, envelope: Envelope) -> None:
        """It was taken after all: it need not wait any longer."""
        async with self._alone, self._pool.connection() as connection:
            await connection.execute(
                f"DELETE FROM {self._table} WHERE consumer = %s AND message_id = %s", (consumer, str(envelope.id))
            )
            left = await connection.execute(
                f"SELECT 1 FROM {self._table} WHERE consumer = %s AND journey = %s LIMIT 1",
                (consumer, envelope.journey),
            )
            if await left.fetchone() is None:
                self._journeys.discard((consumer, envelope.journey))


def _plain(reason: str) -> str:
    """A reason that the database takes: not too long, and without the null character, which its text cannot hold."""
    return reason[:1000].replace("\x00", "")
