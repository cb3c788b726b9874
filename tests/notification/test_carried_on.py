"""Whoever the rules name hears of a change, on paper too; and learning is carried to sites that are alike."""

from __future__ import annotations

import hashlib
import io
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import pytest

from contracts.intake import OpportunityReferred
from contracts.review import ReviewSignedOff, SignedOffFactor
from libs.deciding import Act
from libs.keys import KeyRing
from libs.reaching import Reaching
from services.notification.domain.account import Account
from services.notification.domain.duty import duty_id
from services.notification.domain.letter import Letter
from services.notification.domain.rota import Shift
from services.notification.domain.transfer import Transfer
from services.notification.projection.briefings import Briefings
from tests.hands import CARER, ELSEWHERE, MANAGER, QUALITY, Reception
from tests.house import MONDAY, OPERATOR
from tests.notification.hearing import FALL, Journey, duty, journey_of
from tests.notification.samples import ANN, BEN, CAT, CHANGED, change, practice_changed, raised, triaged

pytestmark = pytest.mark.asyncio(loop_scope="module")


def signed_off(*categories: str) -> ReviewSignedOff:
    """A review that names these factors."""
    factors = [SignedOffFactor(factor_id=uuid4(), category=each, seips="tasks") for each in categories]
    learned = "Handover had no step for the chart."
    return ReviewSignedOff(review_id=uuid4(), learning_statement=learned, factors=factors, author="a", signed_by="b")


INSPECTED = {"inspection_was_poor": True, "inspected_by": "cqc"}
HEARS: dict[str, tuple[str, dict[str, Any]]] = {
    "learning-staff-team": ("near_miss", {}),
    "learning-people-affected": ("near_miss", {"change_affects_care": True}),
    "learning-complainant": ("complaint", {}),
    "learning-relevant-person": ("accident_or_injury", {"candour_applies": True}),
    "learning-cqc": ("inspection_or_audit", INSPECTED),
    "learning-commissioner": ("inspection_or_audit", INSPECTED | {"inspected_by": "commissioner"}),
    "learning-local-authority": ("abuse_or_neglect", {"la_requested_outcome": True}),
}


async def test_when_practice_changed_each_recipient_whom_the_rules_name_is_owed_an_account(
    reception: Reception,
) -> None:
    journeys = {rule: (Journey(reception.platform), Journey(reception.platform)) for rule in HEARS}
    for rule, (without, changed) in journeys.items():
        kind, facts = HEARS[rule]
        await without.hears(raised(kind), triaged(kind, **facts))
        await changed.hears(raised(kind), triaged(kind, **facts), practice_changed())
    await reception.platform.settle()
    program = await reception.program(MANAGER)
    for rule, (without, changed) in journeys.items():
        assert (await program.get(f"/api/notification/duties/{duty_id(without.id, rule)}")).status_code == 404
        row = (await program.get(f"/api/notification/duties/{duty_id(changed.id, rule)}")).json()
        assert (row["state"], row["rule_kind"], bool(row["citation"])) == ("owed", "local_policy", True), rule


async def test_a_referral_is_the_telling_that_its_rule_asks_for(reception: Reception) -> None:
    referred = OpportunityReferred(body="local_authority", reference="SG-1")
    for facts in ((triaged("abuse_or_neglect"), referred), (referred, triaged("abuse_or_neglect"))):
        journey = await journey_of(reception, raised("abuse_or_neglect"), *facts)
        assert (await duty(reception, journey, "safeguarding-concern")).state == "discharged"
        assert (await duty(reception, journey, "cqc-abuse")).state == "owed"


