"""Single-event appends on one durable server: ours, the stock recorder, bare inserts, and Emmett where Node is present."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool

from libs.store import EventStore
from tests.bench.measuring import Series, closed_loop, percentile, ratio

STATE = b'{"kind":"near_miss","site":"elm","summary":"' + b"x" * 250 + b'"}'
LEVELS = (1, 16, 64, 256)
EMMETT = Path(__file__).parent / "emmett"
BARE = "CREATE TABLE IF NOT EXISTS bare (id uuid, version bigint, topic text, state bytea, place bigserial PRIMARY KEY)"


def fresh() -> StoredEvent:
    """A first event of some aggregate, of usual size."""
    return StoredEvent(uuid4(), 1, "intake.Opportunity.Raised", STATE)


async def ours(conninfo: str, level: int, seconds: float) -> tuple[float, float, float]:
    """Through the group-commit store."""
    async with AsyncConnectionPool(conninfo, min_size=1, max_size=2, open=False, kwargs={"autocommit": True}) as pool:
        store = EventStore(conninfo, "intake", pool)
        await store.open()
        try:
            return await closed_loop(lambda: store.append([fresh()]), level, seconds)
        finally:
            await store.close()


def stock(conninfo: str, level: int, seconds: float) -> tuple[float, float, float]:
    """Through the library's own recorder, from as many threads."""
    given = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    datastore = PostgresDatastore(
        dbname=given["dbname"], host=given["host"], port=given["port"], user=given["user"],
        password=given["password"], pool_size=min(level, 40), max_overflow=0,
    )  # fmt: skip
    recorder = PostgresApplicationRecorder(datastore, events_table_name="stock_events")
    recorder.create_table()
    try:
        return _threads(lambda: recorder.insert_events([fresh()]), min(level, 40), seconds)
    finally:
        datastore.close()


def bare(conninfo: str, level: int, seconds: float) -> tuple[float, float, float]:
    """Plain inserts, each its own commit, in no order that a reader could rely on."""
    local = threading.local()

    def insert() -> None:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(conninfo, autocommit=True)
        event = fresh()
        local.connection.execute(
            "INSERT INTO bare (id, version, topic, state) VALUES (%s, %s, %s, %s)",
            (event.originator_id, 1, event.topic, event.state),
            prepare=True,
        )

    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(BARE)
    return _threads(insert, min(level, 40), seconds)


def _threads(work: Any, level: int, seconds: float) -> tuple[float, float, float]:
    taken: list[float] = []
    end = time.perf_counter() + seconds

    def worker() -> None:
        while (began := time.perf_counter()) < end:
            work()
            taken.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    threads = [threading.Thread(target=worker) for _ in range(level)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken) / (time.perf_counter() - began), percentile(taken, 0.5), percentile(taken, 0.99)


def emmett_ready(folder: Path) -> str:
    """Install the npm package into `folder`; the reason why it cannot take part, or nothing."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "Node and npm are not here"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "bench.mjs"):
        shutil.copy(EMMETT / name, folder / name)
    if not (folder / "node_modules").exists():
        done = subprocess.run(["npm", "install", "--silent"], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"npm install failed: {done.stderr.strip().splitlines()[-1:]}"
    return ""


def emmett(folder: Path, conninfo: str, level: int, seconds: float) -> tuple[float, float, float]:
    """Through Emmett's PostgreSQL event store, in its own process."""
    given = conninfo_to_dict(conninfo)
    url = f"postgresql://{given['user']}:{given['password']}@{given['host']}:{given['port']}/{given['dbname']}"
    done = subprocess.run(
        ["node", "bench.mjs", str(level), str(seconds)],
        cwd=folder, capture_output=True, text=True, check=True, env=os.environ | {"BENCH_URL": url},
    )  # fmt: skip
    said = json.loads(done.stdout.strip().splitlines()[-1])
    return said["perSecond"], said["p50"], said["p99"]


async def measure(service: str, admin: str, folder: Path, rounds: int, seconds: float) -> dict[str, Any]:
    """All contenders in turn at each level. `service` and `admin` are connection strings to the same database."""
    missing = emmett_ready(folder)
    result: dict[str, Any] = {"levels": {}, "emmett": missing or "took part"}
    for level in LEVELS:
        series = {name: Series(name) for name in ("ours", "stock", "bare", "emmett")}
        for _ in range(rounds):
            figures = {
                "ours": await ours(service, level, seconds),
                "stock": await asyncio.to_thread(stock, admin, level, seconds),
                "bare": await asyncio.to_thread(bare, admin, level, seconds),
            }
            if not missing:
                figures["emmett"] = await asyncio.to_thread(emmett, folder, admin, level, seconds)
            for name, (rate, p50, p99) in figures.items():
                series[name].per_second.append(rate)
                series[name].p50.append(p50)
                series[name].p99.append(p99)
        result["levels"][level] = {
            "contenders": [s.summary() for s in series.values() if s.per_second],
            "times_stock": ratio(series["ours"], series["stock"]),
            "times_bare": ratio(series["ours"], series["bare"]),
            "times_emmett": ratio(series["ours"], series["emmett"]),
        }
    return result
