"""The rules of plans and actions, each named after what it protects and saying what to do instead."""

from __future__ import annotations

from collections.abc import Sequence

from libs.domain import Refused
from libs.names import Finding


class LeadersDecide(Refused):
    """What is agreed, extended or withdrawn is decided by those who lead the service. Ask a manager or team leader."""


class AuditorsOnlyRead(Refused):
    """An auditor reads and changes nothing. Someone who works for the service does this."""


class WhatMissing(Refused):
    """Say in a sentence what will be done differently, so that anyone can tell whether it was done."""


class NamesInSharedText(Refused):
    """This text is shared with the whole team, and it seems to say who somebody is. Use roles, such as “night staff”."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{self.__doc__} Found: {', '.join(dict.fromkeys(each.kind for each in findings))}.")


class OwnerMissing(Refused):
    """An action needs a post that owns it. Choose the post that will see it through."""


class PostUnknown(Refused):
    """There is no such post for this site. Choose one of the posts of the site, its region or its provider."""


class MeasureUnknown(Refused):
    """The rules in force have no such measure for this kind of service. Choose one from the list, or say why none fits."""


class ChangeKindUnknown(Refused):
    """Choose one of the kinds of change on the list."""


class StrengthUnknown(Refused):
    """A change is stronger, intermediate or weaker. Choose one of these."""


class EvidenceKindUnknown(Refused):
    """Choose one of the kinds of evidence on the list."""


class StrengthNeedsReason(Refused):
    """This kind of change usually has another strength. Say why it is different this time."""


class MeasureMissing(Refused):
    """How the effect will be seen is fixed before the start. Choose a measure, or say why none fits."""


class DueInThePast(Refused):
    """The due date has passed already. Choose today or a later day."""


class DueTooFar(Refused):
    """The due date lies more than five years ahead. Check the year; nothing was changed."""


class FactorUnknown(Refused):
    """This factor is not part of the plan. Choose one of the factors the review found."""


class FactorAlreadyLeft(Refused):
    """It is on record already that this factor gets no action, with the reason."""


class FactorHasAction(Refused):
    """An action answers this factor. Withdraw the action first, with a reason, if none is to be taken."""


class PracticeAlreadyChanged(Refused):
    """This plan is done: every action in it was verified. Open it again, with a reason, to agree more."""


class PracticeNotYetChanged(Refused):
    """This plan is open already, so there is nothing to open again."""


class NothingWeakToAccept(Refused):
    """The plan has a stronger action, or none yet, so no reason is needed."""


class ReasonMissing(Refused):
    """Give the reason, in a sentence that someone else will understand later."""


class AlreadyStarted(Refused):
    """It is on record that work on this action began."""


class NotStarted(Refused):
    """First record that work on this action began."""


class AlreadyBlocked(Refused):
    """It is on record already that something stands in the way of this action."""


class NotBlocked(Refused):
    """Nothing is on record that stands in the way of this action."""


class StillBlocked(Refused):
    """Something is on record that stands in the way. First record that it is out of the way."""


class ExtensionGoesForward(Refused):
    """An extension gives more time. Choose a day after the present due date."""


class ApprovedByAnother(Refused):
    """More time is approved by someone who does not hold the post that owns the action. Ask another manager."""


class EvidenceMissing(Refused):
    """Say what shows that the change was made, and where it can be found."""


class ImplementedInTheFuture(Refused):
    """The day the change was made cannot lie ahead. Choose today or an earlier day."""


class AlreadyImplemented(Refused):
    """It is on record that this change was made. Someone else can now verify it."""


class NotYetImplemented(Refused):
    """First the change is made, with evidence; then someone else verifies it."""


class VerifiedByAnother(Refused):
    """A change is verified by someone who neither made it nor holds the post that owns it. Ask a colleague to look."""


class SeenMissing(Refused):
    """Say in a sentence what you saw that shows the change was made."""


class AlreadyVerified(Refused):
    """This action was verified, so it stays as it is. If practice slips, open the plan again and agree another."""


class AlreadyWithdrawn(Refused):
    """This action was withdrawn. Agree another one if it is needed after all."""


class ExpectedEffectMissing(Refused):
    """Say what you expect to see once the change works; it is fixed before the start, so that nobody picks it later."""


class OwnsItAlready(Refused):
    """This post owns the action already. Choose another post, or leave it as it is."""


class NotNamedWhatChanged(Refused):
    """Say which plans, assessments or rotas were changed, so that someone else can look at them."""


class NobodyNamed(Refused):
    """This kind of change is made person by person. First name those it is meant for."""


class SomeStillToTakePart(Refused):
    """Some of those it is meant for have not taken part yet. Record that they did, or why they need not."""


class NotPerPerson(Refused):
    """This kind of change is not made person by person, so nobody needs to be named for it."""


class NotOnTheList(Refused):
    """This person is not among those the change is meant for. Add them first."""


class SeenBySomeoneElse(Refused):
    """Whether somebody does this as it was agreed is for another person to see. Ask whoever watched to put it on record."""


class OnRecordAlready(Refused):
    """It is on record already for this person."""


class NobodyToName(Refused):
    """Name at least one person the change is meant for. Everyone on the team is offered."""
