"""A chart says what it shows in words, can be read without colour, and asks for nothing that a strict page refuses."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from libs.charts import Figure, Linked
from libs.charts.axes import NARROW, round_ticks
from libs.charts.control import Dot, Look, control_chart
from libs.charts.funnel import Compared, Spot, funnel_chart
from libs.charts.palette import MARKS, PAPER, TEXTS
from libs.charts.sparks import spark
from libs.statistics.funnel import Kind, drawn, funnel
from tests.libs.colours import contrast

SVG = "{http://www.w3.org/2000/svg}"
WHY = "In May there were more than chance explains."


def trend(values: list[float], *, better: int = 0, target: float | None = None) -> Figure:
    dots = [
        Dot(f"M{i}", value, 10.0, 4.0, 16.0, (value > 16) - (value < 4), "above the upper limit" if value > 16 else "")
        for i, value in enumerate(values)
    ]
    return control_chart("falls", "Falls <here>", dots, [WHY], Look("per 1,000 days", better, target=target))


def compared() -> Figure:
    counts, days = [40, 9, 11, 12], [1200.0, 1000.0, 1100.0, 900.0]
    found = funnel(Kind.RATE, counts, days)

    def lines(n: float) -> tuple[float, float, float, float]:
        at = drawn(Kind.RATE, n, found.target)
        return at.low_far, at.low_near, at.high_near, at.high_far

    spots = [
        Spot(
            f"Home {i}", u.count, u.denominator, u.value, int(u.placed[0] == "h"), u.placed.endswith("001"), u.placed, "/j"
        )
        for i, u in enumerate(found.units)
    ]  # fmt: skip
    return funnel_chart(
        "compared", "Falls", spots, lines, [WHY], Compared("falls per day", "falls", "days", found.target)
    )


def test_colours_stand_out_from_the_paper() -> None:
    assert all(contrast(colour, PAPER) >= 4.5 for colour in TEXTS)
    assert all(contrast(colour, PAPER) >= 3 for colour in MARKS)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("figure", [trend([8, 12, 20, 3]), compared()])
def test_each_picture_has_a_title_and_says_in_words_what_it_shows(figure: Figure) -> None:
    for picture in (figure.wide, figure.narrow):
        root = ET.fromstring(picture)  # noqa: S314 - our own picture
        title, description = root[0], root[1]
        assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
        assert description.text == WHY
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert root.get("role") == "img"
    assert (
        len({each for picture in (figure.wide, figure.narrow) for each in re.findall(r' id="([^"]+)"', picture)}) == 4
    )


@pytest.mark.parametrize("figure", [trend([8, 12, 20, 3], target=9), compared()])
def test_no_picture_needs_a_style_or_a_script(figure: Figure) -> None:
    for picture in (figure.wide, figure.narrow):
        assert not re.search(r"style=|<style|<script|class=|href|url\(", picture)


def test_words_are_written_so_that_they_stay_words() -> None:
    assert "Falls &lt;here&gt;" in trend([8, 9]).wide


def test_a_point_beyond_chance_has_another_shape_than_the_others() -> None:
    figure = trend([8, 12, 20, 3])
    assert figure.wide.count("<circle") == 2
    assert figure.wide.count("<polygon") == 2
    assert compared().narrow.count("<polygon") == 1


def test_a_new_baseline_breaks_the_lines() -> None:
    dots = [Dot(str(i), 5, 5, 1, 9, baseline=int(i > 3)) for i in range(8)]
    whole = control_chart("a", "A", [Dot(str(i), 5, 5, 1, 9) for i in range(8)], [], Look("n"))
    broken = control_chart("a", "A", dots, [], Look("n"))
    assert broken.wide.count("<polyline") == whole.wide.count("<polyline") + 3


def test_every_number_of_the_picture_stands_in_the_table_and_leads_to_what_is_behind_it() -> None:
    figure = compared()
    assert [row[0] for row in figure.rows] == ["Home 0", "Home 3", "Home 2", "Home 1"]
    assert figure.rows[0][1:4] == (Linked("40", "/j"), "1,200", "0.0333")
    assert trend([8, 12, 20, 3]).rows[2] == ("M2", "20", "10", "4", "16", "above the upper limit")


def test_words_on_a_narrow_screen_are_no_smaller_than_twelve_pixels() -> None:
    """The narrow picture is as wide as the text of a 320 pixel screen, so its units are pixels there."""
    assert NARROW.width == 290
    for figure in (trend([8, 12, 20, 3]), compared()):
        assert min(int(size) for size in re.findall(r'font-size="(\d+)"', figure.narrow)) >= 12


def test_a_spark_tells_its_first_and_last_value() -> None:
    assert "From 3 to 9, least 1, largest 9." in spark("s", "Falls", [3, 1, 9])


numbers = some.floats(0, 1e6, allow_nan=False).map(lambda x: round(x, 3))


@settings(max_examples=60)
@given(some.lists(numbers, min_size=1, max_size=40), some.sampled_from([-1, 0, 1]), some.none() | numbers)
def test_any_figures_can_be_drawn_within_the_picture(values: list[float], better: int, target: float | None) -> None:
    figure = trend(values, better=better, target=target)
    for picture, width in ((figure.wide, 720), (figure.narrow, 290)):
        for x in re.findall(r'\b(?:cx|x1|x2)="([-\d.]+)"', picture):
            assert 0 <= float(x) <= width
        assert "nan" not in picture
        ET.fromstring(picture)  # noqa: S314 - our own picture


@settings(max_examples=100)
@given(some.floats(-1e5, 1e5), some.floats(1e-3, 1e5), some.integers(3, 8))
def test_ticks_are_round_and_hold_the_values(low: float, extent: float, about: int) -> None:
    ticks = round_ticks(low, low + extent, about)
    assert ticks[0] <= low + 1e-6 * extent
    assert ticks[-1] >= low + extent - 1e-6 * extent
    assert len(ticks) <= about + 3
