"""What may be asked about journeys: the list, one journey with all that hangs on it, and its timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, LiteralString
from uuid import UUID

from libs.calendar import LONDON, local_day
from services.governance.projection import figures, searching
from services.governance.projection.figures import FIGURES
from services.governance.projection.remembering import Remembering
from services.governance.projection.summing import BY_STAGE, STAGES_COUNTED, stages

PAGE = 25
TIMELINE = 1_000
"""How many moments a timeline shows at most; a journey with more says so."""

COUNTS = f"""
    (SELECT count(*) FROM action a WHERE a.journey = j.journey AND {figures.ACTION_OPEN}) AS actions_open,
    (SELECT count(*) FROM action a WHERE a.journey = j.journey AND {figures.ACTION_LATE}) AS actions_late,
    (SELECT count(*) FROM duty d WHERE d.journey = j.journey AND {figures.DUTY_OWED}) AS duties_owed,
    (SELECT count(*) FROM duty d WHERE d.journey = j.journey AND {figures.DUTY_OVERDUE}) AS duties_overdue
"""

OPEN_TO_READER: LiteralString = (
    "j.site = ANY(%(sites)s) AND j.raised IS NOT NULL AND j.journey <> ALL(%(shut)s::uuid[])"
)

MISSED: LiteralString = (
    "j.journey IN (SELECT b.journey FROM measure_figure f, jsonb_to_recordset(f.breaches) AS b(journey uuid)"
    " WHERE f.site = ANY(%(sites)s) AND f.measure_id = %(measure)s AND f.period = %(period)s)"
)
MONTH: LiteralString = (
    "j.occurred >= %(month)s::date::timestamp AT TIME ZONE 'Europe/London'"
    " AND j.occurred < (coalesce(%(until)s::date, %(month)s::date) + interval '1 month')::timestamp"
    " AT TIME ZONE 'Europe/London'"
)
UNIT: LiteralString = (
    "coalesce((SELECT c.unit FROM capacity c WHERE c.site = j.site AND c.exposure > 0 AND c.month ="
    " date_trunc('month', j.occurred AT TIME ZONE 'Europe/London')::date), 'none') = %(unit)s"
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader narrows the list to; empty means all.

    `state` is a stage, or "open". `figure` is one of the numbers in FIGURES, from the day `since` where that is given.
    `month` is the month in which it happened, or the first of those up to and including `until`, and `unit` what the
    site stated for it to be divided by ("none": nothing).
    `measure` and `period` are a target and the month in which it was missed.
    """

    site: str = ""
    kind: str = ""
    theme: str = ""
    state: str = ""
    figure: str = ""
    since: date | datetime | None = None
    month: date | None = None
    until: date | None = None
    unit: str = ""
    measure: str = ""
    period: date | None = None
    words: str = ""

    def clauses(self, *, common: bool = False) -> list[str]:
        """The conditions that a journey must meet; `common` where the words are held by many."""
        given = {
            "site": "j.site = %(site)s", "kind": "j.kind = %(kind)s", "theme": "%(theme)s = ANY(j.themes)",
            "month": MONTH, "period": MISSED,
        }  # fmt: skip
        asked = [clause for name, clause in given.items() if getattr(self, name)]
        if self.unit and self.month:
            asked.append(UNIT)
        if self.state:
            asked.append("j.stage <> 'closed'" if self.state == "open" else "j.stage = %(state)s")
        if self.words and (common or self._begins_elsewhere()):
            asked.append(searching.HELD)
        if (figure := FIGURES.get(self.figure)) and figure.is_of_journeys:
            asked.append(figure.clause(since=self.since is not None))
        return asked

    def source(self, *, common: bool = False) -> LiteralString:
        """Where the journeys come from, as `j`, and how many of what the figure counts each holds."""
        figure = FIGURES.get(self.figure)
        if figure and not figure.is_of_journeys:
            return figure.behind(since=self.since is not None)
        if self.words and not common:
            return figures.from_there(f"(SELECT found.journey, 1 AS things FROM ({searching.FOUND}) AS found) AS h")
        return "(SELECT 1 AS things) AS h CROSS JOIN journey AS j"

    def _begins_elsewhere(self) -> bool:
        return self.figure in FIGURES and not FIGURES[self.figure].is_of_journeys

    def is_plain(self) -> bool:
        """Whether it asks for no more than a site, a kind and where a journey stands."""
        plain = ("site", "kind", "state")
        return not any(getattr(self, name) for name in self.__slots__ if name not in plain)

    def given(self) -> dict[str, Any]:
        """The values that the conditions name."""
        return {name: getattr(self, name) for name in self.__slots__}


