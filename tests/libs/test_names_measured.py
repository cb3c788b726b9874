"""How many names the check finds, and how often it is wrong, on care notes written for that: it may not get worse."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from libs.names import find

NOTES = Path(__file__).with_name("care_notes.txt")
MARKED = re.compile(r"\[\[(.*?)\]\]")
LEAST = {
    "whole": 1.0, "surname": 1.0, "first": 1.0, "possessive": 1.0, "title": 1.0, "identifier": 0.93,
    "nickname": 0.8, "misspelt": 0.9, "word": 0.6, "room": 0.0, "off": 0.0,
}  # fmt: skip
"""The least share found of each kind. Names that are on no roster, and rooms, are not looked for: it cannot know them."""
LEAST_PRECISION = 0.99


@dataclass(frozen=True)
class Note:
    """A sentence, what kind of difficulty it holds, and where in it somebody can be told."""

    kind: str
    text: str
    spans: tuple[tuple[int, int], ...]


def notes() -> tuple[list[str], list[Note]]:
    """The roster and the sentences."""
    roster: list[str] = []
    found: list[Note] = []
    for line in NOTES.read_text().splitlines():
        kind, _, words = line.partition(": ")
        if kind == "roster":
            roster += words.split("; ")
        elif words and not line.startswith("#"):
            found.append(labelled(kind, words))
    return roster, found


def labelled(kind: str, words: str) -> Note:
    spans, text, end = [], "", 0
    for match in MARKED.finditer(words):
        text += words[end : match.start()]
        spans.append((len(text), len(text) + len(match[1])))
        text, end = text + match[1], match.end()
    return Note(kind, text + words[end:], tuple(spans))


ROSTER, NOTES_READ = notes()


def overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def told() -> tuple[Counter[str], Counter[str], int, list[str]]:
    """Marked spans by kind, those of them that were found, everything found, and what was found wrongly."""
    there, hit, every, wrong = Counter[str](), Counter[str](), 0, list[str]()
    for note in NOTES_READ:
        seen = [(each.start, each.start + len(each.text)) for each in find(note.text, ROSTER)]
        there[note.kind] += len(note.spans)
        hit[note.kind] += sum(any(overlaps(span, each) for each in seen) for span in note.spans)
        every += len(seen)
        wrong += [note.text for each in seen if not any(overlaps(span, each) for span in note.spans)]
    return there, hit, every, wrong


THERE, HIT, EVERY, WRONG = told()


def test_the_set_is_large_and_mixed_enough_to_say_something() -> None:
    assert len(NOTES_READ) >= 150
    assert sum(not note.spans for note in NOTES_READ) >= 40
    assert {note.kind for note in NOTES_READ} == {*LEAST, "plain"}
    assert min(THERE[kind] for kind in LEAST) >= 4


@pytest.mark.parametrize("kind", LEAST)
def test_at_least_so_many_of_each_kind_are_found(kind: str) -> None:
    assert HIT[kind] / THERE[kind] >= LEAST[kind], list(missed(kind))


def missed(kind: str) -> Iterator[str]:
    for note in NOTES_READ:
        if note.kind == kind:
            seen = [(each.start, each.start + len(each.text)) for each in find(note.text, ROSTER)]
            yield from (note.text for span in note.spans if not any(overlaps(span, each) for each in seen))


def test_what_is_found_is_nearly_always_somebody() -> None:
    assert 1 - len(WRONG) / EVERY >= LEAST_PRECISION, WRONG


def test_the_figures_that_are_told_are_the_ones_measured() -> None:
    known = [kind for kind in LEAST if kind not in {"off", "room"}]
    on_roster = sum(HIT[kind] for kind in known) / sum(THERE[kind] for kind in known)
    overall = sum(HIT.values()) / sum(THERE.values())
    assert on_roster >= 0.9
    assert overall >= 0.8
