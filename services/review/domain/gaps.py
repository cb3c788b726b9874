"""What a review stands on, and what it does not: evidence compared across kinds, and the gaps that readers should see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.taxonomy import EvidenceSource, ResponseKind, ReviewGap
from services.review.domain.material import SPECIALIST, Piece

if TYPE_CHECKING:
    from services.review.domain.material import Material

ENOUGH_KINDS = 2
"""Independent kinds of source that make something believable: records against what people say, see and count."""

PEOPLE_SUPPORTED = frozenset({EvidenceSource.FEEDBACK})


@dataclass(frozen=True, slots=True)
class Triangulation:
    """Which kinds of source agree, and which do not count because the owner of a change wrote them."""

    kinds: tuple[str, ...]
    not_counted: tuple[str, ...]

    @property
    def enough(self) -> bool:
        return len(self.kinds) >= ENOUGH_KINDS


def triangulated(pieces: Iterable[Piece], owners: Collection[str] = ()) -> Triangulation:
    """Evidence by kind; what a post wrote that owns an action of this journey is set apart."""
    pieces = list(pieces)
    kinds = {piece.source for piece in pieces if piece.written_by not in owners or not piece.written_by}
    apart = {piece.source for piece in pieces if piece.written_by and piece.written_by in owners} - kinds
    return Triangulation(tuple(sorted(kinds)), tuple(sorted(apart)))


def gaps(material: Material, response: str, owners: Collection[str] = ()) -> list[str]:
    """What a reader should know is missing, as codes of ReviewGap. None of it forbids a sign-off."""
    taking_part = material.participants
    evidence = triangulated(material.evidence.values(), owners)
    outside = [post for post, state in taking_part.items() if post.startswith(SPECIALIST) and state == "contributed"]
    found = {
        ReviewGap.NOBODY_ASKED: not taking_part,
        ReviewGap.SOMEONE_COULD_NOT: "could_not" in taking_part.values(),
        ReviewGap.ONE_DISCIPLINE: response == ResponseKind.MULTIDISCIPLINARY and not outside,
        ReviewGap.NO_TIMELINE: not material.entries,
        ReviewGap.NO_EVIDENCE: not material.evidence,
        ReviewGap.ONE_KIND_OF_EVIDENCE: bool(material.evidence) and not evidence.enough,
        ReviewGap.PERSON_NOT_HEARD: not PEOPLE_SUPPORTED & {piece.source for piece in material.evidence.values()},
        ReviewGap.NO_FINDING: not material.findings,
    }
    return [str(gap) for gap, is_so in found.items() if is_so]
