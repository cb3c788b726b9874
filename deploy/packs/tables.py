"""A pack's tables: which events make a row, where each column comes from, and what a reader sees of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from contracts.sealed import is_sealed
from deploy.packs.counting import counted
from deploy.packs.profile import Profile
from deploy.packs.query import Part
from deploy.packs.spool import Entries, Entry, of_topics
from libs.policytext import read

SPECS = Path(__file__).parent / "tables.yaml"
SEALED = "[sealed]"
HIDDEN = "[not shown to this reader]"
MARKS = {"journey": "Journey", "site": "Site", "recorded": "When it was recorded"}
"""What every row of every table begins with."""
PICK = re.compile(r"^(\w+)\[(?:(\w+)=(true|false))?\]\.(\w+)$")
Kind = Literal["string", "integer", "number", "boolean", "date", "datetime"]
Cell = str | int | float | bool | None
Words = Callable[[str], str]
"""Opens a text that is under seal."""


class Column(Part):
    """One column. `source` is a place in the event, or several to try, parted by a stroke; none: a mark by its name."""

    title: str
    source: str = Field(default="", alias="from")
    type: Kind = "string"
    words: bool = False
    people: bool = False
    """Whether it counts people or cases, so that a reader with small-number rules is told it by them."""


class Spec(Part):
    """One table as data; an empty topic stands for all."""

    name: str
    title: str
    topics: tuple[str, ...]
    columns: dict[str, Column]
    count_by: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """Rows that are made as often as they are gone through, and never all at once."""

    made: Callable[[], Iterator[list[Cell]]]

    def __iter__(self) -> Iterator[list[Cell]]:
        return self.made()


@dataclass(frozen=True)
class Table:
    """A table as one reader gets it: names and kinds of its columns, and rows in the order of the record."""

    name: str
    title: str
    columns: dict[str, tuple[str, Kind]]
    rows: Iterable[list[Cell]]
    counted: bool = False
    true: Mapping[tuple[str, ...], int] | None = None
    """The numbers behind a counted table, where its reader is not told them."""

    def records(self) -> Iterator[dict[str, Cell]]:
        """The rows by column name."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


@cache
def specs() -> tuple[Spec, ...]:
    """Every table of a pack."""
    return tuple(Spec.model_validate(each) for each in read(SPECS)["tables"])


def tables(entries: Entries, profile: Profile, words: Words) -> list[Table]:
    """The tables that a profile shows. `words` opens what is under seal, as far as it may be read."""
    return [
        _counted(spec, entries, profile) if spec.name in profile.counts else _whole(spec, entries, profile, words)
        for spec in specs()
        if spec.name not in profile.leaves_out
    ]


def _held(spec: Spec, entries: Entries, profile: Profile) -> Iterator[Entry]:
    held = iter(entries) if spec.topics == ("",) else of_topics(entries, spec.topics)
    return (entry for entry in held if not profile.withholds_event(entry.topic))


def _whole(spec: Spec, entries: Entries, profile: Profile, words: Words) -> Table:
    shown = {name: (title, "datetime" if name == "recorded" else "string") for name, title in MARKS.items()}
    careful = profile.small_numbers is not None
    shown |= {
        name: (column.title, "string" if column.people and careful else column.type)
        for name, column in spec.columns.items()
    }
    columns: dict[str, Any] = {name: each for name, each in shown.items() if name not in profile.hides}

    def made() -> Iterator[list[Cell]]:
        for entry in _held(spec, entries, profile):
            yield [
                _cell(entry, name, spec.columns[name], profile, words) if name in spec.columns else _mark(entry, name)
                for name in columns
            ]

    return Table(spec.name, spec.title, columns, Rows(made))


def _counted(spec: Spec, entries: Entries, profile: Profile) -> Table:
    found: Counter[tuple[str, ...]] = Counter()
    for entry in _held(spec, entries, profile):
        found[tuple(str(_plain(entry, name, spec)) for name in spec.count_by)] += 1
    titles = {name: spec.columns[name].title if name in spec.columns else MARKS[name] for name in spec.count_by}
    columns: dict[str, tuple[str, Kind]] = {name: (title, "string") for name, title in titles.items()}
    columns["number"] = ("How many", "string")
    every = counted(found) if profile.small_numbers else [(key, str(number)) for key, number in sorted(found.items())]
    rows: list[list[Cell]] = [[*key, number] for key, number in every]
    true = dict(found) if profile.small_numbers else None
    return Table(spec.name, f"{spec.title}, counted", columns, rows, counted=True, true=true)


def _plain(entry: Entry, name: str, spec: Spec) -> Cell:
    column = spec.columns.get(name)
    return value_of(entry, name, column.source if column else "")


def _cell(entry: Entry, name: str, column: Column, profile: Profile, words: Words) -> Cell:
    found = value_of(entry, name, column.source)
    if column.people and profile.small_numbers and isinstance(found, int):
        return profile.number(found)
    if not column.words or found in (None, ""):
        if column.type in {"integer", "number"} and isinstance(found, str):
            return None  # the same name holds words in another event of the table
        return SEALED if is_sealed(found) else found
    field = next((place for place in column.source.split("|") if look(entry.body, place) == found), column.source)
    if not profile.opens_words(entry.topic, field):
        return SEALED
    return words(str(found)) if is_sealed(found) else found


def value_of(entry: Entry, name: str, source: str) -> Cell:
    """A column's value: from the first of its places that the event has, or the event's own mark of that name."""
    if not source:
        return _mark(entry, name)
    if source == "originator_id":
        return str(entry.aggregate)
    found = next((each for place in source.split("|") if (each := look(entry.body, place)) is not None), None)
    if isinstance(found, list):
        return len(found) if found and isinstance(found[0], dict) else "; ".join(str(each) for each in found)
    return found


def _mark(entry: Entry, name: str) -> Cell:
    by = entry.body.get("by", {})
    marks: dict[str, Cell] = {
        "journey": entry.journey, "site": entry.site, "recorded": _utc(entry.recorded), "topic": plain(entry.topic),
        "role": by.get("role"), "rules": by.get("rules"), "occurred": _utc(_moment(by.get("occurred")) or entry.recorded),
        "ledger": entry.ledger, "place": entry.place,
    }  # fmt: skip
    return marks[name]


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def look(body: Mapping[str, Any], place: str) -> Any:
    """What stands at a place such as `owing.due`, `factors[].category` or `weighed[agreed=true].rule_id`."""
    if picked := PICK.match(place):
        name, test, wanted, field = picked.groups()
        every = body.get(name) or []
        return [each[field] for each in every if not test or each[test] is (wanted == "true")]
    found: Any = body
    for step in place.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def plain(topic: str) -> str:
    """A stored event's name in words: action.Action.SentBack → Action: sent back."""
    *_, record, happened = topic.split(".")
    return f"{record}: " + "".join(f" {c.lower()}" if c.isupper() else c for c in happened).strip()
