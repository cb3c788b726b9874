"""A plan and an action as tests usually meet them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from libs.deciding import Act
from services.action.domain.action import Action, Terms
from services.action.domain.plan import Factor, Plan
from tests.given import Happened, event

HANDOVER = Factor(UUID(int=1), "handover", "tasks")
ALERTS = Factor(UUID(int=2), "system_alerts", "tools")
FIRST, SECOND = UUID(int=11), UUID(int=12)
PLAN = UUID(int=21)
DUE = date(2026, 3, 16)
COLLEAGUE = Act("person:colleague", "deputy_manager", "site:elm")


def opened(*factors: Factor) -> Happened:
    """A plan was opened, with one factor unless said otherwise."""
    return event(
        Plan.Opened, review_id=UUID(int=31), factors=list(factors or [HANDOVER]), learning_statement="Say it aloud.",
        themes=["falls"],
    )  # fmt: skip


def promised(action: UUID = FIRST, **fields: Any) -> Happened:
    """An action was agreed in a plan."""
    usual = {
        "factor_id": HANDOVER.factor_id, "what": "Handover is read back.", "strength": "intermediate",
        "measure_id": "", "affects_people": False,
    }  # fmt: skip
    return event(Plan.ActionAgreed, action_id=action, **usual | fields)


def terms(**fields: Any) -> Terms:
    """Terms that can be agreed."""
    usual: dict[str, Any] = {
        "what": "Handover is read back.", "change_kind": "handover", "owner_post": "elm.registered_manager",
        "due": DUE, "factor_id": HANDOVER.factor_id, "why_no_measure": "Nothing counts this.",
    }  # fmt: skip
    return Terms(**usual | fields)


def agreed(**fields: Any) -> Happened:
    """An action was agreed."""
    usual = {
        "plan_id": PLAN, "factor_id": HANDOVER.factor_id, "what": "Handover is read back.", "change_kind": "handover",
        "strength": "intermediate", "strength_because": "", "owner_post": "elm.registered_manager", "due": DUE,
        "measure_id": "", "why_no_measure": "Nothing counts this.", "expected_effect": "", "affects_people": False,
    }  # fmt: skip
    return event(Action.Agreed, **usual | fields)


def implemented() -> Happened:
    """The change was made by someone."""
    return event(Action.Implemented, implemented_on=date(2026, 3, 2), evidence_kind="audit", evidence="Sheet 4")
