"""Audit, wired: the one file that knows the database, the wire and the rest of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

from nats.js.api import ConsumerConfig, DeliverPolicy

from libs.directory import Directory
from libs.relay import Relay
from libs.room import House, Room
from libs.wire import Wire
from services.audit import api, pages
from services.audit.application import LEDGERS, Audit
from services.audit.ledger import Book, Entry, Outside, Signer, entry_of
from services.audit.ledger.history import History
from services.audit.projection import (
    Checkpoints,
    Packs,
    Readings,
    Verifications,
    project,
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
        ],
    )
    service: Audit = audit.service
    service.books = {name: Book(name, audit.pool) for name in LEDGERS}
    service.history = History(audit.pool)
    service.key_file = Path(house.env["CANDOUR_AUDIT_KEY_FILE"])
    service.signer = Signer.kept(service.key_file)
    service.auditor = house.env["CANDOUR_PG_AUDITOR"]
    if folder := house.env.get("CANDOUR_CHECKPOINTS"):
        service.outside = Outside(Path(folder))
    service.records = lambda ledger, first, last: _connected_records(audit.wire, ledger, first, last)
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


async def _connected_records(wire: Wire, ledger: str, first: int, last: int) -> AsyncIterator[Entry]:
    async for entry in records(await wire.connect(), ledger, first, last):
        yield entry


async def records(connection: Any, ledger: str, first: int, last: int) -> AsyncIterator[Entry]:
    """What a ledger's stream still holds of the places from `first` to `last`, over any connection that may read it."""
    context, stream = connection.jetstream(), f"AUDIT_{ledger.upper()}"
    last = min(last, (await context.stream_info(stream)).state.last_seq)
    if first > last:
        return
    place = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=first)
    subscription = await context.subscribe(f"audit.{ledger}.>", stream=stream, ordered_consumer=True, config=place)
    try:
        while True:
            message = await subscription.next_msg(timeout=10)
            entry = entry_of(ledger, message)
            if entry.place > last:
                return
            yield entry
            if entry.place == last:
                return
    finally:
        await subscription.unsubscribe()
