"""What an inspector asks of a journey: analysis, action, communication and follow-up, each shown by more than a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.taxonomy import ClosureState, EvidenceSource, Milestone, Verdict

INDEPENDENT = 2
"""Kinds of evidence that must agree before something is believed."""
RECORDS = frozenset(
    {EvidenceSource.CARE_RECORDS, EvidenceSource.SAFEGUARDING_LOG, EvidenceSource.INCIDENT_LOG, EvidenceSource.AUDIT}
)
PRACTICE = frozenset({EvidenceSource.PRACTICE_OBSERVATION})
STAFF = frozenset(
    {
        EvidenceSource.STAFF_DISCUSSION, EvidenceSource.SUPERVISION, EvidenceSource.STAFF_FEEDBACK,
        EvidenceSource.STAFF_BRIEFING,
    }
)  # fmt: skip
VOICES = frozenset({EvidenceSource.FEEDBACK, EvidenceSource.PROFESSIONAL_FEEDBACK})
FIGURES = frozenset({EvidenceSource.OUTCOME_DATA, EvidenceSource.GOVERNANCE_MINUTES})
SIDES = {
    "records": ("What is written", RECORDS, "Look in care notes, logs or an audit."),
    "practice": ("What is done", PRACTICE, "Go and watch it being done."),
    "staff": ("What staff say", STAFF, "Ask staff what changed and why, in a talk or in supervision."),
    "people": (
        "What people and professionals say",
        VOICES,
        "Ask the people supported, their families or professionals.",
    ),
    "figures": ("What the figures say", FIGURES, "Name a measure, so that the effect can be counted."),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four, or one side of the triangle: whether it is shown, by what, and what is still missing."""

    title: str
    shown: bool
    by: str
    missing: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a journey: states held, whether its review was signed off, verdicts, and the kinds of source in
    which the new way was seen without exception; `checked`: whether anyone looked at all, whatever they saw."""

    states: Collection[str]
    reviewed: bool
    understood: bool
    verdicts: Sequence[str]
    looked: Mapping[str, int]
    checked: bool = False


def standing_of(row: Mapping[str, Any], milestones: Collection[str]) -> Standing:
    """What is known of a journey's follow-up, as an inspector would ask."""
    held = {each["state"] for each in row["states"] if each["held"]}
    looked = Counter(each["source_kind"] for each in row["observations"] if each["seen"] == each["looked"])
    verdicts = [each["verdict"] for each in row["verdicts"] if each["verdict"] != Verdict.TOO_LITTLE_DATA]
    reviewed = Milestone.LEARNING_RECORDED in milestones
    return Standing(held, reviewed, ClosureState.BRIEFED in held, verdicts, looked, bool(row["observations"]))


def four(known: Standing) -> list[Part]:
    """Analysis, action, communication and follow-up."""
    done, briefed = ClosureState.DONE in known.states, ClosureState.BRIEFED in known.states
    followed = bool(known.looked or known.verdicts or known.checked)
    return [
        Part(
            "Analysis", known.reviewed, "The review was signed off by someone other than its author.",
            "No review of what happened and why is signed off.",
        ),
        Part(
            "Action", done, "Every agreed change was made, and seen by someone other than its owner.",
            "What was agreed has not all been made and seen.",
        ),
        Part(
            "Communication", briefed, "Everyone who is to work differently has understood what changed and why.",
            "Not everyone who is to work differently has shown that they understood.",
        ),
        Part(
            "Follow-up", followed, "Someone went and looked, or the figures were judged, after the change.",
            "Nobody has checked yet whether practice changed and what came of it.",
        ),
    ]  # fmt: skip


def triangle(known: Standing) -> list[Part]:
    """Each side from which the change can be seen: what was found there, or where to look."""
    found: list[Part] = []
    for name, (title, kinds, missing) in SIDES.items():
        seen = {EvidenceSource(each).label.lower(): n for each, n in known.looked.items() if each in kinds}
        if name == "staff" and known.understood:
            seen["answers to the briefing's question"] = 1
        if name == "figures" and known.verdicts:
            seen["the measure, judged on fixed days"] = 1
        found.append(Part(title, bool(seen), ", ".join(sorted(seen)), missing))
    return found


def is_triangulated(known: Standing) -> bool:
    """Whether at least two independent sides show the same."""
    return sum(each.shown for each in triangle(known)) >= INDEPENDENT
