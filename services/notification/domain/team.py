"""The team of a site, as far as briefings need it: who is in it, and what it was briefed on lately."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from contracts.taxonomy import BriefingAudiencePart
from libs.domain import Aggregate, Created, Event, event, follows
from libs.reaching import Reaching
from services.notification.domain.briefing import Listener
from services.notification.domain.rota import Pattern


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

    class Rostered(Event):
        TOPIC = "notification.Team.Rostered"
        person_id: UUID
        pattern: Pattern

    class OffRota(Event):
        TOPIC = "notification.Team.OffRota"
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
        self.rostered: dict[UUID, Pattern] = {}
        self.briefings: dict[UUID, datetime] = {}

    def listener(self, person_id: UUID, now: datetime, limits: Reaching, about: UUID | None = None) -> Listener | None:
        """Someone as a briefing counts them, or None where they neither belong to the team nor are on its rota.

        Agency staff and new starters are counted as such whatever the rota says; others by the shifts they mostly work.
        """
        part, pattern = self.members.get(person_id), self.rostered.get(person_id)
        if pattern and pattern.has_lapsed(now, limits):
            pattern = None
        if pattern is None:
            return Listener(person_id, part) if part else None
        if part is None or part in {BriefingAudiencePart.DAY, BriefingAudiencePart.NIGHT}:
            part = pattern.part
        return Listener(person_id, part, pattern.group, about in pattern.supports)

    def listeners(self, now: datetime, limits: Reaching, about: UUID | None = None) -> list[Listener]:
        """Everyone in the team and on its rota now, in a fixed order."""
        found = (self.listener(each, now, limits, about) for each in sorted({*self.members, *self.rostered}))
        return [each for each in found if each]

    def roster(self, person_id: UUID, pattern: Pattern) -> None:
        """How someone works by the rota from now on."""
        if self.rostered.get(person_id) != pattern:
            self.trigger_event(self.Rostered, person_id=person_id, pattern=pattern)

    @event(Rostered)
    def _(self, person_id: UUID, pattern: Pattern) -> None:
        self.rostered[person_id] = pattern

    def lapsed(self, now: datetime, limits: Reaching) -> list[UUID]:
        """Who is on the rota by shifts that lie so far back that it must be looked at again."""
        return sorted(each for each, pattern in self.rostered.items() if pattern.has_lapsed(now, limits))

    def take_off(self, person_id: UUID) -> None:
        """The rota says no longer that someone works here. Who is in the team stays in it."""
        if person_id in self.rostered:
            self.trigger_event(self.OffRota, person_id=person_id)

    @event(OffRota)
    def _(self, person_id: UUID) -> None:
        del self.rostered[person_id]

    def join(self, person_id: UUID, part: str) -> None:
        """Someone works here, or moved to another part of the team."""
        if self.members.get(person_id) != part:
            self.trigger_event(self.Joined, person_id=person_id, part=part)

    @event(Joined)
    def _(self, person_id: UUID, part: str) -> None:
        self.members[person_id] = part

    def leave(self, person_id: UUID) -> None:
        """Someone no longer works here."""
        if person_id in self.members or person_id in self.rostered:
            self.trigger_event(self.Left, person_id=person_id)

    @event(Left)
    def _(self, person_id: UUID) -> None:
        self.members.pop(person_id, None)
        self.rostered.pop(person_id, None)

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
