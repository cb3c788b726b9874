"""The overview follows what the other services say, over the real wire."""

from __future__ import annotations

from pathlib import Path

from libs.deciding import Act
from services.governance.projection import Overview
from services.governance.projection.stories import journey_story, provider_story, site_story
from services.intake.application import Report
from tests.house import housed, with_sites
from tests.servers import Database, Messaging

MANAGER = Act("person:manager", "registered_manager", "site:elm", rationale="It fits the pattern of last month.")


async def test_a_journey_is_seen_from_its_first_report(
    database: Database, messaging: Messaging, wrapping_key: Path
) -> None:
    async with housed(database, messaging, wrapping_key, "governance", "intake") as house:
        await with_sites(house, "elm", "oak")
        intake, governance = house.service("intake"), house.service("governance")
        overview: Overview = governance.overview
        saved = await intake.raise_opportunity(MANAGER, Report("elm", "near_miss", "Mrs Test nearly fell."))
        await intake.confirm_safety(MANAGER, saved.id, "She sat down with help.")
        done = await intake.triage(MANAGER, saved.id, "swarm", [], {}, [])
        assert await overview.reached("intake", done.position)
        story = await journey_story(overview, saved.id, house.clock.now())
        assert story is not None
        assert (story["stage"], story["site"], story["response"]) == ("review", "elm", "swarm")
        assert [m["name"].split(".")[1] for m in story["timeline"]] == [
            "opportunity_raised",
            "immediate_safety_confirmed",
            "opportunity_triaged",
        ]
        assert "nearly" not in str(story)
        site = await site_story(overview, await governance.directory.site("elm"), house.clock.now())
        assert site["why_open"] == [{"stage": "review", "why": "The review has not been signed off", "journeys": 1}]
        sites = await governance.directory.sites()
        provider = await provider_story(overview, "acme", sites, house.clock.now())
        assert provider["journeys_open"] == 1
        assert [row["sites"][0]["title"] for row in provider["regions"]] == ["Elm"]
