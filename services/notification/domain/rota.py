"""The rota of one person at a site: their shifts as a rota system gives them, and how they work by it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from contracts.taxonomy import BriefingAudiencePart
from libs.calendar import LONDON
from libs.domain import Aggregate, Created, Event, Refused, event, follows
from libs.reaching import Reaching

LONGEST = timedelta(hours=48)
"""A sleep-in with the days around it; anything longer is a fault of the file."""


@dataclass(frozen=True, slots=True)
class Shift:
    """From when to when, in which unit or on which round, for an agency or not, and whom they support then."""

    starts: datetime
    ends: datetime
    group: str = ""
    agency: bool = False
    supports: list[UUID] = field(default_factory=list)

    def night_hours(self, limits: Reaching) -> float:
        """How many of its hours lie in the night, by the clock of the UK."""
        step = timedelta(minutes=15)
        quarters = int((self.ends - self.starts) / step)
        local = ((self.starts + n * step).astimezone(LONDON).hour for n in range(quarters))
        return sum(hour >= limits.night_from or hour < limits.night_until for hour in local) / 4


@dataclass(frozen=True, slots=True)
class Pattern:
    """How somebody works by the rota: mostly on which shifts, where, for whom, and until when it is known."""

    part: str
    group: str
    supports: list[UUID]
    until: datetime

    def has_lapsed(self, now: datetime, limits: Reaching) -> bool:
        """Whether the last shift known of lies so far back that the rota no longer says that somebody works here."""
        return now - self.until >= limits.rota


class Rota(Aggregate):
    """One for each person and site. A shift is known by its start: given again otherwise, it was changed.

    Shifts that are long over are let go of: what briefings need of them is how somebody works now.
    """

    TOPIC = "notification.Rota"

    class Opened(Created):
        TOPIC = "notification.Rota.Opened"
        person_id: UUID

    class ShiftRostered(Event):
        TOPIC = "notification.Rota.ShiftRostered"
        shift: Shift

    class ShiftsLetGo(Event):
        TOPIC = "notification.Rota.ShiftsLetGo"
        before: datetime

    class LookSet(Event):
        TOPIC = "notification.Rota.LookSet"
        on: datetime

    @staticmethod
    def create_id(provider: str, site: str, person_id: UUID) -> UUID:
        return follows("notification.Rota", f"{provider}/{site}/{person_id}")

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, person_id: UUID) -> None:
        self.person_id = person_id
        self.shifts: dict[datetime, Shift] = {}
        self.look_on: datetime | None = None
        self.kept_since: datetime | None = None

    def roster(self, shift: Shift) -> None:
        """Somebody is put on a shift. The same shift again is no news, nor is one from before what is kept."""
        if not timedelta() < shift.ends - shift.starts <= LONGEST:
            raise ShiftNotPossible
        if self.kept_since and shift.ends < self.kept_since:
            return
        if self.shifts.get(shift.starts) != shift:
            self.trigger_event(self.ShiftRostered, shift=shift)

    @event(ShiftRostered)
    def _(self, shift: Shift) -> None:
        self.shifts[shift.starts] = shift

    def let_go(self, now: datetime, limits: Reaching) -> None:
        """Keep no shift longer than the rules say, by twice that at most, so that it is not said with every shift."""
        if any(now - each.ends > 2 * limits.rota_kept for each in self.shifts.values()):
            self.trigger_event(self.ShiftsLetGo, before=now - limits.rota_kept)

    @event(ShiftsLetGo)
    def _(self, before: datetime) -> None:
        self.kept_since = before
        self.shifts = {starts: each for starts, each in self.shifts.items() if each.ends >= before}

    def pattern(self, now: datetime, limits: Reaching) -> Pattern | None:
        """How they work around a day; None where the rota says nothing of these weeks."""
        near = [each for start, each in sorted(self.shifts.items()) if abs(start - now) <= limits.rota]
        if not near:
            return None
        nights = sum(each.night_hours(limits) >= limits.night_hours for each in near)
        if near[-1].agency:
            part = BriefingAudiencePart.AGENCY
        else:
            part = BriefingAudiencePart.NIGHT if 2 * nights > len(near) else BriefingAudiencePart.DAY
        groups = Counter(each.group for each in near if each.group)
        supports = sorted({person for each in near for person in each.supports})
        most = min(groups, key=lambda name: (-groups[name], name)) if groups else ""
        return Pattern(part, most, supports, max(each.ends for each in near))

    def look_again(self, now: datetime, limits: Reaching) -> None:
        """Set the day on which what the rota says of them is next not what it says now: the known shifts are over for so
        long, or the first of those to come is near. A day that stands already comes first and sets the next."""
        pattern = self.pattern(now, limits)
        ahead = min((start for start in self.shifts if start - now > limits.rota), default=None)
        on = pattern.until + limits.rota if pattern else ahead and ahead - limits.rota
        if on and on > now and not (self.look_on and now < self.look_on <= on):
            self.trigger_event(self.LookSet, on=on)

    @event(LookSet)
    def _(self, on: datetime) -> None:
        self.look_on = on


class ShiftNotPossible(Refused):
    """A shift ends after it starts, and within two days. Mend the row, or leave it out."""
