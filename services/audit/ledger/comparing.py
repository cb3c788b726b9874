"""Comparing a service's store with its ledger, event by event, to say what was altered, removed or slipped in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from services.audit.ledger.merkle import Tree, leaf_of

ALTERED, REMOVED, INSERTED = "altered", "removed", "inserted"
MOST = 1000
"""How many faults one comparison names; it counts them all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An event that is not what the ledger says. `kind`: altered, removed or inserted."""

    kind: str
    position: int
    topic: str
    aggregate: UUID
    version: int


@dataclass(slots=True)
class Comparison:
    """What a comparison found. `newer` events had not reached the ledger yet."""

    ledger: str
    compared: int = 0
    newer: int = 0
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    broken: str = ""
    """Why the ledger itself cannot be trusted, or empty."""

    @property
    def sound(self) -> bool:
        """Nothing was changed since it was recorded."""
        return not self.count and not self.broken

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.faults) < MOST:
            self.faults.append(fault)


Row = tuple[int, UUID, int, str, bytes]


async def compare(service: str, auditor: str, signed: tuple[int, bytes] | None = None) -> Comparison:
    """Read the store and the ledger side by side, in one snapshot, over a connection that may read both.

    `signed` is the size and root of a checkpoint that the ledger must still begin with. Raises psycopg.Error where
    they cannot be read.
    """
    result = Comparison(service)
    async with await psycopg.AsyncConnection.connect(auditor) as connection:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        ledger = SQL(
            "SELECT position, aggregate, version, topic, leaf FROM audit.ledger_entry WHERE service = %s ORDER BY place"
        )
        store = SQL(
            "SELECT notification_id, originator_id, originator_version, topic, state FROM {}.events"
            " ORDER BY notification_id"
        ).format(Identifier(service))
        tree = Tree()
        noted = _grown(tree, _rows(connection, "ledger", ledger, [service]))
        await _side_by_side(noted, _rows(connection, "store", store), result)
    if signed and (len(tree) < signed[0] or tree.root(signed[0]) != signed[1]):
        result.broken = f"the ledger is not the one whose first {signed[0]} entries were signed"
    return result


async def _grown(tree: Tree, ledger: AsyncIterator[Row]) -> AsyncIterator[Row]:
    async for row in ledger:
        tree.add(row[4])
        yield row


async def _rows(
    connection: psycopg.AsyncConnection[tuple[object, ...]], name: str, query: object, parameters: object = None
) -> AsyncIterator[Row]:
    async with connection.cursor(name, binary=True) as cursor:
        cursor.itersize = 2000
        await cursor.execute(query, parameters)  # type: ignore[arg-type]
        async for row in cursor:
            yield row  # type: ignore[misc]


async def _side_by_side(ledger: AsyncIterator[Row], store: AsyncIterator[Row], result: Comparison) -> None:
    noted, kept = await anext(ledger, None), await anext(store, None)
    while noted is not None or kept is not None:
        if noted is None:
            result.newer += 1
            kept = await anext(store, None)
        elif kept is None or noted[0] < kept[0]:
            result.add(Fault(REMOVED, noted[0], noted[3], noted[1], noted[2]))
            noted = await anext(ledger, None)
        elif kept[0] < noted[0]:
            result.add(Fault(INSERTED, kept[0], kept[3], kept[1], kept[2]))
            kept = await anext(store, None)
        else:
            result.compared += 1
            if leaf_of(*kept) != noted[4]:
                result.add(Fault(ALTERED, noted[0], noted[3], noted[1], noted[2]))
            noted, kept = await anext(ledger, None), await anext(store, None)
