"""What travels arrives as it was sent, and what strangers send is read or refused by name."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.envelope import Envelope
from contracts.foreign import STRUCTURED
from contracts.review import ReviewOpened
from contracts.unreadable import (
    MAX_ATTRIBUTE,
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_PAYLOAD,
    BadTime,
    BatchNotAccepted,
    FutureVersion,
    NotACloudEvent,
    NotJson,
    TooDeep,
    TooLarge,
    UnknownType,
    Unreadable,
)
from contracts.wire import decode, decode_foreign, encode

TYPE = "care.incident_reported.v1"
BINARY = {"ce-specversion": "1.0", "ce-id": "7", "ce-source": "/records", "ce-type": TYPE}
WHOLE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "7",
    "source": "/records",
    "type": TYPE,
    "data": {"a": 1},
}

few = settings(max_examples=60, deadline=None)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.integers(-(10**9), 10**10).map(lambda second: datetime.fromtimestamp(second + 0.5, UTC))
moments = st.builds(datetime.astimezone, moments, offsets)
scalars = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | words
)
contents = st.dictionaries(words, scalars | st.lists(scalars, max_size=3) | st.dictionaries(words, scalars, max_size=3))
envelopes = st.builds(
    Envelope,
    id=st.uuids(),
    type=words,
    source=words,
    subject=words,
    time=moments,
    recordedtime=moments,
    sequence=st.integers(0, 2**63),
    provider=words,
    site=words,
    journey=st.uuids(),
    about=st.uuids(),
    actor=words,
    role=words,
    causationid=words,
    traceparent=words,
    data=contents,
)


def structured(**attributes: Any) -> tuple[dict[str, str], bytes]:
    return {"content-type": STRUCTURED}, json.dumps({**WHOLE, **attributes}).encode()


def refused(sort: type[Unreadable], headers: dict[str, str] | None, payload: bytes) -> Unreadable:
    with pytest.raises(sort) as refusal:
        decode_foreign(headers, payload, types={TYPE})
    assert str(refusal.value).endswith(".")
    return refusal.value


@few
@given(envelopes)
def test_what_travels_arrives_as_it_was_sent(envelope: Envelope) -> None:
    assert decode(*encode(envelope)) == envelope


@few
@given(envelopes)
def test_headers_hold_nothing_that_a_header_may_not_hold(envelope: Envelope) -> None:
    headers, _ = encode(envelope)
    assert all(re.fullmatch(r"[\x21-\x7e]*", value) and '"' not in value for value in headers.values())
    assert headers["Nats-Msg-Id"] == headers["ce-id"] == str(envelope.id)
    assert headers.get("traceparent", "") == headers.get("ce-traceparent", "")


def test_a_header_is_percent_encoded_as_the_binding_says() -> None:
    envelope = decode(*encode(_envelope(subject='Euro € 😀 "50%"')))
    headers, _ = encode(envelope)
    assert headers["ce-subject"] == "Euro%20%E2%82%AC%20%F0%9F%98%80%20%2250%25%22"
    assert envelope.subject == 'Euro € 😀 "50%"'


def test_sequences_sort_as_text() -> None:
    sent = [encode(_envelope(sequence=number))[0]["ce-sequence"] for number in (9, 10, 2**63)]
    assert sent == sorted(sent)


@pytest.mark.parametrize("attribute", ["specversion", "id", "type", "time", "sequence", "journey"])
def test_our_own_event_without_an_attribute_is_refused_by_its_name(attribute: str) -> None:
    headers, payload = encode(_envelope())
    del headers[f"ce-{attribute}"]
    with pytest.raises(NotACloudEvent, match=attribute) as refusal:
        decode(headers, payload)
    assert refusal.value.attribute == attribute


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'{"a": NaN}', b"\xff"])
def test_our_own_event_carries_a_json_object(payload: bytes) -> None:
    with pytest.raises(NotJson):
        decode(encode(_envelope())[0], payload)


@few
@given(contents, words.filter(bool))
def test_binary_and_structured_mode_say_the_same(data: dict[str, Any], subject: str) -> None:
    event = CloudEvent({"id": "7", "source": "/records", "type": TYPE, "subject": subject}, data)
    body = JSONFormat().write(event)
    sent = {"CE-Subject": encode(_envelope(subject=subject))[0]["ce-subject"], **BINARY}
    try:
        whole = decode_foreign({"Content-Type": f"{STRUCTURED}; charset=UTF-8"}, body, types={TYPE})
    except Unreadable as refusal:
        refused(type(refusal), sent, json.dumps(data).encode())
        return
    parts = decode_foreign(sent, json.dumps(data).encode(), types={TYPE})
    assert (whole.data, whole.subject, whole.id) == (data, subject, "7")
    assert (parts.data, parts.subject, parts.source) == (whole.data, whole.subject, whole.source)


def test_an_event_of_ours_reads_the_same_to_another_reader() -> None:
    headers, payload = encode(_envelope(subject="Café 12"))
    foreign = decode_foreign(headers, payload, types={"intake.opportunity_raised.v1"})
    body = {**{k[3:]: v for k, v in headers.items() if k.startswith("ce-")}, "data": json.loads(payload)}
    theirs = JSONFormat().read(CloudEvent, json.dumps(body).encode())
    assert (theirs.get_id(), theirs.get_source(), theirs.get_time()) == (
        foreign.id,
        foreign.source,
        foreign.time,
    )
    assert theirs.get_data() == foreign.data
    assert theirs.get_extension("journey") == foreign.extensions["journey"]


def test_a_payload_that_describes_itself_needs_no_headers() -> None:
    for headers in (None, {}, {"Nats-Msg-Id": "7"}):
        assert decode_foreign(headers, json.dumps(WHOLE).encode(), types={TYPE}).data == {"a": 1}


def test_base64_data_is_read_where_it_is_json() -> None:
    body = {key: value for key, value in WHOLE.items() if key != "data"} | {"data_base64": "eyJ4eXoiOiAxMjN9"}
    assert decode_foreign(None, json.dumps(body).encode(), types={TYPE}).data == {"xyz": 123}
    body["data_base64"] = "not base64!"
    refused(NotJson, None, json.dumps(body).encode())


def test_a_time_is_read_in_utc_whatever_its_offset_and_precision() -> None:
    read = decode_foreign(*structured(time="2026-03-02t21:05:00.123456789+01:00"), types={TYPE})
    assert read.time == datetime(2026, 3, 2, 20, 5, 0, 123456, UTC)


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-02",
        "2026-03-02T20:05:00",
        "2026-13-02T20:05:00Z",
        "yesterday",
        "0001-01-01T00:00:00+23:00",
        5,
    ],
)
def test_a_time_without_day_clock_or_offset_is_refused(time: object) -> None:
    assert refused(BadTime, *structured(time=time)).message_id == "7"


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type"])
@pytest.mark.parametrize("value", [None, "", 7])
def test_a_strangers_event_without_a_required_attribute_is_refused(attribute: str, value: object) -> None:
    refusal = refused(NotACloudEvent, *structured(**{attribute: value}))
    assert isinstance(refusal, NotACloudEvent)
    assert refusal.attribute == attribute


@pytest.mark.parametrize(
    ("sort", "message"),
    [
        (TooLarge, ({}, b" " * (MAX_PAYLOAD + 1))),
        (TooLarge, structured(subject="x" * (MAX_ATTRIBUTE + 1))),
        (TooLarge, structured(**{f"extra{n}": "1" for n in range(MAX_ATTRIBUTES)})),
        (NotJson, (BINARY, b"not json")),
        (NotJson, (BINARY, b'{"a": Infinity}')),
        (NotJson, (BINARY, b'{"a": 1e999}')),
        (NotJson, (BINARY, b"[1]")),
        (NotJson, (BINARY, b'{"a": ["\\u0000"]}')),
        (NotJson, (BINARY, b'{"\\u0000": 1}')),
        (NotJson, ({**BINARY, "ce-datacontenttype": "application/xml"}, b"{}")),
        (NotJson, ({"content-type": "application/cloudevents+avro"}, b"{}")),
        (TooDeep, (BINARY, b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}")),
        (TooDeep, (BINARY, b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")),
        (NotACloudEvent, structured(bad_name="1")),
        (NotACloudEvent, structured(subject="a\nb")),
        (NotACloudEvent, structured(subject={"not": "text"})),
        (NotACloudEvent, structured(specversion="0.3")),
        (NotACloudEvent, structured(data_base64="e30=")),
        (NotACloudEvent, ({**BINARY, "CE-ID": "8"}, b"{}")),
        (NotACloudEvent, ({**BINARY, "ce-subject": "%ff"}, b"{}")),
        (UnknownType, structured(type="care.incident_reported")),
        (UnknownType, structured(type="care.weather_reported.v1")),
        (FutureVersion, structured(type="care.incident_reported.v2")),
        (BatchNotAccepted, ({"Content-Type": "application/cloudevents-batch+json"}, b"[]")),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(sort: type[Unreadable], message: tuple[dict[str, str], bytes]) -> None:
    refused(sort, *message)


def test_an_allowed_depth_is_taken() -> None:
    inner = MAX_DEPTH - 1
    assert decode_foreign(BINARY, b'{"a":' + b"[" * inner + b"]" * inner + b"}", types={TYPE}).data


@few
@given(st.dictionaries(words, words, max_size=5), st.binary(max_size=200))
def test_nothing_a_stranger_sends_does_more_than_be_refused(headers: dict[str, str], payload: bytes) -> None:
    for extra in ({}, BINARY, {"content-type": STRUCTURED}):
        try:
            decode_foreign({**extra, **headers}, payload, types={TYPE})
        except Unreadable as refusal:
            assert str(refusal)  # noqa: PT017 - most of what is drawn is refused, some is not


def _envelope(**changed: Any) -> Envelope:
    moment = datetime(2026, 3, 2, 20, 5, tzinfo=UTC)
    usual = {
        "type": "intake.opportunity_raised.v1",
        "source": "/intake",
        "provider": "meadow-care",
        "sequence": 41,
    }
    ids = {"id": UUID(int=1), "journey": UUID(int=2), "about": UUID(int=3)}
    return Envelope(
        **{**usual, **ids, "time": moment, "recordedtime": moment, "data": {"kind": "near_miss"}, **changed}
    )


def test_what_does_not_fit_is_not_repeated_where_it_could_be_logged() -> None:
    with pytest.raises(ValidationError) as fault:
        ReviewOpened.model_validate({"review_id": "Mrs Okafor fell", "response": "swarm", "lead_role": "nurse"})
    assert "Okafor" not in str(fault.value)
