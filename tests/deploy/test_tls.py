"""Where Candour is deployed, nobody speaks to its wire or its pages in plain, or takes another's certificate for its own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from deploy.containers import prepare
from deploy.embedded.nats import EmbeddedNats
from deploy.nats.topology import services
from deploy.nats.users import OPERATOR
from deploy.tls import LASTING, certify, encrypted
from libs.clock import HandClock, SystemClock
from libs.nkeys import NKey, NotTrusted, signed_in
from tests.house import MONDAY

PAIR = NKey.new()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tls")
    certify(made, {"house": ["gateway"]}, SystemClock().now())
    return made


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("other")
    certify(made, {"house": ["gateway"]}, SystemClock().now())
    return made


@pytest.fixture(scope="module")
def wire(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedNats]:
    shown = (folder / "house.crt", folder / "house.key")
    with EmbeddedNats(
        tmp_path_factory.mktemp("nats"), {OPERATOR: [PAIR.public]}, durable=False, certificate=shown
    ) as server:
        yield server


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "ca.crt"))


async def asked(wire: EmbeddedNats, context: ssl.SSLContext) -> bool:
    connection = await signed_in(wire.url, OPERATOR, PAIR.seed, tls=context, allow_reconnect=False, connect_timeout=60)
    try:
        return connection.is_connected
    finally:
        await connection.close()


async def test_the_wire_answers_who_trusts_its_authority(wire: EmbeddedNats, folder: Path) -> None:
    assert await asked(wire, trusting(folder))


async def test_the_wire_refuses_who_speaks_in_plain(wire: EmbeddedNats) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    try:
        assert b'"tls_required":true' in await reader.readline()
        writer.write(f'CONNECT {{"nkey":"{PAIR.public}","verbose":true}}\r\nPING\r\n'.encode())
        await writer.drain()
        assert b"PONG" not in await reader.read(4096)
    finally:
        writer.close()


async def test_a_certificate_of_another_authority_is_not_believed(wire: EmbeddedNats, stranger: Path) -> None:
    with pytest.raises(NotTrusted):
        await asked(wire, trusting(stranger))


async def test_pages_are_shown_by_tls_alone(folder: Path, stranger: Path) -> None:
    shown = encrypted(
        {"CANDOUR_TLS_CERTIFICATE": str(folder / "house.crt"), "CANDOUR_TLS_KEY": str(folder / "house.key")}
    )
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("here"))])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off", **shown))
    serving = asyncio.create_task(server._serve())
    try:
        async with asyncio.timeout(60):
            while not server.started:  # noqa: ASYNC110 it has no event of its own
                await asyncio.sleep(0)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx2.AsyncClient(verify=trusting(folder)) as web:
            assert (await web.get(f"https://localhost:{port}/")).text == "here"
            with pytest.raises(httpx2.HTTPError):
                await web.get(f"http://localhost:{port}/")
        async with httpx2.AsyncClient(verify=trusting(stranger)) as web:
            with pytest.raises(httpx2.ConnectError):
                await web.get(f"https://localhost:{port}/")
    finally:
        server.should_exit = True
        await serving


def test_a_certificate_is_made_anew_before_it_ends_and_the_authority_stays(tmp_path: Path) -> None:
    certify(tmp_path, {"house": ["gateway"]}, MONDAY)
    first, authority = (tmp_path / "house.crt").read_bytes(), (tmp_path / "ca.crt").read_bytes()
    certify(tmp_path, {"house": ["gateway"]}, MONDAY + timedelta(days=300))
    assert (tmp_path / "house.crt").read_bytes() == first
    certify(tmp_path, {"house": ["gateway"]}, MONDAY + LASTING - timedelta(days=10))
    assert (tmp_path / "house.crt").read_bytes() != first
    assert (tmp_path / "ca.crt").read_bytes() == authority
    assert {path.name: path.stat().st_mode & 0o77 for path in tmp_path.glob("*.key")} == {"ca.key": 0, "house.key": 0}


def test_every_container_reaches_database_and_wire_by_tls_and_asks_who_they_are(tmp_path: Path) -> None:
    prepare(tmp_path, tls=True, clock=HandClock(MONDAY))
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    prepare(tmp_path, tls=True, clock=HandClock(MONDAY))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == first
    for name in (*services(), "migrate", "demo"):
        settings = dict(line.split("=", 1) for line in (tmp_path / f"{name}.env").read_text().splitlines())
        bases = [value for key, value in settings.items() if key.startswith("CANDOUR_PG_")]
        assert bases
        assert all("sslmode=verify-full sslrootcert=/run/candour/tls/ca.crt" in each for each in bases)
        assert settings["CANDOUR_NATS_URL"].startswith("tls://")
        assert encrypted(settings)
    assert "host " not in (tmp_path / "pg_hba.conf").read_text()
    assert '"cert_file"' in (tmp_path / "wire" / "nats.conf").read_text()
    over = yaml.safe_load(Path("docker-compose.tls.yml").read_text())["services"]
    mounted = [volume.split(":")[0] for service in over.values() for volume in service.get("volumes", ())]
    assert len(mounted) == 4
    assert all((tmp_path / each.removeprefix("./var/containers/")).exists() for each in mounted)
