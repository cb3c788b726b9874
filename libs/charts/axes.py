"""Where values lie on paper: a scale with round numbers, and the frame of a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from libs.charts.drawing import Drawing, Place, spread
from libs.charts.palette import GRID, INK, SOFT


@dataclass(frozen=True, slots=True)
class Format:
    """A size for a width of screen: the picture in units that are pixels there."""

    suffix: str
    width: int
    height: int
    left: int
    right: int
    text: int
    ticks: int


WIDE = Format("wide", 720, 340, 58, 92, 14, 6)
NARROW = Format("narrow", 290, 270, 40, 12, 13, 4)
TOP, BOTTOM = 34, 40


def round_ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers from at most `low` to at least `high`, about so many."""
    rough = (high - low) / max(1, about - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= rough * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [step * place for place in range(first, last + 1)]


def written(value: float, *, percent: bool = False) -> str:
    """A number as it stands beside an axis."""
    if percent:
        return f"{100 * value:.3g}%"
    small = 1e-3
    return f"{value:,.0f}" if abs(value - round(value)) < small else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class Frame:
    """The inside of a chart: values to places."""

    shape: Format
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> Place:
        """The place of a value; what lies beyond the frame is at its edge."""
        (x0, x1), (y0, y1), shape = self.x, self.y, self.shape
        inside, tall = shape.width - shape.left - shape.right, shape.height - TOP - BOTTOM
        share_x, share_y = (x - x0) / (x1 - x0), (y - y0) / (y1 - y0)
        return shape.left + inside * min(1, max(0, share_x)), TOP + tall * (1 - min(1, max(0, share_y)))


def framed(
    drawing: Drawing, shape: Format, x: tuple[float, float], ys: Sequence[float], above: str, *, percent: bool
) -> Frame:
    """A frame with a grid and numbers up the side, wide enough for all the values; `above` says what they are."""
    drawing.text((2, 14), above, INK, shape.text - 1)
    low, high = spread(ys)
    ticks = round_ticks(min(low, 0.0) if low >= 0 else low, high, shape.ticks)
    frame = Frame(shape, x, (ticks[0], ticks[-1]))
    for tick in ticks:
        a, b = frame.at(x[0], tick), frame.at(x[1], tick)
        drawing.line(a, b, GRID)
        drawing.text((a[0] - 6, a[1] + 4), written(tick, percent=percent), SOFT, shape.text - 1, "end")
    return frame


def along(drawing: Drawing, frame: Frame, labels: Sequence[tuple[float, str]], under: str = "") -> None:
    """Labels below the frame, as many as there is room for without touching; `under` says what they are."""
    shape, y = frame.shape, frame.shape.height - BOTTOM + 18
    last = -1e9
    for place, label in labels:
        x, half = frame.at(place, 0)[0], len(label) * shape.text * 0.28
        if x - half > last and x + half < shape.width + 2:
            drawing.text((x, y), label, SOFT, shape.text - 1, "middle")
            last = x + half + 8
    if under:
        drawing.text(
            ((shape.left + shape.width - shape.right) / 2, shape.height - 4), under, INK, shape.text - 1, "middle"
        )
