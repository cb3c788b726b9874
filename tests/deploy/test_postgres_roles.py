"""No service rewrites an event, and none reads a neighbour's tables."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from deploy.embedded.postgres import EmbeddedPostgres, wheel_binaries
from deploy.nats import topology
from deploy.postgres import roles
from tests.servers import Database

DEBIAN = Path("/usr/lib/postgresql/15/bin")
GENERATED = "a-generated-password-of-32-signs"
PASSWORDS = {name: f"{name}-secret" for name in roles.names()} | {"web": GENERATED}
DDL = (
    "CREATE TABLE IF NOT EXISTS review.events (id bigint GENERATED ALWAYS AS IDENTITY, state bytea)",
    "CREATE TABLE IF NOT EXISTS review.bookmark (place bigint)",
    "CREATE TABLE IF NOT EXISTS keys.wrapped (person uuid, key bytea)",
    """CREATE OR REPLACE FUNCTION review.append(given bytea) RETURNS bigint
       LANGUAGE sql SECURITY DEFINER SET search_path = review
       AS 'INSERT INTO review.events (state) VALUES (given) RETURNING id'""",
)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(wheel_binaries(), id="wheel"),
        pytest.param(
            DEBIAN,
            id="debian",
            marks=pytest.mark.skipif(not DEBIAN.exists(), reason="Debian's PostgreSQL 15 is not installed"),
        ),
    ],
)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A server of each supported version, arranged twice, since every start arranges it again."""
    data = tmp_path_factory.mktemp("roles") / "postgres"
    postgres = EmbeddedPostgres(data, binaries=request.param, durable=False)
    with postgres:
        roles.ensure(postgres.conninfo, PASSWORDS, ddl=DDL)
        roles.ensure(postgres.conninfo, PASSWORDS, ddl=DDL)
        yield Database(roles.DATABASE, postgres.conninfo, PASSWORDS)
    postgres.remove()


@pytest.fixture
def review(server: Database) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(server.conninfo("review"), autocommit=True) as connection:
        yield connection


Review = psycopg.Connection[tuple[object, ...]]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE review.events SET state = 'x'",
        "DELETE FROM review.events",
        "TRUNCATE review.events",
        "DROP TABLE review.events",
        "ALTER TABLE review.events ADD COLUMN more int",
        "CREATE TABLE review.mine (x int)",
        "GRANT UPDATE ON review.events TO candour_review",
    ],
)
def test_a_service_may_not_rewrite_its_events(review: Review, statement: str) -> None:
    if statement.startswith("GRANT"):
        # PostgreSQL answers a pointless GRANT with a warning, so what counts is that nothing was granted.
        review.execute(statement.encode())
        statement = "UPDATE review.events SET state = 'x'"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        review.execute(statement.encode())


def test_a_service_adds_and_reads_its_events(review: Review) -> None:
    added = review.execute("INSERT INTO events (state) VALUES ('a') RETURNING id").fetchone()
    by_function = review.execute("SELECT append('b')").fetchone()
    assert added is not None
    assert by_function is not None
    assert review.execute(
        "SELECT count(*) FROM events WHERE id IN (%s, %s)", [added[0], by_function[0]]
    ).fetchone() == (2,)


def test_a_service_changes_its_working_tables(review: Review) -> None:
    review.execute("INSERT INTO bookmark VALUES (1)")
    review.execute("UPDATE bookmark SET place = 2")
    assert review.execute("DELETE FROM bookmark").rowcount == 1


def test_a_service_rebuilds_its_read_tables_beside_the_live_ones(review: Review) -> None:
    review.execute("CREATE TABLE review_view.worklist (x int)")
    review.execute("CREATE TABLE review_next.worklist (x int)")
    with review.transaction():
        review.execute("DROP TABLE review_view.worklist")
        review.execute("ALTER TABLE review_next.worklist SET SCHEMA review_view")
    review.execute("DROP TABLE worklist")


@pytest.mark.parametrize("neighbour", ["intake", "audit", "governance"])
@pytest.mark.parametrize(
    "statement", ["SELECT * FROM review.events", "SELECT * FROM review_view.any", "SELECT review.append('x')"]
)
def test_a_neighbour_sees_nothing_of_a_service(server: Database, neighbour: str, statement: str) -> None:
    with (
        psycopg.connect(server.conninfo(neighbour)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("name", [*topology.services(), "web"])
def test_wrapped_keys_are_open_to_their_own_role_alone(server: Database, name: str) -> None:
    with (
        psycopg.connect(server.conninfo(name)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT * FROM keys.wrapped")


def test_a_key_is_made_and_destroyed_but_never_rewritten(server: Database) -> None:
    with psycopg.connect(server.conninfo("keys"), autocommit=True) as keys:
        keys.execute("INSERT INTO wrapped VALUES (gen_random_uuid(), 'k')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            keys.execute("UPDATE wrapped SET key = 'other'")
        assert keys.execute("DELETE FROM wrapped").rowcount == 1


def test_a_stranger_role_may_not_connect(server: Database) -> None:
    with psycopg.connect(server.admin, autocommit=True) as admin:
        admin.execute("CREATE ROLE passer_by LOGIN PASSWORD 'p'")
    stranger = psycopg.conninfo.make_conninfo(server.admin, user="passer_by", password="p")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(stranger)


def test_a_cloned_database_is_as_closed_as_its_template(database: Database) -> None:
    with psycopg.connect(database.conninfo("intake")) as intake:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            intake.execute("CREATE TEMPORARY TABLE notes (x int)")
        intake.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            intake.execute("SELECT * FROM audit.any")


def test_tables_made_later_by_the_owner_are_open_to_their_service(server: Database) -> None:
    with psycopg.connect(server.owner) as owner:
        owner.execute("CREATE TABLE action.events (id bigserial PRIMARY KEY)")
    with psycopg.connect(server.conninfo("action")) as action:
        action.execute("INSERT INTO events DEFAULT VALUES")
        assert action.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("events"))).fetchone() == (1,)


def test_only_a_password_that_cannot_be_guessed_is_spared_rounds_of_hashing(server: Database) -> None:
    with psycopg.connect(server.admin) as admin:
        found = admin.execute("SELECT rolname, split_part(rolpassword, ':', 1) FROM pg_authid WHERE rolpassword <> ''")
        kept: dict[object, object] = dict(found.fetchall())
        few = 64 if admin.info.server_version >= 160_000 else 4096
    assert kept["candour_review"] == "SCRAM-SHA-256$4096"
    assert kept["candour_web"] == f"SCRAM-SHA-256${few}"
    psycopg.connect(server.conninfo("web")).close()
