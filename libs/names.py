"""Finding what would tell who somebody is in a text that will be shared, so that it can be taken out first.

It looks for marks that can be told by their form, and for names it is given. It cannot know every name there is:
a text in which nothing is found still needs a reader.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
ADULTS_BORN_BY = 2009
"""A full date up to this year is taken for a birth date: events under review are recent, adults are not."""
ORDINARY_WORDS = frozenset({
    "april", "august", "bell", "black", "brown", "carer", "cook", "dawn", "day", "faith", "field", "grace", "grant",
    "green", "hall", "hill", "home", "hope", "joy", "june", "king", "lane", "long", "mark", "may", "north", "price",
    "rose", "sky", "south", "stone", "summer", "west", "white", "will", "wood", "young",
})  # fmt: skip
"""Names that are also everyday words; they count only as part of the whole name."""
SHORTEST_PART = 3

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
    ("a title with a name", re.compile(r"\b(?:mr|mrs|mx)\.? [^\W\d_][\w'’-]+", re.IGNORECASE), _any),
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
            yield "the name of someone", match.start(), match.end()
    for part in sorted({part.strip(".,'’") for name in names for part in name.split()}):
        if len(part) >= SHORTEST_PART and part.lower() not in ORDINARY_WORDS:
            for match in re.finditer(rf"(?<!\w){re.escape(part[:1].upper() + part[1:])}(?!\w)", text):
                yield "the name of someone", match.start(), match.end()
