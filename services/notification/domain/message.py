"""Word to a post, or to another system, that something waits: no names, no story, only what kind of thing and where."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.domain import Aggregate, Created, Event, Refused, event, follows
from libs.reaching import Reaching

EMAIL, WEBHOOK = "email", "webhook"
LEASE = timedelta(minutes=2)
"""How long one sender may be busy with a message before another takes it for lost."""


class About(StrEnum):
    """What a message may be about."""

    DUTY_OWED = "duty_owed"
    DUTY_OVERDUE = "duty_overdue"
    BRIEFING_ISSUED = "briefing_issued"
    ACTION_OVERDUE = "action_overdue"
    ACTION_ESCALATED = "action_escalated"
    MEASURE_MISSED = "measure_missed"
    EMERGENCY_ACCESS = "emergency_access"


class Message(Aggregate):
    """One message to a post. It is claimed before it is sent, so that two senders never send it at once.

    Between the mail server's yes and our record of it lies a moment in which we may fall over. Then the message is
    sent once more under the same Message-ID, by which the receiver can drop the double: at least once on the wire,
    once in effect.
    """

    TOPIC = "notification.Message"

    class Written(Created):
        TOPIC = "notification.Message.Written"
        cause: str
        subject: str
        to_post: str
        to_role: str
        endpoint: str = ""

    class Sending(Event):
        TOPIC = "notification.Message.Sending"
        attempt: int
        until: datetime

    class Delivered(Event):
        TOPIC = "notification.Message.Delivered"
        attempt: int
        taken: int
        refused: int
        channel: str = EMAIL

    class PutOff(Event):
        TOPIC = "notification.Message.PutOff"
        attempt: int
        reason: str
        again_at: datetime

    class Undelivered(Event):
        TOPIC = "notification.Message.Undelivered"
        attempt: int
        reason: str
        channel: str = EMAIL

    class SentAnew(Event):
        TOPIC = "notification.Message.SentAnew"

    class KeptInApp(Event):
        TOPIC = "notification.Message.KeptInApp"
        reason: str

    @staticmethod
    def create_id(cause: str) -> UUID:
        return follows("notification.Message", cause)

    @event(Written)
    def __init__(
        self,
        *,
        provider: str,
        site: str,
        journey: UUID,
        about: UUID,
        cause: str,
        subject: str,
        to_post: str,
        to_role: str,
        endpoint: str = "",
    ) -> None:
        self.cause, self.subject, self.to_post, self.to_role = cause, subject, to_post, to_role
        self.endpoint = endpoint
        self.state, self.attempts = "waiting", 0
        self.not_before: datetime | None = None

    @property
    def channel(self) -> str:
        """How it leaves: by e-mail to a post, or by a call to another system."""
        return WEBHOOK if self.endpoint else EMAIL

    def claim(self, now: datetime) -> None:
        """Take it on for one try. One whose sender was lost is taken over when its time is up."""
        if self.state not in {"waiting", "sending"}:
            raise AlreadySettled
        if self.not_before and now < self.not_before:
            raise NotNow
        self.trigger_event(self.Sending, attempt=self.attempts + 1, until=now + LEASE)

    @event(Sending)
    def _(self, attempt: int, until: datetime) -> None:
        self.state, self.attempts, self.not_before = "sending", attempt, until

    def deliver(self, attempt: int, taken: int, refused: int = 0) -> None:
        """The mail server took it for at least one holder of the post."""
        self._under_way(attempt)
        self.trigger_event(self.Delivered, attempt=attempt, taken=taken, refused=refused, channel=self.channel)

    @event(Delivered)
    def _(self) -> None:
        self.state = "delivered"

    def fail(self, attempt: int, reason: str, now: datetime, limits: Reaching, *, for_good: bool = False) -> None:
        """It was not taken. Tried again later, ever more patiently, as often as the limits say."""
        self._under_way(attempt)
        if for_good or attempt >= limits.tries:
            self.trigger_event(self.Undelivered, attempt=attempt, reason=reason, channel=self.channel)
        else:
            self.trigger_event(self.PutOff, attempt=attempt, reason=reason, again_at=now + self.pause(attempt, limits))

    def pause(self, attempt: int, limits: Reaching) -> timedelta:
        """How long to wait after a try: twice as long each time, less up to a fifth that differs from message to message,
        so that what failed together does not come back together."""
        part = follows("notification.Message.pause", f"{self.id}/{attempt}").int % 1000 / 5000
        return timedelta(seconds=limits.pause(attempt).total_seconds() * (1 - part))

    @event(PutOff)
    def _(self, again_at: datetime) -> None:
        self.state, self.not_before = "waiting", again_at

    @event(Undelivered)
    def _(self) -> None:
        self.state = "undelivered"

    def send_anew(self) -> None:
        """Someone asks for one more try of a message that was given up on."""
        if self.state != "undelivered":
            raise NotGivenUp
        self.trigger_event(self.SentAnew)

    @event(SentAnew)
    def _(self) -> None:
        self.state, self.not_before = "waiting", None

    def keep_in_app(self, reason: str) -> None:
        """It cannot leave by e-mail; whoever holds the post finds it in their lists here."""
        if self.state not in {"waiting", "sending"}:
            raise AlreadySettled
        self.trigger_event(self.KeptInApp, reason=reason)

    @event(KeptInApp)
    def _(self) -> None:
        self.state = "in_app"

    def _under_way(self, attempt: int) -> None:
        if self.state != "sending" or attempt != self.attempts:
            raise NotUnderWay


class AlreadySettled(Refused):
    """This message was delivered, or given up, already."""


class NotGivenUp(Refused):
    """This message was not given up on, so there is nothing to send anew."""


class NotNow(Refused):
    """Someone is sending this message, or it is not yet time to try again."""


class NotUnderWay(Refused):
    """This try is not the one under way; another sender has taken the message over."""
