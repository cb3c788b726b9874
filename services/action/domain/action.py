"""One change: agreed with an owner, a date and a measure, then started, implemented, and verified by someone else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from libs.calendar import end_of_day
from libs.deciding import Decided, circumstances
from libs.domain import Aggregate, Created, Event, Sealed, event
from services.action.domain import rules, terms
from services.action.domain.route import Again, Stage, next_told
from services.action.domain.state import TO_BE_MADE, State
from services.action.domain.terms import PER_PERSON, Terms, today

__all__ = ["TO_BE_MADE", "Action", "State", "Terms", "today"]


class Action(Aggregate):
    """It belongs to a plan, and to a post rather than to a person."""

    TOPIC = "action.Action"

    class Agreed(Created):
        TOPIC = "action.Action.Agreed"
        plan_id: UUID
        factor_id: UUID | None
        what: str
        change_kind: str
        strength: str
        strength_because: Sealed
        owner_post: str
        due: date
        measure_id: str
        why_no_measure: Sealed
        expected_effect: str
        affects_people: bool

    class Started(Event):
        TOPIC = "action.Action.Started"

    class Blocked(Event):
        TOPIC = "action.Action.Blocked"
        because: Sealed

    class Unblocked(Event):
        TOPIC = "action.Action.Unblocked"

    class Extended(Event):
        TOPIC = "action.Action.Extended"
        due: date
        because: Sealed

    class Overdue(Event):
        TOPIC = "action.Action.Overdue"
        due: date
        owner_post: str
        nation: str = "ENG"
        to_post: str = ""
        next_on: date | None = None

    class HandedOver(Event):
        TOPIC = "action.Action.HandedOver"
        was: str
        owner_post: str
        because: Sealed

    class Escalated(Event):
        TOPIC = "action.Action.Escalated"
        due: date
        step: int
        to_posts: list[str]
        nation: str = "ENG"
        level: int = 0
        next_on: date | None = None
        rule: str = ""
        reminder: bool = False

    class FoundNobody(Event):
        TOPIC = "action.Action.FoundNobody"
        due: date
        step: int
        next_on: date | None
        rule: str

    class Implemented(Event):
        TOPIC = "action.Action.Implemented"
        implemented_on: date
        evidence_kind: str
        evidence: Sealed
        named: Sealed = ""

    class SentBack(Event):
        TOPIC = "action.Action.SentBack"
        due: date
        because: Sealed
        next_on: date | None = None

    class Verified(Event):
        TOPIC = "action.Action.Verified"
        seen: Sealed

    class Withdrawn(Event):
        TOPIC = "action.Action.Withdrawn"
        because: Sealed

    @event(Agreed)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, plan_id: UUID, factor_id: UUID | None, what: str,
        change_kind: str, strength: str, strength_because: str, owner_post: str, due: date, measure_id: str,
        why_no_measure: str, expected_effect: str, affects_people: bool,
    ) -> None:  # fmt: skip
        self.plan_id, self.factor_id, self.what = plan_id, factor_id, what
        self.owner_post, self.due, self.change_kind = owner_post, due, change_kind
        self.escalated, self.level, self.nation = 0, 0, "ENG"
        self.told: list[str] = []
        self.state, self.blocked, self.implemented_by = State.AGREED, False, ""
        self.overdue_since: date | None = None
        self.next_on: date | None = None

    def start(self) -> None:
        """Work on the change began."""
        self._must_be_open()
        if self.state != State.AGREED:
            raise rules.AlreadyStarted
        self.trigger_event(self.Started)

    @event(Started)
    def _(self) -> None:
        self.state = State.STARTED

    def block(self, because: str) -> None:
        """Something stands in the way."""
        self._must_be_to_make()
        if self.blocked:
            raise rules.AlreadyBlocked
        terms.must_say(because)
        self.trigger_event(self.Blocked, because=because)

    @event(Blocked)
    def _(self) -> None:
        self.blocked = True

    def unblock(self) -> None:
        """What stood in the way is out of it."""
        self._must_be_open()
        if not self.blocked:
            raise rules.NotBlocked
        self.trigger_event(self.Unblocked)

    @event(Unblocked)
    def _(self) -> None:
        self.blocked = False

    def extend(self, due: date, because: str, *, by_owner: bool) -> None:
        """Approve more time. `by_owner`: whether the approver holds the post that owns the action."""
        self._must_be_to_make()
        if by_owner:
            raise rules.ApprovedByAnother
        terms.must_say(because)
        terms.must_lie_ahead(due)
        if due <= self.due:
            raise rules.ExtensionGoesForward
        self.trigger_event(self.Extended, due=due, because=because)

    @event(Extended)
    def _(self, due: date) -> None:
        self.due, self.overdue_since, self.next_on = due, None, None
        self.escalated, self.level, self.told = 0, 0, []

    def hand_over(self, owner_post: str, because: str) -> None:
        """Another post sees the change through from now on. Its day stays, and so does what is on record."""
        self._must_be_to_make()
        if owner_post == self.owner_post:
            raise rules.OwnsItAlready
        terms.must_say(because)
        self.trigger_event(self.HandedOver, was=self.owner_post, owner_post=owner_post, because=because)

    @event(HandedOver)
    def _(self, owner_post: str) -> None:
        self.owner_post = owner_post

    def fall_overdue(self, nation: str = "ENG", to_post: str = "", next_on: date | None = None) -> None:
        """Notice that the due day ended and the change was not made: once for each due date.

        `to_post` answers for the owner's post today; after `next_on` the next on the route is concerned.
        """
        passed = circumstances().now >= end_of_day(self.due)
        if passed and self.state in TO_BE_MADE and self.overdue_since is None:
            self.trigger_event(
                self.Overdue, due=self.due, owner_post=self.owner_post, nation=nation, to_post=to_post, next_on=next_on
            )

    @event(Overdue)
    def _(self, due: date, nation: str, to_post: str, next_on: date | None) -> None:
        self.overdue_since, self.nation, self.next_on = due, nation, next_on
        self.told = [to_post] if to_post else []

    def escalate(self, route: Iterable[Stage], rule: str = "", again: Again | None = None) -> None:
        """Still not made: the next on the route is concerned, then, as `again` says, the highest who answers is reminded."""
        if self.state not in TO_BE_MADE or self.overdue_since != self.due:
            return
        stage = next_told(list(route), self.level, self.told, self.owner_post, again)
        step: dict[str, Any] = {"due": self.due, "step": self.escalated + 1, "rule": rule}
        if stage:
            step |= {"nation": self.nation, "level": stage.level, "next_on": stage.next_on}
            self.trigger_event(self.Escalated, to_posts=[*stage.posts], reminder={*stage.posts} <= {*self.told}, **step)
        elif again:
            self.trigger_event(self.FoundNobody, next_on=again.try_on, **step)

    @event(Escalated)
    def _(self, step: int, level: int, to_posts: list[str], next_on: date | None) -> None:
        self.escalated, self.level, self.next_on = step, level or step, next_on
        self.told = list(dict.fromkeys([*self.told, *to_posts]))

    @event(FoundNobody)
    def _(self, step: int, next_on: date | None) -> None:
        self.escalated, self.next_on = step, next_on

    @property
    def per_person(self) -> bool:
        """Whether it is made only when each person it is meant for took part."""
        return self.change_kind in PER_PERSON

    def implement(
        self, implemented_on: date, evidence_kind: str, evidence: str, named: str = "", outstanding: int | None = None
    ) -> None:
        """The change was made; here is what shows it.

        `named` says which plans or rotas were changed; `outstanding` how many people still have to take part, None
        where nobody was named.
        """
        self._must_be_to_make()
        if self.state != State.STARTED:
            raise rules.NotStarted
        if self.blocked:
            raise rules.StillBlocked
        terms.must_be_shown(evidence_kind, evidence, implemented_on)
        terms.must_be_named(self.change_kind, named, outstanding)
        self.trigger_event(
            self.Implemented,
            implemented_on=implemented_on, evidence_kind=evidence_kind, evidence=evidence, named=named,
        )  # fmt: skip

    @event(Implemented)
    def _(self, by: Decided) -> None:
        self.state, self.implemented_by = State.IMPLEMENTED, by.actor

    def send_back(self, because: str, *, by_owner: bool) -> None:
        """Someone looked and could not see the change yet; its owner is told why. What was late goes on up its route."""
        self._must_be_checked_by_another(by_owner=by_owner)
        terms.must_say(because)
        self.trigger_event(self.SentBack, due=self.due, because=because, next_on=self.next_on)

    @event(SentBack)
    def _(self) -> None:
        self.state, self.implemented_by = State.STARTED, ""

    def verify(self, seen: str, *, by_owner: bool) -> None:
        """Someone else saw that the change was made. `by_owner`: whether they hold the post that owns the action."""
        self._must_be_checked_by_another(by_owner=by_owner)
        if not seen.strip():
            raise rules.SeenMissing
        self.trigger_event(self.Verified, seen=seen)

    @event(Verified)
    def _(self) -> None:
        self.state = State.VERIFIED

    def withdraw(self, because: str) -> None:
        """The change will not be made. Nothing is deleted."""
        self._must_be_open()
        terms.must_say(because)
        self.trigger_event(self.Withdrawn, because=because)

    @event(Withdrawn)
    def _(self) -> None:
        self.state = State.WITHDRAWN

    def _must_be_open(self) -> None:
        if self.state == State.VERIFIED:
            raise rules.AlreadyVerified
        if self.state == State.WITHDRAWN:
            raise rules.AlreadyWithdrawn

    def _must_be_to_make(self) -> None:
        self._must_be_open()
        if self.state == State.IMPLEMENTED:
            raise rules.AlreadyImplemented

    def _must_be_checked_by_another(self, *, by_owner: bool) -> None:
        self._must_be_open()
        if self.state != State.IMPLEMENTED:
            raise rules.NotYetImplemented
        if by_owner or circumstances().actor == self.implemented_by:
            raise rules.VerifiedByAnother
