"""What is agreed before a change begins: what, by whom, by when, how strong it is, and how its effect will be seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from contracts.taxonomy import ChangeKind, Strength
from libs import names
from libs.calendar import local_day
from libs.deciding import circumstances
from services.action.domain import rules

PER_PERSON = frozenset(
    {
        ChangeKind.TRAINING,
        ChangeKind.SCENARIO_TRAINING,
        ChangeKind.COMPETENCY,
        ChangeKind.COACHING,
        ChangeKind.PEER_OBSERVATION,
    }
)
"""Kinds of change that are made only when each person they are meant for took part."""
NAMED = frozenset({ChangeKind.CARE_PLAN, ChangeKind.RISK_ASSESSMENT, ChangeKind.ROTA})
"""Kinds of change that are made to certain plans or rotas, which are then to be named."""


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
        if self.due < today():
            raise rules.DueInThePast
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


def today() -> date:
    """The day it is in the UK at the moment of the decision."""
    return local_day(circumstances().now)
