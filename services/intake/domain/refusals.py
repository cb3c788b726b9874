"""The rules by which intake says no, each in a sentence for whoever asked."""

from libs.domain import Hidden, Refused


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


class OwnWayNeedsReason(Refused):
    """Where you go another way than the rules propose, say why, for each rule."""


class RuleNotInForce(Refused):
    """This is not a rule in force for this service, so it cannot be applied here. Look through the rules once more."""


class FindingsNeedWords(Refused):
    """Say what they found or recommended, in their words or yours."""


class FindingsNotKnown(Refused):
    """This recommendation is said to come with findings that are not on record here. Record the findings first."""


class RecommendationRepeated(Refused):
    """This recommendation of theirs is on record already, word for word."""


class NotYetHappened(Refused):
    """This date lies in the future. Enter when it happened or was noticed; nothing was saved."""


class SubjectMayNotSee(Hidden):
    """There is nothing under this address, or nothing that your post lets you see. Nothing was changed."""


class SubjectNeedsName(Refused):
    """Say who the allegation is about."""


class SubjectNamedAlready(Refused):
    """This person is on record as its subject already."""


class NotItsSubject(Refused):
    """This person is not on record as its subject."""


class AllegationConcluded(Refused):
    """The matter of employment was concluded already. What the service learns from it goes on by itself."""


class EmploymentShut(Refused):
    """Matters of employment are kept apart from learning. They are open to those who answer for the service's staff."""


class NamesSomebody(Refused):
    """This text is shared as it stands, and it names somebody. Take the name or number out; nothing was saved."""


class FileNotTaken(Refused):
    """This file cannot be kept as evidence."""


class FileTooLarge(FileNotTaken):
    """The file is larger than 10 MB. Send it in parts, or as a smaller scan; nothing was saved."""


class TooManyFiles(FileNotTaken):
    """This record holds as many files as the provider's rules allow. Put several into one, or ask whoever keeps the rules to
    allow more; nothing was saved."""


class FileActive(FileNotTaken):
    """This file holds something that runs, or fetches something, when it is opened. Print it to a PDF anew and send that;
    nothing was saved."""


class FileShut(FileNotTaken):
    """Parts of this file cannot be looked into, so nobody can tell whether it runs something when it is opened. Print it to
    a PDF anew, without a password, and send that; nothing was saved."""


class FileEmpty(FileNotTaken):
    """The file is empty. Nothing was saved; choose it again."""


class FileKindNotTaken(FileNotTaken):
    """Only PDF, JPEG and PNG files, plain text and Word documents are kept. What this file holds is none of these."""


class FileTwice(FileNotTaken):
    """The same file is on this record already."""


class PatternSeenTo(Refused):
    """Somebody decided on this pattern already, and nothing has been added to it since."""


class PatternTooSmall(Refused):
    """This pattern has lost some of its evidence meanwhile, and is no longer proposed. Look at the list again."""


class SampleEmpty(Refused):
    """There is nothing in these days that somebody else could weigh again. Choose a longer time."""


class NotInSample(Refused):
    """This is not part of the sample."""


class NotBlind(Refused):
    """You weighed this one the first time, or have seen how it was weighed, so somebody else weighs it again."""


class WeighedAgainAlready(Refused):
    """This one has been weighed again already."""


class DraftTooLong(Refused):
    """This is too long to be kept as a draft. It is still on the page: send it, or shorten it first."""


class TooManyDrafts(Refused):
    """You keep twenty drafts already. Send or throw away one of them first; what you typed is still on the page."""


class NothingSaid(Refused):
    """Write what you want to say; nothing was sent."""


class TalkFull(Refused):
    """This has become too long to go on here. Whoever has more to say can report it anew."""


class QuestionNotKnown(Refused):
    """This is no question that was asked here. Open the page again and answer one that is shown."""


class AnsweredAlready(Refused):
    """This question was answered already. Add what you want to say besides."""


class NothingNewToRead(Refused):
    """There is nothing new to read here. Somebody read it before you, or nothing has come yet."""


class NoWayBack(Refused):
    """Whoever reported this cannot be asked here: they gave their name, or it did not come by the form."""


class WordNotKnown(Refused):
    """This number and this word do not belong together. Look at both once more; nothing was sent."""


class TooManyTries(Refused):
    """Too many words were tried for this number. Wait a quarter of an hour, then try again; nothing was sent."""


class LinkedToItself(Refused):
    """This is the number of the same record. Give the number of the other one."""


class LinkedAlready(Refused):
    """These two are linked in this way already."""


class NotLinked(Refused):
    """These two are not linked in this way any more."""
