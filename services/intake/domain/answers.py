"""Facts are codes and figures of a closed list, so that no words about a person travel among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.taxonomy import Fact
from services.intake.domain.refusals import FactNotUnderstood


def require_answers(facts: Mapping[str, Any]) -> None:
    """Raises FactNotUnderstood for a fact that is not on the list, or an answer that it cannot have."""
    for code, answer in facts.items():
        if code not in set(Fact):
            raise FactNotUnderstood("One of the facts is not on the list of facts that rules ask about.")
        if not Fact(code).accepts(answer):
            raise FactNotUnderstood(f"The fact '{code}' cannot have that answer.")
