"""One directory holds a whole run: stopped and started again, it is the same platform."""

from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from deploy.embedded.servers import Servers
from deploy.nats import topology
from libs.nkeys import signed_in

DDL = ("CREATE TABLE IF NOT EXISTS intake.events (id bigint GENERATED ALWAYS AS IDENTITY, state bytea)",)


def running() -> str:
    """The command lines of everything that runs here, as anybody on the machine sees them."""
    shown = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            shown.append(each.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return "\n".join(shown)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="this system does not show what runs in /proc")
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
        secret = [file.read_text() for file in second.secrets.iterdir() if file.name.startswith(("nats_", "postgres_"))]
        shown = running() + second.nats.log.read_text() + second.postgres.log.read_text()
        assert str(var) in shown
        assert not [each for each in [*secret, second.postgres.password] if each in shown]
        configured = "".join(file.read_text() for file in second.nats.data.glob("*.conf"))
        assert not [each for each in secret if each in configured]
    second.postgres.remove()


def test_secrets_are_for_their_owner_alone(reachable_directory: Path) -> None:
    servers = Servers(reachable_directory / "var", durable=False)
    files = list(servers.secrets.iterdir())
    assert servers.kek_file in files
    assert servers.kek_file.stat().st_size == 32
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert servers.secrets.stat().st_mode & 0o777 == 0o700
