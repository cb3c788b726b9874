"""Themes at sites, and how a theme spreads: the sites whose own figures rose beyond chance, in the order in which they did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from libs.directory import Site
from services.governance.domain.trending import ENOUGH_EVENTS, Month, trend_of_rates
from services.governance.projection.peers import Peers


@dataclass(frozen=True, slots=True)
class Cell:
    """A theme at a site: how many, the rate per 1,000 where one can be given, and how strongly it is shaded:
    1 less than half of the group's rate, 2 up to it, 3 up to twice, 4 above."""

    events: int
    per_thousand: float | None
    level: int


@dataclass(frozen=True, slots=True)
class Line:
    """A theme over the sites of a group, with their sum."""

    theme: str
    cells: tuple[Cell, ...]
    together: Cell


@dataclass(frozen=True, slots=True)
class Risen:
    """A site at which a theme rose beyond chance, and the month from which it did."""

    site: Site
    month: date
    sentence: str


def heat(peers: Peers, exposure: dict[str, float], counts: Sequence[dict[str, Any]]) -> list[Line]:
    """The themes of a group's sites, the commonest first; a site is shaded by its rate against the group's."""
    by_theme: dict[str, Counter[str]] = defaultdict(Counter)
    ids = [site.site_id for site in peers.sites]
    for row in counts:
        if row["site"] in ids:
            by_theme[row["theme"]][row["site"]] += row["events"]
    whole = sum(exposure.get(site, 0.0) for site in ids)
    lines = []
    for theme, found in by_theme.items():
        together = _cell(found.total(), whole, None)
        cells = tuple(_cell(found[site], exposure.get(site, 0.0), together.per_thousand) for site in ids)
        lines.append(Line(theme, cells, together))
    return sorted(lines, key=lambda line: (-line.together.events, line.theme))


def _cell(events: int, exposure: float, usual: float | None) -> Cell:
    rate = 1000 * events / exposure if exposure else None
    if not events or not rate or not usual:
        return Cell(events, rate, 0)
    times = rate / usual
    return Cell(events, rate, 1 + sum(times >= step for step in (0.5, 1, 2)))


def by_region(
    peers: Peers, rows: Sequence[dict[str, Any]], counts: Sequence[dict[str, Any]]
) -> tuple[Peers, list[dict[str, Any]], list[dict[str, Any]]]:
    """The same with each region in the place of its sites, for a group of too many to stand beside each other."""
    region = {site.site_id: site.region for site in peers.sites}
    names = sorted(set(region.values()))
    regions = tuple(replace(peers.sites[0], site_id=name, title=name, region=name) for name in names)
    here = [row | {"site": region[row["site"]]} for row in rows if row["site"] in region]
    there = [row | {"site": region[row["site"]]} for row in counts if row["site"] in region]
    return replace(peers, sites=regions), here, there


def first_rise(rows: Sequence[dict[str, Any]]) -> tuple[date, str] | None:
    """The month in which a site's theme first rose beyond chance, and what is said of it; of one or two nothing is said."""
    kept = [row for row in rows if row["unit"]]
    if sum(row["events"] for row in kept) < ENOUGH_EVENTS:
        return None
    trended = trend_of_rates([Month(row["month"], row["events"], row["exposure"]) for row in kept])
    high = [point for point in trended.points if point.signal and point.signal.is_high] if trended else []
    if not trended or not high or not high[0].month:
        return None
    return high[0].month, next(each for each in trended.sentences if each.startswith(high[0].label))


def risen(sites: Sequence[Site], rises: Mapping[str, tuple[date, str] | None]) -> list[Risen]:
    """Where a theme rose beyond what chance explains at a site itself, the first first."""
    found = [Risen(site, *rise) for site in sites if (rise := rises.get(site.site_id))]
    return sorted(found, key=lambda each: (each.month, each.site.title))


def by_month(rows: Sequence[dict[str, Any]]) -> tuple[list[date], dict[str, dict[date, int]]]:
    """The months, newest last, and each site's counts in them, of sites that had any."""
    months = sorted({row["month"] for row in rows})
    counts: dict[str, dict[date, int]] = defaultdict(dict)
    for row in rows:
        if row["events"]:
            counts[row["site"]][row["month"]] = row["events"]
    return months, counts
