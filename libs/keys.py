"""The keys that seal people's words: one per person, wrapped, kept apart, and destroyed to forget."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from psycopg_pool import AsyncConnectionPool

from contracts.sealed import ERASED, SEALED

DDL = """
CREATE TABLE IF NOT EXISTS keys.person_key (
    subject uuid PRIMARY KEY,
    wrapped bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS keys.secret (
    name text PRIMARY KEY,
    wrapped bytea NOT NULL
);
"""

PSEUDONYMS = "pseudonyms"

KEY_BYTES = 32
HELD = 100_000
"""How many opened keys one process keeps in memory."""


TRUSTED = 60.0
"""Seconds until a key at hand is asked for again, so that what one process forgets, all forget within a minute."""


@dataclass(slots=True)
class Held:
    """A key in memory (None: there is none), and until when we rely on that."""

    key: AESGCM | None
    until: float


class KeyNotLoaded(LookupError):
    """The key was not asked for before it was used; a fault of the program, never of its user."""


class KeyRing:
    """Seals and opens text under the key of the person it is about.

    The wrapping key comes from a file or a key service and never enters the database. AES-256-GCM, with the
    place of the text as additional data, so that ciphertext cannot be moved to another record. While the wrapping key is
    being changed, `others` may unwrap too; new keys are always wrapped under the first.
    """

    def __init__(self, pool: AsyncConnectionPool, wrapping_key: bytes, *others: bytes) -> None:
        self._pool = pool
        self._kek, self._keks = wrapping_key, (wrapping_key, *others)
        self._tell_apart = pseudonym_secret(wrapping_key)
        self._open: OrderedDict[UUID, Held] = OrderedDict()
        self._waiting: list[tuple[list[UUID], bool, asyncio.Future[None]]] = []
        self._fetching: asyncio.Task[None] | None = None
        self.forgotten = 0
        """How many keys this process destroyed; whoever keeps opened words lets go of them when it moves."""

    @staticmethod
    def wrapping_key(path: str) -> bytes:
        """Read the 32-byte wrapping key. Raises ValueError where the file does not hold one."""
        key = Path(path).read_bytes()
        if len(key) != KEY_BYTES:
            raise ValueError(f"{path} should hold 32 bytes, and holds {len(key)}")
        return key

    async def prepare(self) -> None:
        """Take up what pseudonyms are made under, where the wrapping key has been changed since they were first made."""
        async with self._pool.connection() as connection:
            found = await connection.execute("SELECT wrapped FROM keys.secret WHERE name = %s", (PSEUDONYMS,))
            row = await found.fetchone()
        if row:
            self._tell_apart = self._unwrapped(row[0])

    def _unwrapped(self, wrapped: bytes) -> bytes:
        """Raises InvalidUnwrap where none of our wrapping keys is the one."""
        for kek in self._keks[:-1]:
            try:
                return aes_key_unwrap(kek, wrapped)
            except InvalidUnwrap:
                continue
        return aes_key_unwrap(self._keks[-1], wrapped)

    async def ready(self, subjects: Iterable[UUID], *, make: bool = False) -> None:
        """Have these people's keys at hand; with `make`, give a new key to whoever has none yet.

        Many who ask at once share one question to the database, and one flush to its disk.
        """
        now = time.monotonic()
        wanted = [subject for subject in dict.fromkeys(subjects) if not self._at_hand(subject, make, now)]
        if not wanted:
            return
        outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, make, outcome))
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._fetch(), name="keys")
        await outcome

    def _at_hand(self, subject: UUID, make: bool, now: float) -> bool:
        held = self._open.get(subject)
        if held is None or held.until < now or (make and held.key is None):
            return False
        self._open.move_to_end(subject)
        return True

    async def _fetch(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self._hold(
                    {subject for wanted, _, _ in batch for subject in wanted},
                    {subject for wanted, make, _ in batch if make for subject in wanted},
                )
            except BaseException as error:
                for _, _, outcome in batch:
                    if not outcome.done():
                        outcome.set_exception(error)
                if not isinstance(error, Exception):
                    raise
            for _, _, outcome in batch:
                if not outcome.done():
                    outcome.set_result(None)

    async def _hold(self, wanted: set[UUID], make: set[UUID]) -> None:
        wrapped: dict[UUID, bytes] = {}
        async with self._pool.connection() as connection:
            if make:
                fresh = {subject: AESGCM.generate_key(256) for subject in sorted(make)}
                made = await connection.execute(
                    "INSERT INTO keys.person_key (subject, wrapped) SELECT * FROM unnest(%s::uuid[], %s::bytea[])"
                    " ON CONFLICT DO NOTHING RETURNING subject, wrapped",
                    (list(fresh), [aes_key_wrap(self._kek, key) for key in fresh.values()]),
                )
                wrapped = dict(await made.fetchall())
            if missing := list(wanted - wrapped.keys()):
                found = await connection.execute(
                    "SELECT subject, wrapped FROM keys.person_key WHERE subject = ANY(%s)", (missing,)
                )
                wrapped |= dict(await found.fetchall())
        until = time.monotonic() + TRUSTED
        for subject in wanted:
            kept = wrapped.get(subject)
            self._open[subject] = Held(AESGCM(self._unwrapped(kept)) if kept else None, until)
            self._open.move_to_end(subject)
        while len(self._open) > HELD:
            self._open.popitem(last=False)

    def seal(self, subject: UUID, text: str, place: str) -> str:
        """Text in, ciphertext out. Raises KeyNotLoaded where `ready` was not awaited for the subject."""
        held = self._open.get(subject)
        if held is None or held.key is None:
            raise KeyNotLoaded(str(subject))
        nonce = os.urandom(12)
        sealed = held.key.encrypt(nonce, text.encode(), place.encode())
        return f"{SEALED}1:{subject.hex}:{place}:{urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, token: str, place: str = "") -> str:
        """Ciphertext in, text out; '[erased]' where the key is gone or the text is not from where it says.

        With `place`, the text must belong there: a record's words cannot be swapped for another's.
        """
        if not token.startswith(SEALED):
            return token
        _, _, subject, origin, body = token.split(":", 4)
        held = self._open.get(_subject(subject))
        if held is None:
            raise KeyNotLoaded(subject)
        if held.key is None:
            return ERASED
        raw = urlsafe_b64decode(body)
        try:
            return held.key.decrypt(raw[:12], raw[12:], (place or origin).encode()).decode()
        except InvalidTag:
            return ERASED

    def pseudonym(self, kind: str, words: str) -> str:
        """What tells the same person or thing again without saying who: a keyed digest of the words, 32 hex digits.

        Spaces and case do not matter. It outlives a change of the wrapping key (HMAC-SHA-256, RFC 2104).
        """
        said = f"{kind}|{' '.join(words.casefold().split())}"
        return hmac.digest(self._tell_apart, said.encode(), hashlib.sha256).hex()[:32]

    @staticmethod
    def subject_of(token: str) -> UUID | None:
        """Whose key a sealed text needs, or None where it is not sealed."""
        return _subject(token.split(":", 3)[2]) if token.startswith(SEALED) else None

    async def forget(self, subject: UUID) -> bool:
        """Destroy a person's key for good: everything sealed under it reads '[erased]'. True if there was one."""
        async with self._pool.connection() as connection:
            gone = await connection.execute("DELETE FROM keys.person_key WHERE subject = %s", (subject,))
        self._open[subject] = Held(None, time.monotonic() + TRUSTED)
        self.forgotten += 1
        return gone.rowcount > 0


def pseudonym_secret(wrapping_key: bytes) -> bytes:
    """What pseudonyms are made under until the wrapping key is first changed; from then on it is kept, wrapped."""
    return hmac.digest(wrapping_key, b"candour pseudonyms", hashlib.sha256)


@lru_cache(maxsize=HELD)
def _subject(text: str) -> UUID:
    return UUID(hex=text)
