"""Governance over HTTP: the organisation is changed by the provider alone, and what is read waits for what was done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio

from contracts import action, intake
from deploy.web import Door
from libs.web.posts import Post
from libs.web.reach import NOTHING_HERE
from services.governance.application import Governance, NewSite
from services.governance.application.absences import DeputyDoesNotLead, DeputyDoesNotReach
from services.governance.domain.post import AwayAlreadyOver, NotAway
from tests.governance.front import ANN, AT_ELM, DEV, ON_NIGHTS, OVER_ALL, QUINN, asking, browser, door_of, in_order
from tests.governance.saying import Saying
from tests.hands import Hands
from tests.house import OPERATOR, housed
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
SITE = {
    "site": "elm", "title": "Elm", "region": "North", "nation": "ENG", "service_kind": "care_home_residential",
    "opened_on": "2020-01-01",
}  # fmt: skip
RULES = {"document": Path("deploy/rules/england-adult-social-care.yaml").read_text(), "adopted_from": "2020-01-01"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Door]:
    async with (
        housed(module_database, messaging, wrapping_key, "governance") as platform,
        door_of(platform) as opened,
        asking(opened, QUINN, OVER_ALL) as quality,
    ):
        assert (await quality.post("/sites", json=SITE)).status_code == 201
        await platform.settle()
        yield opened


async def test_the_provider_makes_its_organisation(door: Door) -> None:
    post: dict[str, Any] = {
        "post_id": "elm.registered_manager", "role": "registered_manager", "scope": "site:elm", "title": "Manager, Elm"
    }  # fmt: skip
    holder = {"person_id": str(ANN), "person_name": "Ann Example", "email": "ann@example.org"}
    capacity = {"month": "2026-03-01", "beds": 40, "exposure": 1200}
    async with asking(door, QUINN, OVER_ALL) as quality:
        again = await quality.post("/sites", json=SITE)
        made = await quality.post("/posts", json=post)
        appointed = await quality.post("/posts/elm.registered_manager/holders", json=holder)
        twice = await quality.post("/posts/elm.registered_manager/holders", json=holder)
        stated = await quality.post("/sites/elm/capacity", json=capacity)
        adopted = await quality.post("/rules", json=RULES)
        left = await quality.delete(f"/posts/elm.registered_manager/holders/{ANN}")
    assert [each.status_code for each in (again, made, appointed, stated, adopted, left)] == [
        200,
        201,
        201,
        200,
        201,
        200,
    ]
    assert (twice.status_code, twice.json()["type"].rpartition("/")[2].rpartition(":")[2]) == (409, "already-in-post")


async def test_a_site_does_not_change_the_organisation(door: Door) -> None:
    async with asking(door, ANN, AT_ELM) as manager:
        refused = [
            await manager.post("/sites", json=SITE | {"site": "oak"}),
            await manager.post("/rules", json=RULES),
            await manager.post("/sites/elm/capacity", json={"month": "2026-03-01"}),
        ]
    assert [each.status_code for each in refused] == [403, 403, 403]


async def test_no_provider_takes_the_id_of_anothers_site_or_a_region_of_anothers(door: Door) -> None:
    theirs = replace(OVER_ALL, post="other.quality", scope="provider:other")
    far, lead = SITE | {"site": "far", "region": "Far"}, {"role": "service_manager", "title": "Lead"}
    asked: list[tuple[Post, str, dict[str, Any]]] = [
        (theirs, "/sites", far | {"site": "elm"}), (theirs, "/sites", far | {"region": "North"}),
        (theirs, "/posts", lead | {"post_id": "north.lead", "scope": "region:North"}),
        (theirs, "/posts", lead | {"post_id": "far.lead", "scope": "region:Far"}),
        (OVER_ALL, "/sites", far | {"site": "near"}), (theirs, "/sites", far),
    ]  # fmt: skip
    answers = []
    for post, path, body in asked:
        async with asking(door, QUINN, post) as quality:
            answers.append((await quality.post(path, json=body)).status_code)
        await door.platform.settle()
    assert answers == [409, 409, 409, 201, 409, 201]


async def test_rules_that_no_service_could_read_are_not_adopted(door: Door) -> None:
    broken = {
        "document": "id: a\nversion: '1'\ntitle: A pack\nreviewed_on: 2026-01-01\nrules: []",
        "adopted_from": "2026-01-01",
    }
    async with asking(door, QUINN, OVER_ALL) as quality:
        answer = await quality.post("/rules", json=broken)
    assert answer.status_code == 409
    assert "rules" in answer.json()["detail"]


async def test_what_is_read_waits_for_what_was_done(door: Door) -> None:
    async with asking(door, QUINN, OVER_ALL) as quality:
        saved = (await quality.post("/sites/elm/capacity", json={"month": "2026-04-01", "exposure": 900})).json()
        site = await quality.get("/sites/elm", params={"after": f"governance:{saved['position']}"})
        behind = await quality.get("/provider", params={"after": "intake:99"})
        nonsense = await quality.get("/provider", params={"after": "x"})
        nowhere = await quality.get(f"/journeys/{uuid4()}")
    assert [row["exposure"] for row in site.json()["monthly"] if row["month"] == "2026-04-01"] == [900]
    assert behind.headers["Candour-Behind"] == "intake:99"
    assert list(site.json())[:4] == ["site", "title", "region", "service_kind"]
    assert (nonsense.status_code, nowhere.status_code) == (422, 404)


async def test_a_misspelt_field_is_refused_rather_than_lost(door: Door) -> None:
    async with asking(door, QUINN, OVER_ALL) as quality:
        answer = await quality.post("/sites/elm/capacity", json={"month": "2026-03-01", "bed": 3})
    assert answer.status_code == 422


BO = UUID(int=0xB0)
STANDS_IN = Post("elm.deputy_manager", "deputy_manager", "site:elm", "Deputy manager, Elm")
AT_OAK = Post("oak.registered_manager", "registered_manager", "site:oak", "Registered manager, Oak")
ASKED, SHUT = "Why do reviews wait?", "Why was this one closed?"
WHO, PAGE = f"elm.registered_manager/{ANN}", "/organisation/absences"


async def said(hands: Hands, path: str, **typed: Any) -> httpx2.Response:
    """What was typed is sent, and the page it leads to is opened once the directory knows."""
    answer = await hands.post(path, **typed)
    if answer.status_code == httpx2.codes.SEE_OTHER:
        await hands.get(answer.headers["Location"])
    return answer


async def staffed(door: Door) -> Governance:
    """Elm with a manager and a deputy, who has two questions to answer, one about a journey that only the manager's post
    may see; Oak with a manager of its own."""
    governance: Governance = door.platform.service("governance")
    for post in (replace(AT_ELM, label="Manager, Elm"), STANDS_IN, AT_OAK, ON_NIGHTS):
        site = post.scope.removeprefix("site:")
        await governance.establish_post(OPERATOR, "acme", site, post.post, post.role, post.scope, post.label, None)
    for post_id, person, name in (
        ("elm.registered_manager", ANN, "Ann Example"),
        ("elm.deputy_manager", BO, "Bo Field"),
    ):
        await governance.appoint(OPERATOR, post_id, person, name, "")
    await door.platform.settle()
    journey = uuid4()
    await governance.raise_challenge(OPERATOR, "elm.registered_manager", ASKED, "elm")
    await governance.raise_challenge(OPERATOR, "elm.registered_manager", SHUT, "elm", journey=journey)
    await governance.restrict(OPERATOR.because("Few need to know."), "acme", "elm", journey, ["elm.registered_manager"])
    await door.platform.settle()
    return governance


async def test_who_stands_in_sees_what_waits_for_the_one_who_is_away_and_no_longer_after(door: Door) -> None:
    await staffed(door)
    ann, bo, quinn = (
        await browser(door, ANN, AT_ELM),
        await browser(door, BO, STANDS_IN),
        await browser(door, QUINN, OVER_ALL),
    )
    today = door.platform.clock.now().date()
    assert ASKED not in (await bo.get("/work")).text
    assert f'href="{PAGE}"' in bo.page
    assert (await ann.get(PAGE)).status_code == 200
    days = {"from_day": today, "until_day": today + timedelta(days=4)}
    assert (await said(ann, PAGE, who=WHO, **days)).status_code == 303
    assert "Nobody stands in." in ann.page
    assert (await said(ann, PAGE, who=WHO, deputy="elm.deputy_manager", **days)).status_code == 303
    assert "Deputy manager, Elm stands in." in ann.page
    work = (await bo.get("/work")).text
    assert ASKED in work
    assert "Standing in" in work
    assert "for Manager, Elm" in work
    assert "1 thing waits" in work
    assert SHUT not in work
    assert "Standing in" not in (await ann.get("/work")).text
    assert "Ann Example, Manager, Elm" in (await quinn.get(PAGE)).text
    await ann.get(PAGE)
    assert (await said(ann, f"{PAGE}/{WHO}", back_on=today)).status_code == 303
    assert "Nobody, as far as is on record." in ann.page
    assert ASKED not in (await bo.get("/work")).text


async def test_an_absence_is_said_by_those_whose_post_covers_it_and_refused_in_plain_words(door: Door) -> None:
    today = door.platform.clock.now().date()
    oak, carer, ann = (
        await browser(door, uuid4(), AT_OAK),
        await browser(door, DEV, ON_NIGHTS),
        await browser(door, ANN, AT_ELM),
    )
    days = {"from_day": today, "until_day": today}
    assert (await carer.get(PAGE)).status_code == 403
    assert (await carer.post(PAGE, who=WHO, **days)).status_code == 403
    for path, typed in ((PAGE, {"who": WHO} | days), (f"{PAGE}/{WHO}", {"back_on": today})):
        await oak.get("/work")
        assert (await oak.post(path, **typed)).status_code == 404
        assert NOTHING_HERE in oak.page
    past = {"from_day": date(2026, 1, 5), "until_day": date(2026, 1, 9)}
    far = days | {"deputy": "oak.registered_manager"}
    for typed, sentence in (
        (past, str(AwayAlreadyOver())),
        (far, str(DeputyDoesNotReach())),
        (days | {"deputy": "elm.care_worker"}, str(DeputyDoesNotLead())),
        ({}, "Enter the first day away."),
    ):
        await ann.get(PAGE)
        assert (await ann.post(PAGE, who=WHO, **typed)).status_code in {409, 422}
        assert sentence.replace("\n", " ").split(".")[0] in ann.page.replace("\n", " ")
    await ann.get(PAGE)
    assert (await ann.post(f"{PAGE}/{WHO}", back_on=today)).status_code == 409
    assert str(NotAway()) in ann.page
    async with asking(door, ANN, AT_ELM) as manager, asking(door, uuid4(), AT_OAK) as other:
        at, body = (
            f"/posts/elm.registered_manager/holders/{ANN}/absence",
            {"from_day": str(today), "until_day": str(today)},
        )
        assert [(await who.put(at, json=body)).status_code for who in (other, manager)] == [404, 200]
        assert (await manager.post(f"{at}/return", json={"back_on": str(today)})).status_code == 200


async def test_a_challenge_asks_a_post_above_the_site_about_a_journey_of_that_site(door: Door) -> None:
    governance: Governance = door.platform.service("governance")
    for site in ("elm", "oak"):
        post = f"{site}.service_manager"
        await governance.establish_post(OPERATOR, "acme", site, post, "service_manager", f"site:{site}", post, None)
    await door.platform.settle()
    elsewhere, here = uuid4(), uuid4()
    reported = intake.OpportunityRaised(
        kind="near_miss", themes=[], reference="R-1", route="form", reporter_known=True, summary="sealed:1"
    )
    says = Saying()
    await governance.overview.keep([says.say(reported, elsewhere, site="oak"), says.say(reported, here)], {})
    asked = {"site": "elm", "words": "Why is it late?"}
    async with asking(door, QUINN, OVER_ALL) as quality:
        answers = [
            await quality.post("/challenges", json=asked | {"post_id": post, "journey": str(journey)})
            for post, journey in (
                ("oak.service_manager", here), ("elm.service_manager", elsewhere), ("elm.service_manager", here),
            )
        ]  # fmt: skip
    assert [each.status_code for each in answers] == [404, 404, 201]


async def test_the_organisation_is_asked_for_once_folded_by_site_and_searched(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    governance: Governance = door.platform.service("governance")
    asked: list[str] = []
    for name, person in (("fir", "Ann Example"), ("yew", "Bo Field")):
        new = NewSite("acme", name, name.title(), "South", "ENG", "homecare", date(2020, 1, 1))
        await governance.register_site(OPERATOR, new)
        for post, role in (("manager", "registered_manager"), ("deputy", "deputy_manager")):
            title = f"{post.title()}, {new.title}"
            await governance.establish_post(OPERATOR, "acme", name, f"{name}.{post}", role, f"site:{name}", title, None)
        await governance.appoint(OPERATOR, f"{name}.manager", uuid4(), person, "")
    await door.platform.settle()
    questions = governance.directory.rows

    async def noted(query: Any, *given: Any) -> Any:
        asked.append(query)
        return await questions(query, *given)

    monkeypatch.setattr(governance.directory, "rows", noted)
    quinn = await browser(door, QUINN, OVER_ALL)
    page, yew, none = [
        (await quinn.get(f"/organisation{more}")).text.split('id="sites"')[1]
        for more in ("", "?words=yEw", "?words=%00x")
    ]
    assert sum("FROM post" in query or "FROM holder" in query for query in asked) == 3  # one for each page
    assert in_order(page.split("Fir, South")[1], ": 1 post held by nobody", "Deputy, Fir", "nobody at present",
                    "Manager, Fir", "Yew, South", "Bo Field")  # fmt: skip
    assert "<details open" not in page
    assert [each.count("<details") for each in (page, yew, none)] == [3, 1, 0]
    assert "1 of 3 sites" in yew
    assert "No site of yours fits these words." in none


async def test_a_late_change_of_which_nobody_is_there_to_be_told_waits_for_those_who_appoint(door: Door) -> None:
    late = action.NobodyAnswered(action_id=uuid4(), due=date(2026, 2, 27), step=1)
    await door.platform.service("governance").heeding.keep([Saying().say(late, uuid4())], {})
    pages = [(await (await browser(door, uuid4(), post)).get("/work")).text for post in (OVER_ALL, AT_ELM)]
    assert ["See that somebody answers for it" in page for page in pages] == [True, False]
