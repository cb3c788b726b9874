"""Audit, wired: the one file that knows the database, the wire and the rest of this folder."""

from __future__ import annotations

from functools import partial

from libs.directory import Directory
from libs.room import House, Room
from libs.wire import Wire
from services.audit import api, pages
from services.audit.application import LEDGERS, Audit
from services.audit.ledger import Book, Signer
from services.audit.projection import Checkpoints, project
from services.audit.publication import publish


def room(house: House) -> Room:
    """Audit as a room of a house, with a ledger for every service."""
    audit = Room(
        house,
        Audit,
        publish,
        views=lambda name, pool: [Directory(name, pool), Checkpoints(name, project, pool)],
    )
    service: Audit = audit.service
    service.books = {name: Book(name, audit.pool) for name in LEDGERS}
    service.signer = Signer.of_file(house.env["CANDOUR_AUDIT_KEY_FILE"])
    service.auditor = house.env["CANDOUR_PG_AUDITOR"]
    audit.ears.append(partial(_hear, service))
    audit.calm.append(partial(_has_all, service))
    audit.more += [*(book.run for book in service.books.values()), service.keep_signing]
    audit.routes = [api.routes(service), pages.pages(service)]
    return audit


async def _hear(audit: Audit, wire: Wire) -> None:
    for name, book in audit.books.items():
        await book.load()
        wire.hear_records(name, book.after, book.take)


async def _has_all(audit: Audit, wire: Wire) -> bool:
    """Whether every ledger holds all that is in its stream."""
    streams = (await wire.connect()).jetstream()
    for name, book in audit.books.items():
        sent = (await streams.stream_info(f"AUDIT_{name.upper()}")).state.last_seq
        if not book.halted and len(book.tree) < sent:
            return False
    return True
