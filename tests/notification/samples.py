"""Things notification's tests speak of: a duty, a change, a team."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from contracts.action import PracticeChanged
from contracts.intake import OpportunityRaised, OpportunityTriaged, WeighedRule
from libs.rules import RulePack, load, propose
from services.notification.domain.briefing import Change, Listener
from services.notification.domain.duty import Owing
from tests.given import NOW
from tests.house import RULES

ANN, BEN, CAT = (UUID(int=0xA000 + n) for n in range(3))
PLAN = UUID(int=0xB000)
DUE = datetime(2026, 3, 4, 23, 59, 59, 999999, tzinfo=UTC)
CHANGED = "Two staff check the medicine chart at every handover."


def owing(rule_id: str = "complaint-acknowledged", due: datetime | None = DUE, **more: Any) -> Owing:
    """A duty of the registered manager towards a complainant."""
    usual: dict[str, Any] = {
        "recipient": "complainant",
        "title": "Acknowledge the complaint",
        "rule_kind": "law",
        "citation": "regulation 13",
        "confirmed": True,
        "owner_role": "registered_manager",
        "content": ["that it was received"],
        "means": "agreed",
        "clock": "within 3 working days of when it was received",
        "starts_at": "received",
    }
    return Owing(rule_id=rule_id, due=due, **usual | more)


def change(number: int = 1) -> Change:
    """What staff now do differently."""
    return Change(PLAN, number, "What changed", CHANGED, "Handover had no step for the chart.")


def team(*people: UUID) -> list[Listener]:
    """A team on days."""
    return [Listener(person, "day") for person in people or (ANN, BEN)]


@cache
def pack() -> RulePack:
    """The shipped rules, read once."""
    return load(RULES / "england-adult-social-care.yaml")


def weighed(kind: str, *, agreed: bool = True, **facts: Any) -> list[WeighedRule]:
    """What the shipped rules propose for such an opportunity, all of it agreed or none."""
    return [
        WeighedRule(
            rule_id=p.rule_id,
            title=p.title,
            kind=p.kind,
            citation=p.citation,
            confirmed=p.confirmed,
            agreed=agreed,
            duty=p.duty.model_dump(mode="json") if p.duty else None,
            clock=p.clock.model_dump(mode="json") if p.clock else None,
        )
        for p in propose(pack(), {"kind": kind, "nation": "ENG"} | facts, NOW.date())
    ]


def raised(kind: str = "complaint", *, reporter_known: bool = True) -> OpportunityRaised:
    """An opportunity as intake says it."""
    return OpportunityRaised(
        kind=kind, reference="ABCD-2345", route="form", reporter_known=reporter_known, summary="The gate was left open."
    )


def triaged(kind: str = "complaint", *, agreed: bool = True, **facts: Any) -> OpportunityTriaged:
    """It was weighed, and every proposal agreed to or none."""
    return OpportunityTriaged(
        kind=kind,
        themes=[],
        response="learning_review",
        weighed=weighed(kind, agreed=agreed, **facts),
        facts=facts,
        rules_version="england-adult-social-care/2026.1",
        rationale="In proportion.",
    )


def practice_changed(*, affects_people: bool = False) -> PracticeChanged:
    """Staff now work differently."""
    return PracticeChanged(plan_id=PLAN, action_ids=[], what_changed=CHANGED, affects_people=affects_people)
