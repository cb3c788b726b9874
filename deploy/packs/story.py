"""The story of each journey in a pack: what was found, what was done, who was told, and whether it holds."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from typing import Any

from deploy.packs.journey import Action, Briefing, Duty, Story
from deploy.packs.spool import Entries, Entry, Spool, of_topics


class Stories:
    """A story for every journey, in the order in which they were put on record. Those of a pack lie on disk, and are gone
    through as often as needed, one at a time."""

    def __init__(self, entries: Entries) -> None:
        self._spool = entries if isinstance(entries, Spool) else None
        self._few: list[Story] = []
        if isinstance(entries, Spool):
            every = filter(None, map(_story_of, entries.by_journey(TELLING)))
            entries.keep_told((story.recorded, story.journey, pickle.dumps(story)) for story in every)
        else:
            journeys: dict[str, list[Entry]] = {}
            for entry in of_topics(entries, TELLING):
                journeys.setdefault(entry.journey, []).append(entry)
            self._few = sorted(filter(None, map(_story_of, journeys.values())), key=lambda s: (s.recorded, s.journey))

    def __iter__(self) -> Iterator[Story]:
        if self._spool is None:
            return iter(self._few)
        return map(pickle.loads, self._spool.told())

    def __len__(self) -> int:
        return len(self._few) if self._spool is None else self._spool.told_of()


def stories(entries: Entries) -> Stories:
    """A story for every journey that begins among these events."""
    return Stories(entries)


def _story_of(entries: list[Entry]) -> Story | None:
    """What one journey's events tell, or None where it does not begin among them."""
    first = next((entry for entry in entries if entry.topic == "intake.Opportunity.Raised"), None)
    if first is None:
        return None
    story = Story(first.journey, first.site, first.recorded)
    for entry in entries:
        TELLING[entry.topic](story, entry.body, str(entry.aggregate))
    return story


def _raised(story: Story, said: dict[str, Any], _: str) -> None:
    story.reference, story.kind, story.themes = said["reference"], said["kind"], said["themes"]


def _safe(story: Story, _said: dict[str, Any], _: str) -> None:
    story.safe = True


def _triaged(story: Story, said: dict[str, Any], _: str) -> None:
    story.kind, story.themes, story.response = said["kind"], said["themes"], said["response"]


def _reclassified(story: Story, said: dict[str, Any], _: str) -> None:
    story.kind, story.themes, story.response, story.closed = said["kind"], said["themes"], "", False


def _closed(story: Story, _said: dict[str, Any], _: str) -> None:
    story.closed = True


def _factor(story: Story, said: dict[str, Any], _: str) -> None:
    story.factors[said["factor_id"]] = (said["category"], said["seips"])


def _no_factor(story: Story, said: dict[str, Any], _: str) -> None:
    story.factors.pop(said["factor_id"], None)


def _signed_off(story: Story, said: dict[str, Any], _: str) -> None:
    story.learning = said["learning_statement"]


def _reopened(story: Story, _said: dict[str, Any], _: str) -> None:
    story.learning = ""


def _brought(kind: str) -> Callable[[Story, dict[str, Any], str], None]:
    """Evidence, by whoever wrote it; where that is not known, by whoever put it on record."""

    def bring(story: Story, said: dict[str, Any], _: str) -> None:
        story.evidence.setdefault(said[kind], set()).add(said.get("written_by") or _by(said))

    return bring


def _by(said: dict[str, Any]) -> str:
    actor: str = said.get("by", {}).get("actor", "")
    return actor


def _observed(story: Story, said: dict[str, Any], record: str) -> None:
    story.observed.append((said["seen"], said["of"]))
    _brought("source_kind")(story, said, record)


def _agreed(story: Story, said: dict[str, Any], record: str) -> None:
    story.actions[record] = Action(said["what"], said["strength"], said["owner_post"], said["due"])
    story.answering.add(said["owner_post"])


def _handed_over(story: Story, said: dict[str, Any], record: str) -> None:
    """Whoever owned it before answered for it too."""
    if action := story.actions.get(record):
        action.owner = said["owner_post"]
    story.answering.add(said["owner_post"])


def _step(state: str) -> Callable[[Story, dict[str, Any], str], None]:
    def step(story: Story, said: dict[str, Any], record: str) -> None:
        if action := story.actions.get(record):
            action.state, action.due = state or action.state, said.get("due") or action.due

    return step


