"""The tree, held against a plain reading of RFC 6962 that computes everything anew."""

import hashlib
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.audit.ledger.merkle import EMPTY, Tree, extends, includes, leaf_of

LEAVES = [hashlib.sha256(bytes([0, n % 256, n // 256])).digest() for n in range(600)]
sizes = st.integers(1, len(LEAVES))


def naive_root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert Tree().root() == EMPTY == hashlib.sha256().digest()


@given(sizes, sizes)
def test_the_root_now_and_of_any_earlier_size_is_the_one_computed_anew(one: int, other: int) -> None:
    small, large = sorted((one, other))
    tree = Tree(LEAVES[:large])
    assert tree.root() == naive_root(LEAVES[:large])
    assert tree.root(small) == naive_root(LEAVES[:small])


@given(sizes, st.data())
def test_every_leaf_is_proved_under_its_root_and_no_other_leaf_is(size: int, data: st.DataObject) -> None:
    tree = Tree(LEAVES)
    index = data.draw(st.integers(0, size - 1))
    root, path = naive_root(LEAVES[:size]), tree.inclusion(index, size)
    assert includes(LEAVES[index], index, size, path, root)
    assert not includes(hashlib.sha256(b"other").digest(), index, size, path, root)
    assert not includes(LEAVES[index], index, size, [*path, root], root)
    assert size == 1 or not includes(LEAVES[index], (index + 1) % size, size, path, root)


@given(sizes, sizes)
def test_a_tree_is_shown_to_begin_with_any_earlier_one_and_with_no_other(one: int, other: int) -> None:
    first, second = sorted((one, other))
    tree = Tree(LEAVES)
    old, new, path = naive_root(LEAVES[:first]), naive_root(LEAVES[:second]), tree.consistency(first, second)
    assert extends(first, second, old, new, path)
    forged = hashlib.sha256(b"forged").digest()
    assert not extends(first, second, forged, new, path)
    assert not extends(first, second, old, forged, path)


def test_a_leaf_depends_on_every_part_of_the_event() -> None:
    one = (1, UUID(int=1), 1, "a.B", b"{}")
    others = [(2, *one[1:]), (1, UUID(int=2), *one[2:]), (1, UUID(int=1), 2, "a.B", b"{}"), (*one[:3], "a.B{", b"}"),
              (*one[:4], b"{ }")]  # fmt: skip
    assert len({leaf_of(*each) for each in (one, *others)}) == 6
