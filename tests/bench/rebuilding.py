"""A long history of the demo provider, and how fast governance's views are built anew from it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.sql import SQL, Identifier
from rich.console import Console

from deploy.demo.seeding import seed
from deploy.house import Platform
from deploy.nats.topology import services
from deploy.rebuilding import crew_of
from libs.clock import SystemClock
from libs.rebuild import rebuild
from libs.telling import followed
from tests.bench.reading import processor_seconds

SITES, MONTHS, ROUNDS = 3, 3, 3
ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NOWHERE = b'"journey":"00000000-0000-0000-0000-000000000000"'
READ = "SELECT originator_id, originator_version, topic, state, notification_id FROM {}.events ORDER BY notification_id"
WRITE = "COPY {}.events (originator_id, originator_version, topic, state, notification_id) FROM STDIN"


def grow(owner: str, events: int) -> None:
    """Copy every journey there is under other ids, until the stores hold about so many events."""
    with psycopg.connect(owner) as connection:
        held = {name: connection.execute(SQL(READ).format(Identifier(name))).fetchall() for name in services()}
        rows = {name: [row for row in told if NOWHERE not in bytes(row[3])] for name, told in held.items()}
        times = max(events // max(sum(map(len, rows.values())), 1), 1)
        for name, told in held.items():
            place = told[-1][4] if told else 0
            with connection.cursor().copy(SQL(WRITE).format(Identifier(name))) as copy:
                for number in range(1, times):
                    for of, version, topic, state, _ in rows[name]:
                        place += 1
                        again = ID.sub(_other(number), bytes(state))
                        copy.write_row((UUID(bytes=_of(str(of).encode(), number)), version, topic, again, place))
        connection.execute("ANALYZE")


def _of(written: bytes, number: int) -> bytes:
    return hashlib.blake2b(written, digest_size=16, salt=number.to_bytes(4, "big")).digest()


def _other(number: int) -> Callable[[re.Match[bytes]], bytes]:
    return lambda found: str(UUID(bytes=_of(found[0], number))).encode()


async def _rates(env: Mapping[str, str], server: int) -> list[dict[str, Any]]:
    """Each of governance's views, alone and with processes beside, in turn."""
    platform, told = Platform(env, SystemClock()), []
    with ExitStack() as stack:
        crew = [stack.enter_context(each) for each in crew_of(platform)]
        await platform.open()
        try:
            for _ in range(ROUNDS):
                for view in platform.rooms["governance"].kept.values():
                    for beside in ((), crew):
                        events = sum(platform.rooms[name].store.position for name in followed(view))
                        began, ours, all_of = time.perf_counter(), time.process_time(), processor_seconds([os.getpid()])
                        theirs = processor_seconds([server])
                        await rebuild(view, platform.logs(), crew=beside)
                        spent = time.perf_counter() - began
                        ours, theirs = time.process_time() - ours, processor_seconds([server]) - theirs
                        all_of = processor_seconds([os.getpid()]) - all_of
                        told.append({
                            "view": view.name, "beside": len(beside), "events": events, "seconds": round(spent, 2),
                            "per_second": round(events / spent), "own_cpu_s": round(ours, 2),
                            "database_cpu_s": round(theirs, 2), "beside_cpu_s": round(all_of - ours - theirs, 2),
                        })  # fmt: skip
        finally:
            await platform.close()
    return told


def told(env: Mapping[str, str], var: Path, events: int, out: Path) -> None:
    """The measurement, shown and written. `var` is where the embedded servers lie."""
    asyncio.run(seed(env, SITES, MONTHS))
    grow(env["CANDOUR_PG_OWNER"].replace("dbname=postgres", "dbname=candour"), events)
    server = int((var / "postgres" / "postmaster.pid").read_text().split()[0])
    found = asyncio.run(_rates(env, server))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    for each in found:
        Console(width=160).print(each)
