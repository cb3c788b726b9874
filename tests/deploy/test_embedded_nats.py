"""The embedded NATS keeps what it acknowledged, and its streams are what was declared."""

import asyncio
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import StorageType, StreamConfig

from deploy.containers import prepare
from deploy.embedded import process
from deploy.embedded.nats import EmbeddedNats, nats_binary
from deploy.nats import topology, users
from libs.nkeys import NKey, signed_in

PAIRS = {name: NKey.new() for name in users.user_names(["careplan"])}
KNOWN = {name: [pair.public] for name, pair in PAIRS.items()}
ABANDON = """
import sys
from pathlib import Path
from deploy.embedded.nats import EmbeddedNats
server = EmbeddedNats(Path(sys.argv[1]), {}).start()
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedNats]:
    with EmbeddedNats(tmp_path / "nats", KNOWN) as started:
        yield started


async def operator(server: EmbeddedNats) -> Client:
    return await signed_in(server.url, "operator", PAIRS["operator"].seed, allow_reconnect=False)


def test_the_server_accepts_the_configuration_containers_use(tmp_path: Path) -> None:
    prepare(tmp_path)
    conf = tmp_path / "wire" / "nats.conf"
    checked = subprocess.run([nats_binary(), "-t", "-c", conf], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert not re.search(r"\bSU[A-Z2-7]{56}\b", conf.read_text() + (conf.parent / users.USERS).read_text())


async def test_what_was_acknowledged_outlives_a_kill(server: EmbeddedNats) -> None:
    nc = await operator(server)
    assert await topology.apply(nc) == []
    await nc.jetstream().publish("events.intake.opportunity_raised.v1", b"{}")
    await nc.close()
    port = server.port
    server.kill()
    assert not server.is_running
    server.start()
    assert server.port == port
    nc = await operator(server)
    assert (await nc.jetstream().stream_info("EVENTS_INTAKE")).state.messages == 1
    await nc.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_server_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ABANDON, str(tmp_path / "nats")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 60
    while str(tmp_path) in process.command_line(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_monitoring_port_answers_on_loopback(server: EmbeddedNats) -> None:
    with urllib.request.urlopen(f"{server.monitoring_url}/healthz") as answer:  # noqa: S310
        assert answer.status == 200


async def test_streams_are_as_declared_and_applying_again_changes_nothing(server: EmbeddedNats) -> None:
    nc = await operator(server)
    assert await topology.apply(nc) == []
    assert await topology.apply(nc) == []
    events = (await nc.jetstream().stream_info("EVENTS_INTAKE")).config
    assert events.subjects == ["events.intake.>", "answers.incidents.*"]
    assert (events.max_age, events.deny_delete, events.deny_purge, events.allow_atomic) == (
        0,
        True,
        True,
        True,
    )
    outside = (await nc.jetstream().stream_info("EXTERNAL")).config
    assert (outside.max_age, outside.max_msg_size) == (30 * 86400, 1024 * 1024 + 4096)
    await nc.close()


async def test_drift_is_mended_where_it_may_be_and_told_where_not(server: EmbeddedNats) -> None:
    nc = await operator(server)
    streams = nc.jetstream()
    await streams.add_stream(StreamConfig(name="EXTERNAL", subjects=["external.incidents.*"], max_age=60))
    await streams.add_stream(
        StreamConfig(name="EVENTS_REVIEW", subjects=["events.review.>"], storage=StorageType.MEMORY)
    )
    await streams.add_stream(StreamConfig(name="SCRATCH", subjects=["scratch"]))
    said = await topology.apply(nc)
    assert (await streams.stream_info("EXTERNAL")).config.max_age == 30 * 86400
    assert any(sentence.startswith("Stream EVENTS_REVIEW") and "'memory'" in sentence for sentence in said)
    assert "Stream SCRATCH exists but is not declared." in said
    await nc.close()


async def test_a_missing_stream_is_told(server: EmbeddedNats) -> None:
    nc = await operator(server)
    assert "Stream AUDIT_REVIEW is missing." in await topology.drift(nc)
    await nc.close()


class WhoForgets:
    """Says that there are two streams, and then names one: the other went away between two pages."""

    async def request(self, subject: str, body: bytes, **_: object) -> Msg:
        await asyncio.sleep(0)
        if not subject.endswith("STREAM.NAMES"):
            said: dict[str, object] = {"error": {"err_code": topology.STREAM_NOT_FOUND}}
        else:
            said = {"total": 2, "streams": None if json.loads(body)["offset"] else ["A_STRANGER"]}
        return Msg(Client(), data=json.dumps(said).encode())


async def test_a_stream_that_goes_away_while_all_are_listed_is_not_waited_for() -> None:
    async with asyncio.timeout(60):
        assert "Stream A_STRANGER exists but is not declared." in await topology.drift(cast("Client", WhoForgets()))
