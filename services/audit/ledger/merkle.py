"""The Merkle tree of RFC 6962: one root over many leaves, and short proofs of what it holds and how it grew."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from uuid import UUID

HASH = 32
EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962, 2.1)."""


def leaf_of(position: int, aggregate: UUID, version: int, topic: str, state: bytes) -> bytes:
    """The leaf hash of a stored event: its place in the log, whose it is, what it is called, and its bytes as stored.

    Personal words are hashed under seal, so forgetting a person leaves every proof valid.
    """
    name = topic.encode()
    head = struct.pack(">q16sqI", position, aggregate.bytes, version, len(name))
    return hashlib.sha256(b"\x00" + head + name + state).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Every complete subtree's hash, level by level: 64 bytes of memory a leaf; root and proofs in O(log² n)."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels = [bytearray()]
        for leaf in leaves:
            self.add(leaf)

    def __len__(self) -> int:
        return len(self._levels[0]) // HASH

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        carried = leaf
        for height, level in enumerate(self._levels):
            level.extend(carried)
            if (len(level) // HASH) % 2:
                return
            carried = _node(bytes(level[-2 * HASH : -HASH]), bytes(level[-HASH:]))
            if height + 1 == len(self._levels):
                self._levels.append(bytearray(carried))
                return

    def leaf(self, index: int) -> bytes:
        """The leaf hash at an index from 0."""
        return self._at(0, index)

    def root(self, size: int | None = None) -> bytes:
        """The root now, or when the tree had `size` leaves."""
        size = self._within(len(self) if size is None else size)
        return self._hash(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path that shows leaf `index` in the tree of `size` (RFC 6962, 2.1.1). Raises IndexError."""
        size = self._within(len(self) if size is None else size)
        if not 0 <= index < size:
            raise IndexError(f"There is no leaf {index} in a tree of {size}.")
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._hash(middle, high))
                high = middle
            else:
                path.append(self._hash(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """What shows that the tree of `second` begins with that of `first` (RFC 6962, 2.1.2). Raises IndexError."""
        second = self._within(len(self) if second is None else second)
        if not 0 < first <= second:
            raise IndexError(f"A tree of {second} cannot be shown to begin with one of {first}.")
        path: list[bytes] = []
        low, high, whole = 0, second, True
        while first != high:
            middle = low + _split(high - low)
            if first <= middle:
                path.append(self._hash(middle, high))
                high = middle
            else:
                path.append(self._hash(low, middle))
                low, whole = middle, False
        return ([] if whole else [self._hash(low, high)]) + path[::-1]

    def _within(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise IndexError(f"The tree has {len(self)} leaves, not {size}.")
        return size

    def _hash(self, low: int, high: int) -> bytes:
        width = high - low
        if width & (width - 1) == 0:
            height = width.bit_length() - 1
            return self._at(height, low >> height)
        middle = low + _split(width)
        return _node(self._hash(low, middle), self._hash(middle, high))

    def _at(self, height: int, index: int) -> bytes:
        return bytes(self._levels[height][index * HASH : (index + 1) * HASH])


def _split(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether an audit path proves the leaf under the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, here, last = leaf, index, size - 1
    for step in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            node = _node(step, node)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            node = _node(node, step)
        here, last = here >> 1, last >> 1
    return last == 0 and node == root


def extends(first: int, second: int, old: bytes, new: bytes, path: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree of `second` with root `new` begins with that of `first` (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and old == new
    steps = list(path) if first & (first - 1) else [old, *path]
    if not steps:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    was = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            was, now = _node(step, was), _node(step, now)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            now = _node(now, step)
        here, last = here >> 1, last >> 1
    return last == 0 and was == old and now == new
