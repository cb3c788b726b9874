"""The CloudEvents specification's own examples are read as it says, or refused by name."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from contracts.foreign import STRUCTURED
from contracts.unreadable import BatchNotAccepted, NotJson, Unreadable
from contracts.wire import decode_foreign

REAL = Path(os.environ.get("CANDOUR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
SPEC = REAL / "cloudevents" / "spec_examples.jsonl"


@pytest.mark.skipif(not SPEC.exists(), reason="the specification's examples are not on this machine")
def test_the_specifications_examples_are_read_as_the_specification_says() -> None:
    read = 0
    for example in _spec("structured-json"):
        body = json.loads(example["text"])
        taken = _taken(body)
        if isinstance(taken, Unreadable):
            data, kind = body.get("data"), body.get("datacontenttype", "application/json")
            encoded = "data_base64" in body
            assert encoded or not isinstance(data, dict) or "json" not in kind, (example["line"], str(taken))
            assert isinstance(taken, NotJson)
            continue
        read += 1
        if not example["schema_valid"]:
            assert body["subject"] == taken.subject == ""
            continue
        given_ones = {name: value for name, value in body.items() if value is not None}
        theirs = JSONFormat().read(CloudEvent, json.dumps(given_ones).encode())
        assert (taken.id, taken.source, taken.type) == (
            theirs.get_id(),
            theirs.get_source(),
            theirs.get_type(),
        )
        assert taken.time == (theirs.get_time() if "time" in body else None)
        if "data" in body:
            assert taken.data == theirs.get_data()
    assert read >= 18


@pytest.mark.skipif(not SPEC.exists(), reason="the specification's examples are not on this machine")
def test_the_specifications_batch_is_refused_by_name() -> None:
    for example in _spec("batch-json"):
        with pytest.raises(BatchNotAccepted):
            decode_foreign(
                {"content-type": "application/cloudevents-batch+json"}, example["text"].encode(), types={"any"}
            )


def _spec(kind: str) -> list[dict[str, Any]]:
    return [example for line in SPEC.read_text().splitlines() if (example := json.loads(line))["kind"] == kind]


def _taken(body: dict[str, Any]) -> Any:
    try:
        return decode_foreign({"content-type": STRUCTURED}, json.dumps(body).encode(), types={body["type"]})
    except Unreadable as refusal:
        return refusal
