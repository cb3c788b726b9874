"""Finding what would tell who somebody is in a text that will be shared, so that it can be taken out first.

It looks for marks that can be told by their form, and for names it is given. It cannot know every name there is:
a text in which nothing is found still needs a reader.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from libs.nicknames import NICKNAMES

INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
ADULTS_BORN_BY = 2009
"""A full date up to this year is taken for a birth date: events under review are recent, adults are not."""
ORDINARY_WORDS = frozenset({
    "april", "art", "august", "banks", "bell", "best", "bill", "black", "bright", "brown", "bush", "carer", "cash",
    "church", "cook", "cross", "daisy", "dawn", "day", "dot", "drew", "faith", "field", "flowers", "frank", "frost",
    "glad", "good", "grace", "grant", "green", "hall", "hill", "home", "hope", "jack", "joy", "june", "king", "kit",
    "lane", "little", "long", "love", "major", "mark", "may", "nick", "north", "page", "park", "pat", "penny",
    "power", "price", "rich", "ring", "rob", "rose", "sharp", "short", "sky", "small", "snow", "south", "spring",
    "stone", "strong", "sue", "summer", "walker", "ward", "wells", "west", "white", "will", "win", "winter", "wise",
    "wood", "young",
})  # fmt: skip
"""Names that are also everyday words; alone they count only where a capital cannot be the beginning of a sentence."""
SHORTEST_PART = 3
SHORTEST_MISSPELT, LONGEST_MISSPELT = 5, 40
"""Shorter names are one letter away from too many other words."""
MONTHS = frozenset({"april", "august", "june", "may"})
"""Everyday words that carry a capital anywhere."""
CALENDAR = MONTHS | frozenset({
    "january", "february", "march", "july", "september", "october", "november", "december",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
})  # fmt: skip
"""Never taken for a misspelt name."""
NO_NAMES = frozenset({"and", "del", "der", "for", "mrs", "the", "van", "von"})
"""Small words within names, and forms of address, that tell nobody."""
OPENINGS = frozenset(
    {"after", "every", "later", "other", "since", "their", "there", "these", "today", "under", "which"}
)
SOMEONE = "the name of someone"
LOOK_BACK = 12
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_POSSESSIVE = re.compile(r"(?:['’]s?|['’-])$")

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_IN_FIGURES = r"\d{1,2}[/.-]\d{1,2}[/.-](?P<y1>\d{4}|\d{2})"
_IN_WORDS = rf"\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? (?P<y2>\d{{4}})"
_DATE = rf"(?:{_IN_FIGURES}|{_IN_WORDS}|(?P<y3>\d{{4}})-\d{{2}}-\d{{2}})"
_SURNAME = r"(?:[^\W\d_]\.? )?(?!(?:Associate|Call|Consultant|In|Led|Manager|Practitioner|Specialist|Station)\b)"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that tells who somebody is: what kind of thing, in words, and where in the text it stands."""

    kind: str
    text: str
    start: int


def find(text: str, known: Iterable[str] = ()) -> list[Finding]:
    """Everything in a text that would tell who somebody is, in the order it stands there.

    `known` are names to look for besides. Positions are those of the text as it is shown: look-alike and invisible
    characters do not hide anything.
    """
    shown = plain(text)
    taken = bytearray(len(shown))
    found: list[Finding] = []
    for kind, start, end in (*_marks(shown), *_named(shown, known)):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append(Finding(kind, shown[start:end], start))
    return sorted(found, key=lambda each: each.start)


def plain(text: str) -> str:
    """The text as a reader sees it: one form for each character, nothing invisible."""
    return unicodedata.normalize("NFKC", text).translate(INVISIBLE)


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits carry the right check digit (NHS Data Dictionary: NHS number, modulus 11)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    check = (11 - total % 11) % 11
    return check == int(digits[9])


def _nhs(match: re.Match[str]) -> bool:
    return is_nhs_number(re.sub(r"\D", "", match[0]))


def _born(match: re.Match[str]) -> bool:
    year = next(filter(None, (match["y1"], match["y2"], match["y3"])))
    return len(year) == len("1950") and int(year) <= ADULTS_BORN_BY


def _any(match: re.Match[str]) -> bool:
    return True


