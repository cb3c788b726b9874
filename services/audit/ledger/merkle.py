"""The Merkle tree of RFC 6962: one root over many leaves, and short proofs of what it holds and how it grew."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from uuid import UUID

HASH = 32
EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962, 2.1)."""

Span = tuple[int, int]
"""Leaves from the first number up to, and without, the second."""
Node = tuple[int, int]
"""A complete subtree by its height (0: a leaf) and its number among those of that height, from 0."""

_HEAD = struct.Struct(">q16sqI")


def leaf_of(position: int, aggregate: UUID, version: int, topic: str, state: bytes) -> bytes:
    """The leaf hash of a stored event: its place in the log, whose it is, what it is called, and its bytes as stored.

    Personal words are hashed under seal, so forgetting a person leaves every proof valid.
    """
    return leaf_from(position, aggregate.bytes, version, topic.encode(), state)


def leaf_from(position: int, aggregate: bytes, version: int, topic: bytes, state: bytes) -> bytes:
    """The same, from the bytes as a database sends them."""
    return hashlib.sha256(b"\x00" + _HEAD.pack(position, aggregate, version, len(topic)) + topic + state).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def folded(parts: Sequence[bytes]) -> bytes:
    """The hash of a span from the complete subtrees that it is made of, left to right."""
    whole = parts[-1]
    for part in reversed(parts[:-1]):
        whole = node_of(part, whole)
    return whole


def aligned(span: Span) -> Iterator[Node]:
    """The complete subtrees that a span of the tree is made of, left to right, each smaller than the one before."""
    low, high = span
    while low < high:
        height = (high - low).bit_length() - 1
        yield height, low >> height
        low += 1 << height


def inclusion_spans(index: int, size: int) -> list[Span]:
    """What the audit path of leaf `index` in a tree of `size` consists of (RFC 6962, 2.1.1). Raises IndexError."""
    if not 0 <= index < size:
        raise IndexError(f"There is no leaf {index} in a tree of {size}.")
    spans: list[Span] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        spans.append((middle, high) if index < middle else (low, middle))
        low, high = (low, middle) if index < middle else (middle, high)
    return spans[::-1]


def consistency_spans(first: int, second: int) -> list[Span]:
    """What shows that the tree of `second` begins with that of `first` (RFC 6962, 2.1.2). Raises IndexError."""
    if not 0 < first <= second:
        raise IndexError(f"A tree of {second} cannot be shown to begin with one of {first}.")
    spans: list[Span] = []
    low, high, whole = 0, second, True
    while first != high:
        middle = low + _split(high - low)
        if first <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low, whole = middle, False
    return ([] if whole else [(low, high)]) + spans[::-1]


def _split(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1


def _untold(_node: Node, _hash: bytes) -> None:
    """Nobody waits for a subtree to become whole."""


class Frontier:
    """The right edge of a growing tree: its root at any moment in O(log n) memory. Tells of each subtree made whole."""

    def __init__(
        self, size: int = 0, edge: Iterable[bytes] = (), whole: Callable[[Node, bytes], None] = _untold
    ) -> None:
        self.size, self._edge, self._whole = size, list(edge), whole

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        size, height, node = self.size, 0, leaf
        edge, whole, sha256 = self._edge, self._whole, hashlib.sha256
        while size & 1:
            node = sha256(b"\x01" + edge.pop() + node).digest()
            size >>= 1
            height += 1
            whole((height, size), node)
        edge.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root over what was added so far."""
        return folded(self._edge) if self._edge else EMPTY

    def copy(self, whole: Callable[[Node, bytes], None]) -> Frontier:
        """The same edge, to try out what more would make of it."""
        return Frontier(self.size, self._edge, whole)


class Tree:
    """A whole tree in memory, level by level: 64 bytes a leaf; root and proofs in O(log² n)."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels = [bytearray()]
        self._edge = Frontier(whole=self._keep)
        for leaf in leaves:
            self.add(leaf)

    def __len__(self) -> int:
        return self._edge.size

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        self._levels[0].extend(leaf)
        self._edge.add(leaf)

    def leaf(self, index: int) -> bytes:
        """The leaf hash at an index from 0."""
        return self._at((0, index))

    def root(self, size: int | None = None) -> bytes:
        """The root now, or when the tree had `size` leaves."""
        size = self._within(size)
        return self._hash((0, size)) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path that shows leaf `index` in the tree of `size`. Raises IndexError."""
        return [self._hash(span) for span in inclusion_spans(index, self._within(size))]

    def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """What shows that the tree of `second` begins with that of `first`. Raises IndexError."""
        return [self._hash(span) for span in consistency_spans(first, self._within(second))]

    def _within(self, size: int | None) -> int:
        size = len(self) if size is None else size
        if not 0 <= size <= len(self):
            raise IndexError(f"The tree has {len(self)} leaves, not {size}.")
        return size

    def _hash(self, span: Span) -> bytes:
        return folded([self._at(node) for node in aligned(span)])

    def _at(self, node: Node) -> bytes:
        height, index = node
        return bytes(self._levels[height][index * HASH : (index + 1) * HASH])

    def _keep(self, node: Node, made: bytes) -> None:
        if node[0] == len(self._levels):
            self._levels.append(bytearray())
        self._levels[node[0]].extend(made)
