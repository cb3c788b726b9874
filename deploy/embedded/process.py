"""What both embedded servers need from the machine: a user, a port, a secret file, a child on a leash."""

import contextlib
import os
import pwd
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
LOG_LIMIT = 10_000_000
_LEASH = Path(__file__).with_name("leash.py")
# Linux signals a leashed child when the *thread* that started it ends, so one thread that never ends starts
# them all.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedded-servers")


class ServerFailed(RuntimeError):
    """An embedded server did not start or stop; the message carries the end of its own log."""


@dataclass(frozen=True)
class Account:
    """The unprivileged user a server runs as when the platform itself was started by root."""

    name: str
    uid: int
    gid: int

    def may_enter(self, path: Path) -> bool:
        """Whether every directory from / down to `path` lets this user pass; `path` itself may still be
        missing."""
        there = path.resolve()
        return all(self._passes(step) for step in (there, *there.parents) if step.exists())

    def _passes(self, step: Path) -> bool:
        held = step.stat()
        bit = 0o100 if held.st_uid == self.uid else 0o010 if held.st_gid == self.gid else 0o001
        return bool(held.st_mode & bit)


def unprivileged_account() -> Account | None:
    """Whom to run PostgreSQL as: nobody new when we are not root, else the first of the usual system users
    that exists."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody", "daemon"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(name, found.pw_uid, found.pw_gid)
    raise ServerFailed("started as root, and no user 'postgres', 'nobody' or 'daemon' exists to run PostgreSQL as")


def spawn(
    argv: Sequence[str], *, log: Path, farewell: signal.Signals, account: Account | None = None
) -> subprocess.Popen[bytes]:
    """Start a server in its own session (Ctrl-C reaches us first), with `farewell` sent to it if we die."""
    owner = f"{account.uid}:{account.gid}" if account else ""
    leashed = [sys.executable, "-I", "-S", str(_LEASH), str(int(farewell)), str(os.getpid()), owner, *argv]
    mode = "wb" if log.exists() and log.stat().st_size > LOG_LIMIT else "ab"
    with log.open(mode) as out:
        return _STARTER.submit(
            subprocess.Popen[bytes],
            leashed,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            start_new_session=True,
        ).result()


def end(process: subprocess.Popen[bytes], farewell: signal.Signals, *, within: float) -> None:
    """Ask a server to stop; after `within` seconds, make it."""
    process.send_signal(farewell)
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def await_ready(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, *, within: float) -> bool:
    """Whether the server answers before `within` seconds pass; False at once when it has ended instead."""
    deadline = time.monotonic() + within
    while process.poll() is None:
        if ready():
            return True
        if time.monotonic() > deadline:
            raise ServerFailed(f"no answer within {within:.0f} s\n{tail(log)}")
        time.sleep(0.01)
    return False


def tail(log: Path, size: int = 2000) -> str:
    """The last lines of a server's log, for the message of a failure."""
    return log.read_bytes()[-size:].decode(errors="replace") if log.exists() else "(no log)"


def answers(port: int) -> bool:
    """Whether something accepts TCP connections on this loopback port."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), 0.5):
        return True
    return False


def usable_port(remembered: Path) -> int:
    """The port of last time while it is still free, else a new one, remembered in the file."""
    if remembered.exists() and (kept := int(remembered.read_text())) and _is_free(kept):
        return kept
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = int(probe.getsockname()[1])
    remembered.write_text(str(port))
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def kept_secret(path: Path) -> str:
    """The password in this file, made (256 bits, readable by its owner only) when there is none yet."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write a file nobody else can read, complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def command_line(pid: int) -> str:
    """The command line of a running process, empty when it has ended (or is only waiting to be reaped)."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            parts = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return b" ".join(parts).decode(errors="replace").strip()
        return ""
    return subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()


def children(pid: int) -> Iterator[int]:
    """The running children of a process (Linux; empty elsewhere)."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name in brackets may hold anything, so read behind its last bracket: state, then parent.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                yield int(stat.parent.name)


def end_leftover(pid: int, mark: str, farewell: signal.Signals, *, within: float) -> None:
    """Stop a server an earlier run left behind, if process `pid` really is it: its command line must hold
    `mark`."""
    deadline = time.monotonic() + within
    order = farewell
    while mark in command_line(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, order)
        if time.monotonic() > deadline:
            order = signal.SIGKILL
        if time.monotonic() > deadline + 5:
            raise ServerFailed(f"process {pid} of an earlier run does not end")
        time.sleep(0.1)
