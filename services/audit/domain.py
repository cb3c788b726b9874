"""What audit itself puts on record: signed checkpoints, keys that follow keys, what a comparison found, and who read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.taxonomy import AskedBy
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Refused, Sealed, event, follows

PLATFORM = "platform"
"""Whose affairs the ledgers are: they cover every provider of the installation."""


class ReasonMissing(Refused):
    """Words under seal are opened only for a stated reason, which goes on record. Say why you need them."""


class RecipientMissing(Refused):
    """A pack goes to somebody for a reason, which goes on record. Say to whom it goes, and why."""


def ledger_journey(ledger: str) -> UUID:
    """The journey under which a ledger's checkpoints are kept in order."""
    return follows("audit.Ledger", ledger)


class Checkpoint(Aggregate):
    """One ledger at one size. It is signed once: a second root for the same size would be a contradiction."""

    TOPIC = "audit.Checkpoint"

    class Signed(Created):
        TOPIC = "audit.Checkpoint.Signed"
        ledger: str
        size: int
        root: str
        note: str

    @staticmethod
    def create_id(ledger: str, size: int) -> UUID:
        return follows("audit.Checkpoint", f"{ledger}/{size}")

    @event(Signed)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, ledger: str, size: int, root: str, note: str
    ) -> None:
        self.ledger, self.size, self.root, self.note = ledger, size, root, note


class SigningKey(Aggregate):
    """A key for signing that followed another one. What both signed about it together is kept word for word."""

    TOPIC = "audit.SigningKey"

    class Succeeded(Created):
        TOPIC = "audit.SigningKey.Succeeded"
        number: int
        verifier: str
        statement: str

    @staticmethod
    def create_id(number: int) -> UUID:
        return follows("audit.SigningKey", str(number))

    @event(Succeeded)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, number: int, verifier: str, statement: str
    ) -> None:
        self.number, self.verifier, self.statement = number, verifier, statement


class Verification(Aggregate):
    """A comparison of every store with its ledger and of every ledger with its checkpoints, and what it found."""

    TOPIC = "audit.Verification"

    class Concluded(Created):
        TOPIC = "audit.Verification.Concluded"
        sound: bool
        compared: int
        faults: int
        checkpoints: int
        ledgers: list[dict[str, Any]]

    @event(Concluded)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, sound: bool, compared: int, faults: int,
        checkpoints: int, ledgers: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        self.sound = sound


class Reading(Aggregate):
    """Someone looked into the record: at what, why, and whether words under seal were opened for them."""

    TOPIC = "audit.Reading"

    class Made(Created):
        TOPIC = "audit.Reading.Made"
        what: str
        words: bool
        because: Sealed  # people write names into reasons too

    @event(Made)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, what: str, words: bool, because: str
    ) -> None:
        self.what, self.words = what, words


class EvidencePack(Aggregate):
    """A pack of evidence that can be made again, the same to the byte, from what the ledgers had signed by then.

    Nothing of it is kept but what was asked and its hash: words that it opens lie nowhere. Whoever takes it away says
    to whom it goes and why.
    """

    TOPIC = "audit.EvidencePack"

    class Made(Created):
        TOPIC = "audit.EvidencePack.Made"
        digest: str
        file: str
        size: int
        reader: str
        query: dict[str, Any]
        filters: list[list[str]]
        frameworks: list[str]
        as_of: datetime
        events: int
        told: list[dict[str, Any]] = field(default_factory=list)  # came later: what older packs told is not remembered

    class TakenAway(Event):
        TOPIC = "audit.EvidencePack.TakenAway"

    @staticmethod
    def create_id(provider: str, digest: str) -> UUID:
        return follows("audit.EvidencePack", f"{provider}/{digest}")

    @event(Made)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, digest: str, file: str, size: int, reader: str,
        query: dict[str, Any], filters: list[list[str]], frameworks: list[str], as_of: datetime, events: int,
        told: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        self.digest, self.file, self.reader, self.query = digest, file, reader, query
        self.frameworks, self.as_of = frameworks, as_of

    def take_away(self, why: str) -> None:
        """Somebody takes it, to hand it to somebody. Raises RecipientMissing."""
        if not why.strip():
            raise RecipientMissing
        self.trigger_event(self.TakenAway)

    @event(TakenAway)
    def _(self) -> None:
        """That it was taken is on the record; the pack itself stays as it is."""


