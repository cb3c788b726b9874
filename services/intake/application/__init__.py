"""What can be asked of intake."""

from __future__ import annotations

from services.intake.application.opportunities import (
    REPORTS_ONLY,
    Choice,
    Opportunities,
    Report,
    receipt,
    require_weigher,
)
from services.intake.domain import Opportunity

__all__ = ["REPORTS_ONLY", "Choice", "Intake", "Report", "receipt", "require_weigher"]


class Intake(Opportunities):
    """Records what happened, makes safe, weighs."""

    name = "intake"
    aggregates = (Opportunity,)
