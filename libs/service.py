"""A room of the house: it decides when asked, and reacts to what its neighbours say, each thing once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import wraps
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

import orjson
from pydantic import ValidationError

from contracts.envelope import Envelope
from libs.clock import Clock
from libs.deciding import Act, Circumstances, Saved, circumstances, deciding
from libs.domain import Aggregate, Refused
from libs.mapper import Mapper
from libs.reach import everything
from libs.remembering import Remembered
from libs.store import AlreadyHandled, Conflict, EventStore, Once, Unavailable
from libs.telemetry import span, traceparent

A = TypeVar("A", bound=Aggregate)
S = TypeVar("S", bound="Service")
P = ParamSpec("P")

TRIES = 5
"""How often a decision is made anew when someone else changed the record meanwhile."""

LARGEST = 1024 * 1024
"""Bytes of a stored event. It goes to audit in one message, of which the message server takes little more
(MAX_PAYLOAD in deploy/nats/users.py)."""

WORTH_REMEMBERING = 8
"""More events than this are not read and unsealed again for each decision on the same record."""

React = Callable[[Any, Any], Awaitable[Iterable[Aggregate]]]


class NotFound(LookupError):
    """There is nothing on record by that name."""


class Stale(Exception):
    """Someone else changed this record after you opened it. Nothing of yours was lost; look at theirs, then try again."""


class TooLongToShare(Refused):
    """A text is too long to be told to the others, and would hold back all that comes after it. Nothing was saved."""


class TooLargeToKeep(Refused):
    """This is more than one entry on record can hold. Say it in several; nothing was saved."""


class KeyReused(Refused):
    """The same idempotency key came with a different request. Use a new key for a new request."""


class Service:
    """Subclasses name themselves, their aggregates, and one method for each thing that can be asked of them."""

    name: ClassVar[str]
    aggregates: ClassVar[tuple[type[Aggregate], ...]]

    def __init__(self, store: EventStore, mapper: Mapper, clock: Clock, **rooms: Any) -> None:
        self.store, self.mapper, self.clock = store, mapper, clock
        self.remembered = Remembered(mapper.keys)
        self.publish: Callable[[Any], object] = lambda _: None
        """What neighbours will be told of an event; the room says so."""
        for name, value in rooms.items():
            setattr(self, name, value)

    @staticmethod
    def under(act: Act) -> AbstractContextManager[Circumstances]:
        """Decide inside as `act` says, such as under the rules just looked up, at the same moment."""
        here = circumstances()
        return deciding(act, here.now, here.causation, here.trace)

    async def find(self, kind: type[A], identity: UUID) -> A | None:
        """An aggregate as its history left it, or None where there is none."""
        aggregate: Any = self.remembered.recall(identity)
        after = aggregate.version if aggregate else 0
        stored = await self.store.load(identity, after)
        for event in await self.mapper.read(stored) if stored else ():
            aggregate = event.mutate(aggregate)
        if len(stored) > WORTH_REMEMBERING:
            self.remembered.keep(aggregate)
        return aggregate if isinstance(aggregate, kind) else None

    async def get(self, kind: type[A], identity: UUID, act: Act | None = None) -> A:
        """An aggregate to decide on. Raises NotFound; Stale where the act was based on another version."""
        aggregate = await self.find(kind, identity)
        if aggregate is None:
            raise NotFound(f"There is no {kind.__name__.lower()} with the id {identity}.")
        if act:
            self.as_seen(aggregate, act)
        return aggregate

    @staticmethod
    def as_seen(aggregate: A | None, act: Act) -> A | None:
        """The aggregate, or None, as it came. Raises Stale where the act was based on another version of it."""
        version = aggregate.version if aggregate else 0
        if act.based_on is not None and act.based_on != version:
            raise Stale(f"It was at version {act.based_on} when you opened it, and is at {version} now.")
        return aggregate

    async def save(self, act: Act, *aggregates: Aggregate) -> Saved:
        """Keep what was decided, all of it or none; the first aggregate is the one the answer speaks of."""
        first = aggregates[0]
        once = None
        if act.key:
            answer = orjson.dumps({"id": str(first.id), "version": first.version}).decode()
            once = Once(self._asking(act), act.key, act.fingerprint, answer)
        positions = await self._keep(aggregates, once)
        return Saved(first.id, first.version, positions[-1] if positions else self.store.position)

    async def _keep(self, aggregates: Iterable[Aggregate], once: Once | None) -> list[int]:
        """Keep the events, and that this was heard even where it led to nothing: heard again, after more had happened, it
        might lead to something."""
        events: list[Any] = [event for aggregate in aggregates for event in aggregate.collect_events()]
        if not events and not once:
            return []
        for event in events:
            self._require_sendable(event)
        stored = await self.mapper.store(events)
        if any(len(each.state) > LARGEST for each in stored):
            raise TooLargeToKeep
        return await self.store.append(stored, once)

    def _require_sendable(self, event: Any) -> None:
        """Raises TooLongToShare. An event that cannot be sent, once stored, would stop everything that is to follow it."""
        try:
            self.publish(event)
        except ValidationError as fault:
            wrong = fault.errors(include_input=False, include_url=False, include_context=True)[0]
            name, most = ".".join(map(str, wrong["loc"])).replace("_", " "), wrong.get("ctx", {}).get("max_length")
            limit = f" It may have {most:,} characters at most." if most else ""
            raise TooLongToShare(
                f"“{name}” cannot be told to the others as it stands.{limit} Nothing was saved."
            ) from None

    async def answered(self, act: Act) -> Saved | None:
        """What this request led to when it came before. Raises KeyReused where that was another request."""
        kept = await self.store.answer(self._asking(act), act.key) if act.key else None
        if kept is None:
            return None
        if kept[0] != act.fingerprint:
            raise KeyReused
        answer = orjson.loads(kept[1])
        return Saved(UUID(answer["id"]), answer["version"], self.store.position, replayed=True)

    def _asking(self, act: Act) -> str:
        """Under which name a request is kept. The answer beside it says what came of it, so who asked is not to be read
        there, nor what else they asked: whoever blows the whistle is named in no event either."""
        return f"request:{self.mapper.keys.pseudonym('request', f'{act.actor}|{act.key}')}"

    async def receive(
        self, react: React, message: Any, *, consumer: str, message_id: str, cause: Envelope | None
    ) -> bool:
        """React to what a neighbour said, and keep the reaction together with the fact that it was heard.

        False where it had been heard before. Decides anew where someone else changed the record meanwhile.
        """
        parent = cause.traceparent if cause else ""
        act = Act(f"policy:{self.name}", "system", occurred=cause.time if cause else None)
        with (
            span(f"{self.name} hears", parent=parent, consumer=consumer),
            deciding(
                act, self.clock.now(), causation=str(cause.id) if cause else message_id, trace=traceparent() or parent
            ),
        ):
            return await self._receive(react, message, Once(consumer, message_id))

    async def _receive(self, react: React, message: Any, once: Once) -> bool:
        for attempt in range(1, TRIES + 1):
            try:
                await self._keep(await react(message, self), once)
                return True
            except AlreadyHandled:
                return False
            except Conflict:
                if attempt == TRIES:
                    raise
            except Unavailable:
                raise
            except Exception:
                # A message that comes again finds the record as it left it, and may well be refused for that.
                if await self.store.answer(once.consumer, once.message_id) is not None:
                    return False
                raise
        return False


def command(
    ask: Callable[Concatenate[S, Act, P], Awaitable[Saved]],
) -> Callable[Concatenate[S, Act, P], Coroutine[Any, Any, Saved]]:
    """Makes a method of a service a thing that can be asked of it: decided now, once for each key, under one trace.

    A request that comes again with its key is answered as before. Where the act names no version, a decision that
    lost a race is made anew on the record as it is now.
    """

    @wraps(ask)
    async def asked(service: S, act: Act, *args: P.args, **kwargs: P.kwargs) -> Saved:
        act = _fingerprinted(act, ask.__name__, args, kwargs)
        with (
            span(f"{service.name}.{ask.__name__}"),
            deciding(act, service.clock.now(), trace=traceparent()),
            everything(),  # who asks may reach few sites; what is decided must be right for all
        ):
            try:
                return await _decided(ask, service, act, args, kwargs)
            except Unavailable:
                raise
            except Exception:
                # Only now is the key looked up: a request that comes for the first time need not wait for that, and
                # one that comes again finds the record as it left it, and is refused or stale for just that reason.
                if before := await service.answered(act):
                    return before
                raise

    return cast("Callable[Concatenate[S, Act, P], Coroutine[Any, Any, Saved]]", asked)


async def _decided(ask: Any, service: Service, act: Act, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Saved:
    for attempt in range(1, TRIES + 1):
        try:
            saved: Saved = await ask(service, act, *args, **kwargs)
            return saved
        except Conflict:
            if act.based_on is not None:
                raise Stale(Stale.__doc__) from None
            if attempt == TRIES:
                raise
    raise AssertionError("unreachable")


def _fingerprinted(act: Act, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Act:
    if not act.key:
        return act
    body = orjson.dumps([name, args, kwargs], default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return replace(act, fingerprint=hashlib.sha256(body).hexdigest())


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else repr(value)
