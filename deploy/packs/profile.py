"""For whom a pack is: what that reader is shown, what is blacked out, what is only counted, and small numbers withheld."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints, ValidationError

from deploy.packs.counting import parts
from deploy.packs.query import Part, Query
from libs.disclosure import rounded
from libs.domain import Refused
from libs.policytext import malformed, read

FOLDER = Path(__file__).parent / "profiles"
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=600, strip_whitespace=True)]


class NotForThisReader(Refused):
    """This reader is not given packs of that kind. Nothing was made; choose another reader or another query."""


class NoSuchProfile(Refused):
    """There is no such reader. Choose one of: inspector, local-authority, commissioner, complainant, board."""


class Shown(StrEnum):
    """How the events themselves are given: word for word, by their hash unless named, or not at all."""

    SHOWN = "shown"
    HASHED = "hashed"
    NONE = "none"


class SmallNumbers(Part):
    """Below `fewest` a number (nought apart) is not said; others are rounded to the nearest `round_to`.

    These are the limits within which `libs.disclosure` can tell that no small number can be worked out; no others are offered.
    """

    fewest: Literal[5]
    round_to: Literal[5]

    def said(self, number: int) -> str:
        """The number as this reader is told it."""
        told = rounded(number)
        return f"fewer than {self.fewest}" if told is None else str(told)


class Profile(Part):
    """One reader's version. `opens` names sealed words by event and field; `about` the kinds of query allowed.

    `withholds` names how the topics begin that are given by hash alone, whatever else the profile says.
    """

    id: Identifier
    version: Words
    title: Words
    reader: Words
    note: Words
    about: tuple[str, ...] = ("journey", "contract", "theme", "site", "period")
    events: Shown
    shows: tuple[str, ...] = ()
    withholds: tuple[str, ...] = ("intake.StaffAllegation.",)
    opens: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    leaves_out: tuple[str, ...] = ()
    small_numbers: SmallNumbers | None = None

    def require(self, query: Query) -> None:
        """Raises NotForThisReader."""
        if query.kind not in self.about:
            raise NotForThisReader(f"{self.title}: a pack about a {query.kind} is not made. {NotForThisReader.__doc__}")

    def shows_event(self, topic: str) -> bool:
        """Whether an event is given word for word."""
        if self.withholds_event(topic):
            return False
        return self.events is Shown.SHOWN or (self.events is Shown.HASHED and topic in self.shows)

    def withholds_event(self, topic: str) -> bool:
        """Whether nothing but an event's hash is given, in tables neither: by default what is about staff as employees."""
        return topic.startswith(self.withholds)

    def opens_words(self, topic: str, field: str) -> bool:
        """Whether sealed words are given in clear."""
        return field in self.opens or f"{topic}.{field}" in self.opens

    def number(self, number: int) -> str:
        """A count as this reader is told it."""
        return self.small_numbers.said(number) if self.small_numbers else str(number)

    def parts(self, numbers: Sequence[int]) -> tuple[list[str], str]:
        """Counts that add up to a total, and the total, so that none can be worked out from the others."""
        return parts(numbers) if self.small_numbers else ([str(number) for number in numbers], str(sum(numbers)))


def profile(name: str) -> Profile:
    """A reader's profile by name, or from a file of the provider's own.

    Raises NoSuchProfile, or a Refused of `libs.policytext`.
    """
    path = FOLDER / f"{name}.yaml" if name.replace("-", "").isalnum() else Path(name)
    if not path.is_file():
        raise NoSuchProfile
    try:
        return Profile.model_validate(read(path))
    except ValidationError as fault:
        raise malformed(fault) from fault


def profiles() -> list[Profile]:
    """Every profile that ships, by title."""
    return sorted((profile(path.stem) for path in FOLDER.glob("*.yaml")), key=lambda each: each.title)
