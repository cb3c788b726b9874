"""Which sites are compared with which: those that state the same unit, and among them those of one kind of service."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.taxonomy import ServiceKind
from libs.directory import Site
from services.governance.domain.comparing import SiteRate
from services.governance.domain.trending import Month

UNITS = {"occupied_bed_days": "occupied bed days", "care_hours": "hours of care", "person_days": "person-days"}
WHOM = {
    "occupied_bed_days": "All care homes", "care_hours": "All homecare branches", "person_days": "All supported living",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Peers:
    """Sites that are like each other: what they are called, and the unit that their events are divided by."""

    code: str
    title: str
    unit: str
    sites: tuple[Site, ...]

    @property
    def unit_words(self) -> str:
        """The unit as it is written."""
        return UNITS.get(self.unit, self.unit.replace("_", " "))


def peer_groups(sites: Sequence[Site], rows: Sequence[dict[str, Any]]) -> list[Peers]:
    """The groups among these sites, largest first: by unit, and by kind of service within one where there are several.

    A site that stated more than one unit is in the group of the one it stated most often; one that stated none, in none.
    """
    stated: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["unit"]:
            stated[row["site"]][row["unit"]] += 1
    units: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        if counts := stated.get(site.site_id):
            units[counts.most_common(1)[0][0]].append(site)
    groups = []
    for unit, members in units.items():
        groups.append(Peers(unit, WHOM.get(unit, f"All counted in {unit}"), unit, tuple(members)))
        kinds = Counter(site.service_kind for site in members)
        if len(kinds) > 1:
            groups += [_of_kind(unit, kind, members) for kind in sorted(kinds)]
    return sorted(groups, key=lambda group: (-len(group.sites), group.code))


def _of_kind(unit: str, kind: str, members: Sequence[Site]) -> Peers:
    kept = tuple(site for site in members if site.service_kind == kind)
    title = ServiceKind(kind).label if kind in set(ServiceKind) else kind.replace("_", " ")
    return Peers(f"{unit}.{kind}", f"{title} only", unit, kept)


def site_rates(peers: Peers, rows: Sequence[dict[str, Any]]) -> list[SiteRate]:
    """Each site's events over its exposure, of the months for which it stated the group's unit."""
    found, stated = [], by_site(rows, peers.unit)
    for site in peers.sites:
        if kept := stated.get(site.site_id):
            events, exposure = sum(row["events"] for row in kept), sum(row["exposure"] for row in kept)
            found.append(SiteRate(site.site_id, site.title, events, exposure, len(kept)))
    return found


def by_site(rows: Sequence[dict[str, Any]], unit: str = "") -> dict[str, list[dict[str, Any]]]:
    """Each site's months with a stated unit: with this one, where one is named."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["unit"] and unit in ("", row["unit"]):
            found[row["site"]].append(row)
    return found


def summed_months(rows: Sequence[dict[str, Any]], unit: str) -> list[Month]:
    """The sites' months together, of the sites that stated this unit for the month."""
    events: Counter[date] = Counter()
    exposure: dict[date, float] = defaultdict(float)
    for row in rows:
        if row["unit"] == unit:
            events[row["month"]] += row["events"]
            exposure[row["month"]] += row["exposure"]
    return [Month(month, events[month], exposure[month]) for month in sorted(exposure)]


def unstated(rows: Sequence[dict[str, Any]]) -> int:
    """How many happened in months for which a site stated nothing to divide by."""
    return sum(row["events"] for row in rows if not row["unit"])
