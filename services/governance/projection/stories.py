"""One journey, one site, the whole provider: told whole, for pages and for other systems alike, without sealed words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from contracts.taxonomy import ClosureState
from libs.calendar import local_day
from libs.directory import Site
from services.governance.projection import Overview
from services.governance.projection.counting import rates_by_month
from services.governance.projection.months import months_before
from services.governance.projection.summing import Stages

K = TypeVar("K")
WHY_OPEN = {
    "weigh": "A manager has not weighed it yet",
    "update": "What a professional asked for is not yet known to all staff concerned",
    "review": "The review has not been signed off",
    "act": "The changes are not all made and verified",
    "brief": "Not every member of staff has understood the change",
    "practise": "Nobody has yet seen the change in practice",
    "work": "The figures do not yet show that it worked",
    "last": "It has not yet been shown to last",
    "closed": "Closed",
}
"""Why a journey is still open, by its stage."""

SEALED = frozenset({"summary", "words"})
ROW = (
    "reference", "kind", "themes", "route", "harm_level", "occurred", "raised", "due_on", "made_safe", "triaged",
    "response", "rules", "closed_without_review", "update_reviewed", "update_actioned", "update_communicated",
)  # fmt: skip


async def journey_story(overview: Overview, journey: UUID, now: datetime) -> dict[str, Any] | None:
    """Everything on record about a journey, or None where nothing is."""
    found = await overview.together(
        row=overview.one(journey, now),
        closures=overview.closures(journey),
        actions=overview.actions(journey),
        duties=overview.duties(journey),
        briefings=overview.briefings(journey),
        breaches=overview.breaches(journey),
        challenges=overview.challenges_on(journey),
        timeline=overview.timeline(journey),
    )
    row = found["row"]
    if row is None:
        return None
    return {
        "journey": journey,
        "provider": row["provider"],
        "site": row["site"],
        **{name: row[name] for name in ROW},
        "stage": row["stage"],
        "open": row["stage"] != "closed",
        "why_open": WHY_OPEN[row["stage"]],
        "closure_state": state_of(row["closure"]),
        "closure": _closure(row["closure"], found["closures"]),
        "review": {
            "state": row["review_state"],
            "lead_role": row["lead_role"],
            "opened": row["review_opened"],
            "step": row["review_step"],
            "factors": row["factors"],
            "signed_off": row["signed_off"],
            "learned": row["learned"],
        },
        "plan": {
            "state": plan_state(row),
            "actions_open": row["actions_open"],
            "actions_late": row["actions_late"],
            "practice_changed": row["practice_changed"],
            "what_changed": row["what_changed"],
            "actions": [without(a, "journey", "provider", "site") for a in found["actions"]],
        },
        "duties_owed": row["duties_owed"],
        "duties_overdue": row["duties_overdue"],
        "duties": [without(d, "journey", "provider", "site") for d in found["duties"]],
        "briefings": [without(b, "journey", "provider", "site") for b in found["briefings"]],
        "breaches": found["breaches"],
        "challenges": [without(c, "journey", "provider", "site") for c in found["challenges"]],
        "last_event": row["last_event"],
        "last_recorded": row["last_recorded"],
        "timeline": [without(m, "journey", "site", *SEALED) for m in found["timeline"]],
    }


def state_of(closure: int) -> str:
    """The furthest closure state held, or empty for none."""
    return list(ClosureState)[closure - 1].value if closure else ""


def plan_state(row: dict[str, Any]) -> str:
    """Where the plan of a journey stands: none yet, changing, practice changed, or nothing to change."""
    if row["practice_changed"]:
        return "practice_changed"
    if row["review_state"] != "signed_off":
        return "none"
    return "changing" if row["factors"] else "nothing_to_change"


def is_late(action: dict[str, Any], now: datetime) -> bool:
    """Whether an action should have been made by now; one that only waits to be verified is not late."""
    return bool(action["state"] in {"agreed", "started", "blocked"} and action["due"] < local_day(now))


async def loop_so_far(overview: Overview, sites: list[str], since: date | None) -> dict[str, Any]:
    """Of what was learned since a day: how many journeys are done, briefed, practised, effective, sustained, and how
    many days each state took from the one before (median, least, most, of how many)."""
    steps = await overview.steps(sites, since)
    return {
        "since": since,
        "learned": steps[0]["learned"],
        "states": [
            {"state": state.value, "label": state.label} | without(row, "learned")
            for state, row in zip(ClosureState, steps, strict=True)
        ],
    }


def _closure(held: int, told: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    by_state = {row["state"]: row for row in told}
    nothing = {"reached": None, "proof": "", "lost": None, "because": ""}
    return [
        {"state": state.value, "held": place <= held, **without(by_state.get(state.value, nothing), "journey", "state")}
        for place, state in enumerate(ClosureState, start=1)
    ]


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """A row without some of its columns."""
    return {name: value for name, value in row.items() if name not in names}


async def site_story(overview: Overview, site: Site, now: datetime, known_on: date | None = None) -> dict[str, Any]:
    """How one site stands; regulators' counts as they were known on a day, where one is named."""
    only, since = [site.site_id], months_before(local_day(now))
    found = await overview.together(
        stages=overview.stages(only),
        loads=overview.loads(only, now),
        loop=loop_so_far(overview, only, since),
        actions=overview.open_actions(only),
        duties=overview.open_duties(only),
        briefings=overview.open_briefings(only),
        measures=overview.figures(only, since),
        cadences=overview.cadences(only),
        monthly=rates_by_month(overview, only, since),
        beds=overview.beds(only),
        regulator_counts=overview.regulator_counts(only, known_on),
        learned=overview.learned(only),
        changed=overview.changed(only),
        challenges=overview.challenges(only),
    )
    stages = found["stages"][site.site_id].by_stage
    return {
        "site": site.site_id,
        "title": site.title,
        "region": site.region,
        "service_kind": site.service_kind,
        "journeys_open": _open(stages),
        "why_open": _reasons(stages),
        "closed": stages.get("closed", 0),
        **without(found, "stages", "loads"),
        **found["loads"][site.site_id],
        "actions": [a | {"late": is_late(a, now)} for a in found["actions"]],
        "measures": trends(found["measures"]),
        "monthly": rates(found["monthly"]),
        "beds": next(iter(found["beds"]), None),
    }


