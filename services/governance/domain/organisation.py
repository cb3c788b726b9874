"""The organisation as it changes: sites and what their events are divided by, who works there, and the rules."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from libs.domain import Aggregate, Created, Event, Refused, event, follows


def organisation_journey(provider: str) -> UUID:
    """The journey under which a provider's own affairs are kept in order."""
    return follows("governance.Organisation", provider)


class Site(Aggregate):
    """A care home, a supported living service, a homecare branch."""

    TOPIC = "governance.Site"

    class Registered(Created):
        TOPIC = "governance.Site.Registered"
        title: str
        region: str
        nation: str
        service_kind: str
        opened_on: date

    class CapacityStated(Event):
        TOPIC = "governance.Site.CapacityStated"
        month: date
        beds: int | None
        exposure: float | None
        exposure_unit: str

    class TeamMemberJoined(Event):
        TOPIC = "governance.Site.TeamMemberJoined"
        person_id: UUID
        part: str
        joined_on: date

    class TeamMemberLeft(Event):
        TOPIC = "governance.Site.TeamMemberLeft"
        person_id: UUID

    @staticmethod
    def create_id(provider: str, site: str) -> UUID:
        return follows("governance.Site", f"{provider}/{site}")

    @event(Registered)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, title: str, region: str, nation: str,
        service_kind: str, opened_on: date,
    ) -> None:  # fmt: skip
        self.title = title
        self.capacity: dict[date, tuple[int | None, float | None, str]] = {}
        self.team: dict[UUID, str] = {}

    def state_capacity(self, month: date, beds: int | None, exposure: float | None, unit: str) -> None:
        """Say what a month's events are divided by. What is not stated now stays as it was; the same again is no news."""
        month = month.replace(day=1)
        known = self.capacity.get(month, (None, None, unit))
        stated = (known[0] if beds is None else beds, *(known[1:] if exposure is None else (exposure, unit)))
        if stated != known or month not in self.capacity:
            self.trigger_event(
                self.CapacityStated, month=month, beds=stated[0], exposure=stated[1], exposure_unit=stated[2]
            )

    @event(CapacityStated)
    def _(self, month: date, beds: int | None, exposure: float | None, exposure_unit: str) -> None:
        self.capacity[month] = (beds, exposure, exposure_unit)

    def join(self, person_id: UUID, part: str, joined_on: date) -> None:
        """Someone begins to work here, or moves to another part of the team."""
        if self.team.get(person_id) != part:
            self.trigger_event(self.TeamMemberJoined, person_id=person_id, part=part, joined_on=joined_on)

    @event(TeamMemberJoined)
    def _(self, person_id: UUID, part: str) -> None:
        self.team[person_id] = part

    def leave(self, person_id: UUID) -> None:
        """Someone stops working here."""
        if person_id not in self.team:
            raise NotInTheTeam
        self.trigger_event(self.TeamMemberLeft, person_id=person_id)

    @event(TeamMemberLeft)
    def _(self, person_id: UUID) -> None:
        del self.team[person_id]


class RuleBook(Aggregate):
    """The versions of a rule pack that a provider has adopted, and from when each holds."""

    TOPIC = "governance.RuleBook"

    class Opened(Created):
        TOPIC = "governance.RuleBook.Opened"
        pack_id: str

    class PackAdopted(Event):
        TOPIC = "governance.RuleBook.PackAdopted"
        pack_id: str
        version: str
        title: str
        adopted_from: date
        content: dict[str, Any]

    @staticmethod
    def create_id(provider: str, pack_id: str) -> UUID:
        return follows("governance.RuleBook", f"{provider}/{pack_id}")

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, pack_id: str) -> None:
        self.pack_id = pack_id
        self.versions: list[str] = []

    def adopt(self, version: str, title: str, adopted_from: date, content: dict[str, Any]) -> None:
        """Take a version of the rules into force from a day. What was decided before stays under its own version."""
        if version in self.versions:
            raise AlreadyAdopted
        self.trigger_event(
            self.PackAdopted,
            pack_id=self.pack_id,
            version=version,
            title=title,
            adopted_from=adopted_from,
            content=content,
        )

    @event(PackAdopted)
    def _(self, version: str) -> None:
        self.versions.append(version)


class NotInTheTeam(Refused):
    """This person is not on the team of this site."""


class AlreadyAdopted(Refused):
    """This version of the rules has been adopted already. A changed rule needs a new version."""
