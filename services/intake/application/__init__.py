"""What can be asked of intake."""

from __future__ import annotations

from services.intake.application.admission import Sent
from services.intake.application.external import require_provider_wide
from services.intake.application.figures import Figures, Rows, Total
from services.intake.application.opportunities import REPORTS_ONLY, Choice, Report, receipt, require_weigher
from services.intake.domain import ExternalMessage, ExternalSource, ImportBatch, Opportunity, RegulatorCount

__all__ = [
    "REPORTS_ONLY",
    "Choice",
    "Intake",
    "Report",
    "Rows",
    "Sent",
    "Total",
    "receipt",
    "require_provider_wide",
    "require_weigher",
]


class Intake(Figures):
    """Records what happened, makes safe, weighs."""

    name = "intake"
    aggregates = (Opportunity, ExternalMessage, ExternalSource, RegulatorCount, ImportBatch)