_MARKS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    ("an e-mail address", re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), _any),
    ("an NHS number", re.compile(r"(?<![\d+])\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)"), _nhs),
    (
        "a National Insurance number",
        # HMRC manual NIM39110: letters and prefixes that are never used
        re.compile(
            r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
            re.IGNORECASE,
        ),
        _any,
    ),
    (
        "a phone number",
        re.compile(r"(?<![\d+])(?:(?:\+|00)44[ .-]?(?:\(0\))?|\(?0)(?:[ .()-]{0,2}\d){9,10}(?!\d)"),
        _any,
    ),
    (
        "a postcode",
        # BS 7666: the last two letters are never C, I, K, M, O or V
        re.compile(r"\b(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE),
        _any,
    ),
    (
        "a date of birth",
        re.compile(rf"\b(?:born(?: on)?|d\.?o\.?b\.?|date of birth|birthday)[ :,]*(?:is |was )?{_DATE}", re.IGNORECASE),
        _any,
    ),
    ("a date of birth", re.compile(rf"\b{_DATE}\b", re.IGNORECASE), _born),
    (
        "a title with a name",
        re.compile(
            r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Dame|Lady|Lord|Rev|Prof|Professor|Doctor|Nurse|Sister)\.? "
            + _SURNAME
            + r"[A-Z][\w'’-]+"
        ),
        _any,
    ),
    (
        "a title with a name",
        re.compile(r"\b(?:mr|mrs|mx)\.? (?!(?:and|are|had|has|is|or|was|were)\b)[^\W\d_][\w'’-]+", re.IGNORECASE),
        _any,
    ),
)


def _marks(text: str) -> Iterator[tuple[str, int, int]]:
    for kind, pattern, holds in _MARKS:
        for match in pattern.finditer(text):
            if holds(match):
                yield kind, match.start(), match.end()


def _named(text: str, known: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    names = [plain(name).strip() for name in known]
    for name in sorted(filter(None, names), key=len, reverse=True):
        words = r"\s+".join(map(re.escape, name.split()))
        for match in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE):
            yield SOMEONE, match.start(), match.end()
    roster = Roster.of(names)
    for match in _WORD.finditer(text):
        word = _POSSESSIVE.sub("", match[0])
        if roster.names(word, opens=_opens_a_sentence(text, match.start())):
            yield SOMEONE, match.start(), match.start() + len(word)


def _opens_a_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - LOOK_BACK) : start].rstrip(" \t\"'‘“(")
    return not before or before[-1] in ".!?:\n•-–"


@dataclass(frozen=True, slots=True)
class Roster:
    """The parts of names, and what stands for them: nicknames, and words one slip of the pen away."""

    parts: frozenset[str]
    words: frozenset[str]
    """Parts that are also everyday words."""
    nearly: frozenset[str]
    """Each longer part with one letter left out: two words that share one of these differ by one slip."""

    @classmethod
    def of(cls, names: Iterable[str]) -> Roster:
        """The roster of some names. Parts shorter than three letters tell nobody and are left out."""
        said = {part.strip(".,'’").casefold() for name in names for part in re.split(r"[\s-]+", name)}
        said |= {part.strip(".,'’").casefold() for name in names for part in name.split()}
        called = {nickname for part in said for nickname in NICKNAMES.get(part, ())}
        every = {part for part in said | called if len(part) >= SHORTEST_PART} - NO_NAMES
        longer = [part for part in said & every if len(part) >= SHORTEST_MISSPELT and part not in ORDINARY_WORDS]
        return cls(
            frozenset(every - ORDINARY_WORDS), frozenset(every & ORDINARY_WORDS),
            frozenset(short for part in longer for short in (part, *_shortened(part))),
        )  # fmt: skip

    def names(self, word: str, *, opens: bool) -> bool:
        """Whether a word is written as a name and is one. `opens`: it begins a sentence, as any word may with a capital."""
        if not word[:1].isupper():
            return False
        small = word.casefold()
        if small in self.parts:
            return True
        if small in self.words:
            return not opens and small not in MONTHS
        if not SHORTEST_MISSPELT <= len(small) <= LONGEST_MISSPELT or small in ORDINARY_WORDS | CALENDAR:
            return False
        if opens and small in OPENINGS:
            return False
        return not self.nearly.isdisjoint((small, *_shortened(small)))


def _shortened(word: str) -> Iterator[str]:
    # The first letter is the one that people get right.
    return (word[:place] + word[place + 1 :] for place in range(1, len(word)))
