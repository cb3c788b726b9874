"""The cases a thematic review looks at: drawn by a seed from everything that fits, so that nobody picks them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from libs.domain import Aggregate, Created, Event, Seal, Sealed, event, follows
from services.review.domain import refusals as no


@dataclass(frozen=True, slots=True)
class Query:
    """Which cases fit: those that happened from one day to another at these sites, with any of the kinds and themes.

    No kinds or no themes means any.
    """

    from_day: date
    to_day: date
    sites: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()


def draw(population: Collection[UUID], seed: str, size: int) -> list[UUID]:
    """A simple random sample without replacement: the cases with the smallest SHA-256 of "<seed>/<case>".

    Anyone can draw it again from the seed and the same cases, in any language and in any order.
    """
    return sorted(population, key=lambda case: hashlib.sha256(f"{seed}/{case}".encode()).digest())[:size]


def digest(population: Collection[UUID]) -> str:
    """What tells whether two lists of cases are the same: SHA-256 over the ids in order, a line each."""
    return hashlib.sha256("\n".join(sorted(map(str, population))).encode()).hexdigest()


class Sample(Aggregate):
    """One for each thematic review; drawn again only for a reason, and then with a seed of its own."""

    TOPIC = "review.Sample"

    class Begun(Created):
        TOPIC = "review.Sample.Begun"

    class Drawn(Event):
        TOPIC = "review.Sample.Drawn"
        query: Query
        seed: str
        fitting: int
        digest: str
        cases: list[UUID]
        because: Sealed

    class CaseRead(Event):
        TOPIC = "review.Sample.CaseRead"
        case: UUID
        words: Annotated[str, Seal("case")]
        """Told of another journey than the review's, and forgotten with that one."""

    class CaseLeftOut(Event):
        TOPIC = "review.Sample.CaseLeftOut"
        case: UUID
        because: Annotated[str, Seal("case")]

    @staticmethod
    def create_id(journey: UUID) -> UUID:
        return follows("review.Sample", journey)

    @event(Begun)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.times_drawn = 0
        self.cases: list[UUID] = []
        self.settled: set[UUID] = set()

    def draw(self, query: Query, population: Collection[UUID], size: int, because: str = "") -> None:
        """Draw `size` cases from those that fit. The seed follows from this review and how often it has drawn."""
        if not population or size < 1:
            raise no.NothingToSample
        if self.cases and not because.strip():
            raise no.SampleStands
        seed = f"{self.id}/{self.times_drawn + 1}"
        self.trigger_event(
            self.Drawn,
            query=query,
            seed=seed,
            fitting=len(population),
            digest=digest(population),
            cases=draw(population, seed, size),
            because=because,
        )

    @event(Drawn)
    def _(self, cases: list[UUID]) -> None:
        self.times_drawn += 1
        self.cases, self.settled = cases, self.settled & set(cases)

    def read_case(self, case: UUID, words: str) -> None:
        """Say what a case shows. It may be added to."""
        self._require_drawn(case, words)
        self.trigger_event(self.CaseRead, case=case, words=words)

    @event(CaseRead)
    def _(self, case: UUID) -> None:
        self.settled.add(case)

    def leave_out(self, case: UUID, because: str) -> None:
        """Say why a case in the sample tells nothing here. It stays in the sample, with the reason."""
        self._require_drawn(case, because)
        self.trigger_event(self.CaseLeftOut, case=case, because=because)

    @event(CaseLeftOut)
    def _(self, case: UUID) -> None:
        self.settled.add(case)

    def _require_drawn(self, case: UUID, words: str) -> None:
        if case not in self.cases:
            raise no.NotInSample
        no.require_words(words)

    def require_read(self) -> None:
        """Raises SampleMissing, or CasesUnread where something in the sample has been neither read nor left out."""
        if not self.cases:
            raise no.SampleMissing
        if set(self.cases) - self.settled:
            raise no.CasesUnread
