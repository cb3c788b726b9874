"""The threat model: room by room what could go wrong on purpose, what stands against it, and what is accepted."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in

MODEL = Path(__file__).with_name("threats.yaml")
Me = Annotated[SignedIn, Depends(signed_in)]


class Kind(StrEnum):
    """The six kinds of STRIDE."""

    SPOOFING = "spoofing"
    TAMPERING = "tampering"
    REPUDIATION = "repudiation"
    DISCLOSURE = "disclosure"
    DENIAL = "denial"
    ELEVATION = "elevation"


WORDS = {
    Kind.SPOOFING: "Being taken for another",
    Kind.TAMPERING: "Changing what is on record",
    Kind.REPUDIATION: "Denying what was done",
    Kind.DISCLOSURE: "Seeing what is not theirs",
    Kind.DENIAL: "Keeping others from their work",
    Kind.ELEVATION: "Doing what they may not",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Threat(_Part):
    """One thing that could go wrong, with the tests (file::name) that hold what stands against it."""

    kind: Kind
    threat: str = Field(min_length=1)
    stands: str = Field(min_length=1)
    tests: tuple[str, ...] = Field(min_length=1)
    accepted: str = ""

    @property
    def words(self) -> str:
        """What the kind means."""
        return WORDS[self.kind]


class Room(_Part):
    """A place with everything that was thought of there."""

    id: str
    title: str
    threats: tuple[Threat, ...]


class Model(_Part):
    """All of it, and when somebody last went through it."""

    reviewed_on: date
    rooms: tuple[Room, ...]


@cache
def model() -> Model:
    """As written. Raises pydantic.ValidationError for what is incomplete."""
    return Model.model_validate(yaml.safe_load(MODEL.read_text()))


def threats_routes() -> APIRouter:
    """/threats: for those who answer for the whole, and those who audit it."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/threats")
    async def show(request: Request, me: Me) -> Response:
        page: Response = request.app.state.shell.page(request, "deploy/threats.html", model=model())
        return page

    return pages
