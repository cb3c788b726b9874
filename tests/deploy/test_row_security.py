"""Whatever a page asks for, the database shows only rows of the sites that the asking post reaches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from psycopg.sql import SQL, Identifier

from deploy.house import Platform
from deploy.web import Door
from libs.clock import HandClock
from libs.deciding import Act
from libs.reach import EVERYTHING, everything, narrow
from libs.views import View
from libs.web.posts import Post
from services.intake.application import Report
from tests.deploy import attacks, emergencies
from tests.deploy.addresses import every_address, filled, flat_of
from tests.deploy.lived import ANN, DANA, QUINN, an_allegation, posts
from tests.deploy.visiting import browsing, client, door_of, said
from tests.house import MONDAY, housed, with_sites
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPEN_TO_ALL = {
    # Who works where and what the rules are: every post reads its own organisation.
    "directory": {"absence", "former", "holder", "member", "post", "rule_pack", "site"},
    # When a post was last taken up, which is of the organisation too.
    "heeding": {"occupied"},
    # Of the whole record, not of a site.
    "checkpoints": {"checkpoint", "signing_key"},
    "verifications": {"verification"},
    # Words that name nobody, by the journey they lead to, which is behind its own wall.
    "overview": {"checkpoint", "wording"},
    # What outside systems sent is not known to be of any site; its doors are for those who take it in.
    "quarantine": {"kept_apart"},
    # Which evidence was handed out and who took it, for those who audit; a pack may be of many sites.
    "packs": {"pack", "pack_taken"},
    # Which cases a sample drew, by number; the cases themselves are behind their own wall.
    "weighings": {"sample"},
}
"""Tables that name neither a site nor a journey of a site, and why everyone may read them."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Platform]:
    """Two sites, each with something that happened there, and at one an allegation that went through every room."""
    async with housed(module_database, messaging, wrapping_key) as opened:
        await with_sites(opened, "elm", "oak")
        for site in ("elm", "oak"):
            act = Act(f"person:{site}", "registered_manager", f"site:{site}")
            await opened.service("intake").raise_opportunity(act, Report(site, "near_miss", "A wheel came loose."))
        await posts(opened)
        SHUT.append(await an_allegation(opened))
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(house: Platform) -> AsyncIterator[Door]:
    """Its door, with every page and route."""
    async with door_of(house) as opened:
        yield opened


SHUT: list[UUID] = []
"""The journey of the allegation, once it was lived through."""


def views(house: Platform) -> list[View]:
    return [follower.view for room in house.rooms.values() for follower in room.followers]


async def columns(view: View, table: str) -> set[str]:
    asked = "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
    return {row["column_name"] for row in await view.rows(asked, (view.live, table))}


async def counted(view: View, table: str, sites: list[str] | None) -> int:
    """How many rows of a table a request sees; sites None is the rooms' own work."""
    if sites is None:
        with everything():
            return len(await rows(view, table))
    with everything():
        narrow(sites)
        return len(await rows(view, table))


async def rows(view: View, table: str) -> list[dict[str, Any]]:
    return await view.rows(f"SELECT * FROM {table}")


async def test_a_post_sees_no_row_of_a_site_it_does_not_reach(house: Platform) -> None:
    seen = 0
    for view in views(house):
        for table in set(view.table_names) - set(view.open_to_all):
            assert await counted(view, table, []) == 0, f"{view.service} {view.name} {table}"
            if "site" not in await columns(view, table):
                continue
            held = await rows(view, table)
            mine = [row for row in held if row["site"] == "elm"]
            assert await counted(view, table, ["elm"]) == len(mine), f"{view.service} {view.name} {table}"
            seen += len(mine)
    assert seen >= 5, "there was too little to see for this to say anything"


async def test_what_hangs_on_a_journey_is_shown_with_the_journey(house: Platform) -> None:
    for view in views(house):
        knows = [t for t in view.table_names if {"site", "journey"} <= await columns(view, t)]
        for table in set(view.table_names) - set(view.open_to_all):
            found = await columns(view, table)
            if "site" in found or not (knows or table in view.hanging):
                continue
            parent, known, own = view.hanging.get(table, (knows[0], "journey", "journey"))
            keys = {row[known] for row in await rows(view, parent) if row["site"] == "elm"}
            mine = [row for row in await rows(view, table) if row[own] in keys]
            assert await counted(view, table, ["elm"]) == len(mine), f"{view.service} {view.name} {table}"


