"""Whether the threshold drifts: how far rules and people agree over time, and two people who weigh the same unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from libs.calendar import LONDON, local_day
from libs.deciding import Act, Saved, circumstances
from libs.service import command
from libs.statistics.agreement import Agreement, kappa
from services.intake.application.opportunities import Opportunities, require_weigher
from services.intake.domain import BlindSample
from services.intake.domain.answers import require_answers
from services.intake.domain.refusals import NotYetHappened, SampleEmpty
from services.intake.domain.sample import drawn
from services.intake.projection import Weighings

THRESHOLD = "safeguarding-concern"
"""The rule whose threshold is looked at first: when is something a safeguarding concern?"""

YES, NO = "yes", "no"
ENOUGH = 20
"""With fewer cases a kappa says next to nothing, and is shown as too few to tell."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """How the rules and the managers of a site agreed about one rule in a quarter."""

    site: str
    quarter: date
    both: int
    rules_only: int
    manager_only: int
    neither: int
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sample to draw: of which sites and days, how many, and by which seed."""

    sites: list[str]
    since: date
    until: date
    size: int
    seed: int


class ThresholdWatching(Opportunities):
    """Measures agreement."""

    weighings: Weighings

    async def agreement(self, sites: list[str], rule: str = THRESHOLD) -> list[Agreed]:
        """By site and quarter: did the rule propose it, did the manager apply it? Every weighing counts, each once."""
        cells: dict[tuple[str, date], dict[tuple[bool, bool], int]] = defaultdict(dict)
        for row in await self.weighings.judged(sites, rule):
            cells[row["site"], row["quarter"]][row["proposed"], row["applied"]] = row["times"]
        return [_agreed(site, quarter, table) for (site, quarter), table in sorted(cells.items())]

    @command
    async def draw_sample(self, act: Act, wanted: Wanted) -> Saved:
        """Draw opportunities to be weighed again. The same query and seed again are the same sample.

        Raises SampleEmpty, NotForThisPost; NotYetHappened for days to come.
        """
        require_weigher(act)
        if not wanted.sites:
            raise SampleEmpty
        if wanted.until > local_day(circumstances().now):
            raise NotYetHappened
        first = await self.directory.site(wanted.sites[0])
        here = BlindSample.create_id(first.provider, wanted.sites, wanted.since, wanted.until, wanted.seed)
        if known := await self.find(BlindSample, here):
            return Saved(known.id, known.version, self.store.position, replayed=True)
        since, after = (
            datetime.combine(day, time(), LONDON) for day in (wanted.since, wanted.until + timedelta(days=1))
        )
        rows = {row["journey"]: row for row in await self.weighings.latest(wanted.sites, since, after)}
        chosen = drawn(list(rows), wanted.size, wanted.seed)
        sample = BlindSample(
            provider=first.provider,
            site=wanted.sites[0] if len(wanted.sites) == 1 else "",
            journey=here,
            about=here,
            sites=sorted(wanted.sites),
            since=wanted.since,
            until=wanted.until,
            seed=wanted.seed,
            population=len(rows),
            chosen=chosen,
            first_weighers={str(each): rows[each]["weigher"] for each in chosen},
        )
        return await self.save(act, sample)

    @command
    async def weigh_again(
        self, act: Act, sample: UUID, opportunity: UUID, response: str, applied: list[str], facts: dict[str, Any]
    ) -> Saved:
        """Weigh one of a sample, without having seen how it was weighed. Nothing follows for the journey.

        Raises NotInSample, NotBlind, WeighedAgainAlready, RationaleMissing, FactNotUnderstood, SubjectMayNotSee.
        """
        await self.decidable(act, opportunity)
        require_answers(facts)
        found = await self.get(BlindSample, sample)
        found.weigh_again(opportunity, act.actor, response, applied, facts, act.rationale)
        return await self.save(act, found)

    async def between_people(self, sample: UUID, rule: str = THRESHOLD) -> tuple[Agreement | None, Agreement | None]:
        """How two people agree in a sample: about a rule, and about the response. None where nothing was weighed twice."""
        rows = await self.weighings.twice(sample)
        if not rows:
            return None, None
        about_rule = kappa(_said(rule in row["first_applied"] for row in rows),
                           _said(rule in row["second_applied"] for row in rows))  # fmt: skip
        return about_rule, kappa([row["first"] for row in rows], [row["second"] for row in rows])


def _said(answers: Iterable[bool]) -> list[str]:
    return [YES if answer else NO for answer in answers]


def _agreed(site: str, quarter: date, table: dict[tuple[bool, bool], int]) -> Agreed:
    first = [YES if proposed else NO for (proposed, _), times in table.items() for _ in range(times)]
    second = [YES if applied else NO for (_, applied), times in table.items() for _ in range(times)]
    return Agreed(
        site,
        quarter,
        table.get((True, True), 0),
        table.get((True, False), 0),
        table.get((False, True), 0),
        table.get((False, False), 0),
        kappa(first, second),
    )
