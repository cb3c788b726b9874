"""The tree, held against a plain reading of RFC 6962 that computes everything anew."""

import hashlib
from typing import Any
from uuid import UUID

import pymerkle  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from services.audit.ledger.merkle import EMPTY, Tree, leaf_of
from services.audit.ledger.proving import extends, includes

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


def test_roots_and_proofs_are_those_of_an_independent_implementation() -> None:
    """pymerkle keeps to RFC 6962 as well, and knows nothing of us. Its leaves here are shorter than its read size."""
    data = [bytes([n % 256, n // 256]) * 40 for n in range(130)]
    theirs, ours = pymerkle.InmemoryTree(algorithm="sha256"), Tree()
    for entry in data:
        theirs.append_entry(entry)
        ours.add(hashlib.sha256(b"\x00" + entry).digest())
    for size in (1, 2, 3, 7, 8, 64, 65, 130):
        assert ours.root(size) == theirs.get_state(size)
        for index in {0, size // 3, size - 1}:
            proof = theirs.prove_inclusion(index + 1, size)
            assert list(proof.path) == [ours.leaf(index), *ours.inclusion(index, size)]
            assert includes(proof.path[0], index, size, proof.path[1:], theirs.get_state(size))
    for first, second in ((1, 2), (3, 7), (6, 130), (64, 65), (100, 130)):
        made = pymerkle.MerkleProof(**_as_theirs(theirs.prove_consistency(first, second)))
        pymerkle.verify_consistency(ours.root(first), ours.root(second), made)
        states = theirs.get_state(first), theirs.get_state(second)
        assert extends(first, second, *states, ours.consistency(first, second))


def _as_theirs(proof: Any) -> dict[str, Any]:
    return {name: getattr(proof, name) for name in ("algorithm", "security", "size", "rule", "subset", "path")}


RFC_LEAVES = [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
"""The leaves of Certificate Transparency's own reference tests."""
RFC_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def test_the_published_reference_roots_are_ours() -> None:
    tree = Tree(hashlib.sha256(b"\x00" + leaf).digest() for leaf in RFC_LEAVES)
    for size, root in RFC_ROOTS.items():
        assert tree.root(size).hex() == root


def hexes(*hashes: str) -> list[bytes]:
    return [bytes.fromhex(each) for each in hashes]


NODES = {
    "0": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "1": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "01": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "23": "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "4": "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "45": "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "67": "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0-3": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4-7": "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
}
"""Hashes of subtrees over these leaves, as the same reference tests list them in its proofs."""
INCLUSION = {(0, 8): "1 23 4-7", (5, 8): "4 67 0-3", (2, 3): "01", (1, 5): "0 23 4"}
CONSISTENCY = {(1, 8): "1 23 4-7", (6, 8): "45 67 0-3", (2, 5): "23 4"}


def test_the_published_reference_proofs_are_ours() -> None:
    tree = Tree(hashlib.sha256(b"\x00" + leaf).digest() for leaf in RFC_LEAVES)
    for (index, size), path in INCLUSION.items():
        assert tree.inclusion(index, size) == hexes(*(NODES[each] for each in path.split()))
    for (first, second), path in CONSISTENCY.items():
        assert tree.consistency(first, second) == hexes(*(NODES[each] for each in path.split()))
