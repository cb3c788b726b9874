"""When assurance says no, each rule in a sentence."""

from __future__ import annotations

from libs.domain import Refused


class MoreSeenThanLookedAt(Refused):
    """You cannot have seen it more often than you looked. Enter how often you looked, and how often it was done."""


class NothingChangedYet(Refused):
    """There is nothing to look for yet: the change has not been made. Look again once it has."""


class NotReached(Refused):
    """This state has not been reached, so it cannot slip."""


class ReasonMissing(Refused):
    """Say in a sentence what you saw, so that others can put it right."""


class NotMeasuredThen(Refused):
    """This measure did not yet apply to the site in that month."""


class MonthNotOver(Refused):
    """A month is measured once it is over. Until then some of its cases have not begun."""


class NotHeldYet(Refused):
    """Only what has taken place goes on record. Enter the day on which it was held, today at the latest."""


class AlreadyOnRecord(Refused):
    """It is on record for this time already."""
