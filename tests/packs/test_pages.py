"""Packs and rules tried out, by hand through the real front door, and who took a pack away."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
import pytest_asyncio

from deploy.web import Door
from libs.deciding import Act
from libs.web.posts import Post
from services.audit.application import MadePack
from services.intake.application import Report
from tests.hands import Hands, Reception
from tests.house import OPERATOR, housed, rules, with_sites
from tests.servers import Database, Messaging

AUDITOR = Post("acme.auditor", "auditor", "provider:acme", "Auditor")
QUALITY = Post("acme.quality", "provider_quality_lead", "provider:acme", "Quality lead")
NORTH = Post("north.auditor", "auditor", "site:elm", "Auditor of Elm")
CARER = Post("elm.care_worker", "care_worker", "site:elm", "Care worker, Elm")
WORKER, MANAGER = (Act(f"person:{role}", role, "provider:acme") for role in ("care_worker", "safeguarding_lead"))


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    async with housed(
        module_database, messaging, wrapping_key, "governance", "intake", "assurance", "audit"
    ) as platform:
        await with_sites(platform, "elm", "oak", kind="homecare")
        for site in ("elm", "oak"):
            report = Report(site, "safeguarding_indicator", "A mark noted.", ["falls"], immediate_action="Seen.")
            saved = await platform.service("intake").raise_opportunity(WORKER, report)
            await platform.service("intake").triage(MANAGER.because("Seen."), saved.id, "none", [], {}, ["falls"])
        await platform.settle()
        door = Door(platform, None)
        await door.open()
        try:
            yield Reception(platform, door)
        finally:
            await door.close()


async def finished(hands: Hands, place: str) -> str:
    """Where a pack is shown, once it has been made; on a busy machine that is not at once."""
    while "/making/" in place:
        place = (await hands.get(place)).url.path
    return place


async def test_a_pack_is_made_taken_away_and_that_is_on_record(reception: Reception) -> None:
    hands = await reception.browser(AUDITOR)
    assert "No pack has been made yet" in (await hands.get("/audit/packs")).text
    nothing = await hands.post("/audit/packs", reader="inspector")
    assert nothing.status_code == 409
    assert "A pack is about something" in nothing.text
    wrong = await hands.post("/audit/packs", reader="nobody", journey="not an id")
    assert wrong.status_code == 422
    assert "Give the journey" in wrong.text

    await hands.get("/audit/packs")
    made = await hands.post("/audit/packs", reader="inspector", site="elm", framework="regulations-2014")
    assert made.status_code == 303, made.text
    where = await finished(hands, made.headers["Location"])
    shown = await hands.get(where)
    digest = re.search(r"<code[^>]*>([0-9a-f]{64})</code>", shown.text)
    assert digest
    assert "Nobody has taken it away yet" in shown.text

    place = where.partition("?")[0]
    assert (await hands.post(f"{place}/copy")).status_code == 422
    await hands.get(place)
    pack = await hands.post(f"{place}/copy", why="The inspector who visits on Friday.")
    assert pack.headers["Content-Type"] == "application/zip"
    assert hashlib.sha256(pack.content).hexdigest() == digest[1]
    with ZipFile(BytesIO(pack.content)) as archive:
        [told] = [name for name in archive.namelist() if name.endswith("data/pack.json")]
        filters = json.loads(archive.read(told))["filters"]
    assert ["Sites", "elm"] in filters
    await reception.platform.settle()
    taken = (await hands.get(place)).text
    assert "The inspector who visits on Friday." in taken
    assert "Auditor" in taken
    await _only_for_some(reception, place)


async def _only_for_some(reception: Reception, place: str) -> None:
    carer = await reception.browser(CARER)
    assert (await carer.get("/audit/packs")).status_code == 403
    assert (await carer.get(place)).status_code == 403
    narrow = await reception.browser(NORTH)
    await narrow.get("/audit/packs")
    made = await narrow.post("/audit/packs", reader="inspector", theme="falls")
    assert made.status_code == 303, made.text
    shown = (await narrow.get(await finished(narrow, made.headers["Location"]))).text
    assert "Sites" in shown
    assert "oak" not in shown
    elsewhere = await narrow.post(
        "/audit/packs", reader="inspector", contract="{reference: C, commissioner: X, sites: [oak]}"
    )
    assert elsewhere.status_code == 409


async def test_a_program_asks_for_a_pack_and_takes_it_away_and_both_are_on_record(reception: Reception) -> None:
    program = await reception.program(AUDITOR)
    key = {"Idempotency-Key": "one"}
    asked = {"reader": "inspector", "sites": ["oak"], "frameworks": ["regulations-2014"]}
    made = await program.post("/api/audit/packs", json=asked, headers=key)
    assert made.status_code == 201, made.text
    assert (await program.post("/api/audit/packs", json=asked, headers=key)).json()["id"] == made.json()["id"]
    place = f"/api/audit/packs/{made.json()['id']}"
    assert (await program.post(f"{place}/copy", json={"why": " "})).status_code == 409
    pack = await program.post(f"{place}/copy", json={"why": "The council, for its meeting."})
    assert pack.headers["Content-Type"] == "application/zip"
    await reception.platform.settle()
    told = (await program.get(place)).json()
    assert told["digest"] == hashlib.sha256(pack.content).hexdigest()
    assert [each["why"] for each in told["taken"]] == ["The council, for its meeting."]
    assert made.json()["id"] in {each["id"] for each in (await program.get("/api/audit/packs")).json()}
    narrow = await reception.program(NORTH, "client:elm")
    assert (await narrow.post("/api/audit/packs", json=asked)).status_code == 409
    assert (await narrow.get(place)).status_code == 409
    assert (await (await reception.program(CARER, "client:carer")).get("/api/audit/packs")).status_code == 403


async def test_a_pack_about_a_journey_that_is_shut_to_whoever_asks_is_not_listed(reception: Reception) -> None:
    audit, journey = reception.platform.service("audit"), uuid4()
    pack = MadePack(
        digest="0" * 64, file="pack.zip", size=1, reader="inspector", as_of=audit.clock.now(), events=1,
        query={"journey": str(journey)}, filters=[["Journey", str(journey)]], frameworks=[],
    )  # fmt: skip
    saved = await audit.note_pack(OPERATOR, "acme", pack)
    program, hands = await reception.program(AUDITOR, "client:shut"), await reception.browser(AUDITOR)
    for listed in (True, False):
        await reception.platform.settle()
        told = str(saved.id) in {each["id"] for each in (await program.get("/api/audit/packs")).json()}
        assert (told, f"/audit/packs/{saved.id}" in (await hands.get("/audit/packs")).text) == (listed, listed)
        if listed:
            narrow = await reception.program(
                NORTH, "client:narrow"
            )  # it names no site, so it is of more than one's own
            assert str(saved.id) not in {each["id"] for each in (await narrow.get("/api/audit/packs")).json()}
            assert (await narrow.get(f"/api/audit/packs/{saved.id}")).status_code == 409
            post, governance = "elm.manager", reception.platform.service("governance")
            await governance.establish_post(OPERATOR, "acme", "elm", post, "service_manager", "site:elm", post, None)
            await reception.platform.settle()
            await governance.restrict(OPERATOR.because("Of staff."), "acme", "elm", journey, [post])


async def test_what_takes_long_is_watched_until_it_is_done(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception.door.errands, "patience", 0)
    hands = await reception.browser(AUDITOR)
    await hands.get("/audit/packs")
    begun = await hands.post("/audit/packs", reader="board", site="elm")
    assert begun.headers["Location"].startswith("/audit/packs/making/")
    assert (await (await reception.browser(QUALITY, "person:bea")).get(begun.headers["Location"])).status_code == 404
    shown = await hands.get(begun.headers["Location"])
    while 'id="how-far"' in shown.text:
        assert "under way" in shown.text
        shown = await hands.get(begun.headers["Location"])
    assert "Nobody has taken it away yet" in shown.text
    looking = await looked_again(hands, begun.headers["Location"])
    assert (looking.headers["HX-Refresh"], looking.text) == ("true", ""), "a page that looks by itself goes on"
    await (quality := await reception.browser(QUALITY)).get("/audit/replay")
    begun = await tried(quality, rules(), "page")
    assert begun.headers["Location"].startswith("/audit/replay/under-way/")
    shown = await quality.get(begun.headers["Location"])
    while 'id="how-far"' in shown.text:
        shown = await quality.get(begun.headers["Location"])
    assert "Nothing would have differed" in shown.text
    file = await looked_again(quality, f"{begun.headers['Location']}?file=true")
    assert "Take the file" in file.text
    assert "HX-Refresh" not in file.headers, "a file leaves the page standing, which would take it again and again"
    assert "hx-get" not in file.text.partition('id="how-far"')[2].partition("</div>")[0], "it has looked its last"


async def looked_again(hands: Hands, path: str) -> Any:
    """What a page is answered that looks by itself how far something is."""
    return await hands.client.get(path, headers={"HX-Request": "true"})


async def test_rules_are_tried_out_on_history_and_nothing_is_changed(reception: Reception) -> None:
    hands = await reception.browser(QUALITY)
    assert "Try rules out" in (await hands.get("/audit/replay")).text
    content = deepcopy(rules())
    content["version"] = "tried"
    content["rules"] = [each for each in content["rules"] if each["id"] != "learning-record"]
    before = {name: room.store.position for name, room in reception.platform.rooms.items() if name != "audit"}

    shown = await tried(hands, content, "page")
    assert shown.status_code == 200, shown.text
    assert "would have differed" in shown.text
    assert "/organisation" in shown.text
    file = await tried(hands, content, "file")
    assert set(file.json()["totals"]) == {"decisions", "clocks", "triggers"}
    assert (await hands.post("/audit/replay", since="2026-03-01", until="2026-03-31")).status_code == 422

    assert before == {name: reception.platform.rooms[name].store.position for name in before}


async def tried(hands: Hands, content: dict[str, Any], form: str) -> Any:
    """Send a rule pack with the form of the page that is open."""
    typed = {"csrf_token": hands.hidden("csrf_token"), "since": "2026-03-01", "until": "2026-03-31", "as": form}
    file = {"files": ("tried.yaml", json.dumps(content, default=str).encode(), "application/yaml")}
    return await hands.client.post("/audit/replay", data=typed, files=file)
