"""What is held, in words the person can read, with everybody else taken out as far as a machine can tell."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from mimetypes import guess_extension
from typing import Any
from uuid import UUID

import orjson

from contracts.sealed import is_sealed
from contracts.taxonomy import Role
from deploy.subject_access.gathering import Held
from libs.keys import KeyRing
from libs.names import find, plain
from libs.reading import texts, with_seals
from libs.web.phrases import LONDON, local_time
from services.audit.application.sentences import CODE

MASK = "[another person]"
Called = Callable[[str], str]
OTHERS = frozenset({"the name of someone", "a title with a name", "a phone number", "an e-mail address"})
"""What in a text may tell of somebody else. What tells of the person themselves stays."""
SOURCES = frozenset({"reporter", "code", "headers"})
"""Who told us is always somebody else's to say."""
LEFT_OUT = frozenset({
    "by", "timestamp", "provider", "site", "journey", "about", "class_version", "originator_topic", "person", "subject",
    "source_key", "digest", "sha256", "weighed", "facts", "version", "actor", "media_type", "size", "said_at",
})  # fmt: skip
_MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_IDENTITY = re.compile(r"^[0-9a-f]{8}-[0-9a-f-]{27}$|^[0-9a-f]{32,64}$")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on record: when, what, decided in which role, and what it says, by heading."""

    when: str
    room: str
    what: str
    role: str
    said: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file on one of the records; `given` says whether it goes with the copy, None that nobody looked at it yet."""

    about: UUID
    sha256: str
    media_type: str
    size: int
    title: str
    given: bool | None

    @property
    def saved_as(self) -> str:
        """A name for it in the copy that tells nothing."""
        return f"files/{self.sha256[:12]}{guess_extension(self.media_type) or ''}"


@dataclass(frozen=True)
class Told:
    """Everything held, how many places in it are masked, and the files that go with it or do not."""

    lines: list[Line]
    masked: int
    files: list[KeptFile] = field(default_factory=list)

    @property
    def given(self) -> list[KeptFile]:
        """The files that go with the copy."""
        return [file for file in self.files if file.given]

    @property
    def document(self) -> bytes:
        """The same for programs: its hash tells whether this is what was read."""
        held = [asdict(line) | {"said": dict(line.said)} for line in self.lines]
        files = [
            {"sha256": file.sha256, "media_type": file.media_type, "title": file.title, "given": file.given,
             "name": file.saved_as if file.given else ""}
            for file in self.files if file.given is not None
        ]  # fmt: skip
        option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
        whole = {"format": "candour-subject-access/1", "masked": self.masked, "held": held}
        return orjson.dumps(whole | ({"files": files} if files else {}), option=option)


class Mask:
    """Takes other people out of texts. `own` is how the person themselves is called; `more` what a reader added."""

    def __init__(self, others: Iterable[str], own: Iterable[str], more: Iterable[str] = ()) -> None:
        self.own = {part.casefold() for name in own for part in re.findall(r"[^\W\d_][\w'’-]*", name)}
        self.others = [name for name in others if not self._is_own(name)]
        self.more = [re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for word in more if word.strip()]
        self.count = 0

    def over(self, text: str) -> str:
        """The text with others taken out."""
        text = plain(text)
        for finding in reversed(find(text, self.others)):
            if finding.kind in OTHERS and not self._is_own(finding.text):
                text = text[: finding.start] + MASK + text[finding.start + len(finding.text) :]
                self.count += 1
        for word in self.more:
            text, masked = word.subn(MASK, text)
            self.count += masked
        return text

    def _is_own(self, words: str) -> bool:
        parts = [part.casefold() for part in re.findall(r"[^\W\d_][\w'’-]*", words)]
        said = [part.removesuffix("'s").removesuffix("’s") for part in parts if part.rstrip(".") not in TITLES]
        return bool(said) and all(part in self.own for part in said)


TITLES = frozenset({"dame", "dr", "lady", "lord", "miss", "mr", "mrs", "ms", "mx", "sir"})


async def opened(found: Sequence[Held], keys: KeyRing) -> list[dict[str, Any]]:
    """The bodies of the events with their words opened; what was erased says so."""
    tokens = {text for each in found for text in texts(each.body) if is_sealed(text)}
    await keys.ready({subject for token in tokens if (subject := KeyRing.subject_of(token))})
    return [with_seals(each.body, keys.open) for each in found]


def told(found: Sequence[Held], bodies: Sequence[dict[str, Any]], called: Called, mask: Mask) -> Told:
    """Everything held as lines; `called` says what an event is called."""
    lines = [_line(each, body, called, mask) for each, body in zip(found, bodies, strict=True)]
    return Told([line for line in lines if line.said], mask.count)


def _line(each: Held, body: dict[str, Any], called: Called, mask: Mask) -> Line:
    by = body.get("by") or {}
    said = [*_said(body, mask)]
    if by.get("rationale"):
        said.append(("Why it was decided so", mask.over(by["rationale"])))
    when = datetime.fromisoformat(by.get("occurred") or body["timestamp"])
    known = {role.value: role.label for role in Role}
    role = known.get(by.get("role", ""), "")
    return Line(local_time(when, LONDON), each.service, called(each.topic), role, said)


def _said(body: dict[str, Any], mask: Mask) -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if name in LEFT_OUT or name.startswith("originator") or name.endswith(("_id", "_ids")):
            continue
        heading = name.replace("_", " ").capitalize()
        if name in SOURCES:
            if value:
                mask.count += 1
                yield heading, MASK
            continue
        text = _decoded(value) if name == "payload" else _text(value)
        if text and not _IDENTITY.match(text):
            yield heading, mask.over(text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        return _in_words(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return "; ".join(filter(None, (_text(each) for each in value if not isinstance(each, dict))))
    return ""


def _in_words(text: str) -> str:
    """Codes and moments as a person writes them; anything else as it stands."""
    if CODE.fullmatch(text):
        return text.replace("_", " ").capitalize()
    if _MOMENT.match(text):
        return local_time(datetime.fromisoformat(text), LONDON)
    return text


def _decoded(value: Any) -> str:
    try:
        return b64decode(str(value), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return _text(value)
