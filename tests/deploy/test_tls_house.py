"""The house as it is deployed: database, wire, services and gateway speak TLS, ask who the other is, and nothing else."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest
import uvicorn
from psycopg.conninfo import make_conninfo

from deploy import gateway
from deploy.embedded.nats import EmbeddedNats
from deploy.embedded.postgres import EmbeddedPostgres, wheel_binaries
from deploy.house import Platform, statements
from deploy.nats import topology, users
from deploy.postgres import roles
from deploy.tls import certify, encrypted
from deploy.web import Door
from libs.clock import HandClock, SystemClock
from libs.nkeys import NKey, NotTrusted, signed_in
from libs.web.sign_in import Persona
from tests.hands import MANAGER, Hands
from tests.house import MONDAY, with_sites
from tests.servers import Database, Messaging

ANN = Persona("person:ann", "Ann Example", "Manages Elm.", (MANAGER,))
PASSWORDS = {name: f"a-generated-password-of-{name}" for name in roles.names()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tls")
    certify(made, {"postgres": ["postgres"], "nats": ["nats"], "house": ["gateway"]}, SystemClock().now())
    return made


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another authority, whose certificates bear the same names."""
    made = tmp_path_factory.mktemp("stranger")
    certify(made, {"house": ["gateway"]}, SystemClock().now())
    return made


@pytest.fixture(autouse=True)
def trusting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the containers' settings have it: this authority is believed, and no other."""
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.crt"))


@pytest.fixture(scope="module")
def wire(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Messaging, EmbeddedNats]]:
    pairs = {name: NKey.new() for name in users.user_names()}
    shown = (folder / "nats.crt", folder / "nats.key")
    known = {name: [pair.public] for name, pair in pairs.items()}
    with EmbeddedNats(tmp_path_factory.mktemp("nats"), known, durable=False, certificate=shown) as server:
        yield (
            Messaging(f"tls://localhost:{server.port}", {name: pair.seed for name, pair in pairs.items()}),
            server,
        )


@pytest.fixture(scope="module")
def speaks_tls(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that can be reached by TLS alone, where any on this machine was built with it."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    able = (each for each in (wheel_binaries(), *installed) if b"libssl" in (each / "postgres").read_bytes())
    if (binaries := next(able, None)) is None:
        pytest.skip("no PostgreSQL with TLS: install Debian's, or name the folder of one's programs in CANDOUR_PG_BIN")
    data = tmp_path_factory.mktemp("pg") / "postgres"
    shown = (folder / "postgres.crt", folder / "postgres.key")
    server = EmbeddedPostgres(data, binaries=binaries, durable=False, certificate=shown)
    with server:
        roles.ensure(server.conninfo, PASSWORDS, ddl=statements())
        yield server
    server.remove()


@asynccontextmanager
async def opened(env: dict[str, str], key: Path) -> AsyncIterator[Platform]:
    platform = Platform(env | {"CANDOUR_KEK_FILE": str(key)}, HandClock(MONDAY), ["governance"])
    await platform.open()
    try:
        await platform.start()
        yield platform
    finally:
        await platform.close()


@asynccontextmanager
async def listening(app: object, **options: object) -> AsyncIterator[int]:
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, **options)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    try:
        async with asyncio.timeout(60):
            while not server.started:  # noqa: ASYNC110 it has no event of its own
                await asyncio.sleep(0)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def declared(messaging: Messaging) -> None:
    operator = await messaging.connect(users.OPERATOR)
    assert await topology.apply(operator) == []
    await operator.close()


def shown(folder: Path) -> dict[str, object]:
    return encrypted({"CANDOUR_TLS_CERTIFICATE": f"{folder}/house.crt", "CANDOUR_TLS_KEY": f"{folder}/house.key"})


