"""Signed notes: a ledger's size and root over a signature, in the text form that transparency-log tools read.

The form is C2SP signed-note and tlog-checkpoint: three lines of text, an empty line, and one line a signature.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NAME = "candour"
ED25519 = b"\x01"
SEED_BYTES = 32


class NotSigned(Exception):
    """The note bears no signature by this key: it was changed, or somebody else wrote it."""


class Signer:
    """Signs notes with the key whose seed (32 bytes) is kept in a file outside the database."""

    def __init__(self, seed: bytes, name: str = NAME) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = name
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.verifier = f"{name}+{_key_id(name, public).hex()}+{b64encode(ED25519 + public).decode()}"
        """What outsiders need to check our notes: the key's name, id and public half."""

    @classmethod
    def of_file(cls, path: str) -> Signer:
        """The signer whose seed is in this file. Raises ValueError where the file does not hold 32 bytes."""
        seed = Path(path).read_bytes()
        if len(seed) != SEED_BYTES:
            raise ValueError(f"{path} should hold {SEED_BYTES} bytes, and holds {len(seed)}")
        return cls(seed)

    def sign(self, ledger: str, size: int, root: bytes) -> str:
        """The note for a ledger at a size."""
        text = body_of(ledger, size, root)
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        signature = _key_id(self.name, public) + self._key.sign(text.encode())
        return f"{text}\n\u2014 {self.name} {b64encode(signature).decode()}\n"


def body_of(ledger: str, size: int, root: bytes) -> str:
    """What is signed: the ledger's name, its size, and its root in base64, each on a line."""
    return f"candour/{ledger}\n{size}\n{b64encode(root).decode()}\n"


def opened(note: str, verifier: str) -> tuple[str, int, bytes]:
    """Ledger, size and root of a note, once its signature holds under this verifier key. Raises NotSigned."""
    name, _, rest = verifier.partition("+")
    _, _, encoded = rest.partition("+")
    public = b64decode(encoded)[1:]
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, _, signed = line.partition(" ")
        signer, _, signature = signed.partition(" ")
        if dash == "\u2014" and signer == name and _holds(name, public, signature, text):
            return _read(text)
    raise NotSigned(NotSigned.__doc__)


def _read(text: str) -> tuple[str, int, bytes]:
    origin, size, root = text.splitlines()[:3]
    return origin.removeprefix("candour/"), int(size), b64decode(root)


def _holds(name: str, public: bytes, signature: str, text: str) -> bool:
    try:
        raw = b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
    except (InvalidSignature, NotBase64, ValueError):
        return False
    return raw[:4] == _key_id(name, public)


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]
