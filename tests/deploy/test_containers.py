"""The containers lane: the official images, with our rooms on them. Skipped by name where no Docker engine answers."""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import yaml
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from deploy.containers import INSIDE, prepare
from deploy.gateway import LARGEST, OWNERS, application, owner
from deploy.house import Platform
from deploy.nats import topology, users
from deploy.nats.keys import Keys
from deploy.postgres import roles
from libs.clock import HandClock
from libs.deciding import Act
from libs.nkeys import signed_in
from services.intake.application import Report
from tests.house import MONDAY, with_sites

COMPOSE = Path("docker-compose.yml")
IMAGES = ("postgres:18", "nats:2")


@pytest.fixture(scope="module")
def engine() -> None:
    """A Docker engine with the two images at hand, or the reason why this lane cannot run."""
    os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
    docker = pytest.importorskip("docker")
    _knock()
    client = docker.from_env()
    try:
        for image in IMAGES:
            client.images.get(image)
    except docker.errors.ImageNotFound as missing:
        pytest.skip(f"containers lane: {missing.explanation}")
    finally:
        client.close()


def _knock() -> None:
    """Skip where nobody answers at the engine's address. The docker client would leave its socket open when refused."""
    where = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    unix = where.scheme == "unix"
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as door:
        try:
            door.connect(where.path if unix else (where.hostname, where.port))
        except OSError as error:
            pytest.skip(f"containers lane: no Docker engine answers ({type(error).__name__})")


