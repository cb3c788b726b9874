"""Both servers of an embedded run under one directory, with their secrets, roles and streams in place."""

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from deploy.embedded import process
from deploy.embedded.nats import EmbeddedNats
from deploy.embedded.postgres import EmbeddedPostgres
from deploy.nats import topology, users
from deploy.nats.keys import Keys
from deploy.postgres import roles
from libs.nkeys import signed_in

KEK_BYTES = 32


class Servers:
    """PostgreSQL and NATS kept under `var`; `sources` are the outside systems that may send incidents.

    Raises ServerFailed when one does not start; `drift` holds what the streams' declaration and the server
    disagree on.
    """

    def __init__(
        self, var: Path, *, sources: Iterable[str] = (), ddl: Sequence[str] = (), durable: bool = True
    ) -> None:
        self.var = var.absolute()
        self.secrets = self.var / "secrets"
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.ddl = ddl
        self.drift: list[str] = []
        self.kek_file = _kept_key(self.secrets / "kek")
        self.audit_key_file = self.secrets / "audit_key"
        self._database_passwords = {name: self._secret(f"postgres_{name}") for name in roles.names()}
        self.keys = Keys(self.secrets)
        self.keys.keep(sources)
        self.postgres = EmbeddedPostgres(self.var / "postgres", durable=durable)
        self.nats = EmbeddedNats(self.var / "nats", self.keys.known(), durable=durable)

    def start(self) -> Self:
        """Start both, bring roles and streams to the declared state; what started is stopped again when the
        rest fails."""
        try:
            self.nats.start()
            self.postgres.start()
            roles.ensure(self.postgres.conninfo, self._database_passwords, ddl=self.ddl)
            # In a thread of its own: the caller may be inside an event loop already.
            self.drift = _in_own_loop(self._apply_topology)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop NATS first, so that nothing new arrives while PostgreSQL writes its checkpoint."""
        self.nats.stop()
        self.postgres.stop()

    def remove(self) -> None:
        """End what still runs from `var`, then delete data, secrets and all."""
        self.postgres.end_leftover()
        self.nats.end_leftover()
        self.stop()
        self.postgres.remove()
        shutil.rmtree(self.var)

    def environment(self) -> dict[str, str]:
        """Each part's settings, under the names that containers use too."""
        admin = self.postgres.conninfo
        found = {
            "CANDOUR_PG_ADMIN": admin,
            "CANDOUR_PG_OWNER": roles.as_owner(admin),
            "CANDOUR_NATS_URL": self.nats.url,
            "CANDOUR_NATS_MONITORING_URL": self.nats.monitoring_url,
            "CANDOUR_KEK_FILE": str(self.kek_file),
            "CANDOUR_AUDIT_KEY_FILE": str(self.audit_key_file),
            "CANDOUR_CHECKPOINTS": os.environ.get("CANDOUR_CHECKPOINTS", str(self.var / "checkpoints")),
        }
        found |= {
            f"CANDOUR_PG_{name.upper()}": roles.conninfo(admin, name, secret)
            for name, secret in self._database_passwords.items()
        }
        seeds = {name: self.keys.seed_file(name) for name in self.keys.known()}
        return found | {f"CANDOUR_NATS_{name.upper()}": str(seed) for name, seed in seeds.items() if seed.exists()}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _secret(self, name: str) -> str:
        return process.kept_secret(self.secrets / name)

    async def _apply_topology(self) -> list[str]:
        operator = await signed_in(self.nats.url, users.OPERATOR, str(self.keys.seed_file(users.OPERATOR)))
        try:
            return await topology.apply(operator)
        finally:
            await operator.close()


def _in_own_loop(task: Callable[[], Coroutine[Any, Any, list[str]]]) -> list[str]:
    with ThreadPoolExecutor(max_workers=1) as one:
        return one.submit(lambda: asyncio.run(task())).result()


def _kept_key(path: Path) -> Path:
    if not path.exists():
        fresh = path.with_name(path.name + ".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEK_BYTES))
        fresh.replace(path)
    return path
