"""Duties that are kept by something the record shows already, so that nobody writes it down twice."""

from __future__ import annotations

from typing import Any

from contracts.taxonomy import Channel, DutyRecipient
from libs.domain import Aggregate
from services.notification.domain.account import Account
from services.notification.domain.duty import Duty, duty_id

REVIEWED, ACTIONED, COMMUNICATED = "update-reviewed", "update-actioned", "update-communicated"
BY_WEIGHING = ("indicator-management-review", "update-logged")
"""Rules of the provider's own: that a manager decides on a low-level sign, and that an update is put on record."""
BY_REFERRAL = {
    DutyRecipient.LOCAL_AUTHORITY: "safeguarding-concern",
    DutyRecipient.POLICE: "police-crime",
    DutyRecipient.DBS: "dbs-referral",
    DutyRecipient.LADO: "allegation-children",
}
"""The rule that a referral to a body keeps. What CQC is notified of is one form for each kind, so no referral is that."""
ON_RECORD = "This is on record with the opportunity itself."


def by_record(account: Account, duties: list[Duty]) -> None:
    """Discharge those of these duties that the record shows to be kept."""
    for duty in duties:
        if duty.state == "owed" and duty.owing.rule_id in account.kept:
            duty.discharge(Channel.RECORD, ON_RECORD)


async def keep(service: Any, account: Account, rule_id: str) -> list[Aggregate]:
    """The record shows now that a rule was kept, whether or not its duty has been opened yet."""
    account.keep([rule_id])
    duty: Duty | None = await service.find(Duty, duty_id(account.journey, rule_id))
    if duty is None:
        return [account]
    by_record(account, [duty])
    return [account, duty]