async def test_a_browser_signs_in_through_gateway_and_service_by_https_and_the_wire_is_encrypted(
    wire: tuple[Messaging, EmbeddedNats], folder: Path, stranger: Path, database: Database, wrapping_key: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    messaging, server = wire
    await declared(messaging)
    monkeypatch.setattr(gateway, "owner", lambda _: "localhost")  # where the containers' network has a name for each
    async with opened(database.environment() | messaging.environment(), wrapping_key) as platform:
        await with_sites(platform, "elm")
        async with httpx2.AsyncClient() as web:
            connected = (await web.get(f"{server.monitoring_url}/connz")).json()["connections"]
        assert [each["tls_version"] >= "1.2" for each in connected] == [True]
        door = Door(platform, lambda: [ANN])
        await door.open()
        try:
            async with listening(door.app, **shown(folder)) as service:
                async with listening(gateway.application(service, encrypted=True), **shown(folder)) as port:
                    await _signs_in(port)
                monkeypatch.setenv("SSL_CERT_FILE", str(stranger / "ca.crt"))
                transport = httpx2.ASGITransport(app=gateway.application(service, encrypted=True))
                async with httpx2.AsyncClient(transport=transport, base_url="http://candour") as web:
                    assert (await web.get("/work")).status_code == 503
        finally:
            await door.close()


async def _signs_in(port: int) -> None:
    async with httpx2.AsyncClient(base_url=f"https://localhost:{port}") as web:
        hands = Hands(web)
        await hands.get("/sign-in")
        answer = await hands.post("/sign-in", actor_id="person:ann")
        (cookie,) = (each for each in answer.headers.get_list("set-cookie") if "candour_session=" in each)
        assert cookie.startswith("__Host-candour_session=")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(re.split("; ", cookie))
        assert "max-age" in answer.headers["strict-transport-security"]
        assert "<title>My work" in (await hands.get("/work")).text
        with pytest.raises(httpx2.HTTPError):
            await web.get(f"http://localhost:{port}/work")


async def test_a_wire_that_shows_anothers_certificate_or_another_name_is_not_signed_in_to(
    wire: tuple[Messaging, EmbeddedNats], stranger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messaging, _ = wire
    with pytest.raises(NotTrusted, match=r"intake does not trust NATS.*elsewhere"):
        await signed_in(messaging.url, "intake", messaging.seeds["intake"], tls_hostname="elsewhere")
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger / "ca.crt"))
    with pytest.raises(NotTrusted, match=r"unable to get local issuer|self-signed|unknown"):
        await signed_in(messaging.url, "intake", messaging.seeds["intake"])


def test_the_database_is_reached_by_tls_alone_under_its_own_name_and_authority(
    speaks_tls: EmbeddedPostgres, folder: Path, stranger: Path
) -> None:
    base = roles.conninfo(speaks_tls.conninfo, "intake", PASSWORDS["intake"])
    verified = {"host": "localhost", "hostaddr": "127.0.0.1", "sslmode": "verify-full"}
    trusted = verified | {"sslrootcert": str(folder / "ca.crt")}
    with psycopg.connect(make_conninfo(base, **trusted)) as connection:
        found = connection.execute("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    assert found is not None
    assert found[0]
    assert found[1] >= "TLSv1.2"
    for wrong, said in (
        ({"sslmode": "disable", "sslrootcert": ""}, "no encryption"),
        ({"sslrootcert": str(stranger / "ca.crt")}, "certificate verify failed"),
        ({"host": "elsewhere"}, "does not match host name"),
        ({"host": "gateway"}, "does not match host name"),
    ):
        with pytest.raises(psycopg.OperationalError, match=said):
            psycopg.connect(make_conninfo(base, **(trusted | wrong)))


def test_the_database_says_nothing_to_who_speaks_in_plain(speaks_tls: EmbeddedPostgres) -> None:
    start = b"\0\3\0\0user\0candour_intake\0database\0candour\0\0"
    with socket.create_connection(("127.0.0.1", speaks_tls.port), 5) as plain:
        plain.sendall((len(start) + 4).to_bytes(4, "big") + start)
        answer = plain.recv(4096)
    assert answer[:1] == b"E"  # refused before it asked for a password
    assert b"no encryption" in answer


async def test_a_room_works_on_a_database_and_a_wire_that_speak_tls_alone(
    speaks_tls: EmbeddedPostgres, wire: tuple[Messaging, EmbeddedNats], folder: Path, wrapping_key: Path
) -> None:
    messaging, _ = wire
    await declared(messaging)
    base = make_conninfo(
        speaks_tls.conninfo, host="localhost", sslmode="verify-full", sslrootcert=str(folder / "ca.crt")
    )
    env = {f"CANDOUR_PG_{name.upper()}": roles.conninfo(base, name, secret) for name, secret in PASSWORDS.items()}
    async with opened(env | messaging.environment(), wrapping_key) as platform:
        await with_sites(platform, "elm")
        with psycopg.connect(make_conninfo(base, dbname=roles.DATABASE)) as admin:
            found = admin.execute(
                "SELECT usename, bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                " WHERE usename LIKE 'candour!_%' ESCAPE '!' GROUP BY usename"
            )
            assert dict(found.fetchall()) == dict.fromkeys(
                ("candour_admin", "candour_governance", "candour_keys"), True
            )
