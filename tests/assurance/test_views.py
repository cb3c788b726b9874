"""What assurance remembers can be thrown away and built anew, whatever order the neighbours' news came in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from contracts import intake, notification, review
from libs.rebuild import rebuild
from services.assurance.projection.cases import Cases
from services.assurance.projection.standing import Standing
from tests.assurance.told import at
from tests.given import heard
from tests.house import housed, with_sites
from tests.servers import Database, Messaging


async def test_a_view_built_anew_says_the_same(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with housed(database, fresh_messaging, wrapping_key, "governance", "assurance") as platform:
        await with_sites(platform, "elm", kind="homecare")
        standing: Standing = platform.service("assurance").standing
        before = await standing.measures(["elm"]), await standing.cadences(["elm"], "acme")
        room = platform.rooms["assurance"]
        await rebuild(standing, {"assurance": (room.store, room.publisher)})
        assert (await standing.measures(["elm"]), await standing.cadences(["elm"], "acme")) == before
        assert before[0]


async def test_cases_and_milestones_are_the_same_in_whatever_order_the_publishers_are_heard(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path
) -> None:
    async with housed(database, fresh_messaging, wrapping_key, "assurance", start=False) as platform:
        cases: Cases = platform.service("assurance").cases
        seen = []
        for order in (1, -1):
            journey = uuid4()
            for source in spoken(journey)[::order]:
                await cases.keep(source, {})
            evidence = await cases.evidence("elm", date(2026, 3, 1))
            (one,) = [each for each in evidence.cases if each.journey == journey]
            seen.append(((one.kind, one.themes, one.abuse_types, one.received), evidence.milestones[journey]))
        assert seen[0] == seen[1]
        assert seen[0][0] == ("complaint", ("financial_risk",), ("financial",), at(3, 2))
        assert seen[0][1] == {
            "management_reviewed": at(3, 3), "learning_recorded": at(3, 9), "guidance_given": at(3, 20),
        }  # fmt: skip


def spoken(journey: UUID) -> list[list[Any]]:
    """What each publisher said of one journey, in its own order."""

    def said(fact: Any, day: int) -> Any:
        return heard(fact, journey=journey, about=journey, at=at(3, day))

    weighed = intake.OpportunityTriaged(
        kind="complaint", themes=["financial_risk"], response="swarm", weighed=[], rules_version="1", rationale="",
        facts={"abuse_types": ["financial"]},
    )  # fmt: skip
    return [
        [
            said(
                intake.OpportunityRaised(
                    kind="near_miss", reference="A", route="form", reporter_known=True, summary=""
                ),
                2,
            ),
            said(weighed, 3),
            said(weighed, 5),
        ],
        [
            said(
                review.ReviewSignedOff(review_id=journey, learning_statement="", factors=[], author="a", signed_by="b"),
                9,
            )
        ],
        [said(notification.BriefingIssued(briefing_id=journey, title="t", what_changed="w", audience=1), 20)],
    ]
