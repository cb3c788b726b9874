"""The word by which somebody without a name comes back: made by chance, shown once, and kept only as what is slow to try."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets

from libs.keys import KeyRing
from services.intake.application.reporting import plain
from services.intake.domain import Opportunity, Talk, WayBack

CONSONANTS, VOWELS, SYLLABLES = "bdfgklmnprstvz", "aeiou", 7
"""A secret word is made of syllables that can be read out and written down; seven of them make 43 bits."""
_SYLLABLE = f"[{CONSONANTS}][{VOWELS}]"
_WORD = re.compile(rf"(?:{_SYLLABLE}){{2}}-(?:{_SYLLABLE}){{2}}-(?:{_SYLLABLE}){{3}}")
ROUNDS, BLOCK, LANES, SALT = 2**14, 8, 1, 16
"""scrypt (RFC 7914) with 16 MiB: some fifty milliseconds a try, so that a copy of the record is not tried through."""


class Word:
    """A secret word on its way: it tells itself to nobody, so that no log and no fingerprint of a request holds it."""

    __slots__ = ("said",)

    def __init__(self, said: str) -> None:
        self.said = said

    def __repr__(self) -> str:
        return "a secret word"


def new_word() -> str:
    """A word that nothing leads to."""
    said = "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(SYLLABLES))
    return f"{said[:4]}-{said[4:8]}-{said[8:]}"


def word_of(sent: str) -> str:
    """The word that a form was given when it was shown, so that sent twice it has the same; a new one for any other text."""
    return sent if _WORD.fullmatch(sent) else new_word()


async def way_back(keys: KeyRing, word: str, opportunity: Opportunity) -> tuple[WayBack, Talk]:
    """A way back to what was reported without a name, for whoever is shown the word, and a talk that may begin."""
    provider, site, journey, about = opportunity.provider, opportunity.site, opportunity.journey, opportunity.about
    leads, kept = door(keys, opportunity.reference), await slowly(keys, word, secrets.token_bytes(SALT))
    return (
        WayBack(provider=provider, site=site, journey=journey, about=about, door=leads, verifier=kept),
        Talk(provider=provider, site=site, journey=journey, about=about),
    )


def door(keys: KeyRing, number: str) -> str:
    """What a number comes to: a keyed digest. Case, spaces and dashes do not matter."""
    return keys.pseudonym("door", plain(number))


def former_door(keys: KeyRing, number: str, word: str) -> str:
    """What a number and its word came to when words still followed from the form that was sent."""
    return keys.pseudonym("door", f"{plain(number)}/{plain(word)}")


async def slowly(keys: KeyRing, word: str, salt: bytes) -> str:
    """What is kept of a word: salted, slow to work out, and of no use without this house's own secret."""
    mixed = keys.pseudonym("word", plain(word)).encode()
    made = await asyncio.to_thread(hashlib.scrypt, mixed, salt=salt, n=ROUNDS, r=BLOCK, p=LANES)
    return f"{salt.hex()}${made.hex()}"


async def is_word_of(keys: KeyRing, word: str, way: WayBack | None) -> bool:
    """Whether a word is the one of a way back. Where there is none it takes just as long."""
    kept = way.verifier if way else ""
    salt = bytes.fromhex(kept.partition("$")[0]) or bytes(SALT)
    return hmac.compare_digest(await slowly(keys, word, salt), kept)
