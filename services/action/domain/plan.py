"""What follows from a review: every factor answered by an action or a reason, until staff work differently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from contracts.taxonomy import Strength
from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.action.domain import rules
from services.action.domain.action import Action, State, Terms

LONGEST = 4000
"""The most characters in which what changed is told."""


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that contributed, as the review signed it off."""

    factor_id: UUID
    category: str
    seips: str


@dataclass(slots=True)
class Promise:
    """What the plan remembers of an action agreed in it."""

    factor_id: UUID | None
    what: str
    strength: str
    measure_id: str
    affects_people: bool
    state: State = State.AGREED


class Plan(Aggregate):
    """One for each journey; it is extended and opened again rather than begun anew."""

    TOPIC = "action.Plan"

    class Opened(Created):
        TOPIC = "action.Plan.Opened"
        review_id: UUID
        factors: list[Factor]
        learning_statement: str
        themes: list[str]

    class Extended(Event):
        TOPIC = "action.Plan.Extended"
        added: list[Factor]
        learning_statement: str
        themes: list[str]

    class ActionAgreed(Event):
        TOPIC = "action.Plan.ActionAgreed"
        action_id: UUID
        factor_id: UUID | None
        what: str
        strength: str
        measure_id: str
        affects_people: bool

    class FactorLeft(Event):
        TOPIC = "action.Plan.FactorLeft"
        factor_id: UUID
        because: Sealed

    class WeaknessAccepted(Event):
        TOPIC = "action.Plan.WeaknessAccepted"
        because: Sealed

    class Settled(Event):
        TOPIC = "action.Plan.Settled"

    class ActionVerified(Event):
        TOPIC = "action.Plan.ActionVerified"
        action_id: UUID

    class ActionWithdrawn(Event):
        TOPIC = "action.Plan.ActionWithdrawn"
        action_id: UUID

    class PracticeChanged(Event):
        TOPIC = "action.Plan.PracticeChanged"
        action_ids: list[UUID]
        what_changed: str
        measure_ids: list[str]
        affects_people: bool

    class Reopened(Event):
        TOPIC = "action.Plan.Reopened"
        because: Sealed

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("action.Plan", journey)

    @event(Opened)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, review_id: UUID, factors: list[Factor],
        learning_statement: str, themes: list[str],
    ) -> None:  # fmt: skip
        self.review_id, self.learning_statement, self.themes = review_id, learning_statement, themes
        self.factors = {factor.factor_id: factor for factor in factors}
        self.left: set[UUID] = set()
        self.actions: dict[UUID, Promise] = {}
        self.weakness_accepted = False
        self.settled = False
        self.slipped = False
        self.told: set[UUID] = set()

    def extend(self, factors: Iterable[Factor], learning_statement: str, themes: list[str]) -> None:
        """The review was signed off again: what it found besides is added, and nothing is lost."""
        added = [factor for factor in factors if factor.factor_id not in self.factors]
        if added or (learning_statement, themes) != (self.learning_statement, self.themes):
            self.trigger_event(self.Extended, added=added, learning_statement=learning_statement, themes=themes)

    @event(Extended)
    def _(self, added: list[Factor], learning_statement: str, themes: list[str]) -> None:
        self.learning_statement, self.themes = learning_statement, themes
        self.factors |= {factor.factor_id: factor for factor in added}
        if added:
            self.settled = self.weakness_accepted = False

    def agree(self, terms: Terms, known: Iterable[str] = ()) -> Action:
        """Agree a change on these terms; the action is returned, to be kept together with the plan.

        `known` are names that must not stand in what will be shared.
        """
        if self.finished:
            raise rules.PracticeAlreadyChanged
        if terms.factor_id is not None and terms.factor_id not in self.factors:
            raise rules.FactorUnknown
        agreed = terms.checked(known)
        action = Action(
            provider=self.provider, site=self.site, journey=self.journey, about=self.about, plan_id=self.id,
            **asdict(agreed),
        )  # fmt: skip
        self.trigger_event(
            self.ActionAgreed,
            action_id=action.id,
            factor_id=agreed.factor_id,
            what=agreed.what,
            strength=agreed.strength,
            measure_id=agreed.measure_id,
            affects_people=agreed.affects_people,
        )
        self._draw_conclusions()
        return action

    @event(ActionAgreed)
    def _(
        self, action_id: UUID, factor_id: UUID | None, what: str, strength: str, measure_id: str, affects_people: bool
    ) -> None:
        self.actions[action_id] = Promise(factor_id, what, strength, measure_id, affects_people)
        self.settled = self.settled and self._can_settle()

    def leave_factor(self, factor_id: UUID, because: str) -> None:
        """Decide that a factor gets no action, and say why."""
        if factor_id not in self.factors:
            raise rules.FactorUnknown
        if factor_id in self.left:
            raise rules.FactorAlreadyLeft
        if factor_id in self._acted_on():
            raise rules.FactorHasAction
        if not because.strip():
            raise rules.ReasonMissing
        self.trigger_event(self.FactorLeft, factor_id=factor_id, because=because)
        self._draw_conclusions()

    @event(FactorLeft)
    def _(self, factor_id: UUID) -> None:
        self.left.add(factor_id)

    def agree_weak(self, because: str) -> None:
        """Accept that every change here relies on people remembering, and say why nothing stronger will do."""
        if not self.weak or self.weakness_accepted:
            raise rules.NothingWeakToAccept
        if not because.strip():
            raise rules.ReasonMissing
        self.trigger_event(self.WeaknessAccepted, because=because)
        self._draw_conclusions()

    @event(WeaknessAccepted)
    def _(self) -> None:
        self.weakness_accepted = True

    @event(Settled)
    def _(self) -> None:
        self.settled = True

    def note_verified(self, action_id: UUID) -> None:
        """One of the changes was seen by someone else."""
        self.trigger_event(self.ActionVerified, action_id=action_id)
        self._draw_conclusions()

    @event(ActionVerified)
    def _(self, action_id: UUID) -> None:
        self.actions[action_id].state = State.VERIFIED

    def note_withdrawn(self, action_id: UUID) -> None:
        """One of the changes will not be made; the factor it answered may be open again."""
        self.trigger_event(self.ActionWithdrawn, action_id=action_id)
        self._draw_conclusions()

    @event(ActionWithdrawn)
    def _(self, action_id: UUID) -> None:
        self.actions[action_id].state = State.WITHDRAWN
        self.settled = self.settled and self._can_settle()

    def reopen(self, because: str) -> None:
        """Practice slipped, or more is needed: further actions may be agreed."""
        if not self.finished:
            raise rules.PracticeNotYetChanged
        if not because.strip():
            raise rules.ReasonMissing
        self.trigger_event(self.Reopened, because=because)

    @event(Reopened)
    def _(self) -> None:
        self.slipped, self.settled, self.weakness_accepted = True, False, False

    @event(PracticeChanged)
    def _(self, action_ids: list[UUID]) -> None:
        self.told, self.slipped = set(action_ids), False

    @property
    def unanswered(self) -> list[UUID]:
        """The factors with neither an action nor a reason."""
        return [each for each in self.factors if each not in self.left | self._acted_on()]

    @property
    def weak(self) -> bool:
        """Whether there are actions and every one of them is of the weaker kind."""
        strengths = {promise.strength for promise in self._kept().values()}
        return strengths == {Strength.WEAKER}

    @property
    def finished(self) -> bool:
        """Whether practice changed and nothing has come up since."""
        return bool(self.told) and self.settled and not self.slipped and self._kept().keys() <= self.told

    def _kept(self) -> dict[UUID, Promise]:
        return {id_: each for id_, each in self.actions.items() if each.state != State.WITHDRAWN}

    def _acted_on(self) -> set[UUID]:
        return {each.factor_id for each in self._kept().values() if each.factor_id}

    def _can_settle(self) -> bool:
        return not self.unanswered and (self.weakness_accepted or not self.weak)

    def _draw_conclusions(self) -> None:
        """The plan is settled, or practice has changed, by what was just decided."""
        if not self.settled and self._can_settle():
            self.trigger_event(self.Settled)
        kept = self._kept()
        verified = all(each.state == State.VERIFIED for each in kept.values())
        if self.settled and kept and verified and not kept.keys() <= self.told:
            self.trigger_event(
                self.PracticeChanged,
                action_ids=list(kept),
                what_changed=_told(each.what for each in kept.values()),
                measure_ids=sorted({each.measure_id for each in kept.values() if each.measure_id}),
                affects_people=any(each.affects_people for each in kept.values()),
            )


def _told(lines: Iterable[str]) -> str:
    """What changed, one line for each action; where they do not fit, how many more there are."""
    lines = list(lines)
    text = "\n".join(lines)
    shown = len(lines)
    while len(text) > LONGEST:
        shown -= 1
        text = "\n".join([*lines[:shown], f"And {len(lines) - shown} more in the plan."])
    return text
