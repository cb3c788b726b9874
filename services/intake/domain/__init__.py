"""What intake decides: opportunities, what outside systems send, a regulator's totals, and files brought in."""

from services.intake.domain.external import MAPPED, ExternalMessage, ExternalSource
from services.intake.domain.figures import RegulatorCount
from services.intake.domain.imports import ImportBatch
from services.intake.domain.opportunity import Opportunity, Weighing
from services.intake.domain.refusals import (
    CodeNotOurs,
    NewerWordsOnRecord,
    NotForThisPost,
    NotKept,
    StillNotAdmitted,
)

__all__ = [
    "MAPPED",
    "CodeNotOurs",
    "ExternalMessage",
    "ExternalSource",
    "ImportBatch",
    "NewerWordsOnRecord",
    "NotForThisPost",
    "NotKept",
    "Opportunity",
    "RegulatorCount",
    "StillNotAdmitted",
    "Weighing",
]
