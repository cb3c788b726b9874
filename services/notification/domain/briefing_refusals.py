"""What a briefing refuses, in the words that whoever asked reads."""

from __future__ import annotations

from libs.domain import Refused


class NotInTheAudience(Refused):
    """This briefing is for the team of another site, or for people who work there now."""


class ReadFirst(Refused):
    """Read the briefing first; the question comes after it."""


class UnderstoodAlready(Refused):
    """This was answered and understood already. There is nothing more to do."""


class AnswerMissing(Refused):
    """Choose one of the answers, or write yours in a sentence."""


class OwnAnswer(Refused):
    """Nobody marks their own answer. Ask a colleague who knows the work to read it."""


class NotASupervisor(Refused):
    """This is for those who lead the work, such as a team leader or manager. Change post, or ask one of them."""


class NothingToMark(Refused):
    """There is no answer waiting to be read."""


class QuestionMissing(Refused):
    """Write the question."""


class RightAnswerMissing(Refused):
    """Give at least two answers and say which of them is what staff now do; or give none, for an answer in words."""


class AnswersAlike(Refused):
    """Two of the answers are the same. Make each say something different."""
