"""Asking sites that are like the one that learned whether the change applies to them too."""

from __future__ import annotations

from collections import Counter
from typing import Any

from contracts.review import ReviewSignedOff
from libs.deciding import circumstances
from libs.domain import Aggregate
from services.notification.domain.account import Account
from services.notification.domain.briefing import Change
from services.notification.domain.transfer import Transfer, Whereabouts
from services.notification.policy.limits import limits


async def found_here(service: Any, event: ReviewSignedOff) -> list[Aggregate]:
    """The factors that a review signed off belong from now on to what its site is like."""
    changed: list[Aggregate] = []
    news = (await limits(service.directory)).news
    for category in sorted({factor.category for factor in event.factors}):
        identity = Whereabouts.create_id(event.provider, category)
        known: Whereabouts | None = await service.find(Whereabouts, identity)
        known = known or Whereabouts(
            provider=event.provider, site="", journey=identity, about=identity, category=category
        )
        known.find(event.site, event.occurred, news)
        changed.append(known)
    return changed


async def asked_elsewhere(service: Any, account: Account, change: Change) -> list[Aggregate]:
    """A question to each other site of the provider where enough of what contributed here was found lately."""
    shared: Counter[str] = Counter()
    now, held = circumstances().now, await limits(service.directory)
    for category in account.factors:
        known: Whereabouts | None = await service.find(Whereabouts, Whereabouts.create_id(account.provider, category))
        shared.update(known.lately(now, held.recent) if known else ())
    alike = sorted(
        w
        for w, n in shared.items()
        if w != account.site and 100 * n >= held.least_shared_percent * len(account.factors)
    )
    account.carry(change.title, len(alike))
    asked: list[Aggregate] = []
    for site in alike:
        identity = Transfer.create_id(site, account.journey, change)
        asked.append(
            Transfer(
                provider=account.provider, site=site, journey=identity, about=account.journey, source=account.journey,
                change=change, factors=account.factors,
            )
        )  # fmt: skip
    return asked
