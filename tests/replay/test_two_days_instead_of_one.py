"""The example worked out by hand: low-level signs are to be reviewed within one working day; what if it were two?

At Elm, three signs are noted on Monday 2 March 2026 and reviewed on Tuesday, Wednesday and Friday. Within one working day
that is 1 of 3; within two, 2 of 3. At Oak, the one sign noted on Friday 6 March is reviewed on Tuesday the 10th: a weekend
lies between, so it is late by one working day, in time by two, and Oak's target of all would have been met.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.house import Platform
from deploy.replay.running import PARTS, Period, Replayed, replay
from libs.clock import HandClock
from libs.deciding import Act
from services.intake.application import Report
from tests.house import MONDAY, housed, rules, with_sites
from tests.servers import Database, Messaging

MEASURE = "indicator-reviewed-in-one-working-day"
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
CARER, MANAGER = (Act(f"person:{role}", role, "provider:acme") for role in ("care_worker", "safeguarding_lead"))


def two_days() -> dict[str, Any]:
    """The rules that ship, with two working days for one."""
    content = deepcopy(rules())
    content["version"] = "two-days"
    [measure] = [each for each in content["measures"] if each["id"] == MEASURE]
    measure["numerator"]["n"] = 2
    return content


async def sign(platform: Platform, site: str, noted: datetime, reviewed: datetime) -> str:
    """A sign noted at one moment and reviewed by a manager at another."""
    clock, intake = cast("HandClock", platform.clock), platform.service("intake")
    clock.move_to(max(noted, clock.now()))
    report = Report(site, "safeguarding_indicator", "A mark noted.", immediate_action="Seen.")
    saved = await intake.raise_opportunity(CARER, report)
    clock.move_to(reviewed)
    await intake.triage(MANAGER.because("Looked at."), saved.id, "none", [], {}, ["delayed_escalation"])
    return str(saved.id)


async def lived_through(database: Database, messaging: Messaging, key: Path) -> tuple[str, dict[str, str]]:
    """The history of the example; how to read it, and the journeys by name."""
    async with housed(database, messaging, key, "governance", "intake", "assurance") as platform:
        await with_sites(platform, "elm", "oak", kind="homecare")
        clock, intake = cast("HandClock", platform.clock), platform.service("intake")
        raised = {}
        for name in ("tuesday", "wednesday", "friday"):
            report = Report("elm", "safeguarding_indicator", "A mark noted.", immediate_action="Seen.")
            raised[name] = (await intake.raise_opportunity(CARER, report)).id
        for name, days in (("tuesday", 1), ("wednesday", 2), ("friday", 4)):
            clock.move_to(MONDAY + timedelta(days=days))
            await intake.triage(MANAGER.because("Looked at."), raised[name], "none", [], {}, ["delayed_escalation"])
        oak = await sign(platform, "oak", MONDAY + timedelta(days=4), MONDAY + timedelta(days=8))
        await platform.settle()
        return platform.env["CANDOUR_PG_AUDITOR"], {name: str(each) for name, each in raised.items()} | {"oak": oak}


def due(day: int) -> str:
    """The end of a day of March in UTC, where the UK keeps its winter time until the 29th."""
    return datetime(2026, 3, day, 23, 59, 59, 999999, tzinfo=UTC).isoformat()


async def test_a_review_clock_of_two_working_days_instead_of_one(
    database: Database, fresh_messaging: Messaging, wrapping_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor, journeys = await lived_through(database, fresh_messaging, wrapping_key)

    nothing = replay(auditor, rules(), MARCH)
    assert nothing.content["totals"] == dict.fromkeys(PARTS, 0)

    found = replay(auditor, two_days(), MARCH)
    elm, oak = found.content["sites"]["elm"], found.content["sites"]["oak"]
    told = {each["journey"]: each for each in elm["clocks"] if each["clock"] == MEASURE}
    standing = {name: (told[each]["was"], told[each]["would_be"]) for name, each in journeys.items() if each in told}
    assert standing == {"tuesday": ("in time", "in time"), "wednesday": ("late", "in time"), "friday": ("late", "late")}
    assert {(each["was_due"], each["would_be_due"]) for each in told.values()} == {(due(3), due(4))}
    [clock] = oak["clocks"]
    assert (clock["was_due"], clock["would_be_due"], clock["was"], clock["would_be"]) == (
        due(9), due(10), "late", "in time",
    )  # fmt: skip

    [month] = elm["triggers"]
    assert (month["was"], month["would_be"]) == (
        {"met": 1, "of": 3, "target_met": False},
        {"met": 2, "of": 3, "target_met": False},
    )
    assert month["sets_off"] == "the same"
    [month] = oak["triggers"]
    assert (month["was"]["met"], month["would_be"]["met"], month["sets_off"]) == (0, 1, "would not have been set off")
    assert found.content["totals"] == {"decisions": 0, "clocks": 4, "triggers": 2}

    shut = replay(auditor, two_days(), MARCH, without=[UUID(journeys["wednesday"])])
    assert journeys["wednesday"] not in shut.written.decode()
    assert shut.content["totals"] == {"decisions": 0, "clocks": 3, "triggers": 1}
    assert shut.content["events"] == found.content["events"] - 2, "reported and weighed"
    assert replay(auditor, two_days(), MARCH).written == found.written
    _by_command(found, auditor, tmp_path, monkeypatch)


def _by_command(found: Replayed, auditor: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command writes the same bytes, and refuses what it cannot read."""
    monkeypatch.setenv("CANDOUR_PG_ADMIN", "set, so that no server is started")
    monkeypatch.setenv("CANDOUR_PG_AUDITOR", auditor)
    pack, out = folder / "two.yaml", folder / "found.json"
    pack.write_bytes(orjson.dumps(two_days()))
    asked = ["audit", "replay", "--rules", str(pack), "--from", "2026-03-01", "--to", "2026-03-31", "--out", str(out)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert "elm" in done.output
    assert out.read_bytes() == found.written
    pack.write_text("rules: nothing")
    assert CliRunner().invoke(app, asked).exit_code == 2