async def test_no_table_is_open_to_all_but_those_that_were_meant(house: Platform) -> None:
    found = {view.name: set(view.open_to_all) for view in views(house) if view.open_to_all}
    assert found == OPEN_TO_ALL


async def test_the_owner_of_a_table_is_held_by_it_too(house: Platform) -> None:
    for view in views(house):
        async with view.pool.connection() as connection:
            for table in set(view.table_names) - set(view.open_to_all):
                found = await connection.execute(f"SELECT count(*) FROM {view.live}.{table}".encode())
                assert await found.fetchone() == (0,), f"{view.service} {view.name} {table}: nobody said who asks"


BARRED = {
    "a deputy at the site": (DANA, Post("elm.deputy", "deputy_manager", "site:elm")),
    "a lead over all sites": (QUINN, Post("acme.quality", "provider_quality_lead", "provider:acme")),
}
ENOUGH = 10
"""Addresses at which a colleague in the same post does see it, so that its absence says something."""


async def test_a_journey_that_is_shut_is_in_no_table_for_whom_it_is_about(house: Platform) -> None:
    seen = 0
    for view in views(house):
        for table in set(view.table_names) - set(view.open_to_all):
            shut, column = await shut_keys(view, table)
            if not column:
                continue
            for sites in (["elm"], [EVERYTHING]):
                with everything():
                    narrow(sites)
                    others = await rows(view, table)
                    narrow(sites, SHUT)
                    mine = await rows(view, table)
                assert [row for row in others if row[column] not in shut] == mine, f"{view.service} {table}"
                seen += len(others) - len(mine)
    assert seen > 40, "there was too little of it for this to say anything"


async def shut_keys(view: View, table: str) -> tuple[set[Any], str]:
    """What tells the rows of the shut journey in a table, and by which column; none where nothing tells."""
    if "journey" in await columns(view, table):
        return set(SHUT), "journey"
    parent, known, own = view.hanging.get(table, ("", "", ""))
    if not parent or "journey" not in await columns(view, parent):
        return set(), ""
    with everything():
        return {row[known] for row in await rows(view, parent) if row["journey"] in SHUT}, own


