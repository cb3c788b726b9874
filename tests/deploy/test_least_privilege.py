"""Whatever tables there are by now: each role may do to each of them what its work needs, and nothing else."""

from __future__ import annotations

import psycopg
import pytest

from deploy.nats.topology import services
from deploy.postgres import roles
from tests.servers import Database

VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
GRANTED = """
SELECT r.rolname, n.nspname, c.relname, v.verb
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN unnest(%s::text[]) AS r(rolname) CROSS JOIN unnest(%s::text[]) AS v(verb)
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
AND has_schema_privilege(r.rolname, n.oid, 'USAGE') AND has_table_privilege(r.rolname, c.oid, v.verb)
"""
CALLED = """
SELECT r.rolname, n.nspname, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
CROSS JOIN unnest(%s::text[]) AS r(rolname)
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
AND has_schema_privilege(r.rolname, n.oid, 'USAGE') AND has_function_privilege(r.rolname, p.oid, 'EXECUTE')
"""
MAKES = """
SELECT r.rolname, n.nspname FROM pg_namespace n CROSS JOIN unnest(%s::text[]) AS r(rolname)
WHERE has_schema_privilege(r.rolname, n.oid, 'CREATE')
"""
ALL = frozenset(VERBS)


@pytest.fixture
def names() -> list[str]:
    return [roles.role(name) for name in roles.names()]


def allowed(role: str, schema: str, table: str) -> frozenset[str]:
    """What a role may do to a table, by the rule that `deploy.postgres.roles` tells."""
    name = role.removeprefix("candour_")
    if name in services() and schema == name:
        changing = {"UPDATE", "DELETE"} if table in roles.WORKING_TABLES else set()
        return frozenset({"SELECT", "INSERT"} | changing)
    if name in services() and schema in (f"{name}_view", f"{name}_next"):
        return ALL
    if name == "auditor" and schema in services():
        return frozenset({"SELECT"})
    if name == "keys" and schema == "keys":
        return frozenset({"SELECT", "INSERT", "DELETE"})
    return ALL if name == "web" and schema == "web" else frozenset()


def test_every_role_may_do_to_every_table_what_its_work_needs_and_no_more(
    module_database: Database, names: list[str]
) -> None:
    with psycopg.connect(module_database.admin) as admin:
        tables = admin.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname <> 'information_schema' AND schemaname !~ '^pg_'"
        ).fetchall()
        found = {tuple(map(str, row)) for row in admin.execute(GRANTED, [names, list(VERBS)])}
    assert len(tables) > 100
    rightly = {
        (role, schema, table, verb)
        for role in names
        for schema, table in tables
        for verb in allowed(role, str(schema), str(table))
    }
    assert found - rightly == set()
    assert rightly - found == set()


def test_every_role_calls_its_own_functions_alone_and_makes_tables_where_it_shows_what_it_read(
    module_database: Database, names: list[str]
) -> None:
    with psycopg.connect(module_database.admin) as admin:
        called = {tuple(map(str, row)) for row in admin.execute(CALLED, [names])}
        makes = {tuple(map(str, row)) for row in admin.execute(MAKES, [names])}
        temporary = {
            name
            for name in names
            if admin.execute("SELECT has_database_privilege(%s, current_database(), 'TEMP')", [name]).fetchone()
            == (True,)
        }
    assert {(role, schema) for role, schema, _ in called} <= {(roles.role(name), name) for name in services()}
    own = {(roles.role(name), f"{name}_{ending}") for name in services() for ending in ("view", "next")}
    assert makes == own | {("candour_web", "web")}
    assert temporary == {"candour_auditor"}


def test_no_role_is_above_the_rules_or_stands_in_for_another(module_database: Database, names: list[str]) -> None:
    everyone = [*names, roles.OWNER]
    with psycopg.connect(module_database.admin) as admin:
        above = admin.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls OR rolcreaterole"
            " OR rolcreatedb OR rolreplication)",
            [everyone],
        ).fetchall()
        standing_in = admin.execute(
            "SELECT m.rolname, g.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member"
            " JOIN pg_roles g ON g.oid = a.roleid WHERE m.rolname = ANY(%s)",
            [everyone],
        ).fetchall()
        signs_in = admin.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [roles.OWNER]).fetchone()
    assert (above, standing_in, signs_in) == ([], [], (False,))


@pytest.mark.parametrize("name", [*services(), "web", "keys", "auditor"])
def test_no_role_takes_anothers_place_or_reaches_out_of_the_database(module_database: Database, name: str) -> None:
    with psycopg.connect(module_database.conninfo(name), autocommit=True) as connection:
        for statement in (
            "SET ROLE candour_owner",
            "SET SESSION AUTHORIZATION candour_owner",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "SELECT pg_read_file('PG_VERSION')",
            "SELECT lo_import('/etc/passwd')",
            "CREATE SCHEMA mine",
            "CREATE TABLE public.mine (x int)",
            "CREATE EXTENSION dblink",
            "ALTER SYSTEM SET log_statement = 'all'",
            "SELECT rolpassword FROM pg_authid",
            "CREATE ROLE mine",
            "CREATE EVENT TRIGGER mine ON sql_drop EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()",
        ):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
                connection.execute(statement)
