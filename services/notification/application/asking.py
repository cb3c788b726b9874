"""Who may ask what of notification, and who it is that asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.taxonomy import Role
from libs.deciding import Act
from libs.directory import Directory
from libs.domain import Refused
from libs.emergency_reading import ReadsInEmergency
from services.notification.domain.account import Account
from services.notification.domain.briefing_refusals import NotInTheAudience

PERSON = "person:"
READS_ONLY = frozenset({Role.CARE_WORKER, Role.KEY_WORKER, Role.AUDITOR})
"""Posts that see who is owed an account, but neither give it for the service nor read how it was given."""


class NotYoursToTell(Refused):
    """Giving an account for the service is for those who lead it. Ask your manager, or change to a post that may."""


def require_teller(role: str) -> None:
    """Raises NotYoursToTell for a post that does not speak for the service."""
    if role in READS_ONLY:
        raise NotYoursToTell


def person_of(actor: str) -> UUID | None:
    """The person behind an actor, or None where it is no person this organisation knows by id."""
    try:
        return UUID(actor.removeprefix(PERSON)) if actor.startswith(PERSON) else None
    except ValueError:
        return None


def reader(act: Act) -> UUID:
    """The person who asks. Raises NotInTheAudience for anyone who is no member of staff."""
    person = person_of(act.actor)
    if person is None:
        raise NotInTheAudience
    return person


class Asked(ReadsInEmergency):
    """What everything that can be asked of notification has at hand."""

    directory: Directory

    async def account_at(self, journey: UUID, moments: Iterable[datetime]) -> dict[datetime, Account | None]:
        """What was known of a journey at each of these moments, from the record as it was then."""
        events = await self.mapper.read(await self.store.load(Account.create_id(journey), 0))
        found: dict[datetime, Account | None] = {}
        for moment in set(moments):
            account: Any = None
            for each in events:
                if each.recorded <= moment:
                    account = each.mutate(account)
            found[moment] = account
        return found