async def test_without_its_policy_a_table_would_be_found_open(house: Platform) -> None:
    """One table of each view, within a transaction that is taken back: the tests above would see a row too many."""
    noticed = 0
    for view in views(house):
        for table in sorted(set(view.table_names) - set(view.open_to_all)):
            async with view.pool.connection() as connection, connection.transaction(force_rollback=True):
                name = Identifier(view.live, table)
                await connection.execute(SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
                found = await (await connection.execute(SQL("SELECT count(*) FROM {}").format(name))).fetchone()
            if found and found[0]:
                noticed += 1
                break
    assert noticed >= 10


@pytest.mark.parametrize("who", BARRED)
async def test_whom_an_allegation_is_about_finds_it_nowhere(who: str, house: Platform, door: Door) -> None:
    """Journey, lists, search, counts, exports, work, packs, comparison and its drill-downs, and the past: every address."""
    person, post = BARRED[who]
    [shut], reference = SHUT, await the_reference(house)
    addresses = every_address(door, shut)
    async with client(door, post, f"person:{person}") as web, client(door, post, f"person:{ANN}") as other:
        told = 0
        for address in addresses:
            answer = await web.get(address)
            assert answer.headers["cache-control"] == "no-store", f"{address} may be kept by whoever stands between"
            if str(shut) in address:
                unknown = await web.get(address.replace(str(shut), str(uuid4())))
                assert (answer.status_code, said(answer)) == (unknown.status_code, said(unknown)), address
                assert answer.status_code in {403, 404, 409} or address.startswith("/report/received/"), address
            else:
                assert str(shut) not in answer.text, address
                assert reference not in answer.text, address
            if told <= ENOUGH:
                told += reference in (seen := (await other.get(address)).text) or str(shut) in seen
        assert told > ENOUGH, "a colleague in the same post does see it"


async def test_the_subject_changes_nothing_in_it_either(door: Door) -> None:
    [shut] = SHUT
    person, post = BARRED["a deputy at the site"]
    async with client(door, post, f"person:{person}") as web:
        for method, path in sorted(flat_of(door)):
            if method == "POST" and "{journey}" in path:
                answer = await web.post(filled(path, shut), json={})
                unknown = await web.post(filled(path, uuid4()), json={})
                assert (answer.status_code, said(answer)) == (unknown.status_code, said(unknown)), path
                assert answer.status_code >= 400, path


async def test_whom_it_is_about_gets_no_letter_that_leads_to_it(house: Platform) -> None:
    directory = house.rooms["notification"].service.directory
    known_as = house.keys.pseudonym("actor", f"person:{DANA}")
    assert not await directory.may_be_told(SHUT[0], "elm.deputy", known_as)
    assert await directory.may_be_told(SHUT[0], "elm.manager", house.keys.pseudonym("actor", f"person:{ANN}"))


async def test_an_emergency_opens_one_journey_in_every_room_to_read_and_each_page_is_listed(
    house: Platform, door: Door
) -> None:
    [journey] = SHUT
    async with (
        client(door, Post("elm.manager", "registered_manager", "site:elm"), f"person:{ANN}") as ann,
        client(door, emergencies.ELSEWHERE, "person:cat") as cat,
        client(door, emergencies.LEADS, "person:lee") as lee,
        client(door, BARRED["a deputy at the site"][1], f"person:{DANA}") as subject,
    ):
        assert (await emergencies.asked(subject, journey)).status_code == 422
        assert set((await emergencies.answers(cat, journey, emergencies.READ)).values()) == {404}
        access = (await emergencies.asked(cat, journey)).headers["Location"].split("?")[0].rpartition("/")[2]
        await house.settle()
        seen = await emergencies.answers(cat, journey, emergencies.READ)
        assert seen == await emergencies.answers(ann, journey, emergencies.READ)
        assert list(seen.values()).count(200) == len(seen) - 1, "all is there but a duty of candour"
        shut = await emergencies.answers(cat, journey, emergencies.NOT_TO_READ)
        assert set(shut.values()) <= {403, 404}, shut
        for method, path in sorted(flat_of(door)):
            if method == "POST" and "{journey}" in path:
                assert (await cat.post(filled(path, journey), json={})).status_code >= 400, path
        assert {row["what"] for row in await emergencies.listed(house, access)} == set(emergencies.READ)

        for hours, status in ((0, 200), (5, 404)):
            alone = Platform(house.env, HandClock(MONDAY + timedelta(hours=hours)), ["review"])
            await alone.open()
            async with door_of(alone) as apart, client(apart, emergencies.ELSEWHERE, "person:cat") as web:
                assert (await web.get(f"/review/{journey}")).status_code == status, "in a process of its own"
            await alone.close()

        said = {"found": "wrong", "words": "She was with family."}
        assert (await lee.post(f"/emergency/{access}/review", data=said)).status_code == 303
        await house.settle()
        assert set((await emergencies.answers(cat, journey, emergencies.READ)).values()) == {404}


async def test_nobody_of_another_site_or_provider_changes_anything_whichever_id_they_guess(
    house: Platform, door: Door
) -> None:
    """Each address that changes something, with every kind of record of Elm in it, by roles that the policies let through."""
    before = await attacks.decided(house)
    let, number = await attacks.by_everybody(house, door, SHUT)
    assert not let, "\n".join(map(str, let))
    assert number > 400
    assert [each for each in await attacks.decided(house) if each not in before] == []


async def test_no_address_takes_what_no_page_of_the_same_session_sent(house: Platform, door: Door) -> None:
    before, ways = await attacks.decided(house), attacks.elsewhere()
    async with browsing(door, emergencies.LEADS) as web:
        for method, path in sorted(flat_of(door)):
            if method in attacks.CHANGING and path not in {"/sign-in", "/report/talk"}:  # open to who has no session
                answer = await web.request(method, filled(path, uuid4()), **next(ways))
                assert answer.status_code in {401, 403}, (method, path, answer.status_code, answer.text[:200])
                assert answer.headers["cache-control"] == "no-store", path
    assert await attacks.decided(house) == before


async def the_reference(house: Platform) -> str:
    with everything():
        row = await house.service("governance").overview.row(
            "SELECT reference FROM journey WHERE journey = %s", (SHUT[0],)
        )
    return str(row["reference"])
