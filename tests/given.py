"""Given what happened, when something is done, then this follows. The whole test language of domains and policies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.envelope import Envelope, PublishedEvent
from libs.deciding import Act, deciding
from libs.domain import Aggregate, Refused

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
JOURNEY = UUID("00000000-0000-4000-8000-00000000000a")
SOMEONE = Act("person:someone", "registered_manager", rationale="because it was needed")
PLACE: dict[str, Any] = {"provider": "acme", "site": "elm", "journey": JOURNEY, "about": JOURNEY}

Happened = tuple[type, dict[str, Any]]


def event(kind: type, /, **fields: Any) -> Happened:
    """A stored event with these fields, whether it happened or is expected to."""
    return kind, fields


class given:
    """An aggregate after the events named. The journey, site and provider are filled in."""

    def __init__(self, kind: type[Aggregate], *history: Happened) -> None:
        self.aggregate: Any = None
        identity = uuid4()
        first = {"originator_topic": kind.TOPIC}  # type: ignore[attr-defined]
        with deciding(SOMEONE, NOW):
            for version, (event_class, fields) in enumerate(history, start=1):
                past = event_class(
                    originator_id=identity,
                    originator_version=version,
                    timestamp=NOW,
                    **(first if version == 1 else {}),
                    **PLACE | fields,
                )
                self.aggregate = past.mutate(self.aggregate)

    def when(self, act: Callable[[Any], Any], by: Act = SOMEONE, at: datetime = NOW) -> then:
        """Someone asks for something. `act` gets the aggregate (None where nothing happened yet)."""

        def decide() -> Iterable[Aggregate]:
            with deciding(by, at):
                return [act(self.aggregate) or self.aggregate]

        return then(decide)


def heard(fact: PublishedEvent, *, at: datetime = NOW, **place: Any) -> PublishedEvent:
    """A neighbour's event as it arrives, on the usual journey unless said otherwise."""
    where = PLACE | place
    envelope = Envelope(
        id=uuid4(), type=fact.name, source=fact.publisher(), time=at, recordedtime=at, sequence=1,
        data=fact.model_dump(mode="json"), **where,
    )  # fmt: skip
    return fact.enclosed(envelope)


def whenever(
    react: Callable[[Any, Any], Awaitable[Iterable[Aggregate]]], message: Any, service: Any = None, at: datetime = NOW
) -> then:
    """A policy, hearing of something. Pass a real service where the policy looks something up."""

    def decide() -> Iterable[Aggregate]:
        async def hear() -> Iterable[Aggregate]:
            with deciding(Act("policy:test", "system"), at):
                return await react(message, service)

        return asyncio.run(hear())

    return then(decide)


class then:
    """What follows."""

    def __init__(self, act: Callable[[], Iterable[Aggregate]]) -> None:
        self.act = act

    def then(self, *expected: Happened) -> None:
        """Exactly these events, in this order; fields not mentioned may be anything."""
        new = [event for aggregate in self.act() for event in aggregate.collect_events()]
        assert [type(e).__qualname__ for e in new] == [kind.__qualname__ for kind, _ in expected]
        for e, (_, fields) in zip(new, expected, strict=True):
            assert {name: getattr(e, name) for name in fields} == fields

    def nothing(self) -> None:
        """It is quiet: nothing new to record."""
        self.then()

    def refused(self, rule: type[Refused]) -> None:
        """A rule says no, by name, and in a sentence."""
        with pytest.raises(rule) as refusal:
            self.act()
        assert str(refusal.value).strip()


def led_here(aggregate: Any) -> None:
    """Assert that what an aggregate decided leads, from nothing, to where it stands."""
    again: Any = None
    for each in aggregate.pending_events:
        again = each.mutate(again)
    assert vars(again) | {"_pending_events": ()} == vars(aggregate) | {"_pending_events": ()}
