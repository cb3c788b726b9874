"""A picture under way: shapes with plain attributes, so that no style is needed that a strict page would refuse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import escape

from libs.charts.palette import PAPER

Place = tuple[float, float]


EDGE = f'stroke="{PAPER}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'


@dataclass(slots=True)
class Drawing:
    """A picture of so many units, with its words for those who do not see it."""

    name: str
    width: int
    height: int
    title: str
    description: str
    parts: list[str] = field(default_factory=list)

    def line(self, a: Place, b: Place, colour: str, width: float = 1, dash: str = "") -> None:
        """A straight line."""
        (x1, y1), (x2, y2) = a, b
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{_width(width)}{_dash(dash)}/>'
        )

    def path(self, places: Sequence[Place], colour: str, width: float = 1.5, dash: str = "") -> None:
        """A line through places; nothing where there are fewer than two."""
        least = 2
        if len(places) >= least:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            self.parts.append(
                f'<polyline points="{points}" fill="none" stroke="{colour}"{_width(width)}{_dash(dash)}/>'
            )

    def dot(self, at: Place, colour: str, radius: float = 4, *, hollow: bool = False) -> None:
        """A round point; hollow for one that was left out."""
        fill, ring = ("#ffffff", f' stroke="{colour}" stroke-width="1.5"') if hollow else (colour, "")
        self.parts.append(f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}" fill="{fill}"{ring}/>')

    def triangle(self, at: Place, colour: str, size: float = 7, *, up: bool) -> None:
        """A point that stands out, pointing the way it does."""
        (x, y), way = at, -1 if up else 1
        corners = ((x, y + way * size), (x - size, y - way * size * 0.75), (x + size, y - way * size * 0.75))
        points = " ".join(f"{cx:.1f},{cy:.1f}" for cx, cy in corners)
        self.parts.append(f'<polygon points="{points}" fill="{colour}"/>')

    def text(self, at: Place, words: str, colour: str, size: int = 14, anchor: str = "start") -> None:
        """Words at a place, on an edge of paper that keeps them legible over lines."""
        place = f'x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}"'
        self.parts.append(f'<text {place} {EDGE} font-size="{size}" fill="{colour}">{escape(words)}</text>')

    def svg(self) -> str:
        """The picture, to be put into a page as it is."""
        size = f'viewBox="0 0 {self.width} {self.height}" width="100%"'
        named = f'role="img" aria-labelledby="{self.name}-title {self.name}-desc" focusable="false"'
        return "".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} {named}>',
                f'<title id="{self.name}-title">{escape(self.title)}</title>',
                f'<desc id="{self.name}-desc">{escape(self.description)}</desc>',
                *self.parts,
                "</svg>",
            )
        )


def _width(width: float) -> str:
    return f' stroke-width="{width:g}"'


def _dash(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def spread(values: Iterable[float]) -> tuple[float, float]:
    """From the least to the largest, never of no extent."""
    found = list(values)
    low, high = min(found), max(found)
    return (low, high) if high > low else (low, low + (abs(low) or 1.0))
