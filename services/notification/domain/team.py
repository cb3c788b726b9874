"""The team of a site, as far as briefings need it: who is in it, and what it was briefed on lately."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from libs.domain import Aggregate, Created, Event, event, follows
from services.notification.domain.briefing import Listener


class Team(Aggregate):
    """One for each site. Who joins and what is posted meet here, so that no newcomer falls between two notices."""

    TOPIC = "notification.Team"

    class Gathered(Created):
        TOPIC = "notification.Team.Gathered"

    class Joined(Event):
        TOPIC = "notification.Team.Joined"
        person_id: UUID
        part: str

    class Left(Event):
        TOPIC = "notification.Team.Left"
        person_id: UUID

    class BriefingPosted(Event):
        TOPIC = "notification.Team.BriefingPosted"
        briefing_id: UUID
        posted: datetime

    @staticmethod
    def create_id(provider: str, site: str) -> UUID:
        return follows("notification.Team", f"{provider}/{site}")

    @event(Gathered)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.members: dict[UUID, str] = {}
        self.briefings: dict[UUID, datetime] = {}

    @property
    def listeners(self) -> list[Listener]:
        """Everyone in the team now, in a fixed order."""
        return [Listener(person, part) for person, part in sorted(self.members.items())]

    def join(self, person_id: UUID, part: str) -> None:
        """Someone works here, or moved to another part of the team."""
        if self.members.get(person_id) != part:
            self.trigger_event(self.Joined, person_id=person_id, part=part)

    @event(Joined)
    def _(self, person_id: UUID, part: str) -> None:
        self.members[person_id] = part

    def leave(self, person_id: UUID) -> None:
        """Someone no longer works here."""
        if person_id in self.members:
            self.trigger_event(self.Left, person_id=person_id)

    @event(Left)
    def _(self, person_id: UUID) -> None:
        del self.members[person_id]

    def post(self, briefing_id: UUID, posted: datetime) -> None:
        """A briefing was issued to this team."""
        if briefing_id not in self.briefings:
            self.trigger_event(self.BriefingPosted, briefing_id=briefing_id, posted=posted)

    @event(BriefingPosted)
    def _(self, briefing_id: UUID, posted: datetime) -> None:
        self.briefings[briefing_id] = posted

    def current(self, now: datetime, lasting: timedelta) -> list[UUID]:
        """The briefings that newcomers are still given."""
        return [briefing for briefing, posted in self.briefings.items() if now - posted <= lasting]
