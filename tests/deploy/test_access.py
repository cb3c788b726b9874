"""Every door has a rule, every rule is needed, and the table of who may do what is the one that was agreed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from shutil import copytree
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
import yaml

from contracts.taxonomy import Role
from deploy.house import Platform
from deploy.travel import Traveller, travel_routes
from deploy.web import ACCESS, Door
from libs.deciding import Act
from libs.web.access import OPEN, Access, NoRule, first_fitting
from libs.web.posts import Post
from libs.web.reach import NOTHING_HERE
from services.governance.application.absences import ABSENCE_KEEPERS
from services.governance.pages.emergencies import GUARDIANS
from services.intake.application import Report
from tests.deploy.routes import asked_of, speaks_of
from tests.deploy.visiting import client, door_of
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

AGREED = yaml.safe_load((Path(__file__).parent / "agreed_access.yaml").read_text())
GROUPS: dict[str, list[str]] = yaml.safe_load((ACCESS / "groups.yaml").read_text())["groups"]
POLICIES = re.findall(r'@id\("([^"]+)"\)', (ACCESS / "candour.cedar").read_text())


@pytest.fixture(scope="module")
def access() -> Access:
    return Access(ACCESS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Platform]:
    async with housed(module_database, messaging, wrapping_key) as opened:
        await with_sites(opened, "elm")
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(house: Platform) -> AsyncIterator[Door]:
    async with door_of(house, list) as opened:
        opened.add(travel_routes(Traveller(house, house.clock, lambda: None)))  # type: ignore[arg-type]  # never travels
        yield opened


def changed(tmp_path: Path, file: str, old: str, new: str) -> Path:
    folder = tmp_path / "access"
    copytree(ACCESS, folder)
    text = (folder / file).read_text()
    assert text.count(old) == 1, old
    (folder / file).write_text(text.replace(old, new))
    return folder


@pytest.mark.asyncio(loop_scope="module")
async def test_every_route_is_asked_for_by_a_line_and_every_line_by_a_route(door: Door, access: Access) -> None:
    asked = asked_of(door)
    assert len(asked) > 100
    for method, path in asked:
        access.asked(method, path)  # raises NoRule, naming what has none
    assert [line for line, _ in access.lines if not speaks_of(line, door)] == []


def test_every_action_is_asked_for_by_some_route(access: Access) -> None:
    assert {action for _, action in access.lines} - {OPEN} == set(access.actions)


def test_every_role_stands_in_a_group(access: Access) -> None:
    assert {role for members in access.groups.values() for role in members} == {str(role) for role in Role}


def test_who_may_do_what_is_as_agreed(access: Access) -> None:
    assert access.table() == AGREED


def differ(one: Access, other: Access, roles: Iterable[str] = tuple(map(str, Role))) -> bool:
    """Whether some role is decided on otherwise, or for another reason; asked until that is known."""
    asked = ((role, action, emergency) for role in roles for action in one.actions for emergency in (False, True))
    return any(one.decide(r, a, emergency=e) != other.decide(r, a, emergency=e) for r, a, e in asked)


@pytest.mark.parametrize("policy", POLICIES)
def test_without_any_one_policy_the_table_is_another(policy: str, access: Access, tmp_path: Path) -> None:
    text = (ACCESS / "candour.cedar").read_text()
    [block] = re.findall(rf'@id\("{policy}"\)\n[^;]+;\n', text)
    without = Access(changed(tmp_path, "candour.cedar", block, ""))
    assert differ(without, access)


@pytest.mark.parametrize(
    ("group", "role"), [(group, role) for group, roles in GROUPS.items() if group != "unasked" for role in roles]
)
def test_without_any_one_role_in_any_one_group_the_table_is_another(group: str, role: str, access: Access) -> None:
    fewer = {name: [each for each in roles if (name, each) != (group, role)] for name, roles in access.groups.items()}
    assert differ(Access(ACCESS, groups=fewer), access, [role])


def test_without_any_one_line_of_the_routes_something_is_asked_for_otherwise(access: Access) -> None:
    """Each line decides for an address of its own, so that taking it away is noticed by who enumerates them all."""
    needless = []
    for at, (line, action) in enumerate(access.lines):
        others, asked = [each for n, each in enumerate(access.lines) if n != at], example(line)
        assert access.asked(*asked) == action, line
        if asking(others, *asked) == action:
            needless.append(line)
    assert needless == []


def example(line: str) -> tuple[str, str]:
    """A request that a line of the routes speaks of."""
    method, _, path = line.partition(" ")
    return ("POST" if method == "*" else method), path.replace("**", "/x" if path.endswith("/**") else "").replace(
        "*", "x"
    ).replace("//", "/")


def asking(lines: list[tuple[str, str]], method: str, path: str) -> str:
    try:
        return first_fitting(lines, method, path)
    except NoRule:
        return ""


def test_an_emergency_lets_a_leader_read_a_journey_and_nothing_else(access: Access) -> None:
    opened = {a for a in access.actions if access.decide("registered_manager", a, emergency=True).allowed}
    assert opened == {"journey.see"}
    assert not access.decide("commissioner", "journey.see", emergency=True).allowed


def test_those_who_look_at_emergencies_are_the_same_on_the_page_and_in_the_policies(access: Access) -> None:
    assert {str(role) for role in GUARDIANS} == set(access.groups["guardians"])


def test_the_way_to_who_is_away_is_shown_to_those_whom_the_policies_let_in(access: Access) -> None:
    assert set(map(str, ABSENCE_KEEPERS)) == {*access.groups["managers"], *access.groups["organisers"]}


def test_without_its_line_a_route_is_refused_to_everyone(tmp_path: Path) -> None:
    line = '  - {route: "GET /work**", asks: journey.see}\n'
    with pytest.raises(NoRule):
        Access(changed(tmp_path, "routes.yaml", line, "")).asked("GET", "/work")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("candour.cedar", 'Action::"report"', 'Action::"repot"'),
        ("routes.yaml", 'GET /review**", asks: review.see', 'GET /review**", asks: review.sea'),
        ("groups.yaml", "  auditors: [auditor]\n", "  examiners: [auditor]\n"),
    ],
)  # fmt: skip
def test_a_name_that_does_not_exist_is_found_when_the_policies_are_read(
    file: str, old: str, new: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        Access(changed(tmp_path, file, old, new))


def test_a_forbid_outweighs_what_is_permitted(access: Access, tmp_path: Path) -> None:
    generous = '@id("everything")\npermit (principal, action, resource);\n@id("everyone-keeps-their-own-session")'
    folder = changed(tmp_path, "candour.cedar", '@id("everyone-keeps-their-own-session")', generous)
    assert not Access(folder).decide("auditor", "review.take_part").allowed
    assert Access(folder).decide("police", "review.take_part").allowed
    told = access.decide("auditor", "review.take_part")
    assert (told.allowed, told.because) == (False, ("outside-readers-change-nothing",))
    assert access.decide("auditor", "review.see").because == ("auditors-see-the-work",)


@pytest.mark.parametrize(
    ("post", "method", "path", "status"),
    [
        (Post("c", "commissioner", "provider:acme"), "GET", "/provider", 200),
        (Post("c", "commissioner", "provider:acme"), "GET", "/intake", 403),
        (Post("c", "commissioner", "provider:acme"), "POST", "/report", 403),
        (Post("a", "auditor", "provider:acme"), "GET", "/audit", 200),
        (Post("a", "auditor", "provider:acme"), "POST", "/organisation/rules", 403),
        (Post("w", "care_worker", "site:elm"), "GET", "/audit", 403),
        (Post("w", "care_worker", "site:elm"), "GET", "/briefings", 200),
        (Post("x", "no_such_role", "provider:acme"), "GET", "/journeys", 403),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_the_door_lets_in_who_may(door: Door, post: Post, method: str, path: str, status: int) -> None:
    async with client(door, post) as web:
        answer = await web.request(method, path)
        assert answer.status_code == status, answer.text
        if status == 403:
            assert "Your post does not let you see or change this" in answer.text


AT_OAK = Post("oak.manager", "registered_manager", "site:oak")
AT_ELM = Post("elm.manager", "registered_manager", "site:elm")
LEADS = Post("acme.safe", "safeguarding_lead", "provider:acme")
WHY = "She is alone tonight and may fall again."


@pytest.mark.asyncio(loop_scope="module")
async def test_an_emergency_opens_one_journey_to_read_and_somebody_looks_at_it(house: Platform, door: Door) -> None:
    journey = await something(house)
    page = f"/journeys/{journey}"
    async with client(door, AT_OAK, "person:cat") as cat, client(door, LEADS, "person:lee") as lee:
        nothing = await cat.get(f"/journeys/{uuid4()}")
        before = await cat.get(page)
        assert (before.status_code, NOTHING_HERE in before.text, NOTHING_HERE in nothing.text) == (404, True, True)
        assert (await cat.post("/emergency", data={"journey": str(uuid4()), "because": WHY})).status_code == 422
        assert (await cat.post("/emergency", data={"journey": str(journey), "because": "now"})).status_code == 409
        asked = await cat.post("/emergency", data={"journey": page, "because": WHY})
        access = asked.headers["Location"]
        assert "Who leads on safeguarding has been told" in (await cat.get(access)).text
        await house.settle()
        seen = await cat.get(page)
        assert (seen.status_code, "A wheel came loose." in seen.text) == (200, True)
        for other in (f"/intake/{journey}/triage", f"/journeys/{journey}/restriction"):
            assert (await cat.get(other)).status_code == 404, other
        assert str(journey) not in (await cat.get("/journeys")).text
        assert (await cat.post(f"{access.split('?')[0]}/review", data={"found": "right"})).status_code == 403
        await house.settle()
        assert access.split("?")[0] in (await lee.get("/work")).text
        assert WHY in (await lee.get("/emergency")).text
        assert "The journey, with everything on record" in (await lee.get(access)).text
        said = {"found": "wrong", "words": "She was with family."}
        assert (await lee.post(f"{access.split('?')[0]}/review", data=said)).status_code == 303
        await house.settle()
        assert (await cat.get(page)).status_code == 404
    sent = await house.service("notification").outbox.rows("SELECT * FROM message WHERE subject = 'emergency_access'")
    assert len(sent) == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_restricted_journey_is_there_only_for_those_who_need_to_know(house: Platform, door: Door) -> None:
    journey = await something(house)
    page, deputy = f"/journeys/{journey}", Post("elm.deputy", "deputy_manager", "site:elm")
    governance = house.service("governance")
    for post in (AT_ELM, deputy):
        await governance.establish_post(OPERATOR, "acme", "elm", post.post, post.role, post.scope, post.post, None)
    await house.settle()
    async with (
        client(door, AT_ELM) as ann,
        client(door, deputy, "person:dee") as dee,
        client(door, LEADS, "person:lee") as lee,
    ):
        assert (await dee.get(page)).status_code == 200
        told = {"posts": "elm.manager", "because": "It is about a colleague."}
        assert (await ann.post(f"{page}/restriction", data=told)).status_code == 303
        await house.settle()
        assert [(await who.get(page)).status_code for who in (ann, dee, lee)] == [200, 404, 200]
        assert str(journey) not in (await dee.get("/intake")).text
        assert (await dee.post(f"{page}/restriction", data={"lift": "yes", "because": "x"})).status_code == 404
        asked = await dee.post("/emergency", data={"journey": page, "because": WHY})
        await house.settle()
        assert (asked.status_code, (await dee.get(page)).status_code) == (303, 200)
        lifted = await ann.post(f"{page}/restriction", data={"lift": "yes", "because": "The talk was held."})
        await house.settle()
        assert (lifted.status_code, (await dee.get(page)).status_code) == (303, 200)


@pytest.mark.asyncio(loop_scope="module")
async def test_whose_time_is_over_or_who_gave_the_post_up_sees_nothing_and_is_told_so(
    house: Platform, door: Door
) -> None:
    person, governance = UUID(int=9), house.service("governance")
    over = Post("c", "commissioner", "provider:acme", until="2026-03-01")
    today = Post("c", "commissioner", "provider:acme", until="2026-03-02")
    held = Post("elm.senior", "senior_staff", "site:elm")
    await governance.establish_post(OPERATOR, "acme", "elm", held.post, held.role, held.scope, "Senior", None)
    await governance.appoint(OPERATOR, held.post, person, "Sid", "")
    async with (
        client(door, over) as gone,
        client(door, today) as here,
        client(door, held, f"person:{person}") as sid,
    ):
        answer = await gone.get("/provider")
        assert (answer.status_code, "Your access has ended" in answer.text) == (403, True)
        assert (await here.get("/provider")).status_code == 200
        assert (await sid.get("/journeys")).status_code == 200
        await governance.give_up_post(OPERATOR, held.post, person)
        await house.settle()
        assert (await sid.get("/journeys")).status_code == 403


async def something(house: Platform) -> UUID:
    saved = await house.service("intake").raise_opportunity(
        Act("person:ann", "registered_manager", "site:elm"), Report("elm", "near_miss", "A wheel came loose.")
    )
    await house.settle()
    found: UUID = saved.id
    return found
