"""Who signs in to the wire does so by a key of its own, which can be changed while everyone else goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from structlog.testing import capture_logs
from typer.testing import CliRunner

from deploy.cli import app
from deploy.embedded.nats import EmbeddedNats
from deploy.nats import topology, users
from deploy.nats.keys import Keys, NotAdmitted
from libs.nkeys import KeyRefused, NKey, NotASeed, is_public, signed_in
from libs.wire import Wire

# The pair of NATS' own documentation, as an account's and as a user's would be written; made with its own tools.
SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
PUBLIC = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def keys(var: Path) -> Keys:
    made = Keys(var / "secrets")
    made.keep(["careplan", "rostering"])
    return made


@pytest.fixture(scope="module")
def server(var: Path, keys: Keys) -> Iterator[EmbeddedNats]:
    with EmbeddedNats(var / "nats", keys.known(), durable=False) as started:
        yield started


@pytest.fixture
def told() -> Iterator[list[MutableMapping[str, Any]]]:
    with capture_logs() as lines:
        yield lines


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 neither the server nor its client has an event for it
            await asyncio.sleep(0.01)


async def came_back(client: Client) -> None:
    await until(lambda: bool(client.stats["reconnects"]) and client.is_connected)


async def let_in(server: EmbeddedNats, user: str, credential: str) -> Client:
    """Once the server has read its configuration again, which it does in its own time."""
    async with asyncio.timeout(60):
        while True:
            with suppress(KeyRefused):
                return await signed_in(server.url, user, credential, allow_reconnect=False)


def test_keys_are_written_as_nats_writes_them() -> None:
    assert (NKey.of(SEED).public, NKey.of(SEED).seed) == (PUBLIC, SEED)
    assert is_public(PUBLIC)
    assert not any(map(is_public, (SEED, PUBLIC[:-1], PUBLIC.replace("X", "Y"), "", "U" * 56, PUBLIC.lower())))


@pytest.mark.parametrize(
    "text", ["", "a password", PUBLIC, SEED[:-1], SEED.replace("K", "L"), "SU" + "A" * 56, "SU\u00e9"]
)
def test_what_is_no_seed_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(NotASeed) as refusal:
        NKey.of(text)
    assert not text or text not in str(refusal.value)


def test_a_seed_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotASeed, match="nats_intake cannot be read: FileNotFoundError"):
        NKey.of(str(tmp_path / "nats_intake"))


def test_everyone_has_a_key_of_their_own_and_an_older_password_gives_way(tmp_path: Path) -> None:
    (tmp_path / "nats_intake").write_text("a password of an older release")
    keys = Keys(tmp_path)
    keys.keep(["careplan"])
    known = keys.known()
    assert list(known) == ["operator", *topology.services(), "source_careplan"]
    assert len({key for each in known.values() for key in each}) == len(known)
    assert {path.stat().st_mode & 0o77 for path in tmp_path.iterdir()} == {0}
    keys.remove("careplan")
    keys.keep(["careplan"])
    assert keys.known() == {user: each for user, each in known.items() if user != "source_careplan"}


def test_a_key_is_added_renewed_and_retired_and_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    keys, own, next_own = Keys(tmp_path), NKey.new().public, NKey.new().public
    keys.keep(())
    assert keys.add("careplan", own) == "source_careplan"
    assert keys.known()["source_careplan"] == [own]
    assert not keys.seed_file("source_careplan").exists()
    keys.renew("source_careplan", next_own)
    assert keys.known()["source_careplan"] == [next_own, own]
    keys.renew("source_careplan")
    ours = NKey.of(str(keys.seed_file("source_careplan"))).public
    assert keys.known()["source_careplan"] == [ours, next_own, own]
    assert keys.retire("source_careplan") == [next_own, own]
    assert keys.known()["source_careplan"] == [ours]
    keys.renew("source_careplan", own)
    assert keys.retire("source_careplan") == [ours]
    before = keys.known()
    for senseless in (
        lambda: keys.add("careplan"),
        lambda: keys.add("../intake"),
        lambda: keys.add("a.b"),
        lambda: keys.add("new", SEED),
        lambda: keys.renew("source_careplan", own),
        lambda: keys.renew("intake", NKey.new().public),
        lambda: keys.renew("nobody"),
        lambda: keys.retire("nobody"),
        lambda: keys.remove("nobody"),
    ):
        with pytest.raises(NotAdmitted):
            senseless()
    assert keys.known() == before


async def test_a_services_key_is_changed_while_it_and_all_others_go_on(server: EmbeddedNats, keys: Keys) -> None:
    seed = str(keys.seed_file("intake"))
    wire, review = (
        Wire("intake", server.url, seed),
        await signed_in(server.url, "review", str(keys.seed_file("review"))),
    )
    operator = await signed_in(server.url, users.OPERATOR, str(keys.seed_file(users.OPERATOR)))
    try:
        assert await topology.apply(operator) == []
        await wire.open()
        intake, former = await wire.connect(), NKey.of(seed)
        keys.renew("intake")
        server.admit(keys.known())
        keys.retire("intake")
        server.admit(keys.known())
        await came_back(intake)
        sent = await intake.jetstream().publish("events.intake.seen", b"{}")
        assert sent.stream == "EVENTS_INTAKE"
        await review.flush()
        assert review.stats["reconnects"] == operator.stats["reconnects"] == 0
        assert await topology.drift(operator) == []
        with pytest.raises(KeyRefused, match=former.public):
            await signed_in(server.url, "intake", former.seed)
    finally:
        await wire.close()
        await review.close()
        await operator.close()


async def test_a_service_that_is_cut_off_says_so_once_and_comes_back_when_it_is_let_in(
    server: EmbeddedNats, keys: Keys, told: list[MutableMapping[str, Any]]
) -> None:
    wire, known = Wire("action", server.url, str(keys.seed_file("action"))), keys.known()
    await wire.open()
    try:
        client = await wire.connect()
        server.admit({user: each for user, each in known.items() if user != "action"})
        await until(lambda: server.log.read_text().count("authentication error") >= 3)
        server.admit(known)
        await came_back(client)
    finally:
        await wire.close()
    (said,) = (str(each) for each in told if each["event"] == "not let in to nats")
    assert known["action"][0] in said
    assert NKey.of(str(keys.seed_file("action"))).seed not in said


async def test_another_system_is_added_by_a_command_while_the_server_runs(server: EmbeddedNats, keys: Keys) -> None:
    folder, own = ["--folder", str(keys.folder)], NKey.new()

    def asked(*words: str) -> str:
        done = CliRunner().invoke(app, ["wire", *words, *folder])
        assert done.exit_code == 0, done.output
        return done.output

    assert "NATS has been told" in asked("add", "hospital", "--key", own.public)
    assert "nats_source_lab: a secret" in asked("add", "lab").replace("\n", " ")
    assert own.public in asked("list")
    hospital = await let_in(server, "source_hospital", own.seed)
    lab = await let_in(server, "source_lab", str(keys.seed_file("source_lab")))
    assert "candour wire retire source_lab" in asked("renew", "source_lab")
    asked("remove", "hospital")
    await until(lambda: hospital.is_closed)
    with pytest.raises(KeyRefused):
        await signed_in(server.url, "source_hospital", own.seed)
    assert lab.is_connected
    await lab.close()
    refused = CliRunner().invoke(app, ["wire", "add", "lab", *folder])
    assert (refused.exit_code, "can sign in already" in refused.output) == (1, True)
    nowhere = CliRunner().invoke(app, ["wire", "add", "lab", "--folder", str(keys.folder / "none")])
    assert (nowhere.exit_code, (keys.folder / "none").exists()) == (1, False)