@pytest.fixture(scope="module")
def containers(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """PostgreSQL and NATS from their images, with our roles, tables and streams: the settings that rooms need."""
    from testcontainers.core.container import DockerContainer

    folder = tmp_path_factory.mktemp("containers")
    keys = Keys(folder)
    keys.keep(())
    conf = folder / "wire"
    conf.mkdir()
    (conf / "nats.conf").write_text(users.server_conf(store="/data"))
    (conf / users.USERS).write_text(users.users_conf(keys.known()))
    (folder / "kek").write_bytes(secrets.token_bytes(32))
    database = (
        DockerContainer("postgres:18").with_env("POSTGRES_PASSWORD", "admin").with_env("POSTGRES_USER", "candour")
    )
    broker = (
        DockerContainer("nats:2").with_command("-c /etc/wire/nats.conf").with_volume_mapping(str(conf), "/etc/wire")
    )
    with database.with_exposed_ports(5432) as pg, broker.with_exposed_ports(4222) as bus:
        host, port = pg.get_container_host_ip(), pg.get_exposed_port(5432)
        admin = f"host={host} port={port} user=candour password=admin dbname=postgres"
        passwords = {name: secrets.token_urlsafe(16) for name in roles.names()}
        env = {"CANDOUR_NATS_URL": f"nats://{bus.get_container_host_ip()}:{bus.get_exposed_port(4222)}"}
        env |= {f"CANDOUR_NATS_{name.upper()}": str(keys.seed_file(name)) for name in keys.known()}
        env |= {f"CANDOUR_PG_{n.upper()}": roles.conninfo(admin, n, secret) for n, secret in passwords.items()}
        env |= {f"CANDOUR_PASSWORD_{name.upper()}": secret for name, secret in passwords.items()}
        yield env | {"CANDOUR_PG_ADMIN": admin, "CANDOUR_KEK_FILE": str(folder / "kek")}


async def test_a_concern_goes_through_rooms_that_stand_on_containers(containers: dict[str, str]) -> None:
    from deploy.migrate import main

    assert await main(containers) == []
    platform = Platform(containers, HandClock(MONDAY), only=["governance", "intake"])
    await platform.open()
    try:
        await platform.start()
        await with_sites(platform, "elm")
        intake = platform.service("intake")
        saved = await intake.raise_opportunity(
            Act("person:someone", "care_worker"), Report("elm", "near_miss", "A wheel came loose; nobody was hurt.")
        )
        assert await intake.register.reached("intake", saved.position)
        assert (await intake.register.one(saved.id))["kind"] == "near_miss"
    finally:
        await platform.close()


async def test_the_containers_streams_are_as_declared(containers: dict[str, str]) -> None:
    connection = await signed_in(containers["CANDOUR_NATS_URL"], "operator", containers["CANDOUR_NATS_OPERATOR"])
    try:
        assert await topology.drift(connection) == []
    finally:
        await connection.close()


def test_every_service_is_a_container_of_the_one_image() -> None:
    composed = yaml.safe_load(COMPOSE.read_text())["services"]
    assert set(topology.services()) <= set(composed)
    assert {composed[name]["image"] for name in topology.services()} == {"candour:local"}
    assert composed["postgres"]["image"] == "postgres:18"
    assert composed["nats"]["image"] == "nats:2"
    assert all("latest" not in str(service.get("image")) for service in composed.values())


def test_every_named_volume_is_declared_and_lies_in_a_folder_that_the_image_gives_to_its_user() -> None:
    composed = yaml.safe_load(COMPOSE.read_text())
    mounts = [
        tuple(volume.split(":")[:2])
        for service in composed["services"].values()
        for volume in service.get("volumes", ())
    ]
    named = {source: target for source, target in mounts if not source.startswith(".")}
    assert set(named) == set(composed["volumes"])
    image = Path("deploy/Dockerfile").read_text()
    for target in (named["evidence"], named["checkpoints"], named["signing"]):
        assert re.search(rf"install -d -o candour .*{target}( |$)", image, re.MULTILINE), target


def test_a_key_that_containers_read_is_readable_by_their_user_alone_where_that_can_be_arranged(tmp_path: Path) -> None:
    prepare(tmp_path, tls=True)
    assert f"--uid {INSIDE}" in Path("deploy/Dockerfile").read_text()
    alone = os.geteuid() == 0
    for path in (tmp_path / "kek", tmp_path / "tls" / "house.key"):
        found = path.stat()
        assert (found.st_mode & 0o777, found.st_uid) == ((0o400, INSIDE) if alone else (0o644, os.geteuid()))
    open_to_all = {path.name for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_mode & 0o077}
    assert open_to_all - {"kek", "house.key"} == {
        "pg_hba.conf", "nats.conf", "users.conf", "ca.crt", "ca-bundle.crt", "house.crt", "nats.crt", "postgres.crt",
    }  # fmt: skip


def test_preparing_twice_keeps_every_password(tmp_path: Path) -> None:
    prepare(tmp_path)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    prepare(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == first


async def test_the_gateway_takes_no_more_into_memory_than_a_service_would() -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(application()), base_url="http://localhost") as web:
        assert (await web.post("/intake/evidence/x", content=b"x" * (LARGEST + 1))).status_code == 413


async def _service(scope: Any, receive: Any, send: Any) -> None:
    """Any service: whoever signs in is given a cookie; elsewhere it says who came with which."""
    request = Request(scope, receive)
    answer = PlainTextResponse(request.headers.get("cookie", "nobody"), headers={"Server": "its own", "Date": "today"})
    if request.url.path == "/sign-in":
        answer.set_cookie("candour_session", "ann's")
    await answer(scope, receive, send)


async def test_the_gateway_keeps_no_visitors_session_for_the_next() -> None:
    gateway = httpx2.ASGITransport(application(transport=httpx2.ASGITransport(_service)))
    async with (
        httpx2.AsyncClient(transport=gateway, base_url="http://localhost") as ann,
        httpx2.AsyncClient(transport=gateway, base_url="http://localhost") as stranger,
    ):
        assert (await ann.post("/sign-in")).cookies["candour_session"]
        assert "candour_session" in (await ann.get("/work")).text
        unknown = await stranger.get("/work")
        assert unknown.text == "nobody"
        assert not {"server", "date"} & set(unknown.headers), "the gateway's server says them anew"
        assert "candour_session" in (await ann.get("/work")).text


def test_the_gateway_sends_each_path_to_its_owner() -> None:
    assert owner("/report") == "intake"
    assert owner("/review/abc") == "review"
    assert owner("/provider") == "governance"
    assert owner("/reviewed") == "governance"
    assert {name for _, name in OWNERS} <= set(topology.services())
