"""Checking a proof with nothing but the proof: what anybody outside can do who holds a root."""

from __future__ import annotations

from collections.abc import Sequence

from services.audit.ledger.merkle import node_of


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether an audit path proves the leaf under the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, here, last = leaf, index, size - 1
    for step in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            node = node_of(step, node)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            node = node_of(node, step)
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
            was, now = node_of(step, was), node_of(step, now)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            now = node_of(now, step)
        here, last = here >> 1, last >> 1
    return last == 0 and was == old and now == new
