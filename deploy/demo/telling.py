"""The three stories as they are written down, and the part of each that the demo's history plays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts.taxonomy import Nation, Role
from deploy.demo.organisation import DemoPost, Organisation
from deploy.demo.playing import Beat, Play, Stage
from libs.calendar import LONDON, WorkingDays, local_day
from libs.domain import follows
from libs.policytext import read
from services.intake.application import Report
from services.review.domain.values import Reply

FOLDER = Path(__file__).parent / "stories"


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a story: `who` (a role, or $member for everyone in the team) asks a service for a command.

    `day` counts from the story's start, or where it is seeded, back from the end of the history. `of` names the
    journey it belongs to. In `fields`, $factor.1, $action.1, $briefing and $measure stand for what earlier steps made.
    """

    day: int
    at: time
    who: str
    service: str
    command: str
    fields: dict[str, Any]
    because: str = ""
    of: str = "journey"


@dataclass(frozen=True, slots=True)
class Story:
    """A story: what the seeded history holds of it, what it leaves open, and the whole way to its end."""

    id: str
    title: str
    site: str
    kind: str
    measure: str
    leaves: str
    ends: dict[str, str]
    seeded: list[Line] = field(default_factory=list)
    steps: list[Line] = field(default_factory=list)

    def journey(self, of: str) -> UUID:
        """The journey that a seeded line names."""
        return follows("intake.Opportunity", self.source_key(of))

    def source_key(self, of: str) -> str:
        return f"careplan:{self.site}-{of}"


@cache
def stories() -> tuple[Story, ...]:
    """Every story, by its id. Raises ValueError for a role nobody has, KeyError for a line without its parts."""
    return tuple(_story(read(path)) for path in sorted(FOLDER.glob("*.yaml")))


def _story(written: dict[str, Any]) -> Story:
    lines: dict[str, Any] = {part: [_line(each) for each in written[part]] for part in ("seeded", "steps")}
    return Story(**written | lines)


def _line(each: dict[str, Any]) -> Line:
    who = each["who"] if each["who"] == "$member" else Role(each["who"])
    return Line(
        each["day"], time.fromisoformat(each["time"]), who, each["in"], each["command"], each["with"],
        each.get("because", ""), each.get("of", "journey"),
    )  # fmt: skip


def seeded(organisation: Organisation, ends: datetime) -> Iterator[Beat]:
    """The beginning of each story whose site is in this demo, played before the history ends."""
    known = {site.id for site in organisation.sites}
    for story in stories():
        for number, line in enumerate(story.seeded if story.site in known else ()):
            at = datetime.combine(_day(ends, line), line.at, tzinfo=LONDON)
            yield Beat(at, f"story/{story.id}/{line.of}", _play(organisation, story, line, number))


def _day(ends: datetime, line: Line) -> date:
    """So many days before the end; what is done in an office, on the working day before where that day is none."""
    day, working = local_day(ends) + timedelta(days=line.day), WorkingDays(Nation.ENGLAND)
    while line.who != Role.CARE_WORKER and not working.is_working(day):
        day -= timedelta(days=1)
    return day


def _play(organisation: Organisation, story: Story, line: Line, number: int) -> Play:
    async def play(stage: Stage, at: datetime) -> None:
        who, key = _who(organisation, story.site, line.who), f"story/{story.id}/{number}"
        arguments = _arguments(story, line)
        await stage.ask(line.service, line.command, who, key, *arguments, at=at, because=line.because)

    return play


def _who(organisation: Organisation, site: str, role: str) -> DemoPost:
    found = organisation.posts.get(f"{site}.{role}")
    return found or organisation.post(organisation.provider, role)


def _arguments(story: Story, line: Line) -> tuple[Any, ...]:
    """A seeded line's fields as the command takes them."""
    fields, journey = line.fields, story.journey(line.of)
    if line.command == "raise_opportunity":
        person = follows("demo.Resident", f"{story.site}/{line.of}")
        return (Report(site=story.site, person=person, source_key=story.source_key(line.of), **fields),)
    if line.command == "answer":
        return journey, fields["step"], [Reply(fields["question"], fields["words"])]
    return journey, *fields.values()
