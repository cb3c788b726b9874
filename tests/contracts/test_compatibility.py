"""A promise that a reader could miss is found, whichever way it is broken, and harmless growth is let through."""

from __future__ import annotations

import enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, create_model

from contracts.envelope import Envelope
from contracts.sealed import Sealed
from contracts.written.compatibility import broken_promises
from contracts.written.promises import promises, schema_of

NAME = "intake.noted.v1"


class Part(BaseModel):
    words: str


class SmallerPart(BaseModel):
    other: str = ""


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


class FewerColours(enum.StrEnum):
    RED = "red"


def compared(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    old, new = (schema_of(NAME, create_model("Noted", **fields)) for fields in (before, after))
    return broken_promises({NAME: old}, {NAME: new})


TEXT: dict[str, Any] = {"words": (str, ...)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TEXT, TEXT),
        (TEXT, {**TEXT, "more": (str, "")}),
        (TEXT, {**TEXT, "more": (str | None, None)}),
        (TEXT, {**TEXT, "part": (Part | None, None)}),
        (TEXT, {"words": (str, Field(description="said better"))}),
        ({"words": (str, Field(max_length=10))}, {"words": (str, Field(max_length=20))}),
        ({"words": (str, Field(max_length=10))}, TEXT),
        ({"n": (int, Field(ge=1))}, {"n": (int, Field(ge=0))}),
        ({"words": (str, Field(pattern="^a$"))}, TEXT),
    ],
)
def test_growth_that_a_reader_can_do_without_is_let_through(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert compared(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (TEXT, {**TEXT, "more": (str, ...)}, "'more' is now required"),
        ({**TEXT, "more": (str, "")}, {**TEXT, "more": (str, ...)}, "'more' is now required"),
        (TEXT, {"words": (str, "")}, "'words' may now be missing"),
        ({**TEXT, "n": (int, 1)}, TEXT, "'n' is gone"),
        ({**TEXT, "n": (int, 1)}, {**TEXT, "count": (int, 1)}, "renamed to 'count'"),
        (TEXT, {"words": (int, ...)}, "was string and is now integer"),
        ({"words": (str | None, None)}, {"words": (str, "")}, "was string or null and is now string"),
        (TEXT, {"words": (str | None, ...)}, "is now string or null"),
        ({"id": (UUID, ...)}, {"id": (str, ...)}, "was string (uuid) and is now string"),
        (TEXT, {"words": (str, Field(max_length=10))}, "narrower limit: maxLength is now 10"),
        ({"words": (str, Field(max_length=9))}, {"words": (str, Field(max_length=8))}, "maxLength is now 8"),
        ({"n": (int, Field(ge=0))}, {"n": (int, Field(ge=1))}, "minimum is now 1"),
        ({"n": (list[str], ...)}, {"n": (list[str], Field(max_length=3))}, "maxItems is now 3"),
        (TEXT, {"words": (str, Field(pattern="^a$"))}, "different pattern"),
        ({"colour": (Colour, ...)}, {"colour": (FewerColours, ...)}, "can no longer be 'blue'"),
        ({"colour": (FewerColours, ...)}, {"colour": (Colour, ...)}, "older readers do not know"),
        (TEXT, {"words": (Literal["a"], ...)}, "became a closed list"),
        ({"words": (Literal["a"], ...)}, TEXT, "no longer a closed list"),
        ({"words": (Sealed, ...)}, TEXT, "was sealed and no longer is"),
        (TEXT, {"words": (Sealed, ...)}, "was plain and no longer is"),
        ({"n": (int, 1)}, {"n": (int, 2)}, "left out now means 2, and meant 1"),
        ({"part": (Part, ...)}, {"part": (SmallerPart, ...)}, "'part.words' is gone"),
        ({"parts": (list[Part], ...)}, {"parts": (list[SmallerPart], ...)}, "'parts[].words' is gone"),
        ({"n": (list[str], ...)}, {"n": (list[int], ...)}, "'n[]' was string and is now integer"),
        ({"n": (dict[str, str], ...)}, {"n": (dict[str, int], ...)}, "'n{}' was string and is now integer"),
        ({"n": (dict[str, Any], ...)}, {"n": (dict[str, int], ...)}, "may hold something else"),
        ({"n": (list[Any], ...)}, {"n": (list[int], ...)}, "'n[]' was anything and is now integer"),
        ({"n": (int, ...)}, {"n": (Annotated[int, Field(multiple_of=2)], ...)}, "different 'multipleOf'"),
    ],
)
def test_a_change_that_a_reader_could_miss_is_named(before: dict[str, Any], after: dict[str, Any], said: str) -> None:
    found = compared(before, after)
    assert any(said in sentence for sentence in found), found
    assert all("make it a new version, intake.noted.v2" in sentence for sentence in found)


def test_a_name_is_kept_for_ever() -> None:
    schemas = {name: schema_of(name, model) for name, model in promises().items()}
    fewer = {name: schema for name, schema in schemas.items() if name != "review.review_opened.v1"}
    assert broken_promises(schemas, schemas) == []
    assert broken_promises(fewer, schemas) == []
    assert broken_promises(schemas, fewer) == [
        "review.review_opened.v1: this name is no longer promised. A name once published is kept for ever."
    ]


def test_the_envelope_cannot_be_versioned_so_it_stays() -> None:
    before = {"envelope": schema_of("envelope", Envelope)}
    after = {"envelope": schema_of("envelope", create_model("Narrower", __base__=Envelope, tenant=(str, ...)))}
    (sentence,) = broken_promises(before, after)
    assert "leave it as it was" in sentence


@pytest.mark.parametrize("name", sorted(promises()))
def test_every_field_of_every_promise_is_watched(name: str) -> None:
    """Taking any one field away is noticed, in every promise there is."""
    schema = schema_of(name, promises()[name])
    for field in schema.get("properties", {}):
        left = {key: inner for key, inner in schema["properties"].items() if key != field}
        needed = [other for other in schema.get("required", []) if other != field]
        found = broken_promises({name: schema}, {name: {**schema, "properties": left, "required": needed}})
        assert [sentence for sentence in found if f"'{field}' is gone" in sentence], found