class SubjectAccess(Aggregate):
    """Somebody asks for everything that is held on them. A reader checks that nobody else is told of before it goes out.

    Of what goes out only the hash is kept: the copy can be made again for as long as the words can be opened. Who is named
    to be masked is sealed under the key of the first of the journeys, and forgotten with it.
    """

    TOPIC = "audit.SubjectAccess"

    class Asked(Created):
        TOPIC = "audit.SubjectAccess.Asked"
        journeys: list[UUID]
        asked_by: str
        received_on: date
        answer_by: date

    class OthersMasked(Event):
        TOPIC = "audit.SubjectAccess.OthersMasked"
        words: Sealed

    class FileDecided(Event):
        TOPIC = "audit.SubjectAccess.FileDecided"
        sha256: str
        given: bool

    class Released(Event):
        TOPIC = "audit.SubjectAccess.Released"
        digest: str
        entries: int
        masked: int

    class Declined(Event):
        TOPIC = "audit.SubjectAccess.Declined"

    @event(Asked)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, journeys: list[UUID], asked_by: str,
        received_on: date, answer_by: date,
    ) -> None:  # fmt: skip
        self.journeys, self.asked_by, self.received_on, self.answer_by = journeys, asked_by, received_on, answer_by
        self.masks: list[str] = []
        self.files: dict[str, bool] = {}
        self.state, self.digest = "asked", ""

    @classmethod
    def ask(
        cls, *, provider: str, site: str, identity: UUID, journeys: list[UUID], asked_by: str, received_on: date,
        answer_by: date,
    ) -> SubjectAccess:  # fmt: skip
        """Put a request on record. Raises AskedLater for a day ahead."""
        if received_on > local_day(circumstances().now):
            raise AskedLater
        return cls(
            provider=provider, site=site, journey=identity, about=journeys[0], journeys=journeys,
            asked_by=AskedBy(asked_by).value, received_on=received_on, answer_by=answer_by,
        )  # fmt: skip

    def mask(self, words: list[str]) -> None:
        """A reader names others who are still told of in the text. What is named already is no news."""
        self._open()
        if news := [each for each in dict.fromkeys(words) if each not in self.masks]:
            self.trigger_event(self.OthersMasked, words="\n".join(news))

    @event(OthersMasked)
    def _(self, words: str) -> None:
        self.masks += words.split("\n")

    def decide_file(self, sha256: str, *, given: bool) -> None:
        """A reader looked at a file and says whether it goes with the copy: no machine takes others out of a picture."""
        self._open()
        if self.files.get(sha256) is not given:
            self.trigger_event(self.FileDecided, sha256=sha256, given=given)

    @event(FileDecided)
    def _(self, sha256: str, given: bool) -> None:
        self.files[sha256] = given

    def release(
        self, read: str, digest: str, entries: int, masked: int, rationale: str, files: Iterable[str] = ()
    ) -> None:
        """Let it go out, as it was read: `read` is the hash of what the reader saw, `digest` of what it is now. Of each of
        the files that are held it was decided whether it goes with it."""
        self._open()
        if not rationale.strip():
            raise RecipientMissing
        if not set(files) <= self.files.keys():
            raise FilesUndecided
        if read != digest:
            raise ReadSomethingElse
        self.trigger_event(self.Released, digest=digest, entries=entries, masked=masked)

    @event(Released)
    def _(self, digest: str) -> None:
        self.state, self.digest = "released", digest

    def decline(self, rationale: str) -> None:
        """Do not answer it, or not in full, with the reason that the person is told."""
        self._open()
        if not rationale.strip():
            raise RecipientMissing
        self.trigger_event(self.Declined)

    @event(Declined)
    def _(self) -> None:
        self.state = "declined"

    def _open(self) -> None:
        if self.state != "asked":
            raise AccessAnswered


class AskedLater(Refused):
    """The day on which it was asked for cannot lie ahead. Enter the day on which the request reached you."""


class ReadSomethingElse(Refused):
    """Something was added or masked since you read it, so nothing was released. Read it again, then release it."""


class FilesUndecided(Refused):
    """Look at each file and say whether it goes with the copy, so nothing was released yet. A file may show other people."""


class AccessAnswered(Refused):
    """This request has been answered already. Nothing was changed."""


def require_reason(words: bool, because: str) -> None:
    """Raises ReasonMissing where words under seal are asked for without saying why."""
    if words and not because.strip():
        raise ReasonMissing