def _late(story: Story, _said: dict[str, Any], record: str) -> None:
    if action := story.actions.get(record):
        action.late = True


def _implemented(story: Story, said: dict[str, Any], record: str) -> None:
    _step("implemented")(story, said, record)
    story.answering.add(_by(said))
    _brought("evidence_kind")(story, said, record)


def _changed(story: Story, said: dict[str, Any], _: str) -> None:
    story.changed = said["what_changed"]


def _owed(story: Story, said: dict[str, Any], record: str) -> None:
    owing = said["owing"]
    story.duties[record] = Duty(owing["title"], owing["recipient"], owing.get("due"))


def _told(state: str) -> Callable[[Story, dict[str, Any], str], None]:
    def tell(story: Story, _: dict[str, Any], record: str) -> None:
        if duty := story.duties.get(record):
            duty.state = state

    return tell


def _overdue(story: Story, _: dict[str, Any], record: str) -> None:
    if duty := story.duties.get(record):
        duty.late = True


def _issued(story: Story, said: dict[str, Any], record: str) -> None:
    story.briefings[record] = Briefing({each["person_id"] for each in said["audience"]})


def _joined(story: Story, said: dict[str, Any], record: str) -> None:
    if briefing := story.briefings.get(record):
        briefing.audience.add(said["person_id"])


def _left(story: Story, said: dict[str, Any], record: str) -> None:
    if briefing := story.briefings.get(record):
        briefing.audience.discard(said["person_id"])


def _understood(story: Story, said: dict[str, Any], record: str) -> None:
    if briefing := story.briefings.get(record):
        briefing.understood.add(said["person_id"])


def _reached(story: Story, said: dict[str, Any], _: str) -> None:
    story.states = [*(s for s in story.states if s != said["state"]), said["state"]]
    story.lost = [state for state in story.lost if state != said["state"]]


def _slipped(story: Story, said: dict[str, Any], _: str) -> None:
    story.states = [state for state in story.states if state != said["state"]]
    story.lost = [*(s for s in story.lost if s != said["state"]), said["state"]]


def _verdict(story: Story, said: dict[str, Any], _: str) -> None:
    story.verdicts[said["measure_id"]] = said["verdict"]


TELLING: dict[str, Callable[[Story, dict[str, Any], str], None]] = {
    "intake.Opportunity.Raised": _raised,
    "intake.Opportunity.ImmediateSafetyConfirmed": _safe,
    "intake.Opportunity.Triaged": _triaged,
    "intake.Opportunity.Reclassified": _reclassified,
    "intake.Opportunity.ClosedWithoutReview": _closed,
    "review.Review.FactorIdentified": _factor,
    "review.Review.FactorWithdrawn": _no_factor,
    "review.Review.SignedOff": _signed_off,
    "review.Review.Reopened": _reopened,
    "review.Material.EvidenceAdded": _brought("source"),
    "action.Action.Agreed": _agreed,
    "action.Action.HandedOver": _handed_over,
    "action.Action.Started": _step("started"),
    "action.Action.Blocked": _step("blocked"),
    "action.Action.Unblocked": _step("started"),
    "action.Action.Extended": _step(""),
    "action.Action.Overdue": _late,
    "action.Action.Implemented": _implemented,
    "action.Action.SentBack": _step("started"),
    "action.Action.Verified": _step("verified"),
    "action.Action.Withdrawn": _step("withdrawn"),
    "action.Plan.PracticeChanged": _changed,
    "notification.Duty.Owed": _owed,
    "notification.Duty.OwedAgain": _owed,
    "notification.Duty.Discharged": _told("given"),
    "notification.Duty.Declined": _told("declined"),
    "notification.Duty.Lifted": _told("lifted"),
    "notification.Duty.FellOverdue": _overdue,
    "notification.Briefing.Issued": _issued,
    "notification.Briefing.AudienceGrew": _joined,
    "notification.Briefing.AudienceLeft": _left,
    "notification.Briefing.Understood": _understood,
    "assurance.FollowUp.PracticeObserved": _observed,
    "assurance.FollowUp.StateReached": _reached,
    "assurance.FollowUp.StateLost": _slipped,
    "assurance.FollowUp.VerdictReached": _verdict,
}
"""What each stored event adds to a story; a test holds every name to one that a service stores."""
