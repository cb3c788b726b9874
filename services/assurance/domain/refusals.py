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


class TooLongAgo(Refused):
    """What was held more than a year ago can no longer be put on record here. Keep it in the book it was written in."""


class AlreadyOnRecord(Refused):
    """It is on record for this time already."""


class NotFired(Refused):
    """This has not fired, so nothing has to follow it."""


class FollowedAlready(Refused):
    """It is on record already what followed."""


class NoteNamesSomebody(Refused):
    """This note tells who somebody is. Say whose record it is about, so that it goes when that person is forgotten, or take
    the name or number out. Nothing was saved."""


class NoSuchRecord(Refused):
    """No record here has this receipt number. Check it, or leave it empty. Nothing was saved."""


class NotOften(Refused):
    """Enter how often you noticed it: once or more."""


class SignUnknown(Refused):
    """The rules in force name no such early sign for this kind of service. Choose one from the list."""


class ToolUnknown(Refused):
    """The rules in force have no such audit for this kind of service. Choose one from the list."""


class MonthToCome(Refused):
    """An audit looks at a month that has begun. Choose this month or an earlier one."""


class NothingToSample(Refused):
    """There is nothing to draw a sample from in that month. Choose another month, or enter how many records there are."""


class SampledAlready(Refused):
    """The sample for this month is drawn already, and stays as it is, so that nobody chooses what is looked at."""


class NotInTheSample(Refused):
    """This one is not in the sample. Look only at those that were drawn."""


class AnswerEveryCheck(Refused):
    """Answer each check: yes, no, or does not apply."""


class SecondLookByAnother(Refused):
    """The second look is taken by someone else, who does not know what the first one saw."""


class NotRatedTwice(Refused):
    """This one has been looked at already, and is not among those that two people look at."""


class StillToLookAt(Refused):
    """Some of the sample has not been looked at yet, or only by one of two. Look at all of it first."""


class RoundIsClosed(Refused):
    """This audit is closed; its answers stay as they are."""


class AuditorsOnlyRead(Refused):
    """An auditor reads and changes nothing. Someone who works for the service does this."""
