"""What has no case of its own yet still stands in its journey's timeline: by its name, with its codes and numbers."""

from __future__ import annotations

from typing import Any

from contracts.envelope import PublishedEvent
from contracts.sealed import Seal
from libs.views import Rows
from services.governance.projection.writing import moment, project

PUBLISHERS = frozenset({"intake", "review", "action", "notification", "assurance"})
UNPLACED = frozenset(
    {
        "intake.external_incident_answered.v1",
        "intake.reporter_answered.v1",
        "intake.reporter_answers_read.v1",
        *(f"{each}.read_in_emergency.v1" for each in PUBLISHERS),
    }
)
"""What belongs to no journey, what would tell by its hour who wrote without a name, and what is listed beside the emergency
that let a reader in."""


def told_plainly(event: PublishedEvent, rows: Rows) -> None:
    """A line of the timeline; of the sealed words the first stay under seal, and the others are left out."""
    data = event.model_dump(mode="json")
    hidden = [
        name for name, each in type(event).model_fields.items() if any(isinstance(mark, Seal) for mark in each.metadata)
    ]
    words = next((data[name] for name in hidden if data[name]), "")
    plain: dict[str, Any] = {
        k: v for k, v in data.items() if k not in hidden and isinstance(v, str | int | float | bool)
    }
    moment(event, rows, words=words, **plain)


for kind in PublishedEvent.catalogue.values():
    if kind.publisher() in PUBLISHERS and kind.name not in UNPLACED and kind not in project.registry:
        project.register(kind, told_plainly)
