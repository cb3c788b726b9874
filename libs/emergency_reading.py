"""Pages of one journey that are read in an emergency: each room puts on record what it shows, before it shows it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from libs.admission import LetIn
from libs.deciding import Act, Saved, circumstances
from libs.directory import Directory
from libs.domain import Aggregate, Created, Event, event, follows
from libs.emergencies import SAME_READING, EmergencyIsOver
from libs.service import Service, command


class EmergencyReading(Aggregate):
    """What one emergency opened in one room. Governance, which let the reader in, hears of each page."""

    TOPIC = "house.EmergencyReading"

    class Begun(Created):
        TOPIC = "house.EmergencyReading.Begun"
        room: str
        access: UUID
        reader: str
        until: datetime

    class PageRead(Event):
        TOPIC = "house.EmergencyReading.PageRead"
        access: UUID
        what: str

    @staticmethod
    def create_id(room: str, access: UUID) -> UUID:
        return follows("house.EmergencyReading", f"{room}/{access}")

    @event(Begun)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, room: str, access: UUID, reader: str,
        until: datetime,
    ) -> None:  # fmt: skip
        self.access, self.reader, self.until = access, reader, until
        self.last_read: dict[str, datetime] = {}

    def read(self, reader: str, what: str) -> None:
        """Put on record what is about to be shown. Raises EmergencyIsOver."""
        now = circumstances().now
        if reader != self.reader or now >= self.until:
            raise EmergencyIsOver
        if what not in self.last_read or now - self.last_read[what] >= SAME_READING:
            self.trigger_event(self.PageRead, access=self.access, what=what)

    @event(PageRead)
    def _(self, what: str, timestamp: datetime) -> None:
        self.last_read[what] = timestamp


class ReadsInEmergency(Service):
    """A room that shows one journey to whom an emergency lets in."""

    directory: Directory

    @command
    async def show_in_emergency(self, act: Act, emergency: LetIn, what: str) -> Saved:
        """Put on this room's own record that a page is shown; it is not shown where that fails. Raises EmergencyIsOver."""
        here = EmergencyReading.create_id(self.name, emergency.access_id)
        found = await self.find(EmergencyReading, here)
        if found is None:
            site = await self.directory.site(emergency.site)
            found = EmergencyReading(
                provider=site.provider, site=emergency.site, journey=emergency.journey, about=emergency.journey,
                room=self.name, access=emergency.access_id, reader=emergency.reader, until=emergency.until,
            )  # fmt: skip
        found.read(act.actor, what)
        return await self.save(act, found)
