"""The colours of charts: told apart without colour vision, and never a red, amber and green of judgement."""

from __future__ import annotations

PAPER = "#ffffff"
INK = "#16232b"
SOFT = "#475660"
GRID = "#d5dfe0"
COMMON = "#14505c"
"""What chance explains."""
BETTER = "#00538f"
"""More than chance, and for the better: always a triangle as well."""
WORSE = "#a8480a"
"""More than chance, and for the worse: always a triangle as well."""
NEUTRAL = "#5a3d7a"
"""More than chance, where neither way is better."""
LIMIT = "#5d6b73"

TEXTS = (INK, SOFT)
"""Words are written in these: at least 4.5 to 1 on paper."""
MARKS = (COMMON, BETTER, WORSE, NEUTRAL, LIMIT)
"""Lines and points that carry meaning: at least 3 to 1 on paper."""


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, 1 to 21 (WCAG 2.2, relative luminance)."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 as WCAG defines it

    red, green, blue = (linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
