"""What governance decides on: the organisation and its rules, and what oversight asks of it."""

from __future__ import annotations

from services.governance.domain.admission import Admission
from services.governance.domain.challenges import (
    AlreadyAnswered,
    Challenge,
    NamesSomeone,
    NotForThisPost,
    NotYoursToAnswer,
    WordsMissing,
)
from services.governance.domain.emergency import EmergencyAccess
from services.governance.domain.organisation import (
    AlreadyAdopted,
    NotInTheTeam,
    RuleBook,
    Site,
    organisation_journey,
)
from services.governance.domain.post import AlreadyInPost, NotInPost, OutsideNeedsAnEnd, Post
from services.governance.domain.releases import GivesAwayWithEarlier, Releases
from services.governance.domain.trend import NotBegunYet, NotYoursToReset, ResetAlready, Trend

__all__ = [
    "Admission",
    "AlreadyAdopted",
    "AlreadyAnswered",
    "AlreadyInPost",
    "Challenge",
    "EmergencyAccess",
    "GivesAwayWithEarlier",
    "NamesSomeone",
    "NotBegunYet",
    "NotForThisPost",
    "NotInPost",
    "NotInTheTeam",
    "NotYoursToAnswer",
    "NotYoursToReset",
    "OutsideNeedsAnEnd",
    "Post",
    "Releases",
    "ResetAlready",
    "RuleBook",
    "Site",
    "Trend",
    "WordsMissing",
    "organisation_journey",
]
