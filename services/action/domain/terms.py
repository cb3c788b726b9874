"""What is agreed before a change begins: what, by whom, by when, how strong it is, and how its effect will be seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from contracts.taxonomy import ChangeKind, EvidenceSource, Strength
from contracts.taxonomy.learning import FOR_A_PERSON
from libs import names
from libs.calendar import local_day
from libs.deciding import circumstances
from services.action.domain import rules

PER_PERSON = frozenset(FOR_A_PERSON)
"""Kinds of change that are made only when each person they are meant for took part."""
SEEN_BY_ANOTHER = frozenset({ChangeKind.COMPETENCY, ChangeKind.PEER_OBSERVATION})
"""Of these, nobody's own word is enough: what is asked is that somebody else watched them do it."""
NAMED = frozenset({ChangeKind.CARE_PLAN, ChangeKind.RISK_ASSESSMENT, ChangeKind.ROTA})
"""Kinds of change that are made to certain plans or rotas, which are then to be named."""


FURTHEST = timedelta(days=5 * 366)
"""Further ahead nobody agrees a change: a day beyond it is one of a mistyped year."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed. `strength` empty means the usual strength of that kind of change."""

    what: str
    change_kind: str
    owner_post: str
    due: date
    factor_id: UUID | None = None
    strength: str = ""
    strength_because: str = ""
    measure_id: str = ""
    why_no_measure: str = ""
    expected_effect: str = ""
    affects_people: bool = False

    def checked(self, known: Iterable[str] = ()) -> Terms:
        """The same terms with their strength named. Raises the rule that they break.

        `known` are names to look for in what will be shared, besides what is recognised by its form.
        """
        if not self.what.strip():
            raise rules.WhatMissing
        if found := names.find(f"{self.what}\n{self.expected_effect}", known):
            raise rules.NamesInSharedText(found)
        if not self.owner_post:
            raise rules.OwnerMissing
        if not self.measure_id and not self.why_no_measure.strip():
            raise rules.MeasureMissing
        if self.measure_id and not self.expected_effect.strip():
            raise rules.ExpectedEffectMissing
        must_lie_ahead(self.due)
        return replace(self, what=self.what.strip(), strength=self._weighed_strength())

    def _weighed_strength(self) -> str:
        if self.change_kind not in set(ChangeKind):
            raise rules.ChangeKindUnknown
        usual = ChangeKind(self.change_kind).usual_strength
        strength = self.strength or usual
        if strength not in set(Strength):
            raise rules.StrengthUnknown
        if strength != usual and not self.strength_because.strip():
            raise rules.StrengthNeedsReason
        return str(strength)


def must_lie_ahead(due: date) -> None:
    """Raises DueInThePast, or DueTooFar for a day that can only be a slip of the pen."""
    if due < today():
        raise rules.DueInThePast
    if due > today() + FURTHEST:
        raise rules.DueTooFar


def today() -> date:
    """The day it is in the UK at the moment of the decision."""
    return local_day(circumstances().now)


def must_be_shown(evidence_kind: str, evidence: str, implemented_on: date) -> None:
    """A change that was made can be seen somewhere, and was made on a day that has come.

    Raises EvidenceKindUnknown, EvidenceMissing or ImplementedInTheFuture.
    """
    if evidence_kind not in set(EvidenceSource):
        raise rules.EvidenceKindUnknown
    if not evidence.strip():
        raise rules.EvidenceMissing
    if implemented_on > today():
        raise rules.ImplementedInTheFuture


def must_be_named(change_kind: str, named: str, outstanding: int | None) -> None:
    """What a change was made to is named, or whom; and of those nobody is outstanding, None where nobody was named.

    Raises NotNamedWhatChanged, NobodyNamed or SomeStillToTakePart.
    """
    if change_kind in NAMED and not named.strip():
        raise rules.NotNamedWhatChanged
    if change_kind in PER_PERSON and outstanding is None:
        raise rules.NobodyNamed
    if change_kind in PER_PERSON and outstanding:
        raise rules.SomeStillToTakePart


def must_say(reason: str) -> None:
    """Raises ReasonMissing for a reason without words."""
    if not reason.strip():
        raise rules.ReasonMissing
