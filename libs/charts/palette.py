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
