"""The one chronology that every account of a journey is counted and told from, and where an account differs from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.taxonomy import ClockStart
from services.notification.domain.account import Account
from services.notification.domain.duty import Duty


@dataclass(frozen=True, slots=True)
class Difference:
    """An account that counts from another moment than the chronology has now, and what the clock counts from."""

    title: str
    starts_at: str
    counted_from: datetime
    now_known: datetime


def chronology(account: Account) -> list[tuple[str, datetime]]:
    """The moments that are known, in order."""
    known = [
        ("It happened", account.happened),
        ("It was put on record", account.put_on_record),
        ("It was weighed", account.weighed_at),
        ("Staff work differently", account.implemented),
    ]
    return sorted(((words, moment) for words, moment in known if moment), key=lambda each: each[1])


def differences(account: Account, duties: Iterable[Duty], now: datetime) -> list[Difference]:
    """Accounts still owed or given whose clock was counted from a moment that the chronology has otherwise by now.

    A clock is not moved behind anybody's back: what was promised stays, and the difference is shown to be resolved.
    """
    found: list[Difference] = []
    for duty in duties:
        counted, starts_at = duty.owing.counted_from, duty.owing.starts_at
        if duty.state == "lifted" or counted is None or not starts_at:
            continue
        known = account.begins(ClockStart(starts_at), now)
        if known not in {counted, now}:
            found.append(Difference(duty.owing.title, ClockStart(starts_at).label, counted, known))
    return found
