"""The rules by which intake says no, each in a sentence for whoever asked."""

from libs.domain import Refused


class SafetyComesFirst(Refused):
    """Before anything else is decided, record what was done at once to keep people safe."""


class SafetyNeedsWords(Refused):
    """Say in a sentence what was done at once to keep people safe, even if nothing was needed."""


class RationaleMissing(Refused):
    """A decision needs its reason, in a sentence that someone else will understand later."""


class AlreadyTriaged(Refused):
    """This has been weighed already. If it turned out to be something else, reclassify it and weigh it again."""


class AlreadyClosed(Refused):
    """This was closed without a review. Reclassify it if there is more to learn after all."""


class ReviewUnderWay(Refused):
    """A review of this is under way, so it cannot be closed without one."""


class NothingToReclassify(Refused):
    """It is recorded as that already."""


class NotAProfessionalUpdate(Refused):
    """Only an update from a professional is reviewed, actioned and communicated in this way."""


class StepAlreadyRecorded(Refused):
    """This step is on record already."""


class ReviewComesFirst(Refused):
    """First someone reads the update and decides what it asks; then it is put into care and communicated."""


class NewerWordsOnRecord(Refused):
    """A newer account from the same source is on record already, so this older one was not taken."""


class NotForThisPost(Refused):
    """This is weighed by someone who leads the service. Your post can report, and see what became of it."""


class NotInQuarantine(Refused):
    """This message is not kept apart any more: it was accepted or set aside meanwhile."""


class NotKept(Refused):
    """This message was too large to keep, so it cannot be tried again here. Ask the sender to send it anew."""


class StillNotAdmitted(Refused):
    """It still cannot be taken as it is."""


class CodeNotOurs(Refused):
    """A sender's code is mapped to one of our sites, kinds or levels of harm, and to nothing else."""


class NewerTotalOnRecord(Refused):
    """A later total is on record already, so this older one was not taken."""


class TotalImpossible(Refused):
    """A running total is nought or more."""


class BatchEnded(Refused):
    """This file has been brought in to its end already."""


class RowsUncounted(Refused):
    """Every row of a file is accepted, known already or refused, and none is counted twice."""


class FactNotUnderstood(Refused):
    """A fact is one of the closed list, with an answer that it can have."""
