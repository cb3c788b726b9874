"""The closed lists of the domain: stable codes, plain labels, and where each term comes from."""

from contracts.taxonomy.facts import Fact, FactType
from contracts.taxonomy.labelled import Labelled
from contracts.taxonomy.learning import (
    ChangeKind,
    ClosureState,
    EvidenceSource,
    FactorCategory,
    Milestone,
    ResponseKind,
    SeipsElement,
    Strength,
    Verdict,
)
from contracts.taxonomy.obligations import (
    ClockKind,
    ClockStart,
    EnquiryDecision,
    HarmOpinion,
    InspectedBy,
    ReportableInjury,
    RuleKind,
)
from contracts.taxonomy.opportunities import (
    AbuseType,
    AffectedPerson,
    HarmLevel,
    IntakeRoute,
    OpportunityKind,
    Theme,
)
from contracts.taxonomy.people import (
    EXTERNAL_ROLES,
    BriefingAudiencePart,
    Channel,
    DutyRecipient,
    Nation,
    ProviderKind,
    Register,
    Role,
    ServiceKind,
)
from contracts.taxonomy.questions import QUESTIONS

__all__ = [
    "EXTERNAL_ROLES",
    "QUESTIONS",
    "AbuseType",
    "AffectedPerson",
    "BriefingAudiencePart",
    "ChangeKind",
    "Channel",
    "ClockKind",
    "ClockStart",
    "ClosureState",
    "DutyRecipient",
    "EnquiryDecision",
    "EvidenceSource",
    "Fact",
    "FactType",
    "FactorCategory",
    "HarmLevel",
    "HarmOpinion",
    "InspectedBy",
    "IntakeRoute",
    "Labelled",
    "Milestone",
    "Nation",
    "OpportunityKind",
    "ProviderKind",
    "Register",
    "ReportableInjury",
    "ResponseKind",
    "Role",
    "RuleKind",
    "SeipsElement",
    "ServiceKind",
    "Strength",
    "Theme",
    "Verdict",
]
