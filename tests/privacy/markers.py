"""Words that stand nowhere else: planted in what people write, and looked for in everything that is kept or leaves."""

from __future__ import annotations

import base64
import itertools
import re
import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from nats.js import api
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool

from deploy.embedded.postgres import wheel_binaries
from libs.keys import KeyRing
from tests.servers import Database, Messaging

STEM = "zqxv"
FOUND = re.compile(rb"zqxv\d{4}", re.IGNORECASE)
TOKEN = re.compile(rb"sealed:1:[0-9a-f]{32}:[^:\"\\\s]+:[A-Za-z0-9_=-]+")
KEYS_FREE = ("--no-owner", "--exclude-schema=keys")


@dataclass
class Markers:
    """Hands out words, and knows where each was planted."""

    planted: dict[str, str] = field(default_factory=dict)
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self, where: str) -> str:
        """A sentence with a word of its own in it."""
        return f"The {self.name(where).lower()} was there."

    def name(self, where: str) -> str:
        """The word alone, as a name is."""
        word = f"{STEM}{next(self._count):04}"
        self.planted[word] = where
        return word.title()


def found_in(content: bytes) -> set[str]:
    """The markers in some bytes: as they are, in hexadecimal, and in base64 at each of its three offsets."""
    seen = {word.decode().lower() for word in FOUND.findall(content)}
    for encoded in re.findall(rb"[0-9a-f]{24,}", content):
        if len(encoded) % 2 == 0 and any(each in encoded for each in _IN_HEX):
            seen |= {word.decode().lower() for word in FOUND.findall(bytes.fromhex(encoded.decode()))}
    for run in re.findall(rb"[A-Za-z0-9+/_-]{16,}", content):
        if any(each in run for each in _IN_BASE64):
            seen |= _decoded(run)
    return seen


def _within_base64(stem: str, before: int) -> bytes:
    """How the stem looks in base64 after so many bytes, without the characters that its neighbours change."""
    encoded = base64.b64encode(b"x" * before + stem.encode()).rstrip(b"=")
    whole = len(encoded) - (1 if (before + len(stem)) % 3 else 0)
    return encoded[-(-before * 4 // 3) : whole]


_IN_BASE64 = tuple(_within_base64(stem, before) for stem in (STEM, STEM.title()) for before in range(3))
_IN_HEX = tuple(stem.encode().hex().encode() for stem in (STEM, STEM.title()))


def _decoded(run: bytes) -> set[str]:
    seen: set[str] = set()
    for offset in range(4):
        part = run[offset:].replace(b"-", b"+").replace(b"_", b"/")
        part = part[: len(part) // 4 * 4]
        seen |= {word.decode().lower() for word in FOUND.findall(base64.b64decode(part))}
    return seen


def dumped(database: Database) -> bytes:
    """Every table of every schema but that of the keys, as the server's own backup program writes them."""
    said = conninfo_to_dict(database.admin)
    program = wheel_binaries() / "pg_dump"
    env = {"PGPASSWORD": str(said.get("password") or "")}
    where = [f"--host={said['host']}", f"--port={said.get('port', 5432)}", f"--username={said['user']}"]
    done = subprocess.run(
        [str(program), *KEYS_FREE, *where, str(said["dbname"])], capture_output=True, check=False, env=env, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


async def streamed(messaging: Messaging) -> AsyncIterator[tuple[str, bytes]]:
    """Every message of every stream: its stream and subject, and all of its bytes, headers and subject among them."""
    operator = await messaging.connect("operator")
    try:
        streams = operator.jetstream()
        for stream in await streams.streams_info():
            name = str(stream.config.name)
            for sequence in range(max(1, stream.state.first_seq), stream.state.last_seq + 1):
                message: api.RawStreamMsg = await streams.get_msg(name, sequence)
                headers = orjson.dumps(dict(message.headers or {}))
                yield name, b"\n".join((str(message.subject).encode(), headers, message.data or b""))
    finally:
        await operator.close()


def files(folder: Path) -> bytes:
    """Everything in a folder, one after another."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def opened(contents: Iterable[bytes], database: Database, wrapping_key: Path) -> dict[str, set[str]]:
    """What somebody reads who has all these bytes, the wrapping key and the keys that are left: markers by place."""
    tokens = tokens_in(contents)
    pool = AsyncConnectionPool(database.conninfo("keys"), open=False, kwargs={"autocommit": True})
    await pool.open(wait=True)
    try:
        keys = KeyRing(pool, KeyRing.wrapping_key(str(wrapping_key)))
        subjects = {subject for token in tokens if (subject := KeyRing.subject_of(token))}
        await keys.ready(subjects)
        read: dict[str, set[str]] = {}
        for token in tokens:
            for word in found_in(keys.open(token).encode()):
                read.setdefault(word, set()).add(token.split(":", 4)[3])
        return read
    finally:
        await pool.close()


def tokens_in(contents: Iterable[bytes]) -> set[str]:
    """Every sealed text in some bytes."""
    return {token.decode() for content in contents for token in _tokens(content)}


def _tokens(content: bytes) -> Iterator[bytes]:
    yield from TOKEN.findall(content)
    for encoded in re.findall(rb"\\x([0-9a-f]{40,})", content):
        yield from TOKEN.findall(bytes.fromhex(encoded.decode()))
