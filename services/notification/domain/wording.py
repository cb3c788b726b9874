"""The fixed words of letters, and who confirmed that they may go out: version by version, for the whole provider."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from libs.domain import Aggregate, Created, Event, Refused, event, follows
from libs.reaching import LetterTemplate
from services.notification.domain.subscribers import KEEPERS


class Against(StrEnum):
    """What words were checked against before somebody confirmed them."""

    SOURCE = "source"
    GUIDANCE = "guidance"
    ADVISER = "adviser"
    INSURER = "insurer"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """That these words may go out: who said so in which role, on which day, and against what they were checked."""

    template: str
    version: str
    role: str
    on: date
    against: tuple[str, ...]


class Wordings(Aggregate):
    """One list for each provider. Words are known by their fingerprint: other words under the same version are others."""

    TOPIC = "notification.Wordings"

    class Opened(Created):
        TOPIC = "notification.Wordings.Opened"

    class WordsConfirmed(Event):
        TOPIC = "notification.Wordings.WordsConfirmed"
        template: str
        version: str
        fingerprint: str
        role: str
        on: date
        against: list[str]

    class ConfirmationTakenBack(Event):
        TOPIC = "notification.Wordings.ConfirmationTakenBack"
        template: str
        version: str
        fingerprint: str

    @staticmethod
    def create_id(provider: str) -> UUID:
        return follows("notification.Wordings", provider)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.confirmed: dict[str, Confirmed] = {}

    def confirm(self, kind: LetterTemplate, seen: str, against: list[str], role: str, on: date) -> None:
        """Somebody read these words and checked them. `seen` is the fingerprint of the words they were shown.

        Raises WordsChangedMeanwhile, CheckedAgainstNothing.
        """
        if seen != fingerprint(kind):
            raise WordsChangedMeanwhile
        if not against or not set(against) <= set(Against):
            raise CheckedAgainstNothing
        if seen not in self.confirmed:
            self.trigger_event(
                self.WordsConfirmed, template=kind.id, version=kind.version, fingerprint=seen, role=role, on=on,
                against=list(dict.fromkeys(against)),
            )  # fmt: skip

    @event(WordsConfirmed)
    def _(self, template: str, version: str, fingerprint: str, role: str, on: date, against: list[str]) -> None:
        self.confirmed[fingerprint] = Confirmed(template, version, role, on, tuple(against))

    def take_back(self, seen: str) -> None:
        """These words are not to go out any more, until somebody confirms them again. Letters that left stay as they were."""
        if found := self.confirmed.get(seen):
            self.trigger_event(
                self.ConfirmationTakenBack, template=found.template, version=found.version, fingerprint=seen
            )

    @event(ConfirmationTakenBack)
    def _(self, fingerprint: str) -> None:
        del self.confirmed[fingerprint]


def fingerprint(kind: LetterTemplate) -> str:
    """SHA-256 of all that every letter of a kind says, and of the rule it says it under."""
    said = [kind.id, kind.version, kind.title, kind.citation, kind.opening, kind.apology, kind.closing]
    words = [*said, [part.title for part in kind.parts]]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def provider_worded_by(role: str, scope: str) -> str:
    """The provider whose words a post may confirm. Raises NotYoursToConfirm for one site's post, or another role."""
    kind, _, provider = scope.partition(":")
    if kind != "provider" or role not in KEEPERS:
        raise NotYoursToConfirm
    return provider


class WordsNotConfirmed(Refused):
    """Nobody has confirmed yet that the fixed words of this letter may go out. Your letter is kept. Ask somebody who answers
    for the whole provider to read and confirm them, then say again that it was sent."""


class NotYoursToConfirm(Refused):
    """Whether these words may go out is for those to say who answer for the whole provider."""


class CheckedAgainstNothing(Refused):
    """Say what you checked the words against."""


class WordsChangedMeanwhile(Refused):
    """These words were changed after you opened the page. Read them again, then confirm them."""
