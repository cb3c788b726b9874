"""A letter as an accessible PDF (PDF/UA-1), made anew whenever it is asked for and kept nowhere."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from contracts.sealed import ERASED
from libs.reaching import LetterTemplate
from services.notification.domain.letter import Letter, LetterErased

LAYOUT = Path(__file__).parent / "paper.typ"
TO, ADDRESS, SIGNED = "to", "address", "signed"
"""What every letter has besides the parts of its template: to whom, where to, and who signs it."""


def words_of(letter: Letter) -> dict[str, str]:
    """What was written for a letter, by field. Raises LetterErased."""
    if letter.words == ERASED:
        raise LetterErased
    found: dict[str, str] = json.loads(letter.words)
    return found


def written(words: Mapping[str, str]) -> str:
    """The words of a letter as they are kept."""
    return json.dumps(words, ensure_ascii=False, sort_keys=True)


def _laid_out(template: LetterTemplate, words: Mapping[str, str], sender: str, dated: date) -> dict[str, Any]:
    to = words.get(TO, "")
    return {
        "title": template.title,
        "sender": sender,
        "address": _lines(f"{to}\n{words.get(ADDRESS, '')}"),
        "dated": f"{dated.day} {dated:%B %Y}",
        "greeting": f"Dear {to}," if to else "",
        "opening": template.opening,
        "apology": template.apology,
        "parts": [{"title": p.title, "words": words[p.id]} for p in template.parts if words.get(p.id)],
        "closing": template.closing,
        "farewell": "Yours sincerely,",
        "signed": _lines(f"{words.get(SIGNED, '')}\n{sender}"),
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def made(template: LetterTemplate, words: Mapping[str, str], sender: str, dated: date) -> bytes:
    """The letter of a day; the same words give the same bytes, so that its fingerprint can be checked later."""
    import typst

    content = json.dumps(_laid_out(template, words, sender, dated), ensure_ascii=False)
    pages: bytes = typst.compile(
        LAYOUT.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(datetime(dated.year, dated.month, dated.day, 12, tzinfo=UTC).timestamp()),
        sys_inputs={"letter": content},
    )
    return pages


async def pdf(template: LetterTemplate, words: Mapping[str, str], sender: str, dated: date) -> bytes:
    """As `made`, while others are served."""
    return await asyncio.to_thread(made, template, words, sender, dated)


def fingerprint(pages: bytes) -> str:
    """SHA-256, as hexadecimal digits."""
    return hashlib.sha256(pages).hexdigest()
