"""Real servers for the tests: started once a session, with a database cloned for each test and clean streams
for each module.

`CANDOUR_TEST_BACKEND` says whose servers: `embedded` (from wheels), `external` (`CANDOUR_TEST_PG_ADMIN`, a
psycopg connection string of an administrator; `CANDOUR_TEST_NATS_URL` and `CANDOUR_TEST_NATS_SECRETS`, the
folder of its keys as `candour containers` writes it), or `auto`: external where all three are set,
else embedded. The header of a run says which it was.
"""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from nats.aio.client import Client
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from deploy.embedded.nats import EmbeddedNats
from deploy.embedded.postgres import EmbeddedPostgres
from deploy.nats import topology, users
from deploy.nats.keys import Keys
from deploy.postgres import roles
from libs.nkeys import NKey, signed_in

SOURCES = ("careplan", "rostering")
TEMPLATE = "candour_template"
COPIED = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
_EXTERNAL = ("CANDOUR_TEST_PG_ADMIN", "CANDOUR_TEST_NATS_URL", "CANDOUR_TEST_NATS_SECRETS")


@dataclass(frozen=True)
class Messaging:
    """A NATS server with the platform's users and streams. `seeds` are the users', or the paths of their files."""

    url: str
    seeds: Mapping[str, str]

    async def connect(self, user: str, **options: Any) -> Client:
        """Sign in as a service, `operator` or `source_<name>`, with that user's private inbox."""
        return await signed_in(self.url, user, self.seeds[user], **options)

    def environment(self) -> dict[str, str]:
        """The settings by which services find it."""
        return {"CANDOUR_NATS_URL": self.url} | {
            f"CANDOUR_NATS_{user.upper()}": seed for user, seed in self.seeds.items()
        }

    async def clear(self) -> None:
        """Delete every stream, its messages and consumers, and declare the topology anew."""
        operator = await self.connect(users.OPERATOR)
        try:
            streams = operator.jetstream()
            for stream in await streams.streams_info():
                await streams.delete_stream(str(stream.config.name))
            if drift := await topology.apply(operator):
                raise AssertionError(drift)
        finally:
            await operator.close()


@dataclass(frozen=True)
class Database:
    """One database of its own, with every role's schemas in it."""

    name: str
    server: str
    passwords: Mapping[str, str]

    @property
    def admin(self) -> str:
        """The superuser's connection string."""
        return make_conninfo(self.server, dbname=self.name)

    @property
    def owner(self) -> str:
        """The connection string for DDL on event schemas."""
        return roles.as_owner(self.server, database=self.name)

    def conninfo(self, name: str) -> str:
        """The connection string of a service, `keys` or `web`."""
        return roles.conninfo(self.server, name, self.passwords[name], database=self.name)

    def environment(self) -> dict[str, str]:
        """The settings by which services find it."""
        named = {f"CANDOUR_PG_{name.upper()}": self.conninfo(name) for name in self.passwords}
        return named | {"CANDOUR_PG_OWNER": self.owner, "CANDOUR_PG_ADMIN": self.admin}


@dataclass(frozen=True)
class Backend:
    """The session's servers."""

    postgres: str
    passwords: Mapping[str, str]
    messaging: Messaging

    @contextmanager
    def fresh_database(self) -> Iterator[Database]:
        """A database cloned from the template (about 30 ms in memory, ten times that on a disk), dropped
        with whoever is still connected afterwards."""
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.postgres, autocommit=True) as server:
            # Copied file by file: a third of what it costs to write each page of the template to the log.
            server.execute(COPIED.format(Identifier(name), Identifier(TEMPLATE)))
            with psycopg.connect(make_conninfo(self.postgres, dbname=name)) as inside:
                roles.close(inside, name)
            try:
                yield Database(name, self.postgres, self.passwords)
            finally:
                server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def backend_name() -> str:
    """Which servers this session uses: `external` or `embedded`; ValueError for anything else asked."""
    asked = os.environ.get("CANDOUR_TEST_BACKEND", "auto")
    if asked == "auto":
        return "external" if all(map(os.environ.get, _EXTERNAL)) else "embedded"
    if asked not in ("external", "embedded"):
        raise ValueError(f"CANDOUR_TEST_BACKEND is {asked!r}; it may be external, embedded or auto")
    return asked


def pytest_report_header() -> str:
    """Say whose servers the tests run on."""
    return f"candour test backend: {backend_name()}, asked: {os.environ.get('CANDOUR_TEST_BACKEND', 'auto')}"


@pytest.fixture(scope="session")
def template_ddl() -> Sequence[str]:
    """Statements run as the owner in the template that test databases are cloned from; override it in a
    conftest."""
    return ()


@pytest.fixture(scope="session")
def furnish() -> Callable[[Database], None]:
    """What else the template is given before it is cloned; override it in a conftest."""
    return lambda _: None


@pytest.fixture(scope="session")
def backend(template_ddl: Sequence[str], furnish: Callable[[Database], None]) -> Iterator[Backend]:
    """The session's servers, roles and template in place."""
    passwords = {name: secrets.token_urlsafe(16) for name in roles.names()}
    with _external() if backend_name() == "external" else _embedded() as (postgres, messaging):
        roles.ensure(postgres, passwords, database=TEMPLATE, ddl=template_ddl)
        furnish(Database(TEMPLATE, postgres, passwords))
        in_own_loop(messaging.clear)
        yield Backend(postgres, passwords, messaging)


@pytest.fixture
def database(backend: Backend) -> Iterator[Database]:
    """A database of this test alone."""
    with backend.fresh_database() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_database(backend: Backend) -> Iterator[Database]:
    """A database shared by the tests of one module."""
    with backend.fresh_database() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def messaging(backend: Backend) -> Messaging:
    """NATS with empty streams at the start of this module."""
    in_own_loop(backend.messaging.clear)
    return backend.messaging


@pytest.fixture
def fresh_messaging(backend: Backend) -> Messaging:
    """NATS with empty streams at the start of this test."""
    in_own_loop(backend.messaging.clear)
    return backend.messaging


@pytest.fixture
def reachable_directory() -> Iterator[Path]:
    """A temporary directory that an unprivileged user can pass through (pytest's own is closed to them)."""
    with _reachable() as directory:
        yield directory


def in_own_loop(task: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine to its end, away from the event loops that tests use."""
    with ThreadPoolExecutor(max_workers=1) as one:
        one.submit(lambda: asyncio.run(task())).result()


@contextmanager
def _embedded() -> Iterator[tuple[str, Messaging]]:
    pairs = {name: NKey.new() for name in users.user_names(SOURCES)}
    public = {name: [pair.public] for name, pair in pairs.items()}
    with _reachable() as var:
        postgres = EmbeddedPostgres(var / "postgres", durable=False)
        with EmbeddedNats(var / "nats", public, durable=False) as messages, postgres:
            yield postgres.conninfo, Messaging(messages.url, {name: pair.seed for name, pair in pairs.items()})
        postgres.remove()


@contextmanager
def _external() -> Iterator[tuple[str, Messaging]]:
    postgres, url, directory = (os.environ[name] for name in _EXTERNAL)
    kept = Keys(Path(directory))
    yield postgres, Messaging(url, {name: str(kept.seed_file(name)) for name in kept.known()})


@contextmanager
def _reachable() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="candour-tests-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made)
