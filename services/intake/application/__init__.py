"""What can be asked of intake."""

from __future__ import annotations

from libs.emergency_reading import EmergencyReading
from services.intake.application.admission import Sent
from services.intake.application.agreement import ENOUGH, THRESHOLD, Agreed, ThresholdWatching, Wanted
from services.intake.application.allegations import EMPLOYERS, Allegations
from services.intake.application.drafts import Draft, DraftKeeping
from services.intake.application.external import require_provider_wide
from services.intake.application.figures import Figures, Rows, Total
from services.intake.application.findings import OthersFindings, Received
from services.intake.application.forgetting import KEEPERS, ErasureRequest, Standing
from services.intake.application.linking import NOT_HERE, Linking
from services.intake.application.opportunities import EARLY, REPORTS_ONLY, require_nobody_named, require_weigher
from services.intake.application.patterns import PatternFinding
from services.intake.application.reporting import UNNAMED, Report, knows_who_told, receipt
from services.intake.application.retention import Retaining
from services.intake.application.secret_word import Word, new_word, word_of
from services.intake.application.talking import LetIn, Talking
from services.intake.application.weighing import Choice
from services.intake.domain import (
    BlindSample,
    Disposal,
    Erasure,
    Evidence,
    ExternalMessage,
    ExternalSource,
    ImportBatch,
    LegalHold,
    Link,
    Opportunity,
    OutsideFindings,
    Pattern,
    RegulatorCount,
    StaffAllegation,
    Talk,
    WayBack,
)
from services.intake.projection import Register

__all__ = [
    "EARLY",
    "EMPLOYERS",
    "ENOUGH",
    "KEEPERS",
    "NOT_HERE",
    "REPORTS_ONLY",
    "THRESHOLD",
    "UNNAMED",
    "Agreed",
    "Choice",
    "Draft",
    "ErasureRequest",
    "Intake",
    "LetIn",
    "Received",
    "Report",
    "Rows",
    "Sent",
    "Standing",
    "Total",
    "Wanted",
    "Word",
    "knows_who_told",
    "new_word",
    "receipt",
    "require_nobody_named",
    "require_provider_wide",
    "require_weigher",
    "word_of",
]


class Intake(
    Figures, Allegations, OthersFindings, PatternFinding, Linking, Talking, DraftKeeping, Retaining, ThresholdWatching
):
    """Records what happened, makes safe, weighs."""

    name = "intake"
    register: Register
    aggregates = (
        Opportunity,
        OutsideFindings,
        StaffAllegation,
        Pattern,
        Evidence,
        BlindSample,
        ExternalMessage,
        ExternalSource,
        RegulatorCount,
        ImportBatch,
        Erasure,
        LegalHold,
        EmergencyReading,
        Disposal,
        Link,
        Talk,
        WayBack,
    )
