"""The database's roles: each service sees its own schemas alone, and no service can rewrite or remove an
event.

Schemas of a service: `<service>` (events, inbox, working tables; owned by `candour_owner`), `<service>_view`
and `<service>_next` (read tables and their rebuild; owned by the service's role). A role may not create
schemas, so a rebuild is swapped in with ALTER TABLE … SET SCHEMA. `LOCK TABLE … IN EXCLUSIVE MODE` is refused
to a role that may only INSERT: a function that locks the events must be SECURITY DEFINER with its own
search_path, or take an advisory lock.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Composable, Identifier, Literal

from deploy.nats import topology

DATABASE = "candour"
OWNER = "candour_owner"
BESIDE = ("keys", "web", "auditor")
# The few tables of a service that say where work stands, not what happened: their rows change and go.
WORKING_TABLES = ("bookmark", "deadline", "parked")
# Any fixed number: one process at a time arranges roles, which the whole cluster shares.
_ARRANGING = 7_228_110
# Rounds of hashing slow down whoever guesses a password, and everyone who connects with it, by milliseconds each time.
# A generated one (128 random bits or more, which is 22 characters) cannot be guessed, so it is spared them.
FEW_ROUNDS, MANY_ROUNDS, UNGUESSABLE = 64, 4096, 22
SETS_ROUNDS = 160_000
"""From this version on PostgreSQL lets a session choose; before it, every password gets the many."""

Connection = psycopg.Connection[tuple[object, ...]]


def names() -> tuple[str, ...]:
    """Everyone who signs in to the database: the services, `keys`, `web`, and `auditor`, who reads every service's events."""
    return (*topology.services(), *BESIDE)


def role(name: str) -> str:
    """The database role of a service, of `keys`, of `web` or of `auditor`."""
    return f"candour_{name}"


def conninfo(base: str, name: str, password: str, *, database: str = DATABASE) -> str:
    """How `name` connects to the server that `base` points at."""
    return make_conninfo(base, user=role(name), password=password, dbname=database, client_encoding="utf8")


def as_owner(base: str, *, database: str = DATABASE) -> str:
    """How migrations connect: as the administrator of `base`, acting as the owner, so that default privileges
    apply."""
    return make_conninfo(base, dbname=database, options=f"-c role={OWNER}", client_encoding="utf8")


def ensure(admin: str, passwords: Mapping[str, str], *, database: str = DATABASE, ddl: Sequence[str] = ()) -> None:
    """Bring roles, database, schemas and privileges to the declared state; safe to repeat.

    `admin` may create roles and databases; `passwords` names every one of `names()`; `ddl` runs as the owner.
    Raises psycopg.Error.
    """
    admin = make_conninfo(admin, client_encoding="utf8")  # a server made without a locale speaks no encoding by itself
    with psycopg.connect(admin, autocommit=True) as server, _alone(server):
        for name in (OWNER, *map(role, names())):
            _make_role(server, name)
        for name in names():
            _set_password(server, role(name), passwords[name])
        if not server.execute("SELECT FROM pg_database WHERE datname = %s", [database]).rowcount:
            server.execute(SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(Identifier(database)))
        with psycopg.connect(make_conninfo(admin, dbname=database)) as inside:
            close(inside, database)
            _make_schemas(inside)
            inside.execute(SQL("SET ROLE {}").format(Identifier(OWNER)))
            for statement in ddl:
                inside.execute(statement.encode())
            grant_working_tables(inside)


def close(connection: Connection, database: str) -> None:
    """Let only our roles into the database. Needed again for a clone: CREATE DATABASE … TEMPLATE does not
    copy this."""
    roles = SQL(", ").join(Identifier(role(name)) for name in names())
    connection.execute(_template("database.sql").format(database=Identifier(database), roles=roles))


def grant_working_tables(connection: Connection) -> None:
    """Let each service change and delete rows of its working tables, where they exist already."""
    found = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s) AND tablename = ANY(%s)",
        [list(topology.services()), list(WORKING_TABLES)],
    )
    for schema, table in cast("list[tuple[str, str]]", found.fetchall()):
        grant = SQL("GRANT UPDATE, DELETE ON {} TO {}")
        connection.execute(grant.format(Identifier(schema, table), Identifier(role(schema))))


def _make_role(server: Connection, name: str) -> None:
    if not server.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
        server.execute(SQL("CREATE ROLE {}").format(Identifier(name)))
    if name == OWNER:
        server.execute(SQL("GRANT {} TO CURRENT_USER").format(Identifier(name)))


def _set_password(server: Connection, name: str, password: str) -> None:
    if server.info.server_version >= SETS_ROUNDS:
        rounds = FEW_ROUNDS if len(password) >= UNGUESSABLE else MANY_ROUNDS
        server.execute(SQL("SET scram_iterations = {}").format(Literal(rounds)))
    # Hashed here, so that the password itself never reaches the server's log.
    hashed = server.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    server.execute(SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(Identifier(name), Literal(hashed)))


def _make_schemas(inside: Connection) -> None:
    for service in topology.services():
        parts: dict[str, Composable] = {"events": Identifier(service), "role": Identifier(role(service))}
        parts |= {ending: Identifier(f"{service}_{ending}") for ending in ("view", "next")}
        inside.execute(_template("service.sql").format(**parts))
        path = SQL("ALTER ROLE {} SET search_path = {}, {}")
        inside.execute(path.format(parts["role"], parts["events"], parts["view"]))
    inside.execute(_template("beside.sql"))
    inside.execute("ALTER ROLE candour_keys SET search_path = keys")
    inside.execute("ALTER ROLE candour_web SET search_path = web")


def _template(name: str) -> SQL:
    return SQL(Path(__file__).with_name(name).read_text())


@contextmanager
def _alone(server: Connection) -> Iterator[None]:
    server.execute("SELECT pg_advisory_lock(%s)", [_ARRANGING])
    try:
        yield
    finally:
        server.execute("SELECT pg_advisory_unlock(%s)", [_ARRANGING])
