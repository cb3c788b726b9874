"""What assurance promises: it does not take anyone's word. It measures, says what it found, and reopens what slipped."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import PublishedEvent
from contracts.sealed import Seal


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
    method_version: str = Field(default="1", max_length=20)
    months: int = Field(
        default=0, ge=0, description="months after the change, on dates fixed when it was made: 3, 6, 12"
    )
    crude: str = Field(default="", description="taxonomy.Verdict of a plain before and after, which chance can deceive")
    met_after: bool | None = Field(default=None, description="whether the target was kept over all months looked at")
    p: float | None = Field(default=None, ge=0, le=1, description="exact, central, two-sided")


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
    note_key: UUID | None = Field(
        default=None, description="the key under which its note stays sealed, where it concerns a journey"
    )
    concerns: UUID | None = Field(default=None, description="the journey on whose record its note is")


class RecheckMissed(PublishedEvent, name="assurance.recheck_missed.v1"):
    """A change that no measure fits was to be looked at again after 3, 6 or 12 months, and nobody did."""

    months: int = Field(ge=1)
    due: date


class AuditRoundOpened(PublishedEvent, name="assurance.audit_round_opened.v1"):
    """A sample was drawn by a seed that anyone can work out again, so that nobody chooses what is looked at."""

    round_id: UUID
    tool_id: str
    tool_version: str
    title: str
    period: date = Field(description="first day of the month looked at")
    population: int = Field(ge=0)
    sample: int = Field(ge=0)


class AuditFigure(BaseModel):
    """One check of an audit: as expected in `kept` of `of`; what did not apply is in neither."""

    model_config = ConfigDict(frozen=True)
    check_id: str
    title: str
    kept: int = Field(ge=0)
    of: int = Field(ge=0)
    not_applicable: int = Field(ge=0)
    claim: str = Field(default="", max_length=300, description="what so many without exception show, and how surely")


class AuditRoundClosed(PublishedEvent, name="assurance.audit_round_closed.v1"):
    """Every sampled record was looked at, some of them by two people who could not see each other's answers."""

    round_id: UUID
    tool_id: str
    title: str
    period: date
    figures: list[AuditFigure]
    kappa: float | None = Field(default=None, description="Cohen's kappa of the two raters; None where it has no value")


class AuditFindingMade(PublishedEvent, name="assurance.audit_finding_made.v1"):
    """A check of an audit was not as expected somewhere: something to learn from, which intake takes up."""

    finding_id: UUID
    round_id: UUID
    tool_id: str
    tool_version: str
    check_id: str
    title: str = Field(max_length=300, description="what was checked, in the tool's words")
    exceptions: int = Field(ge=1)
    of: int = Field(ge=1)
    themes: list[str] = Field(default_factory=list, description="taxonomy.Theme")
    journeys: list[UUID] = Field(default_factory=list, description="the sampled cases concerned, where they are cases")


class EarlySignNoted(PublishedEvent, name="assurance.early_sign_noted.v1"):
    """Someone noticed one of the early signs that the rules name: a count, without a word about anyone."""

    sign: str = Field(max_length=80)
    title: str = Field(max_length=300)
    times: int = Field(ge=1)
    noted_on: date
    note_key: UUID | None = Field(
        default=None, description="the key under which its note stays sealed, where it concerns a journey"
    )
    concerns: UUID | None = Field(default=None, description="the journey on whose record its note is")


class FiringFact(BaseModel):
    """One fact that a trigger rests on."""

    model_config = ConfigDict(frozen=True)
    words: str = Field(max_length=300)
    on: date
    journey: UUID | None = None


class TriggerFired(PublishedEvent, name="assurance.trigger_fired.v1"):
    """A rule found its facts: which they were, what must follow, by whom and until when."""

    firing_id: UUID
    trigger_id: str
    title: str
    kind: str = Field(description="action_trigger or early_warning")
    facts: list[FiringFact]
    must_follow: str = Field(max_length=500)
    owed_by: str = Field(description="taxonomy.Role")
    due: date
    rules_version: str


class TriggerFollowed(PublishedEvent, name="assurance.trigger_followed.v1"):
    """What had to follow a trigger is on record."""

    firing_id: UUID
    trigger_id: str
    how: Annotated[str, Seal("firing_id")]
    late: bool = False


class TriggerNotFollowed(PublishedEvent, name="assurance.trigger_not_followed.v1"):
    """The day passed, and what had to follow a trigger is not on record."""

    firing_id: UUID
    trigger_id: str
    title: str
    owed_by: str
    due: date


class ReadInEmergency(PublishedEvent, name="assurance.read_in_emergency.v1"):
    """A page of a journey was shown to somebody whom an emergency lets in. Governance, which let them in, keeps the list."""

    access_id: UUID
    what: str = Field(max_length=200, description="which page, by the pattern of its address")
