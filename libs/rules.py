"""Rules as dated, cited data, and what they propose for the facts of an opportunity; a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from contracts.taxonomy import (
    Channel,
    ClockKind,
    ClockStart,
    DutyRecipient,
    Fact,
    Nation,
    ProviderKind,
    Role,
    RuleKind,
)
from libs.calendar import WorkingDays, calendar_days
from libs.conditions import Condition, Facts, check, compiled, facts_of, is_answer
from libs.domain import Refused
from libs.emergencies import EmergencyAccess
from libs.escalating import Escalation
from libs.policytext import malformed, read
from libs.practice import Cadence, Identifier, Line, Measure, Part, PatternRule, Reflection
from libs.reaching import LetterTemplate, Reaching
from libs.retention import Retention
from libs.vigilance import AuditTool, EarlySign, Trigger

TO_CONFIRM = "to be confirmed by the provider"


class RuleRepeated(Refused):
    """Every rule of a pack has an id of its own."""


class Clock(Part):
    """How long a duty gives, and from when. "Without delay" has no number, and never gets one."""

    kind: ClockKind
    n: int | None = Field(default=None, ge=1, le=3660)
    starts_at: ClockStart

    @model_validator(mode="after")
    def _number_only_where_counted(self) -> Self:
        if self.kind.counted is (self.n is None):
            raise ValueError(f"a clock of kind {self.kind} has {'a' if self.kind.counted else 'no'} number")
        return self

    @property
    def words(self) -> str:
        """The clock as a reader meets it: "within 2 working days of when it was received"."""
        if self.n is None:
            return self.kind.label.lower()
        unit = self.kind.label.lower() if self.n != 1 else self.kind.label.lower().removesuffix("s")
        return f"within {self.n} {unit} of {self.starts_at.label}"

    def due(self, start: datetime, days: WorkingDays) -> datetime | None:
        """The end of the last day in time, or None where the rule gives no number of days.

        `start` is the moment the clock's `starts_at` names. Raises ValueError for a time without a zone.
        """
        if self.n is None:
            return None
        counted = days.deadline if self.kind is ClockKind.WORKING_DAYS else calendar_days
        return counted(start, self.n)


class Duty(Part):
    """Who owes what to whom, and by what means."""

    owed_by: Role
    owed_to: DutyRecipient
    content: tuple[Line, ...] = Field(min_length=1, max_length=12)
    channel: Channel


class Rule(Part):
    """One rule of law, guidance, contract or policy, with where it is written and since when.

    `confirmed` is false where nobody has yet checked it against its source: it is then shown as
    "to be confirmed by the provider" whatever its kind.
    """

    id: Identifier
    title: Line
    kind: RuleKind
    jurisdiction: Nation
    provider_kinds: tuple[ProviderKind, ...] = Field(default=(), description="none: every kind")
    citation: Line
    source_url: str | None = Field(default=None, pattern=r"^https://", max_length=300)
    checked_on: date
    confirmed: bool
    applies_when: dict[str, Any]
    duty: Duty | None = None
    clock: Clock | None = None
    in_force_from: date
    in_force_to: date | None = None
    note: str = Field(default="", max_length=600)

    @property
    def standing(self) -> str:
        """What the rule is, and whether that has been checked; never "Law" alone for the unchecked."""
        return self.kind.label if self.confirmed else f"{self.kind.label}, {TO_CONFIRM}"

    def in_force(self, on: date) -> bool:
        """Whether the rule holds on a day; both its first and its last day count."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)

    def covers(self, nation: str | None, provider_kind: str | None) -> bool:
        """Whether the rule is for such a service; what is not known excludes nothing."""
        return (nation is None or nation == self.jurisdiction) and (
            provider_kind is None or not self.provider_kinds or provider_kind in self.provider_kinds
        )


class LeftOut(Part):
    """A provision that is deliberately no rule of the pack, and why."""

    citation: Line
    because: Line


