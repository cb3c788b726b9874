"""Pages beside the record: what others found, matters of employment, and what changed when it was weighed anew."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from libs.deciding import Act
from services.intake.application import Report
from services.intake.domain import Opportunity
from tests.hands import CARER, MANAGER, QUALITY, Hands, Reception, received
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
