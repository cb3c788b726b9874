"""The base of every aggregate: events that know who decided, about whom, on which journey."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

from eventsourcing.domain import AggregateCreated, AggregateEvent, BaseAggregate, MetaAggregate, event

from contracts.sealed import Seal, Sealed
from libs.deciding import Decided, circumstances, decided

__all__ = ["Aggregate", "Created", "Event", "Hidden", "Refused", "Seal", "Sealed", "event", "follows"]

NOWHERE = UUID(int=0)
PLACE = ("provider", "site", "journey", "about")


class Refused(Exception):
    """A rule of the domain said no. Subclasses are named after the rule, and their docstring is the rule."""

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").strip()

    @property
    def rule(self) -> str:
        """The rule's name as other systems read it: AlreadyTriaged → already-triaged."""
        name = type(self).__name__
        return "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


class Hidden(Refused):
    """There is nothing under this address, or nothing that your post lets you see."""


class Event(AggregateEvent):
    """A decision on the record: which journey and site it belongs to, who decided and why.

    `about` names the key that seals its personal words: the person the journey is about.
    """

    provider: str = field(kw_only=True, default="")
    site: str = field(kw_only=True, default="")
    journey: UUID = field(kw_only=True, default=NOWHERE)
    about: UUID = field(kw_only=True, default=NOWHERE)
    by: Decided = field(kw_only=True, default_factory=decided)

    @staticmethod
    def create_timestamp() -> datetime:
        """Recorded now, by the clock of whoever is deciding."""
        return circumstances().now

    @property
    def recorded(self) -> datetime:
        return self.timestamp

    @property
    def occurred(self) -> datetime:
        return self.by.occurred or self.timestamp


class Created(Event, AggregateCreated):
    """The first event of an aggregate: it tells the aggregate where it belongs."""

    def apply(self, aggregate: Any) -> None:
        for name in PLACE:
            setattr(aggregate, name, getattr(self, name))
        super().apply(aggregate)


class _Body(dict[str, object]):
    """The body of an aggregate class. Every `@event` method in it is called `_`; none may hide the one before it."""

    def __setitem__(self, name: str, value: object) -> None:
        super().__setitem__(f"_{len(self)}" if name == "_" else name, value)


class _AggregateType(MetaAggregate[Any]):
    @classmethod
    def __prepare__(metacls, name: str, bases: tuple[type, ...], /, **kwds: Any) -> _Body:  # noqa: N804
        return _Body()


class Aggregate(BaseAggregate[UUID], metaclass=_AggregateType):
    """Subclasses set TOPIC, as do their events: names in the store outlive modules.

    Every subclass's first event takes `provider`, `site`, `journey` and `about`; later events inherit them.
    """

    if TYPE_CHECKING:  # The library would make dataclass fields of plain annotations.
        provider: str
        site: str
        journey: UUID
        about: UUID

    class Event(Event):
        pass

    @staticmethod
    def create_id(*_: Any, **__: Any) -> UUID:
        return uuid4()

    def trigger_event(self, event_class: Any, **kwargs: Any) -> None:
        """Decide: the event takes its place and journey from the aggregate."""
        for name in PLACE:
            kwargs.setdefault(name, getattr(self, name))
        super().trigger_event(event_class, **kwargs)


def follows(topic: str, cause: UUID | str) -> UUID:
    """The identity of what follows from a cause: the same cause can open only one."""
    return uuid5(NOWHERE, f"{topic}/{cause}")
