"""One directory holds a whole run: stopped and started again, it is the same platform."""

from pathlib import Path

import psycopg

from deploy.embedded.servers import Servers
from deploy.nats import topology
from libs.nkeys import signed_in

DDL = ("CREATE TABLE IF NOT EXISTS intake.events (id bigint GENERATED ALWAYS AS IDENTITY, state bytea)",)


async def test_a_run_keeps_its_secrets_data_and_settings(reachable_directory: Path) -> None:
    var = reachable_directory / "var"
    with Servers(var, sources=["careplan"], ddl=DDL, durable=False) as first:
        before = first.environment()
        assert first.drift == []
        with psycopg.connect(before["CANDOUR_PG_INTAKE"]) as intake:
            intake.execute("INSERT INTO events (state) VALUES ('x')")
    with Servers(var, sources=["careplan"], ddl=DDL, durable=False) as second:
        assert second.environment() == before
        with psycopg.connect(before["CANDOUR_PG_INTAKE"]) as intake:
            assert intake.execute("SELECT count(*) FROM events").fetchone() == (1,)
        for name in (*topology.services(), "operator", "source_careplan"):
            nc = await signed_in(before["CANDOUR_NATS_URL"], name, before[f"CANDOUR_NATS_{name.upper()}"])
            await nc.close()
    second.postgres.remove()


def test_secrets_are_for_their_owner_alone(reachable_directory: Path) -> None:
    servers = Servers(reachable_directory / "var", durable=False)
    files = list(servers.secrets.iterdir())
    assert servers.kek_file in files
    assert servers.kek_file.stat().st_size == 32
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert servers.secrets.stat().st_mode & 0o777 == 0o700
