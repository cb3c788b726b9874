"""The declared streams: made at start, mended where NATS allows it, and reported where it does not."""

import asyncio
import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from nats.aio.client import Client

from libs.logs import log

Config = dict[str, Any]
Declared = dict[str, Any]

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATIONS = ("max_age", "duplicate_window")
STREAM_NOT_FOUND = 10059
TRIES, PAUSE = 5, 0.2
"""How often a stream is asked for, and the seconds before the second try; each pause is longer by as much."""


@cache
def declared() -> Declared:
    """The topology file as written."""
    return tomllib.loads(Path(__file__).with_name("topology.toml").read_text())


def services() -> tuple[str, ...]:
    """Every service that has its own streams and its own NATS user."""
    return tuple(declared()["services"])


def streams(replicas: int = 1) -> dict[str, Config]:
    """Every declared stream's configuration in JetStream's own words (durations in nanoseconds)."""
    made = {}
    for pattern, given in declared()["stream"].items():
        for service in services() if "{service}" in pattern else ("",):
            name = pattern.replace("{service}", service.upper())
            made[name] = _configured(name, given, service) | {"num_replicas": replicas}
    return made


def _configured(name: str, given: Mapping[str, Any], service: str) -> Config:
    config: Config = declared()["defaults"] | {key: value for key, value in given.items() if key != "also"}
    subjects = [subject.replace("{service}", service) for subject in given["subjects"]]
    config |= {"name": name, "subjects": subjects + given.get("also", {}).get(service, [])}
    for key in _DURATIONS:
        if key in config:
            config[key] = int(config[key][:-1]) * _SECONDS[config[key][-1]] * 1_000_000_000
    return config


async def apply(nc: Client, *, replicas: int = 1) -> list[str]:
    """Make the missing streams and mend the different ones; return, in sentences, what stays different.

    `nc` is connected as the operator. Raises what nats raises when the server does not answer.
    """
    for name, wanted in streams(replicas).items():
        found = await _config(nc, name)
        if found is None:
            await _make(nc, name, wanted)
        elif any(_differences(found, wanted)):
            await _ask(nc, f"STREAM.UPDATE.{name}", found | wanted)
    return await drift(nc, replicas=replicas)


async def _make(nc: Client, name: str, wanted: Config) -> None:
    """Make a stream. One of the same name that was just deleted may still be on its way out; then the server is asked again."""
    for attempt in range(1, TRIES + 1):
        error = (await _ask(nc, f"STREAM.CREATE.{name}", wanted)).get("error")
        if not error:
            return
        log("wire").warning("stream not made", stream=name, attempt=attempt, reason=str(error.get("description")))
        await asyncio.sleep(PAUSE * attempt)


async def drift(nc: Client, *, replicas: int = 1) -> list[str]:
    """Where the running server differs from the declared topology, one sentence for each difference."""
    wanted_streams = streams(replicas)
    said = []
    for name, wanted in wanted_streams.items():
        found = await _config(nc, name)
        if found is None:
            said.append(f"Stream {name} is missing.")
            continue
        said += [
            f"Stream {name} has {key} = {has!r}; declared is {want!r}."
            for key, has, want in _differences(found, wanted)
        ]
    strangers = sorted(set(await _names(nc)) - set(wanted_streams))
    return said + [f"Stream {name} exists but is not declared." for name in strangers]


def _differences(found: Config, wanted: Config) -> Iterator[tuple[str, object, object]]:
    for key, want in wanted.items():
        has = found.get(key, False if isinstance(want, bool) else None)
        if has != want:
            yield key, has, want


async def _config(nc: Client, name: str) -> Config | None:
    answer = await _ask(nc, f"STREAM.INFO.{name}", {})
    if answer.get("error", {}).get("err_code") == STREAM_NOT_FOUND:
        return None
    return cast("Config", answer["config"])


async def _names(nc: Client) -> list[str]:
    names: list[str] = []
    while True:
        page = await _ask(nc, "STREAM.NAMES", {"offset": len(names)})
        more = page.get("streams") or []
        names += more
        if not more or len(names) >= page["total"]:  # none, where one went away between two pages
            return names


async def _ask(nc: Client, request: str, body: Config) -> dict[str, Any]:
    # nats-py's own StreamConfig drops fields it does not know when it updates a stream, so the API is asked
    # directly.
    reply = await nc.request(f"$JS.API.{request}", json.dumps(body).encode(), timeout=5)
    return cast("dict[str, Any]", json.loads(reply.data))
