"""The rules of a review, each by the name it refuses under."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from libs import names
from libs.domain import Hidden, Refused
from libs.names import Finding
from services.review.domain.values import MovedOn


class AlreadySignedOff(Refused):
    """This review has been signed off. To add to it or change it, reopen it first and say why."""


class ReviewSetAside(Refused):
    """This was weighed again and needs no review for now. What was written is kept. Weigh it again to go on."""


class UnknownQuestion(Refused):
    """This question is not part of the step. Open the step again and answer the questions shown there."""


class UnknownStep(Refused):
    """There is no such step in this reflection. Choose one of the steps shown."""


class StepAlreadyPassedOver(Refused):
    """Somebody has said already why this step does not apply. Read theirs; yours was not saved and is still here."""


class WordsMissing(Refused):
    """Nothing was written. Say it in a sentence or two, in your own words."""


class SectionMovedOn(Refused):
    """Someone else answered the same question after you opened it. Both answers are kept; read theirs and make one."""

    def __init__(self, conflicts: Sequence[MovedOn]) -> None:
        super().__init__()
        self.conflicts = tuple(conflicts)


class UnknownFactor(Refused):
    """There is no such factor in this review. Open the review again and choose one that is shown."""


class OthersStandBehind(Refused):
    """Other factors explain this one. Withdraw those first, or leave it."""


class NamesInSharedText(Refused):
    """This text will be shared, and it seems to say who somebody is. Use roles instead, such as “the night carer”."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        kinds = ", ".join(dict.fromkeys(each.kind for each in findings))
        super().__init__(f"{self.__doc__} Found: {kinds}.")
        self.findings = tuple(findings)


class UnknownRecommendation(Refused):
    """There is no such recommendation in this review. Open the review again and choose one that is shown."""


class StepsUnanswered(Refused):
    """Some steps have no answer yet. Answer at least one question of each, or say why the step does not apply."""

    def __init__(self, steps: Sequence[int]) -> None:
        super().__init__(f"{self.__doc__} Still open: {', '.join(f'step {step}' for step in steps)}.")
        self.steps = tuple(steps)


class FactorsMissing(Refused):
    """Name at least one thing that contributed, or say why none could be found."""


class SystemBeforePerson(Refused):
    """So far every factor is about people. First say what it was about the system that allowed this."""


class ChallengeMissing(Refused):
    """Every factor is about people. Someone other than the author first challenges that, on the record."""


class RoleDoesNotSignOff(Refused):
    """A review is signed off by someone who answers for the service. Ask one of the posts shown on the page."""


class RoleDoesNotDecide(Refused):
    """This is decided by someone who answers for the service. Tell one of the posts shown at the sign-off why it matters."""


class VoicesMissing(Refused):
    """Someone who was asked has neither taken part nor has a reason on record. Nobody is left out without one."""


class ChallengeUnanswered(Refused):
    """A challenge has no answer yet. Answer it on the record first; then it can be signed off."""


class AdviceUnanswered(Refused):
    """Another body found or recommended something that has no decision yet. Decide on each, with the reason."""


class UnknownChallenge(Refused):
    """There is no such challenge to this review. Open the page again and choose one that is shown."""


class AnsweredByTheChallenger(Refused):
    """Whoever raised a challenge does not answer it. Ask somebody who worked on the review."""


class AlreadyAnswered(Refused):
    """This challenge has been answered. If the answer is not enough, raise a further challenge."""


class SubjectOfAllegation(Hidden):
    """There is nothing under this address, or nothing that your post lets you see. Nothing was changed."""


class UnknownEvidence(Refused):
    """A finding rests on evidence that is on record in this review. Add the evidence first, then choose it."""


class NothingToRestOn(Refused):
    """A finding says what it rests on. Choose at least one piece of evidence, or add it first."""


class UnknownFinding(Refused):
    """There is no such finding in this review. Open the review again and choose one that is shown."""


class NobodyPresent(Refused):
    """Say who was there. At least one of those who were asked took part."""


class NothingToSample(Refused):
    """No case fits this choice. Widen the dates or choose other themes or sites."""


class SiteNotCovered(Refused):
    """Your post does not cover one of these sites. Choose from the sites shown, or ask someone with a wider post."""


class SampleStands(Refused):
    """A sample was drawn already, so that nobody can pick the cases. To draw another, say why."""


class NotInSample(Refused):
    """This case is not in the sample. Open the page again and choose one that is shown."""


class SampleMissing(Refused):
    """A thematic review looks at several cases. Draw the sample first."""


class CasesUnread(Refused):
    """Some cases of the sample have not been read. Say of each what it shows, or why it is left out."""


class LearningNotStated(Refused):
    """Say what was learned, in words that can be shared, before it is signed off."""


class NotByTheAuthor(Refused):
    """Whoever wrote what was learned does not sign it off. Ask someone else to read it and agree."""


class NotSignedOffYet(Refused):
    """This review is still open, so there is nothing to reopen."""


class NotInvited(Refused):
    """This post has not been asked to take part yet. Invite it first."""


class NotHappenedYet(Refused):
    """This date lies in the future. Give the day it happened, not a day to come."""


def require_words(words: str) -> None:
    """Raises WordsMissing where nothing was said."""
    if not words.strip():
        raise WordsMissing


def require_shareable(words: str, known: Iterable[str] = ()) -> None:
    """Raises WordsMissing, or NamesInSharedText with what was found."""
    require_words(words)
    if found := names.find(words, known):
        raise NamesInSharedText(found)
