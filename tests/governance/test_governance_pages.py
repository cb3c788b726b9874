"""Governance's pages, as somebody in a post meets them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from deploy.house import Platform
from deploy.web import Door
from libs.deciding import Act
from libs.service import Service
from services.governance.projection.stories import journey_story
from services.intake.application import Report
from tests.governance.front import ANN, AT_ELM, DEV, PEOPLE, QUINN, browsing, csrf_in, door_of, in_order
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
MANAGER = Act(f"person:{ANN}", "registered_manager", "site:elm", rationale="It fits the pattern of last month.")
SECRET = "She was found by the window."
CARD = re.compile(r'href="/journeys/[0-9a-f-]{36}"')
RULES = Path("deploy/rules/england-adult-social-care.yaml").read_text()
MEASURES = Path("deploy/rules/measures.yaml").read_text()


@dataclass
class Stage:
    """A house with one journey at Elm that has been weighed, and its door."""

    platform: Platform
    door: Door
    journey: UUID

    def service(self, name: str) -> Service:
        found: Service = self.platform.service(name)
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(module_database: Database, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Stage]:
    async with housed(module_database, messaging, wrapping_key, "governance", "intake") as platform:
        await with_sites(platform, "elm", "oak")
        governance, intake = platform.service("governance"), platform.service("intake")
        for person, post in ((p, p.posts[0]) for p in PEOPLE):
            site = post.scope.removeprefix("site:") if post.scope.startswith("site:") else ""
            asked = (post.post, post.role, post.scope, post.label, None)
            await governance.establish_post(OPERATOR, "acme", site, *asked)
            who = UUID(person.actor_id.removeprefix("person:"))
            await governance.appoint(OPERATOR, post.post, who, person.label, "someone@example.org")
        await governance.state_capacity(OPERATOR, "acme", "elm", date(2026, 3, 1), 40, 1000.0, "occupied_bed_days")
        saved = await intake.raise_opportunity(MANAGER, Report("elm", "near_miss", SECRET, themes=["falls"]))
        await intake.confirm_safety(MANAGER, saved.id, "She sat down with help.")
        await intake.triage(MANAGER, saved.id, "swarm", [], {}, [])
        await intake.raise_opportunity(MANAGER, Report("oak", "complaint", "The soup was cold."))
        await platform.settle()
        async with door_of(platform) as door:
            yield Stage(platform, door, saved.id)


async def test_a_journey_is_seen_from_its_first_report_over_the_real_wire(stage: Stage) -> None:
    overview, now = stage.service("governance").overview, stage.platform.clock.now()  # type: ignore[attr-defined]
    story = await journey_story(overview, stage.journey, now)
    assert story is not None
    assert (story["stage"], story["site"], story["response"]) == ("review", "elm", "swarm")
    said = ["opportunity_raised", "immediate_safety_confirmed", "opportunity_triaged"]
    assert [m["name"].split(".")[1] for m in story["timeline"]][:3] == said
    assert SECRET not in str(story)


async def test_a_journey_is_told_whole_with_who_and_why(stage: Stage) -> None:
    async with browsing(stage.door, ANN) as browser:
        page = (await browser.get(f"/journeys/{stage.journey}")).text
    assert in_order(page, "Reported: near miss", "Made safe at once", "Weighed: swarm", "It fits the pattern")
    assert "Ann, manager, registered manager" in page
    assert "england-adult-social-care/2026.1" in page
    assert SECRET in page
    assert page.count("Not yet") >= 5


async def test_someone_who_only_reports_does_not_read_what_others_wrote(stage: Stage) -> None:
    async with browsing(stage.door, DEV) as browser:
        page = (await browser.get(f"/journeys/{stage.journey}")).text
    assert SECRET not in page
    assert "kept for those who weigh and review it" in page


async def test_a_site_out_of_reach_stays_out_of_sight(stage: Stage) -> None:
    async with browsing(stage.door, ANN) as browser:
        listed = (await browser.get("/journeys")).text
        refused = await browser.get("/site/oak")
    assert len(CARD.findall(listed)) == 1
    assert refused.status_code == 404
    assert "nothing that your post lets you see" in refused.text


async def test_the_list_is_narrowed_by_what_is_chosen(stage: Stage) -> None:
    async with browsing(stage.door, QUINN) as browser:
        everything = (await browser.get("/journeys")).text
        falls = (await browser.get("/journeys?theme=falls")).text
        unweighed = (await browser.get("/journeys?state=weigh&site=oak")).text
        nothing = (await browser.get("/journeys?kind=compliment")).text
    assert [len(CARD.findall(page)) for page in (everything, falls, unweighed, nothing)] == [2, 1, 1, 0]
    assert "No journey fits what you chose" in nothing


async def test_a_site_shows_counts_with_what_they_are_divided_by(stage: Stage) -> None:
    async with browsing(stage.door, ANN) as browser:
        sent_on = await browser.get("/site")
        page = (await browser.get("/site/elm")).text
    assert sent_on.headers["Location"] == "/site/elm"
    assert in_order(page, "1 report", "1.0 per 1,000 occupied bed days")
    assert "The review has not been signed off".lower() in page.lower()


async def test_a_provider_is_the_sum_of_its_sites_and_says_where_no_rate_is_known(stage: Stage) -> None:
    async with browsing(stage.door, QUINN) as browser:
        page = (await browser.get("/provider")).text
    assert "2 sites that your post covers" in page
    assert "No rate: the site has not stated what to divide by" in page
    assert in_order(page, "North", "Elm", "Oak", "Together")


async def test_what_waits_is_listed_for_whom_it_waits(stage: Stage) -> None:
    async with browsing(stage.door, ANN) as browser:
        start = await browser.get("/")
        mine = (await browser.get("/work")).text
    async with browsing(stage.door, DEV) as browser:
        his = (await browser.get("/work")).text
    async with browsing(stage.door, QUINN) as browser:
        hers = (await browser.get("/work?everyone=yes")).text
    assert start.headers["Location"] == "/work"
    assert "Review it: Near miss" in mine
    assert "Nothing waits for you" in his
    assert "Weigh it: Complaint" in hers


async def test_a_page_refreshes_only_when_there_is_news(stage: Stage) -> None:
    async with browsing(stage.door, ANN) as browser:
        whole = (await browser.get("/work")).text
        mark = whole.split('name="seen" value="', 1)[1].split('"', 1)[0]
        same = await browser.get(f"/work?seen={mark}", headers={"HX-Request": "true"})
        newer = await browser.get("/work?seen=old", headers={"HX-Request": "true"})
        still = (await browser.get("/work?still=yes")).text
    assert same.status_code == 204
    assert newer.text.lstrip().startswith('<div id="live"')
    assert "hx-trigger" in whole
    assert "hx-trigger" not in still


async def test_a_challenge_is_asked_and_answered_on_the_record(stage: Stage) -> None:
    async with browsing(stage.door, QUINN) as browser:
        form = (await browser.get("/site/elm")).text
        asked = {"csrf_token": csrf_in(form), "key": "k1", "post": "elm.registered_manager"}
        named = await browser.post("/site/elm/challenge", data=asked | {"words": "Why did Mrs Okafor wait?"})
        made = await browser.post("/site/elm/challenge", data=asked | {"words": "Why do reviews wait for a week?"})
    assert named.status_code == 409
    assert "a title with a name" in named.text
    assert "Mrs Okafor" in named.text
    assert made.status_code == 303
    where = made.headers["Location"]
    async with browsing(stage.door, ANN) as browser:
        work = (await browser.get("/work?" + where.partition("?")[2])).text
        page = (await browser.get(where)).text
        answer = {"csrf_token": csrf_in(page), "key": "k2", "words": "The lead post was vacant. It is filled now."}
        done = await browser.post(where.partition("?")[0], data=answer)
        after = (await browser.get(done.headers["Location"])).text
    assert "Answer a challenge" in work
    assert in_order(after, "Why do reviews wait", "The lead post was vacant")


async def test_rules_are_adopted_from_files_and_only_by_the_provider(stage: Stage) -> None:
    newer = RULES.replace('"2026.1"', '"2026.2"', 1)
    files = [("files", ("rules.yaml", newer)), ("files", ("measures.yaml", MEASURES))]
    async with browsing(stage.door, QUINN) as browser:
        csrf = csrf_in((await browser.get("/organisation")).text)
        given = {"csrf_token": csrf, "key": "r1", "adopted_from": "2026-04-01"}
        broken = await browser.post("/organisation/rules", data=given, files=[("files", ("a.yaml", "rules: [a"))])
        twice = await browser.post("/organisation/rules", data=given, files=[files[0], files[0]])
        adopted = await browser.post("/organisation/rules", data=given, files=files)
        page = (await browser.get(adopted.headers["Location"])).text
    assert (broken.status_code, twice.status_code, adopted.status_code) == (409, 409, 303)
    assert "stands in two files" in twice.text
    assert "version 2026.2" in page
    assert "not yet in force" in page
    async with browsing(stage.door, ANN) as browser:
        page = (await browser.get("/organisation")).text
        refused = await browser.post("/organisation/rules", data=given | {"csrf_token": csrf_in(page)}, files=files)
    assert "Adopt a rule pack" not in page
    assert "Ann, manager" in page
    assert refused.status_code == 403


async def test_somebody_takes_up_a_post_and_leaves_it_by_its_page(stage: Stage) -> None:
    here = f"/organisation/posts/{AT_ELM.post}"
    new = {"who": "new", "name": "Bea Newcomer", "email": "bea@elm.example", "until": "2026-12-31", "key": "p1"}
    async with browsing(stage.door, ANN) as browser:
        assert (await browser.get(here)).status_code == 403
    async with browsing(stage.door, QUINN) as browser:
        csrf = {"csrf_token": csrf_in((await browser.get(here)).text)}
        wrong = [{"name": ""}, {"who": "nobody"}, {"until": "2026-01-01"}, {"email": "bea@elm.example\nBcc: a@b"}]
        refused = [(await browser.post(here, data=csrf | new | each)).status_code for each in wrong]
        page = (await browser.get((await browser.post(here, data=csrf | new)).headers["Location"])).text
        leave = page.split("Bea Newcomer")[1].split('action="')[1].split('"')[0]
        gone = await browser.post(leave, data=csrf | {"key": "p2"})
        after = (await browser.get(gone.headers["Location"])).text
    assert refused == [422, 422, 409, 409]
    assert in_order(page.split("Bea Newcomer")[1], "Until 31", "They give up this post", "Appoint somebody")
    assert "Bea Newcomer" not in after.split("Appoint somebody")[0]


async def test_a_number_on_a_page_leads_to_the_list_behind_it(stage: Stage) -> None:
    async with browsing(stage.door, QUINN) as browser:
        page = (await browser.get("/provider")).text
        link = re.search(r'href="(/journeys\?state=open&amp;site=elm|/journeys\?state=review)"', page)
        assert link is not None
        listed = (await browser.get(link[1].replace("&amp;", "&"))).text
        nonsense = await browser.get("/journeys?figure=none&month=soon&since=never&period=x&before=%20")
    assert "1 journey" in listed
    assert len(CARD.findall(listed)) == 1
    assert nonsense.status_code == 200


async def test_search_finds_a_reference_and_never_a_personal_account(stage: Stage) -> None:
    async with browsing(stage.door, ANN) as browser:
        shown = (await browser.get("/journeys")).text
        reference = re.search(r'candour-code">([^<]+)<', shown)
        assert reference is not None
        by_reference = (await browser.get("/journeys", params={"words": reference[1]})).text
        by_account = (await browser.get("/journeys", params={"words": "window"})).text
    assert len(CARD.findall(by_reference)) == 1
    assert "No journey fits" in by_account


async def test_the_form_to_share_names_nobody_and_no_site(stage: Stage) -> None:
    async with browsing(stage.door, ANN) as browser:
        page = (await browser.get(f"/journeys/{stage.journey}/shared")).text
    async with browsing(stage.door, DEV) as browser:
        refused = await browser.get(f"/journeys/{stage.journey}/shared")
    told = page.split("<main", 1)[1].split("</main>", 1)[0]
    assert "Weighed: swarm" in told
    assert not any(word in told for word in (SECRET, "Ann", "Elm", "2 March"))
    assert refused.status_code == 409


async def test_tables_are_taken_away_by_those_who_manage(stage: Stage) -> None:
    async with browsing(stage.door, ANN) as browser:
        page = (await browser.get("/tables")).text
        rows = await browser.get("/tables/journey.csv")
        defined = (await browser.get("/tables/journey.definition.json")).json()
        unseen = await browser.get("/tables/outside/kinds.csv")
        preview = (await browser.get("/tables/outside/kinds")).text
        asked = {"csrf_token": csrf_in(preview), "key": "k" * 32, "kind": "csv"}
        outside = await browser.post("/tables/outside/kinds", data=asked)
        again = await browser.get("/tables/outside/kinds.csv")
        unknown = await browser.get("/tables/holder.csv")
    async with browsing(stage.door, DEV) as browser:
        refused = await browser.get("/tables/journey.csv")
    assert "For people outside the provider" in page
    assert unseen.headers["Location"] == "/tables/outside/kinds"
    assert "This is the table as it would leave" in preview
    assert outside.text == again.text
    assert rows.headers["content-disposition"] == 'attachment; filename="journey.csv"'
    assert SECRET not in rows.text
    assert rows.text.splitlines()[0].split(",") == [each["name"] for each in defined["tableSchema"]["columns"]]
    assert (outside.status_code, unknown.status_code, refused.status_code) == (200, 404, 409)


async def test_whoever_comes_first_is_shown_three_things_and_later_what_is_new(stage: Stage) -> None:
    async with browsing(stage.door, ANN) as browser:
        first = (await browser.get("/work")).text
        again = (await browser.get("/work")).text
        visit = next(name for name in browser.cookies if name.startswith("candour_visit"))
        browser.cookies.set(
            visit, f".{int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())}", domain="127.0.0.1", path="/"
        )
        later = (await browser.get("/work")).text
        three = (await browser.get("/start")).text
    assert "Three things to look at" in first
    assert "First time here?" not in again
    assert "New since 1 Feb 2026" in later
    assert "1 journey reported" in later
    assert in_order(three, "1. My work", "2. Your site", "3. A journey")


async def test_the_loop_and_the_board_say_what_they_show_in_a_sentence(stage: Stage) -> None:
    async with browsing(stage.door, QUINN) as browser:
        loop = (await browser.get("/loop?months=")).text
        board = (await browser.get("/board?region=North")).text
        elsewhere = await browser.get("/board?region=Nowhere")
    assert "No review with something to change has been signed off in this time." in loop
    assert in_order(board, "What was learned, and did it change anything?", "Themes", "Falls")
    assert elsewhere.status_code == 404