class JourneyReading(Remembering):
    """Questions about journeys."""

    async def one(self, journey: UUID, now: datetime) -> dict[str, Any] | None:
        """A journey's row with its counts, or None where nobody has spoken of it."""
        return await self.row(
            f"SELECT j.*, {COUNTS} FROM journey j WHERE j.journey = %(journey)s",
            {"journey": journey, "today": local_day(now), "now": now},
        )

    async def listed(
        self,
        sites: list[str],
        filters: Filters,
        now: datetime,
        before: tuple[datetime, UUID] | None = None,
        shut: Sequence[UUID] = (),
    ) -> list[dict[str, Any]]:
        """A page of journeys at these sites, newest first, after the one that `before` names, without those that are
        shut to the reader; one more than PAGE where there is another page."""
        common = await self._are_common(filters.words, sites)
        asked = filters.clauses(common=common)
        if before:
            asked.append("(j.raised, j.journey) < (%(raised)s, %(journey)s)")
        where = " AND ".join([OPEN_TO_READER, *asked])
        given = self._given(sites, filters, now, shut) | {"limit": PAGE + 1}
        given |= dict(zip(("raised", "journey"), before, strict=True)) if before else {}
        return await self.rows(
            f"SELECT j.*, {COUNTS} FROM {filters.source(common=common)} WHERE {where}"
            " ORDER BY j.raised DESC, j.journey DESC LIMIT %(limit)s",
            given,
        )

    async def counted(
        self, sites: list[str], filters: Filters, now: datetime, shut: Sequence[UUID] = ()
    ) -> tuple[int, int]:
        """How many journeys the list holds, and how many of what its figure counts they hold together; one more than
        `searching.MANY` where words are so common that those are not counted."""
        if filters.is_plain() and not shut:
            asked = [filters.site] if filters.site in sites else sites
            held = await self.by_site(BY_STAGE, asked, stages, counted=STAGES_COUNTED)
            found = sum(each.found(filters.kind, filters.state) for each in held.values())
            return (found, found) if filters.site in ("", *sites) else (0, 0)
        common = await self._are_common(filters.words, sites)
        if common and len(sites) > searching.FEW_SITES:
            return searching.MANY + 1, searching.MANY + 1
        where = " AND ".join([OPEN_TO_READER, *filters.clauses(common=common)])
        row = await self.row(
            "SELECT count(*)::int AS journeys, coalesce(sum(things), 0)::int AS things FROM"
            f" (SELECT h.things FROM {filters.source(common=common)} WHERE {where}) AS found",
            self._given(sites, filters, now, shut),
        )
        return (row["journeys"], row["things"]) if row else (0, 0)

    async def _are_common(self, words: str, sites: Sequence[str]) -> bool:
        """Whether to look for these words journey by journey, since many texts hold them or there are few journeys."""
        if not words or len(sites) <= searching.FEW_SITES:
            return bool(words)
        row = await self.row(searching.HOW_MANY, {"words": words, "enough": searching.MANY + 1})
        return bool(row and row["texts"] > searching.MANY)

    @staticmethod
    def _given(sites: list[str], filters: Filters, now: datetime, shut: Sequence[UUID]) -> dict[str, Any]:
        given = filters.given() | {"sites": sites, "shut": list(shut), "today": local_day(now), "now": now}
        if filters.since and not isinstance(filters.since, datetime):
            given["since"] = datetime.combine(filters.since, time.min, LONDON)
        return given

    async def timeline(self, journey: UUID) -> list[dict[str, Any]]:
        """Everything on record about a journey, in the order in which it was recorded; words still under seal."""
        return await self.rows(
            "SELECT * FROM moment WHERE journey = %s ORDER BY recorded, source, sequence LIMIT %s", (journey, TIMELINE)
        )

    async def closures(self, journey: UUID) -> list[dict[str, Any]]:
        """Which closure states were reached or lost, when, and by what proof."""
        return await self.rows("SELECT * FROM closure WHERE journey = %s", (journey,))

    async def actions(self, journey: UUID) -> list[dict[str, Any]]:
        """The journey's actions, first due first."""
        return await self.rows("SELECT * FROM action WHERE journey = %s ORDER BY due, action_id", (journey,))

    async def duties(self, journey: UUID) -> list[dict[str, Any]]:
        """Who is owed an account, in the order in which it fell due."""
        return await self.rows(
            "SELECT * FROM duty WHERE journey = %s ORDER BY due NULLS LAST, owed, duty_id", (journey,)
        )

    async def briefings(self, journey: UUID) -> list[dict[str, Any]]:
        """Briefings with how many have read and understood, of how many."""
        return await self.rows(
            "SELECT b.*, (SELECT count(p.read) FROM briefing_person p WHERE p.briefing_id = b.briefing_id) AS read,"
            " (SELECT count(p.understood) FROM briefing_person p WHERE p.briefing_id = b.briefing_id) AS understood"
            " FROM briefing b WHERE b.journey = %s ORDER BY b.issued, b.briefing_id",
            (journey,),
        )

    async def breaches(self, journey: UUID) -> list[dict[str, Any]]:
        """The measures of its site that name this journey as one that missed the target."""
        return await self.rows(
            "SELECT f.measure_id, f.title, f.period, f.revision, b.because FROM measure_figure f,"
            " jsonb_to_recordset(f.breaches) AS b(journey uuid, because text)"
            " WHERE f.site = (SELECT j.site FROM journey j WHERE j.journey = %(journey)s) AND b.journey = %(journey)s"
            " ORDER BY f.period, f.measure_id",
            {"journey": journey},
        )

    async def challenges_on(self, journey: UUID) -> list[dict[str, Any]]:
        """What was challenged on this journey."""
        return await self.rows("SELECT * FROM challenge WHERE journey = %s ORDER BY raised", (journey,))
