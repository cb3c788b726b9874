"""What governance decides on: the organisation and its rules, and what oversight asks of it."""

from __future__ import annotations

from services.governance.domain.challenges import (
    AlreadyAnswered,
    Challenge,
    NamesSomeone,
    NotForThisPost,
    NotYoursToAnswer,
    WordsMissing,
)
from services.governance.domain.organisation import (
    AlreadyAdopted,
    AlreadyInPost,
    NotInPost,
    NotInTheTeam,
    Post,
    RuleBook,
    Site,
    organisation_journey,
)

__all__ = [
    "AlreadyAdopted",
    "AlreadyAnswered",
    "AlreadyInPost",
    "Challenge",
    "NamesSomeone",
    "NotForThisPost",
    "NotInPost",
    "NotInTheTeam",
    "NotYoursToAnswer",
    "Post",
    "RuleBook",
    "Site",
    "WordsMissing",
    "organisation_journey",
]
