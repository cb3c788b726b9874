"""Whoever the rules name hears of a change, a referral is a telling, and learning is carried to sites that are alike."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.intake import OpportunityReferred
from contracts.review import ReviewSignedOff, SignedOffFactor
from services.notification.domain.duty import duty_id
from services.notification.domain.transfer import Transfer
from tests.hands import ELSEWHERE, MANAGER, QUALITY, Reception
from tests.notification.samples import CHANGED, change, practice_changed, raised, triaged
from tests.notification.test_reaching_out import duty, journey_of, reception

__all__ = ["reception"]
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
    program = await reception.program(MANAGER)
    for rule, (kind, facts) in HEARS.items():
        without = await journey_of(reception, raised(kind), triaged(kind, **facts))
        assert (await program.get(f"/api/notification/duties/{duty_id(without, rule)}")).status_code == 404
        journey = await journey_of(reception, raised(kind), triaged(kind, **facts), practice_changed())
        row = (await program.get(f"/api/notification/duties/{duty_id(journey, rule)}")).json()
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
    assert "Elm" not in page
    address = f"/notification/transfers/{transfer}"
    assert CHANGED not in (await (await reception.browser(MANAGER)).get("/notification/transfers")).text
    await oak.get(address)
    assert (await oak.post(address, what="adapted", note="")).status_code == 422
    await oak.get(address)
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
    bulletin = await (await reception.browser(QUALITY)).get("/notification/bulletin.pdf")
    assert bulletin.headers["content-type"] == "application/pdf"
    assert bulletin.content.startswith(b"%PDF")
