"""From rules to what is owed: which rules call for an account now, and what each of them asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from contracts.intake import WeighedRule
from contracts.taxonomy import DutyRecipient, Fact
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.directory import Directory, Site
from libs.rules import Clock, Duty, Proposal, RulePack, propose
from libs.service import NotFound
from services.notification.domain.account import Account
from services.notification.domain.duty import Owing

T = TypeVar("T")
LOOKS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule that asks for an account, whoever weighed it."""

    rule_id: str
    title: str
    kind: str
    citation: str
    confirmed: bool
    duty: Duty
    clock: Clock | None

    def owing(self, account: Account, site: Site) -> Owing:
        """What it asks on this journey. Only a rule that counts days has a date; "without delay" never gets one."""
        now = circumstances().now
        start = account.begins(self.clock.starts_at, now) if self.clock else None
        due = self.clock.due(start, site.working_days) if self.clock and start else None
        return Owing(
            rule_id=self.rule_id,
            recipient=self.duty.owed_to,
            title=self.title,
            rule_kind=self.kind,
            citation=self.citation,
            confirmed=self.confirmed,
            owner_role=self.duty.owed_by,
            content=list(self.duty.content),
            means=self.duty.channel,
            clock=self.clock.words if self.clock else "",
            starts_at=self.clock.starts_at if self.clock else "",
            counted_from=start,
            due=due,
            calendar=site.working_days.version if due else "",
        )


def agreed_upon(weighed: list[WeighedRule]) -> list[Asked]:
    """The rules that a manager agreed apply and that ask for an account."""
    return [
        Asked(
            rule.rule_id,
            rule.title,
            rule.kind,
            rule.citation,
            rule.confirmed,
            Duty.model_validate(rule.duty),
            Clock.model_validate(rule.clock) if rule.clock else None,
        )
        for rule in weighed
        if rule.agreed and rule.duty
    ]


def _proposed(pack: RulePack, facts: dict[str, Any], account: Account) -> dict[str, Asked]:
    on = local_day(circumstances().now)
    return {p.rule_id: _asked(p, p.duty) for p in propose(pack, facts, on) if p.duty and p.rule_id not in account.rules}


def _asked(proposal: Proposal, duty: Duty) -> Asked:
    return Asked(
        proposal.rule_id,
        proposal.title,
        proposal.kind,
        proposal.citation,
        proposal.confirmed,
        duty,
        proposal.clock,
    )


async def heard_of(directory: Directory, ask: Callable[[], Awaitable[T]]) -> T:
    """What governance has said, waiting a little for its word, which may be behind the event in hand.

    Raises NotFound where it does not come.
    """
    for _ in range(LOOKS):
        try:
            return await ask()
        except NotFound:
            await directory.reached("governance", directory.places.get("governance", (0, 0))[0] + 1)
    return await ask()


async def unasked(directory: Directory, account: Account, site: Site) -> list[Asked]:
    """Rules that no manager was asked about, because they follow from what came later or what is known anyway.

    A known reporter hears back; and where practice changed, those are told whom the rules name for that. A rule that
    a manager weighed is never decided anew here, whichever way it went.
    """
    if not account.weighings:
        return []
    pack = await heard_of(directory, partial(directory.rules, local_day(circumstances().now)))
    facts = account.facts | {
        Fact.KIND: account.kind,
        Fact.THEMES: account.themes,
        Fact.NATION: site.nation,
        Fact.PROVIDER_KIND: site.service_kind,
    }
    found: dict[str, Asked] = {}
    if account.reporter_known:
        facing = _proposed(pack, facts | {Fact.REPORTER_KNOWN: True}, account)
        found |= {rule: each for rule, each in facing.items() if each.duty.owed_to == DutyRecipient.REPORTER}
    if account.implemented:
        affects = account.affects_care or bool(facts.get(Fact.CHANGE_AFFECTS_CARE))
        before = _proposed(pack, facts, account)
        after = _proposed(pack, facts | {Fact.CHANGE_IMPLEMENTED: True, Fact.CHANGE_AFFECTS_CARE: affects}, account)
        found |= {rule: each for rule, each in after.items() if rule not in before}
    return list(found.values())
