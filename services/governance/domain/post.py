"""Posts: a role held over a scope, who holds it, and who is away while somebody else stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from contracts.taxonomy.people import EXTERNAL_ROLES
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Refused, Sealed, event, follows

ADDRESS = re.compile(r"[^@\s\x00-\x1f<>,;:\"]{1,64}@[^@\s\x00-\x1f<>,;:\"]{1,255}")
"""What goes into a message's head as it stands: one address, and nothing that could begin another line or name another."""


@dataclass(frozen=True, slots=True)
class Absence:
    """From which day to which a holder is away, and which post stands in, None for the post's own deputy."""

    from_day: date
    until_day: date
    deputy_post_id: str | None

    def overlaps(self, other: Absence) -> bool:
        """Whether some day lies in both."""
        return self.from_day <= other.until_day and other.from_day <= self.until_day


class Post(Aggregate):
    """A role held over a scope. Ownership and routes name the post; people come and go."""

    TOPIC = "governance.Post"

    class Established(Created):
        TOPIC = "governance.Post.Established"
        post_id: str
        role: str
        scope: str
        title: str
        deputy_post_id: str | None

    class PersonAppointed(Event):
        TOPIC = "governance.Post.PersonAppointed"
        post_id: str
        person_id: UUID
        person_name: Sealed
        email: Sealed
        until: date | None = None

    class PersonLeft(Event):
        TOPIC = "governance.Post.PersonLeft"
        post_id: str
        person_id: UUID

    class HolderAway(Event):
        TOPIC = "governance.Post.HolderAway"
        post_id: str
        person_id: UUID
        from_day: date
        until_day: date
        deputy_post_id: str | None
        known_by: date | None = None

    class HolderBack(Event):
        TOPIC = "governance.Post.HolderBack"
        post_id: str
        person_id: UUID
        back_on: date
        known_by: date | None = None

    @staticmethod
    def create_id(post_id: str) -> UUID:
        return follows("governance.Post", post_id)

    @event(Established)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, post_id: str, role: str, scope: str,
        title: str, deputy_post_id: str | None,
    ) -> None:  # fmt: skip
        self.post_id, self.role, self.scope = post_id, role, scope
        self.holders: dict[UUID, date | None] = {}
        self.away: dict[UUID, dict[date | None, Absence]] = {}

    def appoint(self, person_id: UUID, person_name: str, email: str, until: date | None = None) -> None:
        """Someone takes up the post, or stays until another day. Their name is sealed under their own key.

        Readers from outside the provider see it up to a day that is named. Raises AlreadyInPost, OutsideNeedsAnEnd,
        EndsInThePast, AddressMalformed.
        """
        if person_id in self.holders and self.holders[person_id] == until:
            raise AlreadyInPost
        if until is None and self.role in EXTERNAL_ROLES:
            raise OutsideNeedsAnEnd
        if until and until < _today():
            raise EndsInThePast
        if email and not ADDRESS.fullmatch(email):
            raise AddressMalformed
        self.trigger_event(
            self.PersonAppointed,
            post_id=self.post_id,
            person_id=person_id,
            person_name=person_name,
            email=email,
            until=until,
            about=person_id,
        )

    @event(PersonAppointed)
    def _(self, person_id: UUID, until: date | None) -> None:
        self.holders[person_id] = until

    def leave(self, person_id: UUID) -> None:
        """Someone gives the post up."""
        if person_id not in self.holders:
            raise NotInPost
        self.trigger_event(self.PersonLeft, post_id=self.post_id, person_id=person_id)

    @event(PersonLeft)
    def _(self, person_id: UUID) -> None:
        del self.holders[person_id]
        self.away.pop(person_id, None)

    def note_absence(self, person_id: UUID, from_day: date, until_day: date, deputy_post_id: str | None = None) -> None:
        """A holder is away; a deputy stands in, the post's own where none is named.

        Several absences may be on record. Said again from the same first day, the latest holds.
        Raises NotInPost, AwayBackwards, AwayAlreadyOver, OwnDeputy, AwayThenAlready.
        """
        if person_id not in self.holders:
            raise NotInPost
        if until_day < from_day:
            raise AwayBackwards
        if until_day < _today():
            raise AwayAlreadyOver
        if deputy_post_id == self.post_id:
            raise OwnDeputy
        said, known = Absence(from_day, until_day, deputy_post_id), self.away.get(person_id, {})
        again = next((key for key, each in known.items() if each.from_day == from_day), from_day)
        if clash := next((each for key, each in known.items() if key != again and each.overlaps(said)), None):
            raise AwayThenAlready(_already(clash))
        if known.get(again) != said:
            self.trigger_event(
                self.HolderAway, post_id=self.post_id, person_id=person_id, from_day=from_day, until_day=until_day,
                deputy_post_id=deputy_post_id, known_by=again,
            )  # fmt: skip

    @event(HolderAway)
    def _(
        self, person_id: UUID, from_day: date, until_day: date, deputy_post_id: str | None, known_by: date | None
    ) -> None:
        self.away.setdefault(person_id, {})[known_by] = Absence(from_day, until_day, deputy_post_id)

    def come_back(self, person_id: UUID, on: date, first: date | None = None) -> None:
        """A holder is at work again from a day on, earlier than was said, or does not go at all.

        `first` is the first day of the absence that is meant; without it, the one in which the day lies.
        Raises NotAway, BackInThePast, BackNoEarlier.
        """
        known = {key: each for key, each in self.away.get(person_id, {}).items() if each.until_day >= _today()}
        meant = {key: each for key, each in known.items() if first in {None, each.from_day}}
        if not meant:
            raise NotAway
        if on < _today() or all(on < each.from_day for each in meant.values()):
            raise BackInThePast
        found = next((key for key, each in meant.items() if each.from_day <= on <= each.until_day), on)
        if found not in meant:
            raise BackNoEarlier
        self.trigger_event(self.HolderBack, post_id=self.post_id, person_id=person_id, back_on=on, known_by=found)

    @event(HolderBack)
    def _(self, person_id: UUID, back_on: date, known_by: date | None) -> None:
        ended = self.away[person_id].pop(known_by)
        if ended.from_day < back_on:
            kept = Absence(ended.from_day, back_on - timedelta(days=1), ended.deputy_post_id)
            self.away[person_id][known_by] = kept


