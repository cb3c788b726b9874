"""An audit of one month at a site: a sample that nobody chose, each of its checks answered, some by two people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from libs.calendar import local_day
from libs.deciding import Decided, circumstances
from libs.domain import NOWHERE, Aggregate, Created, Event, Seal, event, follows
from libs.statistics.agreement import kappa
from libs.vigilance import AuditTool
from services.assurance.domain.refusals import (
    AnswerEveryCheck,
    MonthToCome,
    NothingToSample,
    NotInTheSample,
    NotRatedTwice,
    RoundIsClosed,
    SecondLookByAnother,
    StillToLookAt,
)
from services.assurance.domain.sampling import claim_words, drawn, seed_of

YES, NO, NOT_APPLICABLE = ANSWERS = ("yes", "no", "not_applicable")


@dataclass(frozen=True, slots=True)
class Sampled:
    """One of the sample: a case by its journey, or a record by its place in the register. `twice`: two people look."""

    reference: str
    twice: bool
    journey: UUID | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """One check: as it should be in `kept` of `of`; what did not apply is in neither. `claim` says what that shows."""

    check_id: str
    title: str
    kept: int
    of: int
    not_applicable: int
    claim: str


class AuditRound(Aggregate):
    """One for a tool, site and month. The first look counts; the second tells how far two people see the same."""

    TOPIC = "assurance.AuditRound"

    class Opened(Created):
        TOPIC = "assurance.AuditRound.Opened"
        tool_id: str
        tool: dict[str, Any]
        rules: str
        period: date
        population: int
        seed: str
        sample: list[Sampled]

    class LookedAt(Event):
        TOPIC = "assurance.AuditRound.LookedAt"
        reference: str
        second: bool
        answers: dict[str, str]
        note: Annotated[str, Seal("of")]
        of: UUID = NOWHERE
        """Whose key seals the note: the case's journey, so that it is forgotten with it; the round's for a record."""

    class FindingMade(Event):
        TOPIC = "assurance.AuditRound.FindingMade"
        finding_id: UUID
        check_id: str
        title: str
        exceptions: int
        of: int
        themes: list[str]
        journeys: list[UUID]
        tool_id: str
        tool_version: str

    class Closed(Event):
        TOPIC = "assurance.AuditRound.Closed"
        tool_id: str
        title: str
        period: date
        figures: list[Counted]
        kappa: float | None

    @staticmethod
    def create_id(tool_id: str, site: str, period: date) -> UUID:
        return follows("assurance.AuditRound", f"{tool_id}/{site}/{period:%Y-%m}")

    @event(Opened)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, tool_id: str, tool: dict[str, Any], rules: str,
        period: date, population: int, seed: str, sample: list[Sampled],
    ) -> None:  # fmt: skip
        self.tool, self.period, self.population = AuditTool.model_validate(tool), period, population
        self.sample = {each.reference: each for each in sample}
        self.looks: dict[str, tuple[str, Mapping[str, str]]] = {}
        self.second_looks: dict[str, tuple[str, Mapping[str, str]]] = {}
        self.closed = False

    @classmethod
    def draw(
        cls, provider: str, site: str, tool: AuditTool, rules: str, period: date, population: Mapping[str, UUID | None]
    ) -> AuditRound:
        """Draw the sample of a month from everything there is; cases are named by receipt number, records by place."""
        if period > local_day(circumstances().now):
            raise MonthToCome
        if not population:
            raise NothingToSample
        seed = seed_of(f"{tool.id}/{tool.version}", site, f"{period:%Y-%m}", sorted(population))
        chosen = drawn(population, seed, tool.sample)
        identity = cls.create_id(tool.id, site, period)
        return cls(
            provider=provider, site=site, journey=identity, about=identity, tool_id=tool.id,
            tool=tool.model_dump(mode="json"), rules=rules, period=period, population=len(population), seed=seed,
            sample=[Sampled(each, n % tool.rated_twice_in == 0, population[each]) for n, each in enumerate(chosen)],
        )  # fmt: skip

    def look_at(self, reference: str, answers: Mapping[str, str], note: str) -> None:
        """Answer every check for one of the sample. Who looked first may correct it; someone else's look is the second."""
        if self.closed:
            raise RoundIsClosed
        if reference not in self.sample:
            raise NotInTheSample
        checks = {each.id for each in self.tool.checks}
        if set(answers) != checks or not set(answers.values()) <= set(ANSWERS):
            raise AnswerEveryCheck
        second, of = self._is_second(reference), self.sample[reference].journey or self.id
        self.trigger_event(self.LookedAt, reference=reference, second=second, answers=dict(answers), note=note, of=of)

    def _is_second(self, reference: str) -> bool:
        actor = circumstances().actor
        first, second = self.looks.get(reference), self.second_looks.get(reference)
        if first is None or first[0] == actor:
            return False
        if not self.sample[reference].twice:
            raise NotRatedTwice
        if second is not None and second[0] != actor:
            raise SecondLookByAnother
        return True

    @event(LookedAt)
    def _(self, reference: str, second: bool, answers: dict[str, str], by: Decided) -> None:
        (self.second_looks if second else self.looks)[reference] = (by.actor, answers)

    def close(self) -> None:
        """Count what was seen. What was not as it should be becomes a finding for intake, one for each check."""
        if self.closed:
            raise RoundIsClosed
        if self.waiting:
            raise StillToLookAt
        figures = [self._counted(each.id, each.title) for each in self.tool.checks]
        for check, figure in zip(self.tool.checks, figures, strict=True):
            if figure.kept < figure.of:
                failed = [r for r, (_, answers) in self.looks.items() if answers[check.id] == NO]
                self.trigger_event(
                    self.FindingMade,
                    finding_id=follows("assurance.Finding", f"{self.id}/{check.id}"),
                    check_id=check.id, title=check.title, exceptions=len(failed), of=figure.of,
                    themes=list(check.themes), journeys=[j for r in failed if (j := self.sample[r].journey)],
                    tool_id=self.tool.id, tool_version=self.tool.version,
                )  # fmt: skip
        self.trigger_event(
            self.Closed, tool_id=self.tool.id, title=self.tool.title, period=self.period, figures=figures,
            kappa=self._agreement(),
        )  # fmt: skip

    @event(Closed)
    def _(self) -> None:
        self.closed = True

    @property
    def waiting(self) -> list[str]:
        """Those of the sample that nobody has looked at, or only one of two."""
        return [
            reference for reference, each in self.sample.items()
            if reference not in self.looks or (each.twice and reference not in self.second_looks)
        ]  # fmt: skip

    def _counted(self, check_id: str, title: str) -> Counted:
        said: Sequence[str] = [answers[check_id] for _, answers in self.looks.values()]
        kept, not_applicable = said.count(YES), said.count(NOT_APPLICABLE)
        of = len(said) - not_applicable
        applies = self.population if not not_applicable else max(of, self.population - not_applicable)
        return Counted(check_id, title, kept, of, not_applicable, claim_words(kept, of, applies))

    def _agreement(self) -> float | None:
        """Cohen's kappa over every check of what two people looked at."""
        pairs = [
            (self.looks[reference][1][check.id], answers[check.id])
            for reference, (_, answers) in sorted(self.second_looks.items())
            for check in self.tool.checks
        ]
        if not pairs:
            return None
        return kappa([first for first, _ in pairs], [second for _, second in pairs]).kappa