async def test_learning_is_put_to_sites_that_are_alike_and_followed_until_someone_else_has_seen_it(
    reception: Reception,
) -> None:
    await journey_of(reception, signed_off("handover", "staffing"), site="oak")
    await journey_of(reception, signed_off("training"), site="ash")
    journey = await journey_of(
        reception, raised(), triaged(), signed_off("handover", "communication"), practice_changed()
    )
    transfer: UUID = Transfer.create_id("oak", journey, change())
    service = reception.platform.service("notification")
    assert await service.find(Transfer, Transfer.create_id("ash", journey, change())) is None
    oak, colleague = await reception.browser(ELSEWHERE), await reception.browser(ELSEWHERE, "person:cat")
    page = (await oak.get("/notification/transfers")).text
    assert CHANGED in page
    assert "Say whether it applies here" in (await oak.get("/work")).text
    assert "Elm" not in page
    address = f"/notification/transfers/{transfer}"
    assert CHANGED not in (await (await reception.browser(MANAGER)).get("/notification/transfers")).text
    await oak.get(address)
    assert (await oak.post(address, what="adapted", note="")).status_code == 422
    await oak.get(address)
    for _ in range(2):
        await oak.get((await oak.post(address, what="adopted", note="As it is.")).headers["Location"])
    decided = await oak.post(address, what="adapted", note="We have one nurse at night, so by telephone.")
    assert decided.status_code == 303
    await oak.get(decided.headers["Location"])
    await oak.get(
        (await oak.post(address, what="in_effect", note="In the handover book since today.")).headers["Location"]
    )
    assert (await oak.post(address, what="seen", note="I saw it.")).status_code == 409
    assert "Someone other than who put it into effect" in oak.page
    await colleague.get(address)
    assert (await colleague.post(address, what="seen", note="Seen at three handovers.")).status_code == 303
    program = await reception.program(ELSEWHERE)
    await reception.platform.settle()
    (row,) = [r for r in (await program.get("/api/notification/transfers")).json() if r["transfer_id"] == str(transfer)]
    assert (row["state"], row["decision"]) == ("seen", "adapted")
    assert "1, of which 0 to be decided and 1 seen in effect" in (await oak.get("/site/oak")).text
    told = (await (await reception.browser(MANAGER)).get(f"/journeys/{journey}")).text
    assert "1 site that is alike was asked whether the change applies there" in told
    assert "At another site someone saw the change in effect" in told
    assert "by telephone" not in told
    followed = await reception.platform.rooms["notification"].store.read(0, 100_000)
    said = [row for row in followed if row.stored.topic == Account.LearningFollowed.TOPIC]
    assert len(said) == 4, "adopted, adapted, in effect and seen: each once"
    bulletin = await (await reception.browser(QUALITY)).get("/notification/bulletin.pdf")
    assert bulletin.headers["content-type"] == "application/pdf"
    assert bulletin.content.startswith(b"%PDF")


SAID = {
    "to": "Mrs Okafor", "address": "3 High Street", "signed": "Ann Achebe", "enquiries": "Why the bell was not heard.",
    "contact": "0113 496 0000",
}  # fmt: skip


async def test_the_follow_up_of_candour_is_begun_from_what_was_said_and_settles_what_was_owed(
    reception: Reception,
) -> None:
    journey = await journey_of(reception, *FALL)
    manager = await reception.browser(MANAGER)
    candour, address = f"/notification/{journey}/candour", f"/notification/{journey}/letters/candour-written-follow-up"
    await manager.get(candour)
    await manager.post(candour, what="told_in_person", note="Mrs Okafor heard that she fell.", apologised="yes")
    assert "Write: What happened, and what we are doing" in (await manager.get(f"/notification/{journey}")).text
    page = (await manager.get(address)).text
    assert "Mrs Okafor heard that she fell." in page
    assert (await manager.post(address, do="write", to="Mrs Okafor")).status_code == 422
    assert "Say who signs it." in manager.page
    kept = await manager.post(address, do="write", account="She fell at night.", **SAID)
    assert kept.status_code == 303, kept.text
    await manager.get(kept.headers["Location"])
    letter = Letter.create_id(journey, "candour-written-follow-up", 1)
    pages = await manager.client.get(f"/notification/{journey}/letters/{letter}/letter.pdf")
    with pikepdf.open(io.BytesIO(pages.content)) as made:
        assert bool(made.Root.MarkInfo.Marked)
    sent = await manager.post(address, do="send", how="post")
    assert sent.status_code == 303, sent.text
    found = await reception.platform.service("notification").get(Letter, letter)
    assert found.sha256 == hashlib.sha256(pages.content).hexdigest()
    assert (await duty(reception, journey, "candour-written-account")).state == "discharged"
    await reception.platform.settle()
    assert "left by post" in (await manager.get(candour)).text
    assert "Followed up in writing" in manager.page
    assert f"/notification/{journey}/letters/candour-outcome" in (await manager.get("/work")).text
    assert "1 told in person, 1 written to, 0 sent the outcome" in (await manager.get("/site/elm")).text
    assert "The relevant person has it in writing, with an apology" in (await manager.get(f"/journeys/{journey}")).text
    again = await manager.client.get(f"/notification/{journey}/letters/{letter}/letter.pdf")
    assert (again.content, again.headers["Candour-As-Sent"]) == (pages.content, "yes")
    records = await reception.platform.rooms["notification"].store.read(0, 100_000)
    assert not [row for row in records if b"Okafor" in row.stored.state or b"%PDF" in row.stored.state]


