"""A table of words is a table to those who listen, and on a phone each cell stands under its own heading."""

import re
from datetime import UTC, datetime

from libs.clock import HandClock
from libs.web.shell import Shell

ASKED = """{% import "macros.html" as ui %}{{ ui.stacked("2 readings", ["When", "Who", "Why"], rows) }}"""


def shown(*rows: list[str]) -> str:
    shell = Shell(HandClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)))
    return shell.environment.from_string(ASKED).render(rows=rows)


def test_each_cell_stands_under_its_own_heading() -> None:
    page = shown(["Monday", "An auditor", "To see <what> was done"], ["Tuesday", "A manager", "To learn"])
    cells = re.findall(r'aria-hidden="true">([^<]+)</span>([^<]*(?:&lt;[^<]*)?)</td>', page)
    assert cells == [
        ("Who", "An auditor"),
        ("Why", "To see &lt;what&gt; was done"),
        ("Who", "A manager"),
        ("Why", "To learn"),
    ]


def test_a_cell_with_nothing_in_it_has_no_heading_either() -> None:
    page = shown(["Monday", "An auditor", ""])
    assert page.count('aria-hidden="true"') == 1
    assert '<td class="govuk-table__cell" role="cell"></td>' in page


def test_laid_out_as_it_may_be_it_stays_a_table() -> None:
    page = shown(["Monday", "An auditor", "To learn"])
    roles = re.findall(r'role="([a-z]+)"', page)
    assert [roles.count(each) for each in ("table", "rowgroup", "row", "columnheader", "rowheader", "cell")] == [
        1,
        2,
        2,
        3,
        1,
        2,
    ]
