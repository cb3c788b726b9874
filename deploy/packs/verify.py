"""Check this evidence pack offline, with nothing but Python: every file, every event's proof, and every signature.

Run: python -I verify.py [folder]. It ends with 0 where all is sound, and with 1 after naming each part that is not.
The keys in the pack only show that it is whole. That it is the provider's, you see by comparing the key printed below
with the one the provider publishes. Whoever changed a pack could change this script in it too: where that matters to
you, run a copy of it that you have from elsewhere, and name the pack's folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Point = tuple[int, int, int, int]
KEY, SIGNATURE = 32, 64
SIGNED, BY = "tagmanifest-sha256.txt", "signature.ed25519"
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT_OF_MINUS_1 = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def point(raw: bytes) -> Point | None:
    """A point of the curve Ed25519 from its 32 bytes (RFC 8032, 5.1.3), or None where they are none."""
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT_OF_MINUS_1 % P
    if len(raw) != KEY or y >= P or x * x % P != square:
        return None
    x = x if x & 1 == raw[31] >> 7 else P - x
    return x, y, 1, x * y % P


def add(a: Point, b: Point) -> Point:
    """The sum of two points, each x, y and x * y over a common denominator, which stands third (RFC 8032, 5.1.4)."""
    low, high = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    across, common = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = high - low, common - across, common + across, high + low
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, a: Point) -> Point:
    total = (0, 1, 1, 0)
    while number:
        total, number, a = add(total, a) if number & 1 else total, number >> 1, add(a, a)
    return total


def signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature holds (RFC 8032, 5.1.7)."""
    public, commitment, base = point(key), point(signature[:32]), point(bytes([88]) + bytes([102]) * 31)
    scalar = int.from_bytes(signature[32:], "little")
    if not public or not commitment or not base or len(signature) != SIGNATURE or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    one, other = times(scalar, base), add(commitment, times(challenge, public))
    return all((one[place] * other[2] - other[place] * one[2]) % P == 0 for place in (0, 1))


def included(leaf: bytes, index: int, size: int, path: Iterator[bytes], root: bytes) -> bool:
    """Whether a Merkle audit path leads from a leaf to the root (RFC 9162, 2.1.3.2)."""
    node, last = leaf, size - 1
    if not 0 <= index < size:
        return False
    for step in path:
        if not last:
            return False
        if index & 1 or index == last:
            node = sha256(b"\x01" + step + node)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + step)
        index, last = index >> 1, last >> 1
    return last == 0 and node == root


def leaf_of(event: dict[str, Any]) -> bytes:
    """An event's leaf: its own bytes where the pack shows it, else the hash that stands in for it."""
    if "state" not in event:
        return base64.b64decode(event["leaf"])
    topic, aggregate = event["topic"].encode(), bytes.fromhex(event["aggregate"].replace("-", ""))
    head = struct.pack(">q16sqI", event["position"], aggregate, event["version"], len(topic))
    return sha256(b"\x00" + head + topic + event["state"].encode())


def checkpoint(folder: Path, name: str, keys: list[tuple[bytes, bytes]]) -> tuple[int, bytes]:
    """Size and root that a ledger's signed note states. Raises ValueError where no key of the pack signed it."""
    text, _, signatures = (folder / "data" / "checkpoints" / f"{name}.txt").read_text("utf-8").partition("\n\n")
    for line in signatures.splitlines():
        raw = base64.b64decode(line.split()[-1])
        if any(raw[:4] == known and signed(key, raw[4:], (text + "\n").encode()) for known, key in keys):
            origin, size, root = text.splitlines()[:3]
            if origin.endswith("/" + name):
                return int(size), base64.b64decode(root)
    raise ValueError("its signature does not hold")


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def files(folder: Path) -> Iterator[str]:
    """Every file that is not as it was made."""
    for manifest in (SIGNED, "manifest-sha256.txt"):
        for line in lines(folder / manifest):
            digest, _, name = line.partition("  ")
            if not (folder / name).is_file() or sha256((folder / name).read_bytes()).hex() != digest:
                yield f"{name}: missing, or not as {manifest} lists it"
    listed = {line.partition("  ")[2] for line in lines(folder / "manifest-sha256.txt") + lines(folder / SIGNED)}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() or path.is_symlink()}
    yield from (f"{name}: not part of the pack as it was made" for name in sorted(found - listed - {SIGNED, BY}))


def proofs(folder: Path, keys: list[tuple[bytes, bytes]]) -> Iterator[str]:
    """Every checkpoint that is not signed, and every event that is not in the ledger it is said to be in."""
    names = sorted(path.stem for path in (folder / "data" / "checkpoints").iterdir())
    ledgers = {}
    for name in names:
        try:
            ledgers[name] = checkpoint(folder, name, keys)
        except ValueError as fault:
            yield f"data/checkpoints/{name}.txt: {fault}"
    for number, line in enumerate(lines(folder / "data" / "events.jsonl"), 1):
        try:
            event = json.loads(line)
            size, root = ledgers[event["ledger"]]
            sound = included(leaf_of(event), event["place"] - 1, size, map(base64.b64decode, event["path"]), root)
        except (ValueError, KeyError, TypeError, struct.error):
            sound = False
        if not sound:
            yield f"data/events.jsonl, line {number}: not an entry of the signed ledger it is said to be of"


def faults(folder: Path) -> Iterator[str]:
    """Every part that is not as it was made, with what is wrong."""
    try:
        yield from files(folder)
        rows = [line.split("+", 2) for line in lines(folder / "data" / "keys.txt")]
        keys = [(bytes.fromhex(number), base64.b64decode(key)[1:]) for _, number, key in rows]
        manifest = (folder / SIGNED).read_bytes()
        if not signed(keys[0][1], (folder / BY).read_bytes(), manifest):
            yield "signature.ed25519: does not sign tagmanifest-sha256.txt under the first key of data/keys.txt"
        yield from proofs(folder, keys)
    except (OSError, ValueError, IndexError) as fault:
        yield f"the pack cannot be read to its end: {fault}"


if __name__ == "__main__":
    here = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    wrong = list(faults(here))
    verdict = f"{len(wrong)} faults." if wrong else "Sound: every file, proof and signature. The key that signed it:"
    sys.stdout.write("\n".join([*wrong, verdict, *([] if wrong else lines(here / "data" / "keys.txt")[:1])]) + "\n")
    sys.exit(bool(wrong))
