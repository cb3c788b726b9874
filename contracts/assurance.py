"""What assurance promises: it does not take anyone's word. It measures, says what it found, and reopens what slipped."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import PublishedEvent


class MeasureSet(PublishedEvent, name="assurance.measure_set.v1"):
    """A measure applies at a site from a date; its target and check dates are fixed in advance."""

    measure_id: str
    site_id: str
    title: str
    target_percent: float
    check: str = Field(default="monthly")
    first_period: date


class Breach(BaseModel):
    """One case that missed the target."""

    model_config = ConfigDict(frozen=True)
    journey: UUID
    started: date
    because: str = Field(max_length=200)


class MeasureChecked(PublishedEvent, name="assurance.measure_checked.v1"):
    """A measure's figure for one site and period, with every breach of it named."""

    measure_id: str
    site_id: str
    title: str
    period: date = Field(description="first day of the month measured")
    numerator: int = Field(ge=0)
    denominator: int = Field(ge=0)
    target_percent: float
    met: bool | None = Field(description="None where there was nothing to measure")
    breaches: list[Breach] = Field(default_factory=list)
    revision: int = Field(default=1, description="a later check of the same period counts up")


class PracticeObserved(PublishedEvent, name="assurance.practice_observed.v1"):
    """Someone went and looked: the new practice is, or is not, what staff do."""

    seen: int = Field(ge=0)
    of: int = Field(ge=1)
    source_kind: str = Field(description="taxonomy.EvidenceSource")
    practised: bool


class VerdictReached(PublishedEvent, name="assurance.verdict_reached.v1"):
    """Whether the change worked: improved, no evidence, worse, or too little data, with the method that says so."""

    measure_id: str
    verdict: str = Field(description="taxonomy.Verdict")
    before: str = Field(description="k/n before the change")
    after: str = Field(description="k/n after the change")
    method: str


class ClosureStateReached(PublishedEvent, name="assurance.closure_state_reached.v1"):
    """A journey came one state closer to its end: done, briefed, practised, effective, sustained."""

    state: str = Field(description="taxonomy.ClosureState")
    proof: str = Field(max_length=400)


class ClosureStateLost(PublishedEvent, name="assurance.closure_state_lost.v1"):
    """What had been reached no longer holds; the journey is open again."""

    state: str
    because: str = Field(max_length=400)


class CadenceMissed(PublishedEvent, name="assurance.cadence_missed.v1"):
    """A regular review was due and is not on record."""

    cadence_id: str
    title: str
    role: str
    due: date


class CadenceKept(PublishedEvent, name="assurance.cadence_kept.v1"):
    """A regular review took place and was recorded."""

    cadence_id: str
    title: str
    role: str
    held_on: date
