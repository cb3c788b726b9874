"""What a reader holds the evidence against: a versioned framework as data, and which decisions bear on each part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from contracts.taxonomy import OpportunityKind, Theme
from deploy.packs.query import Part
from deploy.packs.spool import Entries, Entry, of_topics
from deploy.packs.tables import look
from libs.domain import Refused
from libs.policytext import malformed, read

FOLDER = Path(__file__).parent.parent / "rules" / "frameworks"
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]


class NoSuchFramework(Refused):
    """There is no such framework. Name one that ships, or the file of your own."""


class Bearing(Part):
    """Which decisions bear on a statement, in which category of evidence; of these kinds and themes, or of all."""

    category: Identifier
    topics: tuple[str, ...] = Field(min_length=1)
    kinds: tuple[OpportunityKind, ...] = ()
    themes: tuple[Theme, ...] = ()
    where: dict[str, str] = Field(default_factory=dict)

    def holds(self, entry: Entry, kind: str, themes: set[str]) -> bool:
        """Whether a decision of a journey of this kind and these themes bears; `where` asks what it says at a place."""
        if entry.topic not in self.topics or any(look(entry.body, at) != said for at, said in self.where.items()):
            return False
        return not (self.kinds or self.themes) or kind in self.kinds or not themes.isdisjoint(self.themes)


class Statement(Part):
    """One expectation of a framework, by its name there."""

    id: Identifier
    title: Words
    group: Words
    citation: Words
    evidence: tuple[Bearing, ...] = Field(min_length=1)


class Framework(Part):
    """A framework at a version, with who issued it, since when, and whether it was checked against its source."""

    id: Identifier
    version: Words
    title: Words
    issued_by: Words
    source_url: str = Field(pattern=r"^https://")
    checked_on: date
    confirmed: bool
    note: Words | None = None
    categories: dict[Identifier, Words]
    statements: tuple[Statement, ...] = Field(min_length=1)

    def model_post_init(self, _: Any) -> None:
        for statement in self.statements:
            for bearing in statement.evidence:
                if bearing.category not in self.categories:
                    raise ValueError(
                        f"statement {statement.id} names the category {bearing.category}, which is not listed"
                    )


@dataclass(frozen=True)
class Mapped:
    """One statement, and how many decisions of the pack bear on it, by category; none: an honest gap."""

    statement: Statement
    found: dict[str, int]


def mapped(
    framework: Framework, entries: Entries, kinds: Mapping[str, str], themes: Mapping[str, set[str]]
) -> list[Mapped]:
    """Every statement of a framework with what bears on it. `kinds` and `themes` are those of each journey."""
    found = [Mapped(each, dict.fromkeys((b.category for b in each.evidence), 0)) for each in framework.statements]
    asking: dict[str, list[tuple[Mapped, Bearing]]] = {}
    for each in found:
        for bearing in each.statement.evidence:
            for topic in bearing.topics:
                asking.setdefault(topic, []).append((each, bearing))
    for entry in of_topics(entries, asking):
        kind, about = kinds.get(entry.journey, ""), themes.get(entry.journey, set())
        bears = [(m, b.category) for m, b in asking[entry.topic] if b.holds(entry, kind, about)]
        for one, category in {(id(m), c): (m, c) for m, c in bears}.values():
            one.found[category] += 1
    return found


def told(framework: Framework, found: Iterable[Mapped], say: Callable[[int], str]) -> dict[str, Any]:
    """The mapping as a reader gets it; `say` tells a number as that reader is told it."""
    return {
        "title": framework.title, "version": framework.version, "issued_by": framework.issued_by,
        "source_url": framework.source_url, "checked_on": framework.checked_on.isoformat(),
        "confirmed": framework.confirmed, "note": framework.note or "", "id": framework.id,
        "statements": [
            {
                "id": each.statement.id, "title": each.statement.title, "group": each.statement.group,
                "citation": each.statement.citation,
                "evidence": [
                    {"category": framework.categories[category], "number": say(number), "none": not number}
                    for category, number in each.found.items()
                ],
            }
            for each in found
        ],
    }  # fmt: skip


def framework(name: str) -> Framework:
    """A framework that ships by its name, or from a file. Raises NoSuchFramework, or a Refused of `libs.policytext`."""
    path = FOLDER / f"{name}.yaml" if name.replace("-", "").isalnum() else Path(name)
    if not path.is_file():
        raise NoSuchFramework
    try:
        return Framework.model_validate(read(path))
    except ValidationError as fault:
        raise malformed(fault) from fault


def frameworks() -> list[Framework]:
    """Every framework that ships, by title."""
    return sorted((framework(path.stem) for path in FOLDER.glob("*.yaml")), key=lambda each: each.title)
