"""Audit, wired: the one file that knows the database, the wire and the rest of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from libs.directory import Directory
from libs.relay import Relay
from libs.room import House, Room
from libs.wire import Wire
from services.audit import api, pages
from services.audit.application import LEDGERS, Audit
from services.audit.ledger import Book, Entry, Signer, entry_of, outside_at
from services.audit.ledger.history import History
from services.audit.ledger.witnesses import Note, StreamGone, Witness
from services.audit.projection import (
    Accesses,
    Checkpoints,
    Packs,
    Readings,
    Verifications,
    project,
    project_accesses,
    project_packs,
    project_readings,
    project_verifications,
)
from services.audit.publication import announce, publish

CHECKPOINTS = "CHECKPOINTS"


def room(house: House) -> Room:
    """Audit as a room of a house, with a ledger for every service."""
    audit = Room(
        house,
        Audit,
        publish,
        views=lambda name, pool: [
            Directory(name, pool),
            Checkpoints(name, project, pool),
            Verifications(name, project_verifications, pool),
            Readings(name, project_readings, pool),
            Packs(name, project_packs, pool),
            Accesses(name, project_accesses, pool),
        ],
    )
    service: Audit = audit.service
    service.books = {name: Book(name, audit.pool) for name in LEDGERS}
    service.history = History(audit.pool)
    service.key_file = Path(house.env["CANDOUR_AUDIT_KEY_FILE"])
    service.signer = Signer.kept(service.key_file)
    service.auditor = house.env["CANDOUR_PG_AUDITOR"]
    if folder := house.env.get("CANDOUR_CHECKPOINTS"):
        service.outside = outside_at(folder)
    service.witness = witness(audit.wire.connect)
    announcing = Relay(audit.store, audit.wire.connect, CHECKPOINTS, announce)
    audit.ears.append(partial(_hear, service))
    audit.calm.append(partial(_has_all, service))
    audit.more += [
        *(book.run for book in service.books.values()),
        announcing.run,
        service.keep_signing,
        service.keep_verifying,
    ]
    audit.routes = lambda: [api.routes(service), pages.pages(service)]
    return audit


async def _hear(audit: Audit, wire: Wire) -> None:
    await audit.take_up_key()
    for name, book in audit.books.items():
        await book.load()
        wire.hear_records(name, book.after, book.take)
    await audit.catch_up()


async def _has_all(audit: Audit, wire: Wire) -> bool:
    """Whether every ledger holds all that is in its stream."""
    streams = (await wire.connect()).jetstream()
    for name, book in audit.books.items():
        sent = (await streams.stream_info(f"AUDIT_{name.upper()}")).state.last_seq
        if not book.halted and len(book.tree) < sent:
            return False
    return True


def witness(connect: Callable[[], Awaitable[Any]]) -> Witness:
    """What the message server holds, over any connection that may read it."""

    async def records(ledger: str, first: int, last: int) -> AsyncIterator[Entry]:
        with _reached(ledger):
            streams, stream = (await connect()).jetstream(), f"AUDIT_{ledger.upper()}"
            last = min(last, (await streams.stream_info(stream)).state.last_seq)
            async for message in _messages(streams, stream, f"audit.{ledger}.>", first, last):
                yield entry_of(ledger, message)

    async def number(ledger: str) -> int:
        with _reached(ledger):
            streams = (await connect()).jetstream()
            return int((await streams.stream_info(f"AUDIT_{ledger.upper()}")).state.last_seq)

    async def notes(ledger: str) -> list[Note]:
        with _reached(ledger):
            streams, subject = (await connect()).jetstream(), f"checkpoints.{ledger}"
            try:
                last = (await streams.get_last_msg(CHECKPOINTS, subject)).seq
            except NotFoundError:
                return []
            return [_note(each) async for each in _messages(streams, CHECKPOINTS, subject, 1, last)]

    return Witness(records, number, notes)


@contextmanager
def _reached(ledger: str) -> Iterator[None]:
    """What goes wrong on the wire, in the ledger's words."""
    try:
        yield
    except NotFoundError:
        raise StreamGone(f"the stream with the records of {ledger} is not there any more") from None
    except NatsError as fault:
        raise ConnectionError("the message server could not be reached") from fault


def _note(message: Any) -> Note:
    size = (message.headers or {}).get("Nats-Msg-Id", "").rpartition(":")[2]
    return int(size) if size.isdecimal() else 0, message.data.decode(errors="replace")


async def _messages(streams: Any, stream: str, subject: str, first: int, last: int) -> AsyncIterator[Any]:
    """The messages of a stream on a subject whose numbers lie between two, both included."""
    if first > last:
        return
    place = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=first)
    subscription = await streams.subscribe(subject, stream=stream, ordered_consumer=True, config=place)
    try:
        while True:
            message = await subscription.next_msg(timeout=10)
            number = message.metadata.sequence.stream
            if number <= last:
                yield message
            if number >= last:
                return
    finally:
        await subscription.unsubscribe()
