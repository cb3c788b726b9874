"""A trend with all that belongs to it: the months, the chart that fits them, the decisions about its limits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from libs.directory import Site
from services.governance.domain.trending import RULES, Drawn, Month, Trended, trend_of_rates, trend_of_shares
from services.governance.projection import Overview
from services.governance.projection.counting import Counted, baselines_of, measured, months_of, times_of
from services.governance.projection.peers import UNITS, summed_months


@dataclass(frozen=True, slots=True)
class Watched:
    """`trended` is None where there is too little to draw. `units` are those that the sites stated, the commonest first;
    `unstated` counts what fell into months without one."""

    trended: Trended | None
    baselines: list[dict[str, Any]]
    unit: str = ""
    units: tuple[tuple[str, str], ...] = ()
    months: int = 0
    unstated: int = 0
    title: str = ""
    target: float | None = None

    @property
    def unit_words(self) -> str:
        """The unit as it is written; empty for a share."""
        return UNITS.get(self.unit, self.unit.replace("_", " "))

    @staticmethod
    def why(point: Drawn) -> str:
        """The rule that marks a point, in words; empty where chance explains it."""
        return RULES[point.signal] if point.signal else ""


async def watch(
    overview: Overview, sites: list[Site], provider: str, site: str, what: Counted, unit: str = ""
) -> Watched:
    """The trend of reports over what the sites stated; a month that nobody stated is left out, not taken as nothing."""
    ids = [each.site_id for each in sites]
    rows = await months_of(overview, ids, what)
    stated = Counter(row["unit"] for row in rows if row["unit"])
    units = tuple((code, UNITS.get(code, code)) for code, _ in stated.most_common())
    chosen = unit if unit in stated else (units[0][0] if units else "")
    baselines = await baselines_of(overview, provider, site, what)
    months = summed_months(rows, chosen)
    resets = [row["from_month"] for row in baselines]
    times = await times_of(overview, ids, what) if site and months else []
    kept = {month.month for month in months}
    inside = [when for when in times if when.date().replace(day=1) in kept]
    trended = trend_of_rates(months, inside, resets)
    missed = sum(row["events"] for row in rows if not row["unit"])
    return Watched(trended, baselines, chosen, units, len(months), missed)


async def watch_measure(
    overview: Overview, ids: list[str], provider: str, site: str, measure: str, what: Counted
) -> Watched:
    """The trend of a measure, with whether its target will be met by a process that stays as it is."""
    rows = await measured(overview, ids, measure, what.since)
    whole = Counted(what.since, what.until)
    baselines = await baselines_of(overview, provider, site, whole, measure)
    months = [Month(row["month"], row["numerator"], row["denominator"]) for row in rows]
    target = rows[-1]["target_percent"] / 100 if rows else None
    resets: list[date] = [row["from_month"] for row in baselines]
    trended = trend_of_shares(months, target, resets)
    return Watched(trended, baselines, months=len(months), title=rows[-1]["title"] if rows else "", target=target)
