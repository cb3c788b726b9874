"""The tree as it is kept: one hash for each 256 leaves, so that neither a start nor a proof reads the whole ledger.

Subtrees of height 8, 16, 24 … are kept as they become whole; what lies between is computed from at most 256 of them
or of the leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg_pool import AsyncConnectionPool

from services.audit.ledger.merkle import (
    EMPTY,
    Frontier,
    Node,
    Span,
    aligned,
    consistency_spans,
    folded,
    inclusion_spans,
    node_of,
)

STEP = 8
"""The heights between subtrees that are kept."""
NODES = """
CREATE TABLE IF NOT EXISTS audit.ledger_node (
    service text NOT NULL,
    height smallint NOT NULL,
    place bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (service, height, place)
);
"""


class Gap(LookupError):
    """The ledger lacks entries that its tree is made of."""


class KeptTree:
    """A ledger's tree. Its size and root are at hand; older roots and proofs are read, a few hundred hashes each."""

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        self.service, self._pool = service, pool
        self.edge = Frontier()

    def __len__(self) -> int:
        return self.edge.size

    async def load(self) -> None:
        """Take up the tree where the ledger stands, and keep what subtrees are missing beside it."""
        async with self._pool.connection() as connection:
            found = await connection.execute(
                "SELECT coalesce(max(place), 0) FROM audit.ledger_entry WHERE service = %s", (self.service,)
            )
            size = (await found.fetchone() or (0,))[0]
            await self._make_whole(connection, size)
            edge = [await self._node(connection, node) for node in aligned((0, size))]
        self.edge = Frontier(size, edge)

    def grown(self, leaves: Sequence[bytes]) -> tuple[Frontier, list[tuple[Node, bytes]]]:
        """The edge after more leaves, and the subtrees to keep with them. The tree itself is as it was."""
        made: list[tuple[Node, bytes]] = []
        edge = self.edge.copy(lambda node, hashed: None if node[0] % STEP else made.append((node, hashed)))
        for leaf in leaves:
            edge.add(leaf)
        return edge, made

    async def leaf(self, index: int) -> bytes:
        """The leaf hash at an index from 0. Raises IndexError."""
        self._within(index + 1)
        async with self._pool.connection() as connection:
            return await self._node(connection, (0, index))

    async def root(self, size: int | None = None) -> bytes:
        """The root now, or when the ledger had `size` entries. Raises IndexError."""
        if size is None or size == len(self):
            return self.edge.root()
        return (await self._hashes([(0, self._within(size))]))[0] if size else EMPTY

    async def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path that shows entry `index` (from 0) in the ledger of `size`. Raises IndexError."""
        return await self._hashes(inclusion_spans(index, self._within(size)))

    async def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """What shows that the ledger of `second` entries begins with that of `first`. Raises IndexError."""
        return await self._hashes(consistency_spans(first, self._within(second)))

    def _within(self, size: int | None) -> int:
        size = len(self) if size is None else size
        if not 0 <= size <= len(self):
            raise IndexError(f"The ledger has {len(self)} entries, not {size}.")
        return size

    async def _hashes(self, spans: Sequence[Span]) -> list[bytes]:
        async with self._pool.connection() as connection:
            return [folded([await self._node(connection, node) for node in aligned(span)]) for span in spans]

    async def _node(self, connection: Any, node: Node) -> bytes:
        return await self._computed(connection, node, node[0] - node[0] % STEP)

    async def _computed(self, connection: Any, node: Node, kept: int) -> bytes:
        """A subtree's hash from those of a lower height that are kept, or from the leaves."""
        low, high = (node[1] + n << node[0] - kept for n in (0, 1))
        if kept:
            query = (
                "SELECT hash FROM audit.ledger_node WHERE service = %s AND height = %s AND place >= %s AND place < %s"
            )
            found = await connection.execute(f"{query} ORDER BY place", (self.service, kept, low, high))
        else:
            query = "SELECT leaf FROM audit.ledger_entry WHERE service = %s AND place > %s AND place <= %s"
            found = await connection.execute(f"{query} ORDER BY place", (self.service, low, high))
        parts = [bytes(row[0]) for row in await found.fetchall()]
        if len(parts) != high - low:
            raise Gap(f"entries {(low << kept) + 1} to {high << kept} are not all in the ledger")
        while len(parts) > 1:
            parts = [node_of(left, right) for left, right in zip(parts[::2], parts[1::2], strict=True)]
        return parts[0]

    async def _make_whole(self, connection: Any, size: int) -> None:
        """Keep the subtrees that a ledger from before they were kept, or an upgrade cut short, does not have yet."""
        height = STEP
        while size >> height:
            found = await connection.execute(
                "SELECT count(*) FROM audit.ledger_node WHERE service = %s AND height = %s", (self.service, height)
            )
            have = (await found.fetchone() or (0,))[0]
            for place in range(have, size >> height):
                made = await self._computed(connection, (height, place), height - STEP)
                await connection.execute(
                    "INSERT INTO audit.ledger_node VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    (self.service, height, place, made),
                )
            height += STEP
