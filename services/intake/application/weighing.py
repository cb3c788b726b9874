"""From a manager's answers to what is put on record about each rule."""

from __future__ import annotations

from dataclasses import dataclass

from libs.rules import Proposal, Rule
from services.intake.domain import Weighing


@dataclass(frozen=True, slots=True)
class Choice:
    """A manager's answer to one rule, with the reason where it goes another way than what was proposed."""

    rule_id: str
    agreed: bool
    reason: str = ""


def weighing(proposal: Proposal, *, agreed: bool) -> Weighing:
    """A proposal as it was answered."""
    return Weighing(
        proposal.rule_id,
        proposal.title,
        proposal.kind,
        proposal.citation,
        proposal.confirmed,
        agreed,
        list(proposal.because),
        proposal.duty.model_dump(mode="json") if proposal.duty else None,
        proposal.clock.model_dump(mode="json") if proposal.clock else None,
    )


def own_rule(rule: Rule) -> Weighing:
    """A rule that a manager applies although it was not proposed."""
    duty = rule.duty.model_dump(mode="json") if rule.duty else None
    clock = rule.clock.model_dump(mode="json") if rule.clock else None
    return Weighing(
        rule.id, rule.title, rule.kind, rule.citation, rule.confirmed, True, [], duty, clock, proposed=False
    )
