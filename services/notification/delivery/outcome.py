"""What became of one try to send a message, known as soon as the other side answered and kept until it is on record."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import aiosmtplib

from libs.deciding import Act
from libs.domain import Refused
from services.notification.application import Notification

PERMANENT = 500
"""From this number on, a mail server's no is for good (RFC 5321, 4.2.1)."""
SENDER = Act("delivery:notification", "system")


@dataclass(frozen=True, slots=True)
class Outcome:
    """It was taken by so many at that moment, or was not, for a reason; `for_good` where trying again is pointless."""

    message: UUID
    attempt: int
    at: datetime
    taken: int = 0
    refused: int = 0
    reason: str = ""
    for_good: bool = False


class Unrecorded:
    """The outcomes whose record is still to be made.

    While the database is away, whoever sent still knows what came of it. That is recorded as soon as it is back, so
    that nothing is sent again for want of a record. It is lost with the process alone: then the message goes out once
    more under its own number, by which the receiver drops the double.
    """

    def __init__(self, service: Notification) -> None:
        self.service = service
        self._outcomes: dict[UUID, Outcome] = {}

    async def record(self, outcome: Outcome) -> None:
        """Put it on record as it was at its moment. Where that fails it is still known here."""
        self._outcomes[outcome.message] = outcome
        await self._recorded(outcome)

    async def catch_up(self) -> int:
        """Put on record what could not be before; how much that was. Raises what the database says."""
        late = list(self._outcomes.values())
        for outcome in late:
            await self._recorded(outcome)
        return len(late)

    async def _recorded(self, outcome: Outcome) -> None:
        act = replace(SENDER, occurred=outcome.at)
        message, attempt, reason = outcome.message, outcome.attempt, outcome.reason
        try:
            if reason:
                await self.service.failed(act, message, attempt, reason, for_good=outcome.for_good)
            else:
                await self.service.delivered(act, message, attempt, outcome.taken, outcome.refused)
        except Refused:
            pass  # kept before though the answer was lost, or another sender took it over when this one's time was up
        self._outcomes.pop(message, None)


MAILBOX = re.compile(r"[^\s\x00-\x1f\x7f@]+@[^\s\x00-\x1f\x7f@]+")


def can_be_mailed(address: str) -> bool:
    """Whether this can be an address at all: one that was mistyped must not keep the post's other holders from hearing."""
    return MAILBOX.fullmatch(address) is not None


def of_mail(error: Exception) -> tuple[str, bool]:
    """What to record of a failed try, and whether trying again is pointless: this message or its address was refused for
    good. A fault of the connection, our sign-in or our own address is mended by a setting, so those are tried again.

    The server's own words are left out: they tend to repeat the address.
    """
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = {each.code for each in error.recipients}
        return f"The mail server refused every address ({min(codes)}).", min(codes) >= PERMANENT
    if isinstance(error, aiosmtplib.SMTPResponseException):
        for_good = isinstance(error, aiosmtplib.SMTPDataError) and error.code >= PERMANENT
        return f"The mail server refused the message ({error.code}).", for_good
    if isinstance(error, ValueError):
        return "An address on record is none that mail can be sent to. Ask who keeps the organisation to mend it.", True
    return "The mail server could not be reached, or did not answer in time.", False
