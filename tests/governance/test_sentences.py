"""Everything that action and assurance say stands on a journey's timeline or among the news in a sentence of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts.envelope import PublishedEvent
from contracts.taxonomy import Role
from libs.views import Rows
from services.governance.pages.sentences import SENTENCES, tell
from services.governance.projection import project
from tests.given import heard

EXAMPLES = Path("contracts/examples")
TOLD = sorted(
    kind.name for kind in PublishedEvent.catalogue.values() if kind.publisher() in {"action", "assurance"}
)  # fmt: skip


def moments(name: str) -> list[dict[str, Any]]:
    """What the timeline keeps of the example that goes with an event."""
    example = json.loads((EXAMPLES / f"{name}.json").read_text())
    rows = Rows()
    project(heard(PublishedEvent.catalogue[name].model_validate(example["data"])), rows)
    return [
        orjson.loads(parameters[10])
        for statement, parameters in rows.statements
        if statement.startswith("INSERT INTO moment")
    ]


@pytest.mark.parametrize("name", TOLD)
def test_what_stands_on_a_timeline_has_a_plain_sentence(name: str) -> None:
    for params in moments(name):
        assert name in SENTENCES
        told = tell(name, params)
        assert told.title[0].isupper()
        assert all(told.lines)
        assert "_" not in told.title
        assert not set(told.title.split()) & set(Role)


def test_what_is_new_here_is_told_too() -> None:
    for name in ("action.action_escalated.v1", "action.action_handed_over.v1", "assurance.trigger_fired.v1"):
        assert moments(name)
