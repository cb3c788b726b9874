"""Sites of different sizes in one picture: those outside the funnel differ by more than chance, the others do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from libs.charts.axes import NARROW, WIDE, Format, Frame, along, framed, round_ticks, written
from libs.charts.drawing import Drawing
from libs.charts.figure import Cell, Figure, Linked
from libs.charts.palette import COMMON, INK, LIMIT, NEUTRAL, SOFT

Four = tuple[float, float, float, float]
"""The limits at a denominator: 99.8 % below, 95 % below, 95 % above, 99.8 % above."""
STEPS = 60


@dataclass(frozen=True, slots=True)
class Spot:
    """A site. `direction`: 1 above the funnel, -1 below, 0 within; `far` beyond the outer limit; `said`: the class.

    `href` leads from the count to what it counts, `leads` from the site to more about it.
    """

    label: str
    count: float
    denominator: float
    value: float
    direction: int
    far: bool
    said: str
    href: str = ""
    leads: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared: the words for the value, the count and the denominator; `target` is the middle."""

    value: str
    count: str
    denominator: str
    target: float
    percent: bool = False


def funnel_chart(
    name: str, title: str, spots: Sequence[Spot], limits: Callable[[float], Four], sentences: Sequence[str],
    what: Compared,
) -> Figure:  # fmt: skip
    """A funnel about the target; `limits` gives its four lines at a denominator."""
    drawn = {shape.suffix: _drawn(name, title, spots, limits, sentences, what, shape) for shape in (WIDE, NARROW)}
    heads = ("Site", _capital(what.count), _capital(what.denominator), _capital(what.value), "Compared with the others")
    rows = tuple(_row(spot, what) for spot in sorted(spots, key=lambda spot: -spot.value))
    return Figure(name, title, tuple(sentences), drawn["wide"], drawn["narrow"], heads, rows)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _row(spot: Spot, what: Compared) -> tuple[Cell, ...]:
    count = written(spot.count)
    linked: Cell = Linked(count, spot.href) if spot.href else count
    label: Cell = Linked(spot.label, spot.leads) if spot.leads else spot.label
    return label, linked, written(spot.denominator), written(spot.value, percent=what.percent), spot.said


def _drawn(
    name: str, title: str, spots: Sequence[Spot], limits: Callable[[float], Four], sentences: Sequence[str],
    what: Compared, shape: Format,
) -> str:  # fmt: skip
    drawing = Drawing(f"{name}-{shape.suffix}", shape.width, shape.height, title, " ".join(sentences))
    largest = max(spot.denominator for spot in spots)
    smallest = min(spot.denominator for spot in spots)
    right = 1.08 * largest
    seen = [spot.value for spot in spots]
    top = max(1.15 * max(seen), limits(smallest)[3])
    frame = framed(drawing, shape, (0.0, right), [min(0.0, *seen), top], what.value, percent=what.percent)
    _funnel(drawing, frame, limits, 0.7 * smallest, right)
    drawing.line(frame.at(0, what.target), frame.at(right, what.target), SOFT, 1.5)
    for spot in spots:
        _mark(drawing, frame, spot)
    _label(drawing, frame, sorted(spots, key=lambda spot: (not spot.far, -abs(spot.value - what.target))))
    if shape is WIDE:
        _names(drawing, frame, limits(right), what.target)
    ticks = [tick for tick in round_ticks(0, right, shape.ticks - 1) if tick <= right]
    along(drawing, frame, [(tick, written(tick)) for tick in ticks], what.denominator)
    return drawing.svg()


def _funnel(drawing: Drawing, frame: Frame, limits: Callable[[float], Four], left: float, right: float) -> None:
    places = [left * (right / left) ** (i / STEPS) for i in range(STEPS + 1)]
    found = [(n, limits(n)) for n in places]
    for line, dash in ((0, ""), (1, "6 4"), (2, "6 4"), (3, "")):
        inside = [(n, four[line]) for n, four in found if four[line] <= frame.y[1]]
        drawing.path([frame.at(n, y) for n, y in inside], LIMIT, 1.5, dash)


def _mark(drawing: Drawing, frame: Frame, spot: Spot) -> None:
    at = frame.at(spot.denominator, spot.value)
    if not spot.direction:
        drawing.dot(at, COMMON, 4.5)
        return
    drawing.triangle(at, NEUTRAL, 8 if spot.far else 6, up=spot.direction > 0)


def _label(drawing: Drawing, frame: Frame, spots: Sequence[Spot]) -> None:
    """The names of sites outside the funnel, the furthest first, as long as no name lies on another; the table has all."""
    taken: list[tuple[float, float, float]] = []
    size = frame.shape.text - 1
    for spot in spots:
        x, y = frame.at(spot.denominator, spot.value)
        wide = len(spot.label) * size * 0.58
        room = frame.shape.width - x - 10 > wide
        left = x + 10 if room else x - 10 - wide
        free = all(abs(y - other) > size or left > end or left + wide < start for start, end, other in taken)
        if spot.direction and free:
            taken.append((left, left + wide, y))
            drawing.text((x + (10 if room else -10), y + 4), spot.label, INK, size, "start" if room else "end")


def _names(drawing: Drawing, frame: Frame, at_right: Four, target: float) -> None:
    x = frame.shape.width - frame.shape.right + 6
    for words, value in (("99.8% limit", at_right[3]), ("all sites", target), ("99.8% limit", at_right[0])):
        drawing.text((x, frame.at(0, value)[1] + 4), words, SOFT, frame.shape.text - 1)