class RulePack(Part):
    """A version of all the rules, adopted as a whole. A pack is never amended: a new one replaces it.

    Raises a Refused named after the fault for a condition that cannot be read or an id used twice.
    """

    id: Identifier
    version: str = Field(pattern=r"^[0-9A-Za-z.-]{1,40}$")
    title: Line
    reviewed_on: date
    conditions: dict[Identifier, dict[str, Any]] = Field(default_factory=dict, max_length=100)
    rules: tuple[Rule, ...] = Field(min_length=1, max_length=500)
    left_out: tuple[LeftOut, ...] = ()
    measures: tuple[Measure, ...] = ()
    cadences: tuple[Cadence, ...] = ()
    audit_tools: tuple[AuditTool, ...] = ()
    early_signs: tuple[EarlySign, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    patterns: tuple[PatternRule, ...] = ()
    reflection: Reflection | None = None
    retention: Retention | None = None
    reaching: Reaching = Reaching()
    escalation: Escalation = Escalation()
    emergency_access: EmergencyAccess = EmergencyAccess()
    letters: tuple[LetterTemplate, ...] = ()

    @model_validator(mode="after")
    def _every_condition_readable(self) -> Self:
        for tree in self.conditions.values():
            check(tree, {})
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise RuleRepeated(f"The id '{rule.id}' stands twice in the pack.")
            seen.add(rule.id)
            check(rule.applies_when, self.conditions)
        return self

    @cached_property
    def ready(self) -> tuple[tuple[Rule, Condition, Proposal], ...]:
        """Every rule with its condition and its proposal made ready once, for use many times."""
        return tuple(
            (rule, compiled(rule.applies_when, self.conditions), _proposal(rule, self.version)) for rule in self.rules
        )

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id. Raises LookupError where the pack has none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise LookupError(f"{self.id} {self.version} has no rule {rule_id}")

    def letter(self, template: str) -> LetterTemplate | None:
        """The letter of that id, or None where the pack has none."""
        return next((each for each in self.letters if each.id == template), None)


class Proposal(Part):
    """A rule that seems to apply, and the facts that led to it. The manager agrees or says why not."""

    rule_id: str
    rule_version: str
    title: str
    kind: RuleKind
    standing: str
    citation: str
    source_url: str | None
    confirmed: bool
    because: list[str]
    duty: Duty | None
    clock: Clock | None


def load(source: Path | str) -> RulePack:
    """A pack from a file, or from the text of one.

    Raises a Refused: DocumentTooLarge, DocumentUnreadable, DocumentMalformed, RuleRepeated, or one of
    `libs.conditions` for a condition that cannot be read. Nothing is taken from a refused document.
    """
    return pack_of(read(source))


def pack_of(content: Mapping[str, Any]) -> RulePack:
    """A pack from content already read, such as an adopted pack from its event. Raises as `load`."""
    try:
        return RulePack.model_validate(content)
    except ValidationError as fault:
        raise malformed(fault) from fault


def in_force(pack: RulePack, on: date, nation: Nation | str, provider_kind: ProviderKind | str) -> list[Rule]:
    """The rules that hold on a day for a kind of service in a nation, in the order of the pack."""
    return [rule for rule in pack.rules if rule.in_force(on) and rule.covers(nation, provider_kind)]


def propose(pack: RulePack, facts: Facts, on: date) -> list[Proposal]:
    """What the rules propose for these facts on a day, in the order of the pack.

    `facts` are answers by `Fact` code; one that was not answered is left out. The nation and the kind
    of service, where given among the facts, narrow the rules.
    """
    nation, provider_kind = facts.get(Fact.NATION), facts.get(Fact.PROVIDER_KIND)
    return [
        proposal.model_copy(update={"because": condition.reasons(facts)})
        for rule, condition, proposal in pack.ready
        if condition.holds(facts) and rule.in_force(on) and rule.covers(nation, provider_kind)
    ]


def _proposal(rule: Rule, version: str) -> Proposal:
    return Proposal(
        rule_id=rule.id,
        rule_version=version,
        title=rule.title,
        kind=rule.kind,
        standing=rule.standing,
        citation=rule.citation,
        source_url=rule.source_url,
        confirmed=rule.confirmed,
        because=[],
        duty=rule.duty,
        clock=rule.clock,
    )


def unanswered(pack: RulePack, facts: Facts, on: date) -> Mapping[str, list[Fact]]:
    """By rule, the questions still to be asked before one can tell whether the rule applies."""
    nation, provider_kind = facts.get(Fact.NATION), facts.get(Fact.PROVIDER_KIND)
    return {
        rule.id: sorted(
            fact
            for fact in facts_of(rule.applies_when, pack.conditions)
            if fact.question and not is_answer(facts.get(fact))
        )
        for rule, condition, _ in pack.ready
        if condition.holds(facts) is None and rule.in_force(on) and rule.covers(nation, provider_kind)
    }
