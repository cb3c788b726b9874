"""How fast a store is held against its ledger, and how much memory that takes."""

from __future__ import annotations

import asyncio
import resource
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool

from services.audit.ledger import Book, Signed, compare
from services.audit.ledger.book import Entry
from services.audit.ledger.merkle import leaf_of

LEDGER = "review"
STATE = """
    convert_to(jsonb_build_object('journey', md5((n / 20)::text)::uuid, 'timestamp', '2026-03-02T09:00:00+00:00', 'site',
    'elm', 'by', jsonb_build_object('actor', 'person:' || n %% 50, 'role', 'registered_manager'), 'words', repeat(md5(n::text),
    16))::text, 'UTF8')
"""
FILLED = f"""
    INSERT INTO {LEDGER}.events (originator_id, originator_version, topic, state)
    SELECT md5((n / 20)::text)::uuid, 1 + n %% 20, 'review.Review.StepRecorded', {STATE}
    FROM generate_series(0, %s - 1) AS n
"""


async def fill(owner: str, audit: str, auditor: str, events: int) -> tuple[int, bytes]:
    """A store of invented events of about 800 bytes each, and its ledger; the size and root to sign."""
    with psycopg.connect(owner) as connection:
        connection.execute(f"TRUNCATE {LEDGER}.events RESTART IDENTITY")  # these servers are the measurement's own
        for table in ("ledger_entry", "ledger_node", "decision"):
            connection.execute(SQL("DELETE FROM audit.{} WHERE service = %s").format(Identifier(table)), (LEDGER,))
        connection.execute(FILLED, (events,))
    async with AsyncConnectionPool(audit, min_size=1, max_size=2, kwargs={"autocommit": True}) as pool:
        book = Book(LEDGER, pool)
        with psycopg.connect(auditor) as connection, connection.cursor("all", binary=True) as cursor:
            cursor.execute(f"SELECT notification_id, originator_id, originator_version, topic, state FROM {LEDGER}.events"
                           " ORDER BY notification_id")  # fmt: skip
            place = 0
            while rows := cursor.fetchmany(5_000):
                entries = [_entry(place + n, *row) for n, row in enumerate(rows, start=1)]
                place += len(rows)
                await book.add(entries)
        return len(book.tree), await book.tree.root()


def _entry(place: int, position: int, aggregate: Any, version: int, topic: str, state: bytes) -> Entry:
    import orjson

    said = orjson.loads(state)
    leaf = leaf_of(position, aggregate, version, topic, state)
    return Entry(LEDGER, place, position, leaf, topic, aggregate, version, said["journey"], said["timestamp"])


def check_rate(env: dict[str, str], events: int, rounds: int = 3) -> dict[str, Any]:
    """Events a second that are hashed anew and held against the ledger and a signed root, and megabytes it took at most."""
    size, root = asyncio.run(
        fill(
            env["CANDOUR_PG_OWNER"].replace("dbname=postgres", "dbname=candour"),
            env["CANDOUR_PG_AUDIT"],
            env["CANDOUR_PG_AUDITOR"],
            events,
        )
    )
    told = [_apart(env["CANDOUR_PG_AUDITOR"], size, root) for _ in range(rounds)]
    return {
        "events": events,
        "per_second": round(statistics.median(events / seconds for seconds, _, _ in told)),
        "microseconds_of_ours_an_event": round(statistics.median(1e6 * ours / events for _, ours, _ in told), 1),
        "peak_mb": max(peak for _, _, peak in told),
    }


def _apart(auditor: str, size: int, root: bytes) -> tuple[float, float, int]:
    """In a process of its own, so that its memory is its own."""
    code = (sys.executable, "-m", "tests.bench.ledger", str(size), b64encode(root).decode())
    done = subprocess.run(code, input=auditor, capture_output=True, text=True, check=True)
    seconds, ours, peak = done.stdout.split()
    return float(seconds), float(ours), int(peak)


def main() -> None:
    """Compare once; the connection string comes on standard input."""
    from base64 import b64decode

    auditor, size, root = sys.stdin.read(), int(sys.argv[1]), b64decode(sys.argv[2])
    began, ours = time.perf_counter(), time.process_time()
    checked = compare(LEDGER, auditor, [Signed(size, root, "here")])
    spent, ours = time.perf_counter() - began, time.process_time() - ours
    if not checked.comparison.sound or checked.agreed != size:
        raise SystemExit(str(checked.comparison))
    print(spent, ours, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)  # noqa: T201 read by the parent


if __name__ == "__main__":
    main()
