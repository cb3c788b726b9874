"""What oversight looks at: how far the loop is closed, where it stalls, and the board's one page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from contracts.taxonomy import Strength, Verdict
from libs.calendar import local_day
from libs.directory import Site
from services.governance.projection import Overview
from services.governance.projection.months import MONTHS, months_before
from services.governance.projection.stories import WHY_OPEN, loop_so_far, provider_story

STALLING = ("act", "brief", "practise", "work", "last")
"""The stages between what was learned and proof that it lasted."""


async def loop_story(overview: Overview, sites: list[str], now: datetime, since: date | None) -> dict[str, Any]:
    """The loop so far, where it stalls and for how long, and which proof no longer holds."""
    found = await overview.together(
        waiting=overview.stalls(sites, now, since),
        loop=loop_so_far(overview, sites, since),
        fallen_back=overview.fallen_back(sites, since),
    )
    waiting = {row["stage"]: row for row in found["waiting"]}
    loop: dict[str, Any] = found["loop"]
    return loop | {
        "stalls": [waiting[stage] | {"why": WHY_OPEN[stage]} for stage in STALLING if stage in waiting],
        "fallen_back": found["fallen_back"],
    }


async def board_story(overview: Overview, provider: str, sites: list[Site], now: datetime) -> dict[str, Any]:
    """The last twelve months on one page, for people who were not there."""
    ids, since = [site.site_id for site in sites], months_before(local_day(now), MONTHS)
    asked = await overview.together(
        story=provider_story(overview, provider, sites, now),
        strengths=overview.strengths(ids, since),
        verdicts=overview.verdicts(ids, since),
        themes=overview.themes(ids, since, 8),
    )
    story: dict[str, Any] = asked["story"]
    agreed = {row["strength"]: row for row in asked["strengths"]}
    found = asked["verdicts"]
    nothing = {"changes": 0, "verified": 0}
    return story | {
        "since": since,
        "themes": asked["themes"],
        "strengths": [
            {"strength": each.value, "label": each.label, **(nothing | agreed.get(each.value, {}))} for each in Strength
        ],
        "verdicts": [{"verdict": v.value, "label": v.label, "changes": found.get(v.value, 0)} for v in Verdict],
    }
