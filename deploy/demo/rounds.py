"""What is held regularly, since the rules asked for it: kept nearly always, with a gap here and there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from contracts.taxonomy import Role
from deploy.demo.happenings import effects
from deploy.demo.organisation import DemoPost, Organisation
from deploy.demo.playing import Beat, Play, Stage
from deploy.demo.words import chance_of, say
from libs.calendar import LONDON, WorkingDays, local_day
from libs.practice import Cadence as Definition
from libs.practice import Every
from services.assurance.domain import Cadence, Programme
from services.assurance.domain.cadence import slot_of

FRIDAY = 4
KEPT, KEPT_WHERE_WEAK = 0.94, 0.7
"""The share of rounds that are on record, and at sites that look at early signs late."""
WEAK = 0.8


class Rounds:
    """Every round of a provider from a day on, until the history ends."""

    def __init__(self, organisation: Organisation, ends: datetime) -> None:
        self.organisation, self.ends = organisation, ends

    async def begin(self, stage: Stage, at: datetime) -> list[Beat]:
        """Put each of them on the programme, as assurance has set them."""
        programme = await stage.find("assurance", Programme, Programme.create_id(self.organisation.provider))
        return [
            beat
            for site, nation, definition, _ in (programme.cadences() if programme else ())
            for beat in self._beats(site, nation, definition, local_day(at))
        ]

    def _beats(self, site: str, nation: str, definition: Definition, since: date) -> Iterator[Beat]:
        identity = Cadence.create_id(definition.id, self.organisation.provider, site)
        who = self._holder(site, definition.role)
        share = KEPT_WHERE_WEAK if _is_weak(site) else KEPT
        for day in _days(definition.every, WorkingDays(nation), since, local_day(self.ends)):
            chance = chance_of(f"{identity}/{day}")
            at = datetime.combine(day, time(chance.randint(9, 16), chance.randrange(60)), tzinfo=LONDON)
            if at < self.ends and chance.random() < share:
                yield Beat(at, f"round/{identity}", _keep(identity, definition, who))

    def _holder(self, site: str, role: Role) -> DemoPost:
        """Whoever holds the role nearest to the site."""
        region = next((each.region for each in self.organisation.sites if site in {each.id, ""}), "")
        for place in (site, region.lower().replace(" ", "-"), self.organisation.provider):
            if post := self.organisation.posts.get(f"{place}.{role}"):
                return post
        raise LookupError(f"nobody in the demonstration is {role}")


def _is_weak(site: str) -> bool:
    found = effects()["sites"].get(site, {}).get("promptness", [[0, 1.0]])
    return bool(found[-1][1] < WEAK)


def _days(every: Every, working: WorkingDays, since: date, until: date) -> Iterator[date]:
    """The day on which each time's round is held: each working day, a Friday, or late in the month or quarter."""
    day = since
    while day <= until:
        _, last = slot_of(every, day)
        held = {Every.DAY: day, Every.WEEK: last - timedelta(days=6 - FRIDAY)}.get(every, last - timedelta(days=6))
        if day == held and (every is not Every.DAY or working.is_working(day)):
            yield day
        day += timedelta(days=1)


def _keep(identity: UUID, definition: Definition, who: DemoPost) -> Play:
    async def play(stage: Stage, at: datetime) -> None:
        day = local_day(at)
        if await stage.find("assurance", Cadence, identity) is None:
            return
        key, note = f"round/{identity}/{day}", say(chance_of(f"{identity}/{day}/note"), "noted")
        await stage.ask("assurance", "keep", who, key, identity, day, definition.recorded_in, note, at=at)

    return play
