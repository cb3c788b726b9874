"""Pages beside the record: what others found, matters of employment, and what changed when it was weighed anew."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from libs.clock import HandClock
from libs.deciding import Act
from libs.web.posts import Post
from services.intake.application import Report, receipt
from services.intake.application.secret_word import door, is_word_of
from services.intake.domain import Opportunity, WayBack
from tests.hands import CARER, ELSEWHERE, MANAGER, QUALITY, Hands, Reception, received
from tests.house import OPERATOR
from tests.intake.test_pages import FELL, reported
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANN = Act("person:ann", "registered_manager", "site:elm", rationale="It was told.")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            yield opened


async def begun(reception: Reception, kind: str) -> str:
    report = Report("elm", kind, "It was seen at tea.", immediate_action="All are well.")
    return str((await reception.platform.service("intake").raise_opportunity(ANN, report)).id)


async def weighed(ann: Hands, here: str) -> None:
    await ann.get(f"{here}/triage")
    agreed = {f"agree-{rule}": "yes" for rule in re.findall(r'name="agree-([a-z0-9-]+)"', ann.page)}
    answer = await ann.post(f"{here}/triage", do="decide", response="swarm", rationale="It is worth it.", **agreed)
    assert answer.status_code == 303, answer.text


async def test_findings_and_recommendations_are_recorded_and_shown_one_by_one(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    here = f"/intake/{await begun(reception, 'safeguarding_adult_review')}"
    await ann.get(here)
    assert (await ann.post(f"{here}/findings", found_by="safeguarding_board")).status_code == 422
    assert "Give what they found, or what they recommend." in ann.page
    await ann.get(here)
    answer = await ann.post(
        f"{here}/findings",
        found_by="safeguarding_board",
        found="Nobody rang the doctor.",
        recommended="Ring the doctor.\n\nTrain the nights.",
        answer_by="2026-05-01",
    )
    assert answer.status_code == 303, answer.text
    page = (await ann.get(here)).text
    for words in ("Nobody rang the doctor.", "Train the nights.", "They want an answer by"):
        assert words in page


async def test_what_changed_is_shown_once_it_is_weighed_anew(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    here = f"/intake/{await begun(reception, 'complaint')}"
    await weighed(ann, here)
    await ann.get(here)
    again = {"kind": "abuse_or_neglect", "reclassification_reason": "She was left without food."}
    assert (await ann.post(f"{here}/reclassification", **again)).status_code == 303
    await weighed(ann, here)
    page = (await ann.get(here)).text
    assert "It was weighed anew" in page
    assert re.search(r"Applies now: [^<]*Notify CQC of abuse", page)
    assert re.search(r"No longer applies: [^<]*Investigate the complaint", page)


async def test_matters_of_employment_have_a_page_of_their_own(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    journey = await begun(reception, "staff_allegation")
    here = f"/intake/employment/{journey}"
    assert "kept apart from the learning" in (await ann.get(f"/intake/{journey}")).text
    await ann.get(here)
    assert (await ann.post(f"{here}/subject")).status_code == 422
    await ann.get(here)
    assert (await ann.post(f"{here}/subject", name="Sam Poole")).status_code == 303
    assert "Sam Poole" in (await ann.get(here)).text
    assert (await ann.post(f"{here}/step", step="suspended", taken_on="2026-12-01")).status_code == 409
    await ann.get(here)
    assert (await ann.post(f"{here}/step", step="other_duties", taken_on="2026-03-01")).status_code == 303
    await ann.get(here)
    assert (await ann.post(f"{here}/outcome", outcome="unfounded", reason="Sam was on leave.")).status_code == 303
    assert "Unfounded" in (await ann.get(here)).text
    subject = re.findall(r'name="subject" value="([0-9a-f]+)"', ann.page)[0]
    assert (await ann.post(f"{here}/strike-out", subject=subject, reason="It was Kim.")).status_code == 303
    assert "Nobody has been named yet." in (await ann.get(here)).text
    assert "Sam Poole" not in (await ann.get(f"/intake/{journey}")).text
    mo = await reception.browser(QUALITY, "person:mo")
    assert (await mo.get(here)).status_code == 403
    assert "kept apart from the learning" not in (await mo.get(f"/intake/{journey}")).text


async def test_whoever_has_the_number_hears_where_it_stands_and_nothing_else(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    report = Report("elm", "near_miss", "Kim dropped the hoist.", immediate_action="All are well.")
    opportunity = await intake.get(Opportunity, (await intake.raise_opportunity(ANN, report)).id)
    await reception.platform.settle()
    bo = await reception.browser(CARER, "person:bo")
    await bo.get("/report/number")
    answer = await bo.post("/report/number", number=opportunity.reference.lower().replace("-", " "))
    assert "Waiting to be weighed" in answer.text
    assert "Kim" not in answer.text
    for number in ("", "ZZZZ-ZZZZ"):
        await bo.get("/report/number")
        assert (await bo.post("/report/number", number=number)).status_code == 422


async def test_others_about_the_same_person_or_place_are_shown_beside_it(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    told = [
        Report("elm", "near_miss", "NHS number 943 476 5919.", person_name="Ada Okafor", facts={"place": "bathroom"}),
        Report("elm", "complaint", "It was late.", person_name="Mrs Ada Okafor"),
        Report("elm", "near_miss", "It was wet.", facts={"place": "bathroom"}),
        Report("oak", "near_miss", "It was wet.", facts={"place": "bathroom"}),
    ]
    first, *others = [await intake.raise_opportunity(ANN, each) for each in told]
    await reception.platform.settle()
    ann = await reception.browser(MANAGER)
    page = (await ann.get(f"/intake/{first.id}")).text
    assert "the same person" in page
    assert "the same place" in page
    assert [str(each.id) in page for each in others] == [True, True, False]
    assert "The account holds an NHS number" in page


async def test_somebody_without_a_name_comes_back_with_the_number_and_the_word(reception: Reception) -> None:
    cy = await reception.browser(CARER, "person:cy")
    journey = await reported(cy, who="unnamed", immediate_action="We moved him.", summary="The door stood open.")
    number, word = re.findall(r"<strong>([^<]+)</strong>", cy.page)[:2]
    assert word not in (await cy.get(f"/report/received/{journey}")).text  # it is shown once
    nobody, ann = reception.nobody(), await reception.browser(MANAGER)
    pair = {"number": number.lower(), "word": word.upper().replace("-", " ")}
    assert "Waiting to be weighed" in (await nobody.post("/report/talk", **pair)).text
    await ann.get(f"/intake/{journey}")
    assert (await ann.post(f"/intake/{journey}/question")).status_code == 422
    assert (await ann.post(f"/intake/{journey}/question", asks="Which door was it?")).status_code == 303
    page = (await nobody.post("/report/talk", **pair)).text
    assert "Which door was it?" in page
    asked = nobody.hidden("question")
    assert (await nobody.post("/report/talk", do="say", question=asked, **pair)).status_code == 422
    told = await nobody.post("/report/talk", do="say", question=asked, said="The one to the garden.", **pair)
    assert "What you wrote is with them." in told.text
    assert (await nobody.post("/report/talk", do="say", question=asked, said="Again.", **pair)).status_code == 409
    assert "They answered" in (await ann.get("/intake")).text
    page = (await ann.get(f"/intake/{journey}")).text
    assert "Next: read what they answered" in page
    assert "The one to the garden." in page
    await answers_wait_for_those_who_may_know(reception, journey)
    await ann.get(f"/intake/{journey}")
    assert (await ann.post(f"/intake/{journey}/answers-read")).status_code == 303
    await reception.platform.settle()
    assert not await waiting(reception, MANAGER, journey)
    assert "Next: decide what follows" in (await ann.get(f"/intake/{journey}")).text
    stored = [row.stored.state.decode() for row in await reception.platform.rooms["intake"].store.read(0, 900)]
    mine = [each for each in stored if journey in each]
    assert mine
    assert not any(word in each or "person:cy" in each or "garden" in each for each in mine)


async def waiting(reception: Reception, post: Post, journey: str, actor: str = "person:ann") -> bool:
    """Whether somebody finds in My work that an answer on a journey waits to be read."""
    page = (await (await reception.browser(post, actor)).get("/work?everyone=yes")).text
    assert "garden" not in page
    return f'href="/intake/{journey}#talk"' in page


async def answers_wait_for_those_who_may_know(reception: Reception, journey: str) -> None:
    """For a manager of the site; not for a carer, another site, whom the allegation is about, or whom it is withheld from."""
    await reception.platform.settle()
    assert await waiting(reception, MANAGER, journey)
    assert not await waiting(reception, CARER, journey, "person:cy")
    assert not await waiting(reception, ELSEWHERE, journey)
    governance = reception.platform.service("governance")
    few = "elm.deputy_manager"
    await governance.establish_post(OPERATOR, "acme", "elm", few, "deputy_manager", "site:elm", "Deputy, Elm", None)
    await reception.platform.settle()
    await governance.restrict(OPERATOR.because("Few need to know."), "acme", "elm", UUID(journey), [few])
    await reception.platform.settle()
    assert not await waiting(reception, MANAGER, journey)
    await governance.lift_restriction(OPERATOR.because("It is known now."), UUID(journey))
    await reception.platform.settle()


async def test_a_form_sent_twice_has_one_word_to_which_nothing_on_record_leads(reception: Reception) -> None:
    cy, intake = await reception.browser(CARER, "person:cy"), reception.platform.service("intake")
    await cy.get(f"/report?kind={FELL['kind']}")
    carried = {name: cy.hidden(name) for name in ("key", "word", "csrf_token")}
    assert carried["word"] not in (await cy.get(f"/report?kind={FELL['kind']}")).text, "made anew for each form"
    sent, seen = FELL | {"who": "unnamed"}, []
    for word in (carried["word"], carried["word"], "baba-baba-bababa", "short"):
        page = await cy.post("/report", **sent | carried | {"word": word})
        journey = UUID(page.headers["location"].partition("?")[0].rpartition("/")[2])
        seen.append((journey, carried["word"] in page.headers.get("set-cookie", ""), "set-cookie" in page.headers))
    assert seen == [(journey, True, True)] * 2 + [(journey, False, False)] * 2
    way = await intake.find(WayBack, WayBack.create_id(door(intake.mapper.keys, receipt(journey))))
    assert (await is_word_of(intake.mapper.keys, carried["word"], way), way.journey) == (True, journey)
    fast = {intake.mapper.keys.pseudonym("word", each) for each in (carried["key"], carried["word"])}
    assert not any(each in way.verifier for each in fast)


async def test_a_word_is_tried_only_so_often(reception: Reception) -> None:
    cy = await reception.browser(CARER, "person:cy")
    await reported(cy, who="unnamed")
    number, word = re.findall(r"<strong>([^<]+)</strong>", cy.page)[:2]
    nobody = reception.nobody()
    for _ in range(5):
        assert (await nobody.post("/report/talk", number=number, word="baba-baba-bababa")).status_code == 409
    right = {"number": number, "word": word}
    assert (await nobody.post("/report/talk", **right)).status_code == 429
    assert (await nobody.post("/report/talk", number="K7M4-2QXB", word=word)).status_code == 409
    clock = reception.platform.clock
    assert isinstance(clock, HandClock)
    clock.move_to(clock.now() + timedelta(minutes=16))
    assert "What became of it" in (await nobody.post("/report/talk", **right)).text


async def test_whoever_gave_a_name_is_not_talked_to_in_secret(reception: Reception) -> None:
    cy, ann = await reception.browser(CARER, "person:cy"), await reception.browser(MANAGER)
    journey = await reported(cy)
    assert "secret word" not in cy.page
    assert "Whoever reported it" not in (await ann.get(f"/intake/{journey}")).text
    assert (await ann.post(f"/intake/{journey}/question", asks="Who?")).status_code == 409


async def test_two_records_are_linked_and_the_link_is_undone_with_reasons(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    one, other = [await begun(reception, "near_miss") for _ in range(2)]
    here, there = f"/intake/{one}", f"/intake/{other}"
    numbers = {each: receipt(UUID(each)) for each in (one, other)}
    said = {"how": "same_event", "link_reason": "Both tell of the loose rail."}
    for wrong, status in (({}, 422), ({"linked_to": "AAAA-AAAA"}, 422), ({"linked_to": numbers[one]}, 409)):
        await ann.get(here)
        assert (await ann.post(f"{here}/link", **said | wrong)).status_code == status
    await ann.get(here)
    answer = await ann.post(f"{here}/link", linked_to=numbers[other].lower(), **said)
    assert answer.status_code == 303, answer.text
    await reception.platform.settle()
    for page, linked in ((here, other), (there, one)):
        shown = (await ann.get(page)).text
        assert f'About the same event: <a class="govuk-link" href="/intake/{linked}"' in shown
        assert "Both tell of the loose rail." in shown
    assert (await ann.get("/intake/patterns")).status_code == 200
    undone = {"undone": f"{one}/same_event", "unlinking_reason": "It was another rail."}
    for typed, status in (({}, 422), (undone | {"undone": "x"}, 422), (undone, 303), (undone, 409)):
        await ann.get(there)
        assert (await ann.post(f"{there}/unlinking", **typed)).status_code == status
        await reception.platform.settle()
    assert "Nobody has linked it" in (await ann.get(here)).text
