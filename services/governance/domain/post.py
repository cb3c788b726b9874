"""Posts: a role held over a scope, who holds it, and who is away while somebody else stands in."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from contracts.taxonomy.people import EXTERNAL_ROLES
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate, Created, Event, Refused, Sealed, event, follows


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

    class HolderBack(Event):
        TOPIC = "governance.Post.HolderBack"
        post_id: str
        person_id: UUID
        back_on: date

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
        self.away: dict[UUID, tuple[date, date, str | None]] = {}

    def appoint(self, person_id: UUID, person_name: str, email: str, until: date | None = None) -> None:
        """Someone takes up the post, or stays until another day. Their name is sealed under their own key.

        Readers from outside the provider see it up to a day that is named. Raises AlreadyInPost, OutsideNeedsAnEnd.
        """
        if person_id in self.holders and self.holders[person_id] == until:
            raise AlreadyInPost
        if until is None and self.role in EXTERNAL_ROLES:
            raise OutsideNeedsAnEnd
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
        """A holder is away; a deputy stands in, the post's own where none is named. Said again, the latest holds.

        Raises NotInPost, AwayBackwards, AwayAlreadyOver, OwnDeputy.
        """
        if person_id not in self.holders:
            raise NotInPost
        if until_day < from_day:
            raise AwayBackwards
        if until_day < _today():
            raise AwayAlreadyOver
        if deputy_post_id == self.post_id:
            raise OwnDeputy
        if self.away.get(person_id) != (from_day, until_day, deputy_post_id):
            self.trigger_event(
                self.HolderAway, post_id=self.post_id, person_id=person_id, from_day=from_day, until_day=until_day,
                deputy_post_id=deputy_post_id,
            )  # fmt: skip

    @event(HolderAway)
    def _(self, person_id: UUID, from_day: date, until_day: date, deputy_post_id: str | None) -> None:
        self.away[person_id] = (from_day, until_day, deputy_post_id)

    def come_back(self, person_id: UUID, on: date) -> None:
        """A holder is at work again from a day on, earlier than was said, or does not go at all.

        Raises NotAway, BackInThePast, BackNoEarlier.
        """
        from_day, until_day, _ = self.away.get(person_id, (None, None, None))
        if from_day is None or until_day is None or until_day < _today():
            raise NotAway
        if on < max(_today(), from_day):
            raise BackInThePast
        if on > until_day:
            raise BackNoEarlier
        self.trigger_event(self.HolderBack, post_id=self.post_id, person_id=person_id, back_on=on)

    @event(HolderBack)
    def _(self, person_id: UUID, back_on: date) -> None:
        from_day, _, deputy = self.away.pop(person_id)
        if from_day < back_on:
            self.away[person_id] = (from_day, back_on - timedelta(days=1), deputy)


def _today() -> date:
    return local_day(circumstances().now)


class AlreadyInPost(Refused):
    """This person holds the post already."""


class OutsideNeedsAnEnd(Refused):
    """Someone from outside the provider sees its record up to a day. Say until when."""


class AwayBackwards(Refused):
    """The last day away lies before the first. Check the two days."""


class OwnDeputy(Refused):
    """A post cannot stand in for itself. Choose another post, or leave it to the post's own deputy."""


class NotInPost(Refused):
    """This person does not hold the post."""


class AwayAlreadyOver(Refused):
    """These days have passed already, so nobody needs to stand in any more. Check the two days."""


class NotAway(Refused):
    """Nothing is on record that says this person is away or will be. They are asked as usual."""


class BackInThePast(Refused):
    """Choose today, or a later day on which they would still have been away."""


class BackNoEarlier(Refused):
    """They are back by then anyway. Choose a day before the last day away has passed."""
