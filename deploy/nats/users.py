"""Who may connect to NATS, and what each of them may say and hear; rendered as the server's configuration.

A limit to know: JetStream delivers to whatever subject a push consumer names, unchecked. So these permissions
keep services from reading and writing what is not theirs by mistake or by a leaked seed's plain use;
envelopes are verified besides.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from deploy.nats import topology
from libs.nkeys import inbox_prefix

OPERATOR = "operator"
SOURCE = "source_"
USERS = "users.conf"
"""Stands beside the server's configuration, which reads it. It holds public keys and permissions, nothing secret."""
# One MiB of payload for an external event, and room for headers: NATS counts both.
MAX_PAYLOAD = 1024 * 1024 + 64 * 1024

Permissions = dict[str, dict[str, list[str]]]


def user_names(sources: Iterable[str] = ()) -> list[str]:
    """Every NATS user: the operator, the services, and `source_<name>` for each outside system."""
    return [OPERATOR, *topology.services(), *(SOURCE + source for source in sources)]


def permissions(user: str) -> Permissions | None:
    """What this user may publish and subscribe to; None (anything) for the operator alone. KeyError for a
    stranger."""
    if user == OPERATOR:
        return None
    if user.startswith(SOURCE):
        source = user.removeprefix(SOURCE)
        return {
            "publish": {"allow": [f"external.incidents.{source}"]},
            "subscribe": {"allow": [f"{inbox_prefix(user)}.>", f"answers.incidents.{source}"]},
        }
    if user not in topology.services():
        raise KeyError(user)
    return {
        "publish": {"allow": sorted(_may_publish(user)), "deny": sorted(_neighbours_consumers(user))},
        "subscribe": {"allow": [f"{inbox_prefix(user)}.>"]},
    }


def server_conf(
    *,
    store: Path | str,
    host: str = "0.0.0.0",  # noqa: S104 - the container's own network; the embedded server passes loopback
    port: int = 4222,
    monitoring_host: str | None = None,
    monitoring_port: int = 8222,
    pid_file: Path | None = None,
    durable: bool = True,
    certificate: tuple[Path, Path] | None = None,
) -> str:
    """The nats-server configuration: JetStream flushed to disk before it acknowledges, and whoever `USERS` names.

    With a `certificate` and its key nobody connects or looks at its figures but by TLS.
    """
    flushed = {"sync_interval": "always" if durable else "1m"}
    lines = [
        "server_name: candour",
        f"listen: {json.dumps(f'{host}:{port}')}",
        f"http{'s' if certificate else ''}: {json.dumps(f'{monitoring_host or host}:{monitoring_port}')}",
        f"max_payload: {MAX_PAYLOAD}",
        "logtime_utc: true",
        f"jetstream: {json.dumps({'store_dir': str(store), 'max_mem': 64_000_000} | flushed)}",
        f"include {USERS!r}",
    ]
    if certificate:
        shown, key = certificate
        lines.append(f"tls: {json.dumps({'cert_file': str(shown), 'key_file': str(key), 'min_version': '1.2'})}")
    if pid_file:
        lines.append(f"pid_file: {json.dumps(str(pid_file))}")
    return "\n".join(lines) + "\n"


def users_conf(keys: Mapping[str, Sequence[str]]) -> str:
    """The part of the configuration that says who may sign in: each user's public keys, each with the user's permissions."""
    lines = [f"# {name}\n{json.dumps({'nkey': key} | _granted(name))}" for name, known in keys.items() for key in known]
    return "\n".join(["authorization: {users: [", *lines, "]}"]) + "\n"


def _granted(user: str) -> dict[str, Any]:
    granted = permissions(user)
    return {"permissions": granted} if granted else {}


def _grants(service: str, kind: str) -> list[str]:
    declared = topology.declared()
    patterns = declared["user"]["{service}"].get(kind, []) + declared["more"].get(service, {}).get(kind, [])
    return [pattern.replace("{service}", service if kind == "publish" else service.upper()) for pattern in patterns]


def _streams(service: str, kind: str) -> list[str]:
    patterns = _grants(service, kind)
    return [name for name in topology.streams() if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _may_publish(service: str) -> Iterator[str]:
    yield from _grants(service, "publish")
    yield from ("$JS.API.INFO", "$JS.API.STREAM.NAMES")
    readable = _streams(service, "read")
    for stream in {*readable, *_streams(service, "peek")}:
        yield from (f"$JS.API.STREAM.{verb}.{stream}" for verb in ("INFO", "MSG.GET"))
        yield from (f"$JS.API.DIRECT.GET.{stream}", f"$JS.API.DIRECT.GET.{stream}.>")
    for stream in readable:
        yield f"$JS.API.CONSUMER.CREATE.{stream}"
        yield from (f"$JS.API.CONSUMER.{verb}.{stream}" for verb in ("NAMES", "LIST"))
        yield from (
            f"$JS.API.CONSUMER.{verb}.{stream}.>" for verb in ("CREATE", "DURABLE.CREATE", "MSG.NEXT", "INFO", "DELETE")
        )
        # The server writes these two with or without domain and account tokens in front of the stream.
        yield from (f"$JS.{verb}.{stream}.>" for verb in ("ACK", "FC"))
        yield from (f"$JS.{verb}.*.*.{stream}.>" for verb in ("ACK", "FC"))


def _neighbours_consumers(service: str) -> Iterator[str]:
    """Everything that would take from, reset or delete a neighbour's durable consumer,
    `<listener>_from_<publisher>`."""
    for listener in topology.services():
        for publisher in topology.services():
            if listener != service:
                place = f"EVENTS_{publisher.upper()}.{listener}_from_{publisher}"
                yield from (
                    f"$JS.API.CONSUMER.*.{place}",
                    f"$JS.API.CONSUMER.*.*.{place}",
                    f"$JS.API.CONSUMER.CREATE.{place}.>",
                )
                yield from (f"$JS.ACK.{place}.>", f"$JS.ACK.*.*.{place}.>")
