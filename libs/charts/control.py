"""Figures over time with their limits: each point that is more than chance stands out, and one sentence says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from libs.charts.axes import NARROW, WIDE, Format, Frame, along, framed, written
from libs.charts.drawing import Drawing
from libs.charts.figure import Cell, Figure, Linked
from libs.charts.palette import BETTER, COMMON, INK, LIMIT, NEUTRAL, SOFT, WORSE


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a chart. `direction`: 1 a signal of more, -1 of less, 0 none; `why` names the rule. A point of another
    `baseline` than the one before begins new lines."""

    label: str
    value: float
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None
    direction: int = 0
    why: str = ""
    included: bool = True
    baseline: int = 0
    numbers: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How a chart is to be read: `better` is 1 where more is better, -1 where less is, 0 where neither is."""

    unit: str
    better: int = 0
    percent: bool = False
    target: float | None = None


def control_chart(name: str, title: str, dots: Sequence[Dot], sentences: Sequence[str], look: Look) -> Figure:
    """A chart of points in order of time, at least one of them."""
    drawn = {shape.suffix: _drawn(name, title, dots, sentences, look, shape) for shape in (WIDE, NARROW)}
    heads = ("When", look.unit[:1].upper() + look.unit[1:], "Middle", "Lower limit", "Upper limit", "More than chance")
    rows = tuple(_row(dot, look) for dot in dots)
    return Figure(name, title, tuple(sentences), drawn["wide"], drawn["narrow"], heads, rows)


def _row(dot: Dot, look: Look) -> tuple[Cell, ...]:
    def number(value: float | None) -> str:
        return "–" if value is None else written(value, percent=look.percent)

    words = number(dot.value) + (f" ({dot.numbers})" if dot.numbers else "")
    value: Cell = Linked(words, dot.href) if dot.href else words
    why = dot.why or ("" if dot.included else "left out of the limits")
    return dot.label, value, number(dot.centre), number(dot.lower), number(dot.upper), why


def _drawn(name: str, title: str, dots: Sequence[Dot], sentences: Sequence[str], look: Look, shape: Format) -> str:
    drawing = Drawing(f"{name}-{shape.suffix}", shape.width, shape.height, title, " ".join(sentences))
    ys = [y for dot in dots for y in (dot.value, dot.lower, dot.upper) if y is not None]
    ys += [look.target] if look.target is not None else []
    frame = framed(drawing, shape, (-0.5, max(1, len(dots)) - 0.5), ys, look.unit, percent=look.percent)
    numbered = list(enumerate(dots))
    for _, group in groupby(numbered, key=lambda each: each[1].baseline):
        _lines(drawing, frame, list(group))
    _breaks(drawing, frame, dots)
    if look.target is not None:
        drawing.line(frame.at(-0.5, look.target), frame.at(len(dots) - 0.5, look.target), INK, 1.5, "2 4")
    drawing.path([frame.at(i, dot.value) for i, dot in numbered], COMMON, 1.5)
    for i, dot in numbered:
        _mark(drawing, frame, i, dot, look.better)
    _names(drawing, frame, dots[-1], look)
    along(drawing, frame, [(i, dot.label) for i, dot in numbered])
    return drawing.svg()


def _lines(drawing: Drawing, frame: Frame, group: list[tuple[int, Dot]]) -> None:
    for column, colour, dash in (("centre", SOFT, ""), ("lower", LIMIT, "6 4"), ("upper", LIMIT, "6 4")):
        found = [(i, getattr(dot, column)) for i, dot in group if getattr(dot, column) is not None]
        # Each point's line reaches half way to its neighbours, as its limits are its own.
        drawing.path([frame.at(i + side, y) for i, y in found for side in (-0.5, 0.5)], colour, 1.5, dash)


def _breaks(drawing: Drawing, frame: Frame, dots: Sequence[Dot]) -> None:
    for i in range(1, len(dots)):
        if dots[i].baseline != dots[i - 1].baseline:
            drawing.line(frame.at(i - 0.5, frame.y[0]), frame.at(i - 0.5, frame.y[1]), INK, 1, "2 3")


def _mark(drawing: Drawing, frame: Frame, i: int, dot: Dot, better: int) -> None:
    at = frame.at(i, dot.value)
    if not dot.direction:
        drawing.dot(at, COMMON, 4, hollow=not dot.included)
        return
    colour = NEUTRAL if not better else (BETTER if dot.direction == better else WORSE)
    drawing.triangle(at, colour, up=dot.direction > 0)


def _names(drawing: Drawing, frame: Frame, last: Dot, look: Look) -> None:
    """What the lines are, beside them; on a narrow screen the table tells."""
    if frame.shape is NARROW:
        return
    named = [("upper limit", last.upper), ("middle", last.centre), ("lower limit", last.lower), ("target", look.target)]
    x = frame.shape.width - frame.shape.right + 6
    taken: list[float] = []
    for words, value in named:
        if value is None:
            continue
        y = frame.at(0, value)[1] + 4
        if all(abs(y - other) > frame.shape.text for other in taken):
            drawing.text((x, y), words, SOFT, frame.shape.text - 1)
            taken.append(y)
