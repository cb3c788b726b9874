"""Single opportunities that belong together: proposed by rules, recognised or set aside by a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from libs.domain import Aggregate, Created, Event, event, follows
from libs.practice import Cohort, PatternRule
from services.intake.domain.refusals import PatternSeenTo, PatternTooSmall, RationaleMissing


@dataclass(frozen=True, slots=True)
class Sighting:
    """What of an opportunity a pattern can be seen by. Person and staff are pseudonyms, empty where not known."""

    journey: UUID
    provider: str
    site: str
    kind: str
    themes: tuple[str, ...]
    abuse_types: tuple[str, ...]
    occurred: datetime
    person: str = ""
    staff: tuple[str, ...] = ()
    place: str = ""

    def shares(self, what: str) -> Iterable[str]:
        """The values it has of what a rule looks for; a place is one place of one site."""
        if what == "place":
            return [f"{self.site}/{self.place}"] if self.place else []
        if what == "staff":
            return self.staff
        value: str = getattr(self, what)
        return [value] if value else []


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pattern that a rule proposes, with its evidence, oldest first."""

    rule: PatternRule
    value: str
    evidence: tuple[Sighting, ...]

    @property
    def id(self) -> UUID:
        """The pattern's identity: the same rule and shared thing are one pattern, however it grows."""
        return Pattern.create_id(self.rule.id, self.value)

    @property
    def journeys(self) -> list[UUID]:
        return [each.journey for each in self.evidence]


def candidates(rules: Iterable[PatternRule], seen: Sequence[Sighting], now: datetime) -> list[Candidate]:
    """What the rules propose for these sightings: so many within the rule's days, the last of them no longer ago."""
    found = []
    for rule in rules:
        groups: dict[str, list[Sighting]] = defaultdict(list)
        for each in sorted(seen, key=lambda sighting: (sighting.occurred, sighting.journey)):
            if _counts(each, rule.cohort):
                for value in each.shares(rule.shared):
                    groups[value].append(each)
        days = timedelta(days=rule.within_days)
        for value, group in groups.items():
            last = group[-1].occurred
            evidence = tuple(each for each in group if each.occurred >= last - days)
            if len(evidence) >= rule.at_least and last >= now - days:
                found.append(Candidate(rule, value, evidence))
    return found


def _counts(seen: Sighting, cohort: Cohort | None) -> bool:
    return cohort is None or bool(
        seen.kind in cohort.kinds
        or set(seen.themes) & set(cohort.themes)
        or set(seen.abuse_types) & set(cohort.abuse_types)
    )


class Pattern(Aggregate):
    """One pattern. It may be proposed again once there is more evidence than was decided on."""

    TOPIC = "intake.Pattern"

    class Proposed(Created):
        TOPIC = "intake.Pattern.Proposed"
        rule_id: str
        shared: str
        value: str

    class Recognised(Event):
        TOPIC = "intake.Pattern.Recognised"
        title: str
        rule_id: str
        rules_version: str
        shared: str
        evidence: list[UUID]
        opportunity: UUID

    class SetAside(Event):
        TOPIC = "intake.Pattern.SetAside"
        rules_version: str
        evidence: list[UUID]

    @staticmethod
    def create_id(rule_id: str, value: str) -> UUID:
        return follows("intake.Pattern", f"{rule_id}/{value}")

    @event(Proposed)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, rule_id: str, shared: str, value: str
    ) -> None:
        self.rule_id, self.shared, self.value = rule_id, shared, value
        self.decided: set[UUID] = set()
        self.opportunities: list[UUID] = []

    def recognise(self, title: str, rules_version: str, evidence: list[UUID], rationale: str) -> UUID:
        """It is one pattern: a journey of its own begins for it, under the id that is returned."""
        self._require_news(evidence, rationale)
        opportunity = follows("intake.Pattern.Opportunity", f"{self.id}/{self.version}")
        self.trigger_event(
            self.Recognised, title=title, rule_id=self.rule_id, rules_version=rules_version, shared=self.shared,
            evidence=evidence, opportunity=opportunity,
        )  # fmt: skip
        return opportunity

    @event(Recognised)
    def _(self, evidence: list[UUID], opportunity: UUID) -> None:
        self.decided |= set(evidence)
        self.opportunities.append(opportunity)

    def set_aside(self, rules_version: str, evidence: list[UUID], rationale: str) -> None:
        """They have no more in common than what the rule counts, for the reason given."""
        self._require_news(evidence, rationale)
        self.trigger_event(self.SetAside, rules_version=rules_version, evidence=evidence)

    @event(SetAside)
    def _(self, evidence: list[UUID]) -> None:
        self.decided |= set(evidence)

    def _require_news(self, evidence: list[UUID], rationale: str) -> None:
        if not evidence:
            raise PatternTooSmall
        if set(evidence) <= self.decided:
            raise PatternSeenTo
        if not rationale.strip():
            raise RationaleMissing