async def test_who_complained_hears_what_was_learned_and_changed_in_one_letter(reception: Reception) -> None:
    journey = await journey_of(reception, raised(), triaged(council_funded=True), practice_changed())
    manager = await reception.browser(MANAGER)
    address = f"/notification/{journey}/letters/complaint-outcome"
    assert CHANGED in (await manager.get(address)).text
    typed = {"to": "Mr Bell", "signed": "Ann", "complaint": "The gate.", "results": "It was open.", "contact": "Ann"}
    await manager.get((await manager.post(address, do="write", **typed)).headers["Location"])
    assert (await manager.post(address, do="send")).status_code == 422
    assert "Say how it left." in manager.page
    assert (await manager.post(address, do="send", how="by_hand")).status_code == 303
    assert (await duty(reception, journey, "learning-complainant")).state == "discharged"
    assert (await duty(reception, journey, "complaint-acknowledged")).state == "owed"


async def test_nobody_else_reads_a_letter(reception: Reception) -> None:
    journey = await journey_of(reception, *FALL)
    address = f"/notification/{journey}/letters/candour-written-follow-up"
    assert (await (await reception.browser(CARER)).get(address)).status_code == 409
    assert (await (await reception.browser(ELSEWHERE)).get(address)).status_code == 404
    manager = await reception.browser(MANAGER)
    assert (await manager.get(f"/notification/{journey}/letters/no-such-letter")).status_code == 409


async def test_when_the_persons_key_is_deleted_the_letter_cannot_be_made_again_and_its_sending_stays(
    reception: Reception,
) -> None:
    journey = await journey_of(reception, raised(), triaged(), practice_changed())
    manager, room = await reception.browser(MANAGER), reception.platform.rooms["notification"]
    address = f"/notification/{journey}/letters/reporter-feedback"
    await manager.get(address)
    typed = {"to": "Mr Bell", "signed": "Ann", "results": "It was looked into."}
    await manager.get((await manager.post(address, do="write", **typed)).headers["Location"])
    assert "cannot leave" in manager.page
    assert (await manager.post(address, do="send", how="post")).status_code == 409
    assert "Nobody has confirmed yet that the fixed words of this letter may go out" in manager.page
    await words_confirmed(reception, "reporter-feedback")
    await manager.get(address)
    assert (await manager.post(address, do="send", how="post")).status_code == 303
    keys: KeyRing = room.service.mapper.keys
    await keys.forget(journey)
    letter = Letter.create_id(journey, "reporter-feedback", 1)
    assert (await manager.client.get(f"/notification/{journey}/letters/{letter}/letter.pdf")).status_code == 409
    page = (await manager.get(f"/notification/{journey}")).text
    assert "What came of what you told us (PDF)" in page


async def words_confirmed(reception: Reception, template: str) -> None:
    """Whoever answers for the provider reads the words and confirms them; one site's manager may read them only."""
    manager, lead, path = await reception.browser(MANAGER), await reception.browser(QUALITY), "/notification/wordings"
    assert "These words may go out" not in (await manager.get(path)).text
    assert (await manager.post(f"{path}/{template}", do="confirm")).status_code == 409
    assert "those to say who answer for the whole provider" in manager.page
    page = (await lead.get(path)).text
    assert page.count("Not confirmed yet") == 1
    seen = page.partition(f'action="{path}/{template}"')[2].partition('name="seen_words" value="')[2][:64]
    assert (await lead.post(f"{path}/{template}", do="confirm", seen_words=seen)).status_code == 409
    assert "Say what you checked the words against." in lead.page
    ticked = {f"against-{template}": "source"}
    assert (await lead.post(f"{path}/{template}", do="confirm", seen_words="0" * 64, **ticked)).status_code == 409
    confirmed = await lead.post(f"{path}/{template}", do="confirm", seen_words=seen, **ticked)
    page = (await lead.get(confirmed.headers["Location"])).text
    assert "Not confirmed yet" not in page
    assert "Checked against the text of the law or rule that is cited." in page


