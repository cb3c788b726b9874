"""What every published event has in common: a name kept for ever, and a CloudEvents 1.0 envelope."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PrivateAttr

PARTITIONS = 8
"""How many lanes a journey may fall into on the wire; fixed, since a journey may not change its lane."""


class Envelope(BaseModel):
    """CloudEvents 1.0 attributes, and the extensions by which a reader orders, traces and places an event.

    `time` is when it occurred, `recordedtime` when it was stored; `sequence` is the place in the publisher's
    log, so that a reader can tell a repeat from news. Extension names are lower-case letters and digits only,
    as the specification requires.
    """

    # What does not fit is never repeated in what is said of it: it may be words about somebody, and go into a log.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    type: str = Field(max_length=200)
    source: str = Field(max_length=200)
    subject: str = Field(default="", max_length=200)
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str | None = None
    recordedtime: AwareDatetime
    sequence: int = Field(ge=0)
    provider: str = Field(max_length=100)
    site: str = Field(default="", max_length=100)
    journey: UUID
    about: UUID
    actor: str = Field(default="", max_length=200)
    role: str = Field(default="", max_length=100)
    causationid: str = Field(default="", max_length=200)
    traceparent: str = Field(default="", max_length=60)
    data: dict[str, Any] = Field(default_factory=dict)

    @property
    def partition(self) -> int:
        """The lane of this journey: everything of one journey travels in one lane, in order."""
        return self.journey.int % PARTITIONS

    def open(self) -> PublishedEvent | None:
        """The event inside, or None where this reader knows no such name.

        Raises pydantic.ValidationError where the name is known and the content is not what it promises.
        """
        kind = PublishedEvent.catalogue.get(self.type)
        if kind is None:
            return None
        event = kind.model_validate(self.data)
        event._envelope = self
        return event


def _not_sent_yet(event: PublishedEvent, _context: object, /) -> None:
    """What a new event is given besides its fields: the same as pydantic's own way, which asks twice over what that is
    and takes as long as everything else about a new event."""
    object.__setattr__(event, "__pydantic_private__", {"_envelope": None})


class PublishedEvent(BaseModel):
    """A fact that one service promises to the others, under a name kept for ever.

    Place and time travel in the envelope; once opened they can be read from the event itself.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    name: ClassVar[str]
    catalogue: ClassVar[dict[str, type[PublishedEvent]]] = {}
    _envelope: Envelope | None = PrivateAttr(default=None)

    def __init_subclass__(cls, *, name: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name in cls.catalogue and cls.catalogue[name].__qualname__ != cls.__qualname__:
            raise TypeError(f"{name} is published twice")
        cls.name = name
        cls.catalogue[name] = cls

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.__private_attributes__.keys() == {"_envelope"}:
            # Here, because pydantic puts its own in this very place while it makes the class; it is declared as a
            # method, and mypy lets none be replaced, though that is how pydantic itself does it.
            cls.model_post_init = _not_sent_yet  # type: ignore[assignment]

    @classmethod
    def publisher(cls) -> str:
        """The service that makes this promise: the first word of the name."""
        return cls.name.partition(".")[0]

    def enclosed(self, envelope: Envelope) -> Self:
        """This event as a reader of `envelope` would meet it."""
        event = self.model_copy()
        event._envelope = envelope
        return event

    @property
    def envelope(self) -> Envelope:
        """Where and when this happened. Raises LookupError for an event that was never sent."""
        # Asked for at every step, and looked up here in a tenth of the time that the attribute itself takes.
        held: Envelope | None = (self.__pydantic_private__ or {}).get("_envelope")
        if held is None:
            raise LookupError(f"{self.name} has not been published yet")
        return held

    @property
    def journey(self) -> UUID:
        return self.envelope.journey

    @property
    def about(self) -> UUID:
        return self.envelope.about

    @property
    def provider(self) -> str:
        return self.envelope.provider

    @property
    def site(self) -> str:
        return self.envelope.site

    @property
    def occurred(self) -> datetime:
        return self.envelope.time

    @property
    def recorded(self) -> datetime:
        return self.envelope.recordedtime

    def address(self) -> str:
        """The subject to publish on, where it is not the event's own name."""
        return ""
