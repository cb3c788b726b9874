"""What is asked of `candour stats` in words on the command line, read with care."""

from __future__ import annotations

import re
from fractions import Fraction

from deploy.stats_table import Unreadable


def places(written: str) -> frozenset[int]:
    """Points to leave out, from words such as 3,17. Raises Unreadable."""
    parts = [part.strip() for part in written.split(",") if part.strip()]
    wrong = [part for part in parts if not re.fullmatch(r"[0-9]{1,9}", part) or int(part) < 1]
    if wrong:
        raise Unreadable(f"--exclude takes points numbered from 1, such as 3,17; {wrong[0]!r} is none.")
    return frozenset(int(part) for part in parts)


def events_over_exposure(written: str, option: str) -> tuple[int, float]:
    """EVENTS/EXPOSURE. Raises Unreadable."""
    found = re.fullmatch(r"\s*([0-9]{1,15})\s*/\s*([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*", written, re.ASCII)
    if not found:
        raise Unreadable(f"{option} is EVENTS/EXPOSURE, a whole number over a number above 0: not {written!r}.")
    if not float(found[2]) > 0:
        raise Unreadable(f"{option}: the exposure of {written!r} must be above 0.")
    return int(found[1]), float(found[2])


def share_of_one(written: str, option: str) -> Fraction:
    """A share of 1, exactly as it was written. Raises Unreadable."""
    if not re.fullmatch(r"[0-9]?\.?[0-9]{1,12}", written, re.ASCII):
        raise Unreadable(f"{option} is a share of 1, such as 0.95: not {written!r}.")
    return Fraction(written)


def level_between(level: float) -> float:
    """A confidence level. Raises Unreadable."""
    if not 0 < level < 1:
        raise Unreadable(f"--level lies between 0 and 1, such as 0.95: not {level:g}.")
    return level
