"""The key that signs packs: the one that signs the ledgers, in the forms that a pack carries for whoever checks it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.audit.ledger import Signer, Trusted, trusted

KEY_ID = 4
"""Bytes before a signature in a note's signature line (C2SP signed-note)."""


class PackKey:
    """The key in use, and those before it that signed checkpoints. Raises NotTheSuccessor for false statements."""

    def __init__(self, signer: Signer, statements: Iterable[str] = ()) -> None:
        self._signer = signer
        self.trusted: list[Trusted] = trusted(signer.verifier, statements)

    @property
    def verifier(self) -> str:
        """The key in use as transparency-log tools write it."""
        return self._signer.verifier

    @property
    def verifiers(self) -> bytes:
        """Every key to believe, a line each, the one in use first."""
        return "".join(f"{key.verifier}\n" for key in self.trusted).encode()

    @property
    def pem(self) -> bytes:
        """The public half of the key in use, as openssl reads it."""
        raw = b64decode(self.verifier.split("+", 2)[2])[1:]
        public = Ed25519PublicKey.from_public_bytes(raw)
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, text: bytes) -> bytes:
        """An Ed25519 signature, 64 bytes, over a text in UTF-8."""
        return b64decode(self._signer.line(text.decode()).split()[-1])[KEY_ID:]
