"""One journey of a pack as it stands: its actions, accounts, briefings and evidence, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Action:
    """An action as it stands: what is done differently, how strong a change it is, and how far it has come."""

    what: str
    strength: str
    owner: str
    due: str
    state: str = "agreed"
    late: bool = False


@dataclass(slots=True)
class Duty:
    """An account owed, and what became of it."""

    title: str
    recipient: str
    due: str | None
    state: str = "owed"
    late: bool = False


@dataclass(slots=True)
class Briefing:
    """Whom a briefing is for now, and who of all whom it was ever for has understood it: ids of people."""

    audience: set[str]
    understood: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Story:
    """One journey as its decisions tell it, up to the checkpoint."""

    journey: str
    site: str
    recorded: datetime
    reference: str = ""
    kind: str = ""
    themes: list[str] = field(default_factory=list)
    safe: bool = False
    response: str = ""
    closed: bool = False
    factors: dict[str, tuple[str, str]] = field(default_factory=dict)
    learning: str = ""
    actions: dict[str, Action] = field(default_factory=dict)
    answering: set[str] = field(default_factory=set)
    """Posts that own an action of it or owned one, and people who carried one out: what they bring is their own word."""
    changed: str = ""
    duties: dict[str, Duty] = field(default_factory=dict)
    briefings: dict[str, Briefing] = field(default_factory=dict)
    observed: list[tuple[int, int]] = field(default_factory=list)
    evidence: dict[str, set[str]] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    verdicts: dict[str, str] = field(default_factory=dict)

    @property
    def briefed(self) -> bool:
        """Whether the team was briefed."""
        return bool(self.briefings)

    @property
    def audience(self) -> int:
        """How many people the latest briefing is for now; whoever moves within the team is one person still."""
        return len(self._latest.audience)

    @property
    def understood(self) -> int:
        """How many of these have understood it."""
        return len(self._latest.audience & self._latest.understood)

    @property
    def _latest(self) -> Briefing:
        return next(reversed(self.briefings.values()), Briefing(set()))

    @property
    def reviewed(self) -> bool:
        """Whether what was learned has been signed off."""
        return bool(self.learning)

    @property
    def awaits_review(self) -> bool:
        """Whether a review was chosen and has not been signed off."""
        return self.response not in {"", "none"} and not self.reviewed

    @property
    def independent_kinds(self) -> list[str]:
        """Kinds of evidence, apart from what those who answer for an action brought where that is all there is of a kind."""
        return sorted(kind for kind, brought in self.evidence.items() if brought - self.answering)
