"""A chart as a page shows it: the picture for wide and for narrow screens, what it says, and its numbers."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True)
class Linked:
    """A cell that leads to what is behind its number."""

    words: str
    href: str

    def __html__(self) -> str:
        return f'<a class="govuk-link" href="{escape(self.href)}">{escape(self.words)}</a>'


Cell = str | Linked


@dataclass(frozen=True, slots=True)
class Figure:
    """`sentences` say what the chart shows, each signal in one; `rows` are the numbers it is drawn from."""

    name: str
    title: str
    sentences: tuple[str, ...]
    wide: str
    narrow: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def pictures(self) -> Markup:
        """Both pictures; the stylesheet shows the one that fits the screen, and print the wide one."""
        # The drawing escapes every word that it is given.
        return Markup(  # noqa: S704
            f'<div class="candour-chart__wide">{self.wide}</div><div class="candour-chart__narrow">{self.narrow}</div>'
        )
