"""A line the size of a word, for tables: how a figure went, with its last point marked."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from libs.charts.drawing import Drawing, spread
from libs.charts.palette import COMMON

WIDTH, HEIGHT, EDGE = 110, 28, 5


def spark(name: str, title: str, values: Sequence[float]) -> Markup:
    """A line through the values in order of time; its title tells first, last, least and largest."""
    told = f"From {values[0]:g} to {values[-1]:g}, least {min(values):g}, largest {max(values):g}."
    drawing = Drawing(name, WIDTH, HEIGHT, title, told)
    low, high = spread([0.0, *values])

    def at(i: int, value: float) -> tuple[float, float]:
        x = EDGE + (WIDTH - 2 * EDGE) * (i / max(1, len(values) - 1))
        return x, HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / (high - low)

    drawing.path([at(i, value) for i, value in enumerate(values)], COMMON)
    drawing.dot(at(len(values) - 1, values[-1]), COMMON, 3)
    return Markup(f'<span class="candour-spark">{drawing.svg()}</span>')  # noqa: S704 - the drawing escapes its words
