"""Files that belong to the record: what each is, of which day, and the digest by which it is known to be the same."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.intake.domain.pdf import require_still
from services.intake.domain.refusals import (
    FileActive,
    FileEmpty,
    FileKindNotTaken,
    FileTooLarge,
    FileTwice,
    NotYetHappened,
    TooManyFiles,
)

LARGEST = 10 * 1024 * 1024
USUAL_MOST = 200
"""Files on one record, where the rules in force say nothing."""
PDF, JPEG, PNG, TEXT = "application/pdf", "image/jpeg", "image/png", "text/plain"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CARRIED = ("word/embeddings/", "word/activex/")
_FETCHED = re.compile(rb"(?:attachedTemplate|oleObject|frame|subDocument)\"[^>]*TargetMode=\"External|"
                      rb"TargetMode=\"External\"[^>]*(?:attachedTemplate|oleObject|frame|subDocument)\"")  # fmt: skip
MOST_RELATIONS, MOST_READ = 200, 1024 * 1024
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png", TEXT: "txt", WORD: "docx"}
BEGINNINGS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}


@dataclass(frozen=True, slots=True)
class File:
    """What a file is, told by its content and not by its name."""

    sha256: str
    media_type: str
    size: int


def examined(content: bytes) -> File:
    """What a file is. Raises FileEmpty, FileTooLarge, FileKindNotTaken, FileActive, FileShut."""
    if not content:
        raise FileEmpty
    if len(content) > LARGEST:
        raise FileTooLarge
    kind = _kind(content)
    if kind == PDF:
        require_still(content)
    if kind == WORD and _fetches(content):
        raise FileActive
    return File(hashlib.sha256(content).hexdigest(), kind, len(content))


def _fetches(content: bytes) -> bool:
    """Whether a Word document carries objects or controls, or fetches its template when it is opened (ECMA-376, part 2)."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = [part for part in parts.infolist() if part.filename.lower().endswith(".rels")]
        if any(part.lower().startswith(CARRIED) for part in parts.namelist()) or len(names) > MOST_RELATIONS:
            return True
        for part in names:
            try:
                with parts.open(part) as opened:
                    said = opened.read(MOST_READ + 1)
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error):
                return True  # broken, encrypted, or packed in a way that is not known
            if len(said) > MOST_READ or _FETCHED.search(said):
                return True
    return False


def _kind(content: bytes) -> str:
    for beginning, kind in BEGINNINGS.items():
        if content.startswith(beginning):
            return kind
    if _is_word(content):
        return WORD
    if _is_text(content):
        return TEXT
    raise FileKindNotTaken


def _is_word(content: bytes) -> bool:
    """A Word document without macros. Only its list of parts is read; nothing is unpacked."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):  # the last for a version that is not known yet
        return False
    return "word/document.xml" in parts and not any(part.lower().endswith("vbaproject.bin") for part in parts)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return all(each.isprintable() or each in "\t\r\n" for each in text) and not text.lstrip().startswith("<")


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A file on the record, with the day it is of and the moment it was sent in."""

    file: File
    evidence_date: date
    title: str

    @property
    def saved_as(self) -> str:
        """What it is called when it is saved: nothing about anybody."""
        return f"evidence-{self.file.sha256[:12]}.{ENDINGS[self.file.media_type]}"


class Evidence(Aggregate):
    """All files of one journey. Their content lies outside the store, sealed under the same key as its words."""

    TOPIC = "intake.Evidence"

    class Opened(Created):
        TOPIC = "intake.Evidence.Opened"

    class Attached(Event):
        TOPIC = "intake.Evidence.Attached"
        evidence_id: UUID
        sha256: str
        media_type: str
        size: int
        evidence_date: date
        title: Sealed

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("intake.Evidence", journey)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.files: dict[UUID, OnRecord] = {}

    @staticmethod
    def require_happened(evidence_date: date, now: datetime) -> None:
        """Raises NotYetHappened for a day that has not come in the UK."""
        if evidence_date > local_day(now):
            raise NotYetHappened

    def require_room(self, most: int) -> None:
        """Raises TooManyFiles where the record takes no further file."""
        if len(self.files) >= most:
            raise TooManyFiles

    def attach(self, file: File, evidence_date: date, title: str, most: int = USUAL_MOST) -> UUID:
        """Put a file on the record. `evidence_date` is the day it is of, which is not the day it is sent in; `most` is how
        many files the rules in force allow."""
        self.require_happened(evidence_date, circumstances().now)
        here = follows("intake.Evidence.File", f"{self.journey}/{file.sha256}")
        if here in self.files:
            raise FileTwice
        self.require_room(most)
        self.trigger_event(
            self.Attached, evidence_id=here, sha256=file.sha256, media_type=file.media_type, size=file.size,
            evidence_date=evidence_date, title=title.strip(),
        )  # fmt: skip
        return here

    @event(Attached)
    def _(self, evidence_id: UUID, sha256: str, media_type: str, size: int, evidence_date: date, title: str) -> None:
        self.files[evidence_id] = OnRecord(File(sha256, media_type, size), evidence_date, title)