def _today() -> date:
    return local_day(circumstances().now)


def _already(absence: Absence) -> str:
    days = f"{absence.from_day:%-d %B %Y} to {absence.until_day:%-d %B %Y}"
    return (
        f"They are on record as away from {days} already, and one day belongs to one absence. Nothing was changed. Choose"
        " other days, or record that one again from the same first day to change its last day or who stands in."
    )


class AlreadyInPost(Refused):
    """This person holds the post already."""


class OutsideNeedsAnEnd(Refused):
    """Someone from outside the provider sees its record up to a day. Say until when."""


class EndsInThePast(Refused):
    """This last day has passed already, so nobody would be appointed. Choose today or a later day."""


class AddressMalformed(Refused):
    """This is not an e-mail address that messages can go to. Check it, or leave it empty; nothing was saved."""


class AwayBackwards(Refused):
    """The last day away lies before the first. Check the two days."""


class OwnDeputy(Refused):
    """A post cannot stand in for itself. Choose another post, or leave it to the post's own deputy."""


class NotInPost(Refused):
    """This person does not hold the post."""


class AwayAlreadyOver(Refused):
    """These days have passed already, so nobody needs to stand in any more. Check the two days."""


class AwayThenAlready(Refused):
    """They are on record as away on some of these days already, and one day belongs to one absence. Choose other days."""


class NotAway(Refused):
    """Nothing is on record that says this person is away or will be. They are asked as usual."""


class BackInThePast(Refused):
    """Choose today, or a later day on which they would still have been away."""


class BackNoEarlier(Refused):
    """They are back by then anyway. Choose a day before the last day away has passed."""
