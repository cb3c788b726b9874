"""What intake decides: opportunities, what outside systems send, a regulator's totals, and files brought in."""

from services.intake.domain.allegation import StaffAllegation
from services.intake.domain.disposal import Disposal
from services.intake.domain.erasure import Erasure
from services.intake.domain.evidence import Evidence
from services.intake.domain.external import MAPPED, ExternalMessage, ExternalSource
from services.intake.domain.figures import RegulatorCount
from services.intake.domain.findings import OutsideFindings
from services.intake.domain.hold import LegalHold
from services.intake.domain.imports import ImportBatch
from services.intake.domain.link import Link
from services.intake.domain.opportunity import Opportunity
from services.intake.domain.pattern import Pattern
from services.intake.domain.refusals import (
    CodeNotOurs,
    NewerWordsOnRecord,
    NotForThisPost,
    NotKept,
    StillNotAdmitted,
)
from services.intake.domain.sample import BlindSample
from services.intake.domain.talk import Talk, WayBack
from services.intake.domain.weighing import Weighing

__all__ = [
    "MAPPED",
    "BlindSample",
    "CodeNotOurs",
    "Disposal",
    "Erasure",
    "Evidence",
    "ExternalMessage",
    "ExternalSource",
    "ImportBatch",
    "LegalHold",
    "Link",
    "NewerWordsOnRecord",
    "NotForThisPost",
    "NotKept",
    "Opportunity",
    "OutsideFindings",
    "Pattern",
    "RegulatorCount",
    "StaffAllegation",
    "StillNotAdmitted",
    "Talk",
    "WayBack",
    "Weighing",
]