async def test_a_briefing_is_for_whoever_is_on_the_rota_and_agency_staff_who_come_later_are_given_it_too(
    reception: Reception,
) -> None:
    house = reception.platform
    for person in (ANN, BEN):
        await house.service("governance").join_team(OPERATOR, "acme", "ash", person, "day", date(2026, 3, 1))
    await house.settle()
    service, journey = house.service("notification"), Journey(house, "ash")
    night = MONDAY.replace(hour=21)
    for day in range(3):
        starts = night + timedelta(days=day)
        shift = Shift(starts, starts + timedelta(hours=10), "Rose unit", supports=[journey.id])
        await service.roster(OPERATOR, "acme", "ash", BEN, shift)
    await journey.hears(raised(), triaged(), practice_changed())
    assert (await journey.briefing()).audience == {ANN: "day", BEN: "night"}
    await service.roster(
        OPERATOR, "acme", "ash", CAT, Shift(night, night + timedelta(hours=10), "Rose unit", agency=True)
    )
    assert (await journey.briefing()).audience == {ANN: "day", BEN: "night", CAT: "agency"}
    await house.settle()
    view, briefing = journey.room.view(Briefings), (await journey.briefing()).id
    groups = [(row["unit"], row["close"], row["audience"]) for row in await view.by_group(briefing)]
    assert groups == [("", True, 1), ("Rose unit", False, 2)]
    rows = await view.not_reached(["ash"], part="agency")
    assert [(row["person_id"], row["unit"]) for row in rows] == [(CAT, "Rose unit")]
    assert (await view.not_reached(["ash"]))[0]["person_id"] == BEN
    await _who_leaves_the_rota_is_let_go_and_owed_again_when_they_come_back(reception, journey)


async def _who_leaves_the_rota_is_let_go_and_owed_again_when_they_come_back(
    reception: Reception, journey: Journey
) -> None:
    house, view, waker = reception.platform, journey.room.view(Briefings), journey.room.waker
    service = house.service("notification")
    briefing = (await journey.briefing()).id
    for person in (ANN, BEN):
        await service.read(Act(f"person:{person}", "care_worker"), briefing)
        await service.mark(Act("person:lead", "team_leader"), briefing, person, understood=True)
    assert not (await journey.briefing()).is_reached
    lapsed = MONDAY.replace(hour=21) + timedelta(days=2, hours=10) + Reaching().rota
    house.clock.move_to(lapsed)  # type: ignore[attr-defined]
    assert waker
    while await waker.wake():
        await house.settle()
    found = await journey.briefing()
    assert (found.audience, found.missed, found.is_reached) == ({ANN: "day", BEN: "day"}, {CAT}, True)
    assert (await journey.duty("learning-staff-team")).state == "discharged"
    lead = await reception.browser(QUALITY)
    assert "1 person left before they had understood it." in (await lead.get(f"/notification/{journey.id}")).text
    page = (await lead.get(f"/briefings/{briefing}/reach")).text
    assert "2 of the 2 people who work here now have understood. 1 person left" in page
    assert await view.not_reached(["ash"]) == []
    (missed,) = await view.missed(briefing)
    assert (missed["person_id"], missed["part"]) == (CAT, "agency")
    parts = {row["part"]: (row["audience"], row["understood"], row["missed"]) for row in await view.by_part(briefing)}
    assert parts == {"agency": (0, 0, 1), "day": (2, 2, 0)}
    await service.roster(OPERATOR, "acme", "ash", CAT, Shift(lapsed, lapsed + timedelta(hours=8), agency=True))
    await house.settle()
    assert (await journey.briefing()).is_reached is False
    assert [row["person_id"] for row in await view.not_reached(["ash"])] == [CAT]
    assert await view.missed(briefing) == []
