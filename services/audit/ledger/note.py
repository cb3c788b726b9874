"""Signed notes: a ledger's size and root over a signature, in the text form that transparency-log tools read.

The form is C2SP signed-note and tlog-checkpoint: three lines of text, an empty line, and one line a signature. Each note
is signed under the ledger's own name, as that form asks, and under the installation's, so that one key checks all.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NAME = "candour"
ED25519 = b"\x01"
SEED_BYTES = 32
DASH = "\u2014"


class NotSigned(Exception):
    """The note bears no signature by this key: it was changed, or somebody else wrote it."""


class Signer:
    """Signs notes with the key whose seed (32 bytes) is kept in a file outside the database."""

    def __init__(self, seed: bytes, name: str = NAME) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = name
        self._public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.verifier = verifier_of(name, self._public)
        """What outsiders need to check our notes: the key's name, id and public half."""

    @classmethod
    def of_file(cls, path: str | Path) -> Signer:
        """The signer whose seed is in this file. Raises ValueError where the file does not hold 32 bytes."""
        seed = Path(path).read_bytes()
        if len(seed) != SEED_BYTES:
            raise ValueError(f"{path} should hold {SEED_BYTES} bytes, and holds {len(seed)}")
        return cls(seed)

    @classmethod
    def kept(cls, path: str | Path) -> Signer:
        """The signer whose seed is in this file; where there is no file yet, a new seed is put there first.

        Raises OSError where it cannot be written, ValueError where the file does not hold 32 bytes.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = path.with_name(f"{path.name}.{os.getpid()}")
            write_seed(fresh, secrets.token_bytes(SEED_BYTES))
            with suppress(FileExistsError):  # somebody else was first: theirs counts
                path.hardlink_to(fresh)
            fresh.unlink()
        return cls.of_file(path)

    def sign(self, ledger: str, size: int, root: bytes) -> str:
        """The note for a ledger at a size."""
        text = body_of(ledger, size, root)
        return f"{text}\n{self.line(text, f'{self.name}/{ledger}')}{self.line(text)}"

    def line(self, text: str, name: str = "") -> str:
        """The signature line for a note's text, under the installation's name or another one."""
        name = name or self.name
        signature = key_id(name, self._public) + self._key.sign(text.encode())
        return f"{DASH} {name} {b64encode(signature).decode()}\n"

    def verifier_for(self, ledger: str) -> str:
        """The key under a ledger's own name, for tools that go by the first line of a note."""
        return verifier_of(f"{self.name}/{ledger}", self._public)


def verifier_of(name: str, public: bytes) -> str:
    """A public key as such tools write it: name, id, and type and key in base64."""
    return f"{name}+{key_id(name, public).hex()}+{b64encode(ED25519 + public).decode()}"


def body_of(ledger: str, size: int, root: bytes) -> str:
    """What is signed: the ledger's name, its size, and its root in base64, each on a line."""
    return f"candour/{ledger}\n{size}\n{b64encode(root).decode()}\n"


def opened(note: str, verifier: str) -> tuple[str, int, bytes]:
    """Ledger, size and root of a note, once its signature holds under this verifier key. Raises NotSigned."""
    try:
        origin, size, root = signed_text(note, verifier).splitlines()[:3]
        return origin.removeprefix("candour/"), int(size), b64decode(root)
    except ValueError:
        raise NotSigned(NotSigned.__doc__) from None


def signed_text(note: str, verifier: str) -> str:
    """The text of a note whose signature holds under this verifier key. Raises NotSigned."""
    name, _, rest = verifier.partition("+")
    public = b64decode(rest.partition("+")[2])[1:]
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, _, signed = line.partition(" ")
        signer, _, signature = signed.partition(" ")
        if dash == DASH and signer == name and _holds(name, public, signature, text):
            return text
    raise NotSigned(NotSigned.__doc__)


def _holds(name: str, public: bytes, signature: str, text: str) -> bool:
    try:
        raw = b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
    except (InvalidSignature, NotBase64, ValueError):
        return False
    return raw[:4] == key_id(name, public)


def write_seed(path: Path, seed: bytes) -> None:
    """Put a seed into a file that only its owner may read, on the disk when this returns. Raises OSError."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(seed)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # that the file is there must outlast a loss of power as well: the record will name its key
    finally:
        os.close(folder)


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes by which a signature line names its key (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]
