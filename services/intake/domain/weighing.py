"""What a manager made of one rule: as the rules proposed, or another way with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.intake.domain.refusals import OwnWayNeedsReason


@dataclass(frozen=True, slots=True)
class Weighing:
    """One rule as it was answered. `proposed` is false where the manager applied a rule that was not proposed."""

    rule_id: str
    title: str
    kind: str
    citation: str
    confirmed: bool
    agreed: bool
    because: list[str] = field(default_factory=list)
    duty: dict[str, Any] | None = None
    clock: dict[str, Any] | None = None
    proposed: bool = True

    @property
    def is_own_way(self) -> bool:
        """Whether the manager went another way than the rules."""
        return self.agreed is not self.proposed


def own_ways(weighed: list[Weighing], reasons: Mapping[str, str]) -> list[tuple[Weighing, str]]:
    """Where the manager went another way, each with its reason. Raises OwnWayNeedsReason where one is missing."""
    found = [(each, reasons.get(each.rule_id, "").strip()) for each in weighed if each.is_own_way]
    for each, reason in found:
        if not reason:
            raise OwnWayNeedsReason(
                f"Say why “{each.title}” {'applies although it was not proposed' if each.agreed else 'does not apply'}."
            )
    return found
