"""What is written beside a record, and may tell of the same person, is sealed under a key that goes with that person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from libs.deciding import deciding
from libs.mapper import shape_of
from services.assurance.domain import Watch
from services.intake.domain import ExternalMessage, Link
from services.review.domain.sample import Sample
from tests.given import JOURNEY, NOW, PLACE, SOMEONE, event, given

SOURCE = UUID(int=7)
QUARANTINED = event(
    ExternalMessage.Quarantined, source="s", message_id="1", digest="d", reason="r", sentence="S.", part="", code="",
    headers="h", payload="p",
)  # fmt: skip
RECEIVED = event(ExternalMessage.Received, source="s", message_id="1")


def test_a_link_has_a_key_of_its_own_that_goes_with_either() -> None:
    with deciding(SOMEONE, NOW):
        made = Link.between(provider="acme", site="elm", journey=JOURNEY, other=SOURCE)
        made.make("same_event", "Both were there.")
    said: Any = list(made.collect_events())[-1]
    assert (said.about, made.id) == (made.id, Link.create_id(SOURCE, JOURNEY))


@pytest.mark.parametrize(
    ("kind", "field", "key"),
    [(Sample.CaseRead, "words", "case"), (Sample.CaseLeftOut, "because", "case"), (Watch.Followed, "how", "firing_id")],
)
def test_words_on_another_record_are_sealed_under_that_ones_key(kind: type, field: str, key: str) -> None:
    assert dict(shape_of(kind).sealed)[field] == key


@pytest.mark.parametrize("before", [(), (event(ExternalMessage.SetAside),)])
def test_what_nobody_took_expires_and_is_taken_no_more(before: tuple[tuple[type, dict[str, object]], ...]) -> None:
    expired = event(ExternalMessage.Expired)
    given(ExternalMessage, RECEIVED, QUARANTINED, *before).when(lambda it: it.expire()).then(expired)
    given(ExternalMessage, RECEIVED, QUARANTINED, *before, expired).when(lambda it: it.expire()).nothing()


def test_what_was_taken_does_not_expire() -> None:
    accepted = event(
        ExternalMessage.Accepted, source="s", message_id="1", digest="d", opportunity=SOURCE, reference="R", remark=""
    )
    given(ExternalMessage, RECEIVED, QUARANTINED, accepted).when(lambda it: it.expire()).nothing()
    assert PLACE["journey"] == JOURNEY