async def provider_story(
    overview: Overview, provider: str, sites: list[Site], now: datetime, known_on: date | None = None
) -> dict[str, Any]:
    """How the sites that a reader reaches stand together, and each by region; counts as known on a day, if named."""
    ids, since = [site.site_id for site in sites], months_before(local_day(now))
    found = await overview.together(
        stages=overview.stages(ids),
        loads=overview.loads(ids, now),
        loop=loop_so_far(overview, ids, since),
        measures=overview.figures(ids, since),
        cadences=overview.cadences(ids, provider, outstanding=True),
        monthly=rates_by_month(overview, ids, since),
        beds=overview.beds(ids),
        regulator_counts=overview.regulator_counts(ids, known_on),
        learned=overview.learned(ids),
        changed=overview.changed(ids),
        challenges=overview.challenges(ids, provider),
    )
    loads: dict[str, dict[str, int]] = found["loads"]
    stages: dict[str, Stages] = found["stages"]
    by_stage = {site: each.by_stage for site, each in stages.items()}
    total, held = _summed(by_stage.values()), _summed(each.closures for each in stages.values())
    return {
        "provider": provider,
        "sites": len(ids),
        "journeys_open": _open(total),
        "why_open": _reasons(total),
        "closed": total.get("closed", 0),
        **without(found, "stages", "loads", "cadences"),
        **_summed(loads.values()),
        "closure_states": [{"state": state_of(n), "journeys": held.get(n, 0)} for n in range(6)],
        "regions": _regions(sites, by_stage, loads),
        "measures": trends(found["measures"]),
        "cadences_outstanding": found["cadences"],
        "monthly": rates(found["monthly"]),
        "beds": beds_together(found["beds"]),
        "regulator_totals": counts_together(found["regulator_counts"]),
    }


def _regions(
    sites: list[Site], stages: Mapping[str, Mapping[str, int]], loads: dict[str, dict[str, int]]
) -> list[dict[str, Any]]:
    regions: dict[str, list[dict[str, Any]]] = {}
    for site in sites:
        row = {"site": site.site_id, "title": site.title, "journeys_open": _open(stages.get(site.site_id, {}))}
        regions.setdefault(site.region, []).append(row | loads.get(site.site_id, {}))
    counted = ("journeys_open", "actions_open", "actions_late", "duties_owed", "duties_overdue", "briefings_open")
    return [
        {"region": name, **{c: sum([row.get(c, 0) for row in rows]) for c in counted}, "sites": rows}
        for name, rows in sorted(regions.items())
    ]


def beds_together(stated: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Beds as each site last stated them, added up, with how many sites that is; None where none stated any."""
    if not stated:
        return None
    return {"beds": sum(row["beds"] for row in stated), "sites": len(stated), "month": max(r["month"] for r in stated)}


def counts_together(counts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Regulators' counts of each kind and year added up over the sites, newest year first."""
    together: dict[tuple[str, str], dict[str, Any]] = {}
    for row in counts:
        kind, year = row["count_kind"], row["financial_year"]
        total = together.setdefault(
            (year, kind), {"count_kind": kind, "financial_year": year, "running_total": 0, "sites": 0, "taken_back": 0}
        )
        total["running_total"] += row["running_total"]
        total["taken_back"] += row["taken_back"]
        total["sites"] += 1
    return [together[key] for key in sorted(together, reverse=True)]


def _open(stages: Mapping[str, int]) -> int:
    return sum(n for stage, n in stages.items() if stage != "closed")


def _reasons(stages: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"stage": stage, "why": why, "journeys": stages[stage]}
        for stage, why in WHY_OPEN.items()
        if stage != "closed" and stages.get(stage)
    ]


def _summed(counts: Iterable[Mapping[K, int]]) -> dict[K, int]:
    total: dict[K, int] = defaultdict(int)
    for each in counts:
        for name, number in each.items():
            total[name] += number
    return dict(total)


def trends(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Measures with their periods in order; each figure keeps what it is a share of."""
    measures: dict[str, dict[str, Any]] = {}
    for row in figures:
        found = measures.setdefault(row["measure_id"], {"measure_id": row["measure_id"], "periods": []})
        found |= {"title": row["title"], "target_percent": row["target_percent"]}
        share = row["numerator"] / row["denominator"] if row["denominator"] else None
        found["periods"].append(without(row, "measure_id", "title", "target_percent") | {"share": share})
    return [without(m, "periods") | {"periods": m["periods"]} for m in measures.values()]


def rates(months: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each month's count with its rate per 1,000 of its unit, or None where nobody stated what to divide by."""
    return [
        row | {"per_thousand": 1000 * row["events"] / row["exposure"] if row["exposure"] else None} for row in months
    ]
