"""What the containers need before they start: passwords, the wire's keys and configuration, one settings file a service."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from deploy.nats import topology, users
from deploy.nats.keys import Keys
from deploy.postgres import roles
from deploy.tls import BY_TLS_ALONE, certify
from libs.clock import Clock, SystemClock

SIGNING = {"CANDOUR_AUDIT_KEY_FILE": "/var/lib/candour/signing/key"}
"""Audit makes its key itself, on a volume that no other service has."""
INSIDE = 10001
"""The number of the user that a service is inside its container, by deploy/Dockerfile."""
TRUSTED = "/run/candour/tls/ca.crt"
BASE = "host=postgres port=5432 user=candour dbname=postgres"
BY_TLS = f"{BASE} sslmode=verify-full sslrootcert={TRUSTED}"


def prepare(
    folder: Path,
    sources: tuple[str, ...] = ("careplan", "rostering"),
    *,
    tls: bool = False,
    clock: Clock | None = None,
) -> None:
    """Write what is missing into `folder`; what is there stays, so that a second start finds its data.

    With `tls` all is reached by TLS alone, as docker-compose.tls.yml has it.
    """
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    database = {name: _secret(folder / f"postgres_{name}") for name in roles.names()}
    keys = Keys(folder)
    keys.keep(sources)
    seeds = {name: path.read_text() for name in keys.known() if (path := keys.seed_file(name)).exists()}
    administrator = _secret(folder / "postgres_admin")
    if not (folder / "kek").exists():
        _write(folder / "kek", secrets.token_bytes(32))
    _hand_over(folder / "kek")
    encrypted = _certified(folder, (clock or SystemClock()).now()) if tls else {}
    _wire(folder / "wire", keys, tls=tls)
    _settings(folder / "gateway.env", encrypted)
    admin = f"{BY_TLS if tls else BASE} password={administrator}"
    everyone = encrypted | {
        "CANDOUR_NATS_URL": f"{'tls' if tls else 'nats'}://nats:4222",
        "CANDOUR_KEK_FILE": "/run/candour/kek",
        "CANDOUR_ENV": "demo",
        # Only the gateway reaches the services; the address that it tells is whose sign-ins are counted.
        "CANDOUR_TRUSTED_PROXIES": "*",
        "CANDOUR_PG_KEYS": roles.conninfo(admin, "keys", database["keys"]),
        "CANDOUR_PG_WEB": roles.conninfo(admin, "web", database["web"]),
    }
    _settings(folder / "postgres.env", {"POSTGRES_USER": "candour", "POSTGRES_PASSWORD": administrator})
    passwords = {f"CANDOUR_PASSWORD_{name.upper()}": secret for name, secret in database.items()}
    operator = {"CANDOUR_NATS_OPERATOR": seeds[users.OPERATOR]}
    _settings(folder / "migrate.env", everyone | passwords | operator | {"CANDOUR_PG_ADMIN": admin})
    everything = {f"CANDOUR_PG_{n.upper()}": roles.conninfo(admin, n, secret) for n, secret in database.items()}
    everything |= {f"CANDOUR_NATS_{n.upper()}": seed for n, seed in seeds.items()}
    _settings(folder / "demo.env", everyone | everything | SIGNING | {"CANDOUR_PG_ADMIN": admin})
    for name in topology.services():
        own = {
            f"CANDOUR_PG_{name.upper()}": roles.conninfo(admin, name, database[name]),
            f"CANDOUR_NATS_{name.upper()}": seeds[name],
        }
        if name == "audit":
            own["CANDOUR_PG_AUDITOR"] = roles.conninfo(admin, "auditor", database["auditor"])
            own |= SIGNING | {"CANDOUR_CHECKPOINTS": "/var/lib/candour/checkpoints"}
        _settings(folder / f"{name}.env", everyone | own)


def _wire(folder: Path, keys: Keys, *, tls: bool) -> None:
    """The server's configuration, in a folder of its own, so that it can read the changed files again."""
    folder.mkdir(mode=0o755, exist_ok=True)
    shown = (Path("/etc/candour/nats.crt"), Path("/etc/candour/nats.key")) if tls else None
    _write(folder / "nats.conf", users.server_conf(store="/data", certificate=shown).encode(), mode=0o644)
    _write(folder / users.USERS, users.users_conf(keys.known()).encode(), mode=0o644)


def _certified(folder: Path, now: datetime) -> dict[str, str]:
    """Certificates for the database, the wire, and the house (the gateway and every service behind it), and the settings
    by which each shows its own and trusts the others'."""
    kept = folder / "tls"
    kept.mkdir(mode=0o755, exist_ok=True)
    certify(kept, {"postgres": ["postgres"], "nats": ["nats"], "house": ["gateway", *topology.services()]}, now)
    _hand_over(kept / "house.key")
    _write(folder / "pg_hba.conf", BY_TLS_ALONE.encode(), mode=0o644)
    return {
        "SSL_CERT_FILE": "/run/candour/tls/ca-bundle.crt",
        "CANDOUR_TLS_CERTIFICATE": "/run/candour/tls/house.crt",
        "CANDOUR_TLS_KEY": "/run/candour/tls/house.key",
    }


def _hand_over(path: Path) -> None:
    """Let the containers' user read a key, and nobody else; only root can, so that for others everyone here reads it."""
    if os.geteuid() == 0:
        os.chown(path, INSIDE, INSIDE)
        path.chmod(0o400)
    else:
        path.chmod(0o644)


def _secret(path: Path) -> str:
    if not path.exists():
        _write(path, secrets.token_urlsafe(24).encode())
    return path.read_text()


def _settings(path: Path, settings: Mapping[str, str]) -> None:
    _write(path, "".join(f"{name}={value}\n" for name, value in settings.items()).encode())


def _write(path: Path, content: bytes, mode: int = 0o600) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    fresh.chmod(mode)
    fresh.replace(path)
