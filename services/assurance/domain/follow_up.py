"""How far a change has come: done, briefed, practised, effective, sustained, each with its proof, each able to slip."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.taxonomy import ClosureState, Verdict
from libs.calendar import local_day
from libs.deciding import Decided, circumstances
from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.assurance.domain.figures import Figure
from services.assurance.domain.proof import Tied, last_of, lasted, sample_words, share_words, shown_by, shown_by_rounds
from services.assurance.domain.refusals import MoreSeenThanLookedAt, NothingChangedYet, NotReached, ReasonMissing
from services.assurance.domain.verdict import heard_words, still_works

DONE, BRIEFED, PRACTISED, EFFECTIVE, SUSTAINED = ClosureState
LONGEST_PROOF = 400
REPORTED = "Someone reported that this no longer holds; the reason is on the record."


class FollowUp(Aggregate):
    """The follow-up of one journey.

    A state is reached when it and every earlier one is proven; proof that comes early is kept until then. A state is
    lost by itself: later ones stay, except that nothing lasts that no longer works.
    """

    TOPIC = "assurance.FollowUp"

    class Opened(Created):
        TOPIC = "assurance.FollowUp.Opened"

    class ChangeMade(Event):
        TOPIC = "assurance.FollowUp.ChangeMade"
        what_changed: str
        changed_on: date
        measure_ids: list[str]

    class TeamBriefed(Event):
        TOPIC = "assurance.FollowUp.TeamBriefed"
        change: int
        proof: str

    class MeasureTied(Event):
        TOPIC = "assurance.FollowUp.MeasureTied"
        measure: Tied

    class MeasureReleased(Event):
        TOPIC = "assurance.FollowUp.MeasureReleased"
        measure_id: str

    class FigureHeard(Event):
        TOPIC = "assurance.FollowUp.FigureHeard"
        measure_id: str
        figure: Figure

    class PracticeObserved(Event):
        TOPIC = "assurance.FollowUp.PracticeObserved"
        seen: int
        of: int
        source_kind: str
        note: Sealed
        practised: bool
        shown: str

    class Proven(Event):
        TOPIC = "assurance.FollowUp.Proven"
        state: str
        proof: str
        since: date

    class ProofWithdrawn(Event):
        TOPIC = "assurance.FollowUp.ProofWithdrawn"
        state: str
        because: str
        until: date | None = None

    class StateReached(Event):
        TOPIC = "assurance.FollowUp.StateReached"
        state: str
        proof: str

    class StateLost(Event):
        TOPIC = "assurance.FollowUp.StateLost"
        state: str
        because: str
        until: date | None = None

    class VerdictReached(Event):
        """By version 1 of the method; since version 2 an effect is judged for itself."""

        TOPIC = "assurance.FollowUp.VerdictReached"
        measure_id: str
        verdict: str
        before: str
        after: str
        method: str
        until: date

    class VerdictHeard(Event):
        TOPIC = "assurance.FollowUp.VerdictHeard"
        measure_id: str
        months: int
        stands: bool
        improved: bool = False

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("assurance.FollowUp", journey)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.what_changed, self.measure_ids = "", list[str]()
        self.changed_on: date | None = None
        self.changes, self.understood = 0, dict[int, str]()
        self.tied: dict[str, Tied] = {}
        self.figures: dict[str, dict[date, Figure]] = {}
        self.refuted, self.improved = set[str](), set[str]()
        self.slipped_in: date | None = None
        self.rounds: list[tuple[date, int, int]] = []
        self.proofs, self.proven_since = dict[str, str](), dict[str, date]()
        self.held: set[str] = set()

    def make_change(self, what_changed: str, changed_on: date, measure_ids: list[str]) -> None:
        """Practice changed. Where it had changed before, the new way must be proven from the start."""
        if self.changed_on is not None:
            for state in (BRIEFED, PRACTISED, EFFECTIVE, SUSTAINED):
                self._lose(state, "Practice was changed again, so this has to be shown anew.")
        self.trigger_event(
            self.ChangeMade, what_changed=what_changed, changed_on=changed_on, measure_ids=sorted(set(measure_ids))
        )
        self._prove(DONE, "Every agreed action was made, and seen by someone other than its owner.")
        if self.changes in self.understood:
            self._prove(BRIEFED, self.understood[self.changes])
        self._judge_figures()

    @event(ChangeMade)
    def _(self, what_changed: str, changed_on: date, measure_ids: list[str]) -> None:
        self.what_changed, self.changed_on, self.measure_ids = what_changed, changed_on, measure_ids
        self.changes += 1
        self.refuted, self.improved, self.slipped_in = set(), set(), None
        self.tied = {name: tied for name, tied in self.tied.items() if name in measure_ids}

    def tie(self, measure: Tied, figures: list[Figure]) -> None:
        """A measure set here is to prove the change; what it found so far comes with it."""
        if self.tied.get(measure.measure_id) != measure:
            self.trigger_event(self.MeasureTied, measure=measure)
        for figure in figures:
            self.hear(measure.measure_id, figure)

    @event(MeasureTied)
    def _(self, measure: Tied) -> None:
        self.tied[measure.measure_id] = measure

    def release(self, measure_id: str) -> None:
        """A measure no longer applies to the site, so that it can prove nothing more; what it has proven stays."""
        if measure_id in self.tied:
            self.trigger_event(self.MeasureReleased, measure_id=measure_id)

    @event(MeasureReleased)
    def _(self, measure_id: str) -> None:
        del self.tied[measure_id]

    def hear(self, measure_id: str, figure: Figure) -> None:
        """A month was checked, or checked again. The same figure again is no news."""
        if measure_id not in self.tied or self.figures.get(measure_id, {}).get(figure.period) == figure:
            return
        self.trigger_event(self.FigureHeard, measure_id=measure_id, figure=figure)
        self._judge_figures()

    @event(FigureHeard)
    def _(self, measure_id: str, figure: Figure) -> None:
        self.figures.setdefault(measure_id, {})[figure.period] = figure

    def heed(self, measure_id: str, months: int, verdict: str, after: str, *, met_after: bool) -> None:
        """A measure was judged. What misses its target over all months looked at, and is not shown to be better than
        before, does not work, however good its latest month may look."""
        if measure_id not in self.tied:
            return
        stands = still_works(verdict, doubted=measure_id in self.refuted, met_after=met_after)
        better = verdict == Verdict.IMPROVED
        self.trigger_event(self.VerdictHeard, measure_id=measure_id, months=months, stands=stands, improved=better)
        if not stands:
            words = heard_words(months, verdict, after, self.tied[measure_id].target_percent)
            self._lose(EFFECTIVE, words, last_of(self.figures))
        self._judge_figures()

    @event(VerdictHeard)
    def _(self, measure_id: str, stands: bool, improved: bool) -> None:
        self.refuted = self.refuted - {measure_id} if stands else self.refuted | {measure_id}
        self.improved = self.improved | {measure_id} if improved else self.improved - {measure_id}

    def brief(self, understood: int, audience: int, change: int = 0) -> None:
        """Everyone who was to be briefed on a change has understood; that of a change still to be heard of is kept."""
        change = change or max(self.changes, 1)
        proof = f"{understood} of {audience} staff read the briefing and answered its question rightly."
        if change not in self.understood:
            self.trigger_event(self.TeamBriefed, change=change, proof=proof)
        if change == self.changes:
            self._prove(BRIEFED, proof)

    @event(TeamBriefed)
    def _(self, change: int, proof: str) -> None:
        self.understood[change] = proof

    def brief_anew(self, change: int = 0) -> None:
        """A further briefing went out ahead of its change, which else takes back by itself what was understood before."""
        if not change or (change > self.changes and change not in self.understood):
            self._lose(BRIEFED, "A further briefing was issued, which not everyone has understood yet.")

    def observe(self, seen: int, of: int, source_kind: str, note: str) -> None:
        """Someone went and looked. One exception, and it is not yet what staff do."""
        if not 0 <= seen <= of or of < 1:
            raise MoreSeenThanLookedAt
        if self.changed_on is None:
            raise NothingChangedYet
        shown = sample_words(seen, of)
        self.trigger_event(
            self.PracticeObserved,
            seen=seen, of=of, source_kind=source_kind, note=note, practised=seen == of, shown=shown,
        )  # fmt: skip
        if seen < of:
            for state in (PRACTISED,) if self.tied else (PRACTISED, EFFECTIVE):
                self._lose(state, f"Seen in practice: {share_words(seen, of)}.")
            return
        self._prove(PRACTISED, shown)
        if not self.tied:
            for state, words in shown_by_rounds(self.proven_since, local_day(circumstances().now), shown).items():
                self._prove(state, words)

    @event(PracticeObserved)
    def _(self, seen: int, of: int, by: Decided) -> None:
        self.rounds += [(local_day(by.occurred), seen, of)] if by.occurred else []

    def report_lapse(self, state: str, because: str) -> None:
        """Someone says that a state no longer holds; their reason stays with the decision."""
        if state not in self.held:
            raise NotReached
        if not because.strip():
            raise ReasonMissing
        self._lose(ClosureState(state), REPORTED, last_of(self.figures))

    def _judge_figures(self) -> None:
        """What the months of the tied measures show; what a review refuted is open until another review says otherwise."""
        if self.changed_on is None:
            return
        shown = shown_by(self.tied, self.figures, self.changed_on, after=self.slipped_in, improved=self.improved)
        if shown and not shown.works:
            self._lose(EFFECTIVE, shown.words)
        if shown is None or not shown.works or self.refuted & set(self.tied):
            return
        self._prove(EFFECTIVE, shown.words, shown.since)
        if lasted(self.proven_since[EFFECTIVE], shown.until):
            self._prove(SUSTAINED, f"Not missed since it was first met. {shown.words}", shown.until)

    def _prove(self, state: ClosureState, proof: str, since: date | None = None) -> None:
        if state not in self.proofs:
            since = since or local_day(circumstances().now)
            self.trigger_event(self.Proven, state=state, proof=proof[:LONGEST_PROOF], since=since)
        self._advance()

    @event(Proven)
    def _(self, state: str, proof: str, since: date) -> None:
        self.proofs[state], self.proven_since[state] = proof, since

    def _advance(self) -> None:
        """Reach every state that is proven and has all earlier ones behind it."""
        for state in ClosureState:
            if state not in self.proofs:
                return
            if state not in self.held:
                self.trigger_event(self.StateReached, state=state, proof=self.proofs[state])

    @event(StateReached)
    def _(self, state: str) -> None:
        self.held.add(state)

    def _lose(self, state: ClosureState, because: str, until: date | None = None) -> None:
        """A state no longer holds, and its proof is spent. What no longer works does not last either."""
        if state is EFFECTIVE:
            self._lose(SUSTAINED, because)
        if state in self.held:
            self.trigger_event(self.StateLost, state=state, because=because[:LONGEST_PROOF], until=until)
        elif state in self.proofs:
            self.trigger_event(self.ProofWithdrawn, state=state, because=because[:LONGEST_PROOF], until=until)

    @event(StateLost)
    def _(self, state: str, until: date | None) -> None:
        self.held.discard(state)
        self._forget(state, until)

    @event(ProofWithdrawn)
    def _(self, state: str, until: date | None) -> None:
        self._forget(state, until)

    def _forget(self, state: str, until: date | None) -> None:
        del self.proofs[state], self.proven_since[state]
        if state == EFFECTIVE:
            self.slipped_in, self.improved = until or self.slipped_in, set()
