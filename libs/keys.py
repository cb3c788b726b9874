"""The keys that seal people's words: one per person, wrapped, kept apart, and destroyed to forget."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from psycopg_pool import AsyncConnectionPool

from contracts.sealed import ERASED, SEALED

DDL = """
CREATE TABLE IF NOT EXISTS keys.person_key (
    subject uuid PRIMARY KEY,
    wrapped bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
"""

KEY_BYTES = 32
HELD = 100_000
"""How many opened keys one process keeps in memory."""


class KeyNotLoaded(LookupError):
    """The key was not asked for before it was used; a fault of the program, never of its user."""


class KeyRing:
    """Seals and opens text under the key of the person it is about.

    The wrapping key comes from a file or a key service and never enters the database. AES-256-GCM, with the
    place of the text as additional data, so that ciphertext cannot be moved to another record.
    """

    def __init__(self, pool: AsyncConnectionPool, wrapping_key: bytes) -> None:
        self._pool = pool
        self._kek = wrapping_key
        self._open: OrderedDict[UUID, AESGCM | None] = OrderedDict()

    @staticmethod
    def wrapping_key(path: str) -> bytes:
        """Read the 32-byte wrapping key. Raises ValueError where the file does not hold one."""
        key = Path(path).read_bytes()
        if len(key) != KEY_BYTES:
            raise ValueError(f"{path} should hold 32 bytes, and holds {len(key)}")
        return key

    async def ready(self, subjects: Iterable[UUID], *, make: bool = False) -> None:
        """Have these people's keys at hand; with `make`, give a new key to whoever has none yet."""
        wanted = [
            s for s in dict.fromkeys(subjects) if self._open.get(s, ...) is ... or (make and self._open[s] is None)
        ]
        if not wanted:
            return
        async with self._pool.connection() as connection:
            if make:
                fresh = [aes_key_wrap(self._kek, AESGCM.generate_key(256)) for _ in wanted]
                await connection.execute(
                    "INSERT INTO keys.person_key (subject, wrapped) SELECT * FROM unnest(%s::uuid[], %s::bytea[])"
                    " ON CONFLICT DO NOTHING",
                    (wanted, fresh),
                )
            found = await connection.execute(
                "SELECT subject, wrapped FROM keys.person_key WHERE subject = ANY(%s)", (wanted,)
            )
            wrapped: dict[UUID, bytes] = dict(await found.fetchall())
        for subject in wanted:
            held = wrapped.get(subject)
            self._open[subject] = AESGCM(aes_key_unwrap(self._kek, held)) if held else None
        while len(self._open) > HELD:
            self._open.popitem(last=False)

    def seal(self, subject: UUID, text: str, place: str) -> str:
        """Text in, ciphertext out. Raises KeyNotLoaded where `ready` was not awaited for the subject."""
        key = self._open.get(subject)
        if key is None:
            raise KeyNotLoaded(str(subject))
        nonce = os.urandom(12)
        sealed = key.encrypt(nonce, text.encode(), place.encode())
        return f"{SEALED}1:{subject.hex}:{place}:{urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, token: str, place: str = "") -> str:
        """Ciphertext in, text out; '[erased]' where the key is gone or the text is not from where it says.

        With `place`, the text must belong there: a record's words cannot be swapped for another's.
        """
        if not token.startswith(SEALED):
            return token
        _, _, subject, origin, body = token.split(":", 4)
        key = self._open.get(UUID(hex=subject), ...)
        if key is ...:
            raise KeyNotLoaded(subject)
        if key is None:
            return ERASED
        raw = urlsafe_b64decode(body)
        try:
            return key.decrypt(raw[:12], raw[12:], (place or origin).encode()).decode()
        except InvalidTag:
            return ERASED

    @staticmethod
    def subject_of(token: str) -> UUID | None:
        """Whose key a sealed text needs, or None where it is not sealed."""
        return UUID(hex=token.split(":", 4)[2]) if token.startswith(SEALED) else None

    async def forget(self, subject: UUID) -> bool:
        """Destroy a person's key for good: everything sealed under it reads '[erased]'. True if there was one."""
        async with self._pool.connection() as connection:
            gone = await connection.execute("DELETE FROM keys.person_key WHERE subject = %s", (subject,))
        self._open[subject] = None
        return gone.rowcount > 0
