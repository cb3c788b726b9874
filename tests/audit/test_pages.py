"""Audit's pages and routes, through the real front door."""

from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from libs.web.posts import Post
from services.audit.ledger import extends, includes, opened
from tests.audit.world import World
from tests.audit.world import opened as housed
from tests.hands import Reception
from tests.house import with_sites
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
AUDITOR = Post("acme.auditor", "auditor", "provider:acme", "Auditor")
CARER = Post("elm.care_worker", "care_worker", "site:elm", "Care worker, Elm")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    backend: Backend, messaging: Messaging, wrapping_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with housed(backend, messaging, wrapping_key, tmp_path_factory.mktemp("audit")) as made:
        await with_sites(made.platform, "elm", "oak")
        yield made


@pytest.fixture
def reception(world: World) -> Reception:
    return world.reception


async def test_the_ledgers_are_shown_compared_and_signed(reception: Reception) -> None:
    hands = await reception.browser(AUDITOR)
    page = await hands.get("/audit")
    assert page.status_code == 200
    assert "Not yet" in page.text
    assert "Nobody has compared everything yet" in page.text
    verified = await hands.post("/audit/verify")
    assert "nothing was altered" in (await hands.get(verified.headers["Location"])).text
    compared = await hands.post("/audit/verify/governance")
    assert "Nothing was changed" in compared.text
    await hands.get("/audit")
    signed = await hands.post("/audit/sign/governance")
    assert signed.status_code == 303
    assert "2 Mar 2026" in (await hands.get(signed.headers["Location"])).text


async def test_an_altered_decision_is_shown_by_name(reception: Reception, world: World) -> None:
    hands = await reception.browser(AUDITOR)
    await hands.get("/audit")
    with world.undone():
        world.tamper("UPDATE governance.events SET state = state || ' '::bytea WHERE notification_id = 1")
        shown = await hands.post("/audit/verify/governance")
    assert "is not what it was" in shown.text
    assert "Site: registered" in shown.text
    assert "Altered" in shown.text


async def test_what_is_kept_outside_and_cannot_be_read_is_said_and_nothing_is_put_on_record(
    reception: Reception, world: World
) -> None:
    hands = await reception.browser(AUDITOR)
    program = await reception.program(AUDITOR)
    (unreadable := world.folder / "governance" / f"{10**9:020d}.txt").mkdir(parents=True)
    await hands.get("/audit")
    for path in ("/audit/verify", "/audit/verify/governance", "/audit/sign/governance"):
        refused = await hands.post(path)
        assert refused.status_code == 409, path
        assert "cannot be read just now" in refused.text
    assert (await program.post("/api/audit/verification")).status_code == 409
    unreadable.rmdir()
    assert "Nothing was changed" in (await hands.post("/audit/verify/governance")).text


async def test_an_empty_ledger_is_not_signed_and_says_why(reception: Reception) -> None:
    hands = await reception.browser(AUDITOR)
    await hands.get("/audit")
    refused = await hands.post("/audit/sign/review")
    assert refused.status_code == 409
    assert "nothing to sign" in refused.text


async def test_the_decisions_of_a_journey_are_listed(reception: Reception) -> None:
    hands = await reception.browser(AUDITOR)
    [row, *_] = await reception.platform.rooms["governance"].store.read(0)
    [event] = await reception.platform.rooms["governance"].mapper.read([row.stored])
    page = await hands.get(f"/audit/journeys/{event.journey}")
    assert "Site: registered" in page.text
    assert (await hands.get(f"/audit/journeys/{uuid4()}")).status_code == 404
    await hands.get("/audit/decisions?actor=Mrs+Smith&site=elm")
    await reception.platform.settle()
    read = [each["what"] for each in (await (await reception.program(AUDITOR)).get("/api/audit/readings")).json()]
    assert read[:2] == ["the list of decisions, by person, site", "the decisions of a journey"]  # and not whose


async def test_a_care_worker_does_not_read_the_ledgers(reception: Reception) -> None:
    hands = await reception.browser(CARER)
    assert (await hands.get("/audit")).status_code == 403
    program = await reception.program(CARER)
    assert (await program.get("/api/audit/ledgers")).status_code == 403


async def test_a_tool_can_check_a_checkpoint_and_proofs_by_itself(reception: Reception) -> None:
    tool = await reception.program(AUDITOR)
    assert (await tool.get("/api/audit/ledgers/review/checkpoint")).status_code == 404
    signed = (await tool.post("/api/audit/ledgers/governance/checkpoint")).json()
    note = (await tool.get(f"/api/audit/ledgers/governance/checkpoint?after={signed['position']}")).text
    ledger, size, root = opened(note, (await tool.get("/api/audit/key")).text.strip())
    assert ledger == "governance"
    proof = (await tool.get("/api/audit/ledgers/governance/entries/2/proof", params={"size": size})).json()
    path = [b64decode(step) for step in proof["path"]]
    assert includes(b64decode(proof["leaf"]), proof["index"], size, path, root)
    grown = (await tool.get("/api/audit/ledgers/governance/consistency", params={"first": 1, "second": size})).json()
    path = [b64decode(step) for step in grown["path"]]
    assert extends(1, size, b64decode(grown["old"]), root, path)
    assert (await tool.post("/api/audit/ledgers/governance/verification")).json()["sound"]


async def test_what_the_ledger_does_not_hold_is_not_found(reception: Reception) -> None:
    tool = await reception.program(AUDITOR)
    for path in (
        "ledgers/elsewhere/checkpoint", "ledgers/governance/entries/99999999999999999999/proof",
        "ledgers/governance/entries/1/proof?size=999", "ledgers/governance/consistency?first=0",
        "ledgers/governance/consistency?first=2&second=1",
    ):  # fmt: skip
        assert (await tool.get(f"/api/audit/{path}")).status_code == 404, path
