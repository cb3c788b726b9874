"""What happens to an opportunity in the tests of intake, and ways to weigh it."""

from __future__ import annotations

from typing import Any

from services.intake.domain import Opportunity, Weighing
from tests.given import Happened, event

WHY = "because it was needed"


def raised(kind: str = "accident_or_injury", **fields: Any) -> Happened:
    told = {
        "kind": kind, "themes": [], "reference": "ABCD-EFGH", "route": "form", "reporter_known": True,
        "harm_level": "unknown", "summary": "She slipped.", "immediate_action": "", "person_name": "", "reporter": "",
        "source_key": "", "facts": {}, "due_on": None, "due_note": "", "said_at": None,
        "person": "",
    }  # fmt: skip
    return event(Opportunity.Raised, **(told | fields))


SAFE = event(Opportunity.ImmediateSafetyConfirmed, measures="The floor was dried.")
UPDATE = (raised("professional_update"), event(Opportunity.UpdateReviewed, decision="Half the dose."))
CLOSED = event(Opportunity.ClosedWithoutReview)


def triaged(response: str = "swarm") -> Happened:
    return event(Opportunity.Triaged, kind="accident_or_injury", themes=[], response=response, weighed=[], facts={})


def weigh(it: Opportunity, rationale: str = WHY, facts: dict[str, Any] | None = None) -> None:
    it.triage(response="swarm", weighed=[], facts=facts or {}, rationale=rationale, themes=["falls"])


def ruled(*, agreed: bool, proposed: bool = True) -> Weighing:
    return Weighing("candour", "Say sorry", "law", "Reg 20", True, agreed, proposed=proposed)


def decide(it: Opportunity, weighed: Weighing, **reasons: str) -> None:
    it.triage(response="swarm", weighed=[weighed], facts={}, rationale=WHY, themes=[], reasons=reasons)
