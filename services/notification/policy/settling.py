"""Opening what is newly owed on a journey, and lifting what does not apply after all."""

from __future__ import annotations

from functools import partial
from typing import Any

from libs.domain import Aggregate
from services.notification.domain.account import Account
from services.notification.domain.duty import Duty, Owing, duty_id
from services.notification.domain.message import About, Message
from services.notification.policy.calls import with_calls
from services.notification.policy.candour import resting
from services.notification.policy.messages import word_to
from services.notification.policy.owing import Asked, heard_of, unasked
from services.notification.policy.records import by_record

WEIGHED_ANEW = "It was weighed again, and this rule does not apply after all."


async def settle(service: Any, account: Account, agreed: list[Asked], *, changed: bool = False) -> list[Aggregate]:
    """Bring the journey's duties in line with what is known of it now; the account comes first.

    With `changed`, practice changed just now: whoever hears of changes hears of this one too.
    """
    site = await heard_of(service.directory, partial(service.directory.site, account.site))
    found = await unasked(service.directory, account, site)
    wanted = account.agreed | {asked.rule_id for asked in found}
    opened: list[Duty] = []
    for asked in (*agreed, *found):
        owing = asked.owing(account, site)
        duty = await _opened(service, account, owing, again=changed and owing.starts_at == "implemented")
        if duty:
            opened.append(duty)
    by_record(account, opened)
    lifted = [await service.find(Duty, duty_id(account.journey, rule)) for rule in sorted(account.owed - wanted)]
    for duty in lifted:
        duty.lift(WEIGHED_ANEW)
    account.settle(wanted)
    return [account, *opened, *lifted, *await with_calls(service, _letters(account, opened))]


async def _opened(service: Any, account: Account, owing: Owing, *, again: bool) -> Duty | None:
    """The duty where it is owed now and was not; towards whom is out of contact it rests until they are found."""
    duty: Duty | None = await service.find(Duty, duty_id(account.journey, owing.rule_id))
    rests = await resting(service, account.journey, owing.rule_id)
    if duty is None:
        duty = Duty(
            provider=account.provider, site=account.site, journey=account.journey, about=account.about, owing=owing
        )
    elif (duty.state == "lifted" and not rests) or (again and duty.state in {"discharged", "declined"}):
        duty.owe_again(owing)
    else:
        return None
    if rests:
        duty.lift(rests)
    return duty


def _letters(account: Account, opened: list[Duty]) -> list[Message]:
    """One letter to each post concerned, however many accounts it owes."""
    roles = dict.fromkeys(duty.owing.owner_role for duty in opened if duty.state == "owed")
    cause = f"{account.journey}/{account.weighings}.{account.changes}"
    return [word_to(account, About.DUTY_OWED, cause, role=role) for role in roles]
