"""`candour bench`: every measurement in one run on durable embedded servers; a table for people, JSON for machines."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform as machine
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.embedded.servers import Servers
from deploy.house import Platform, statements
from libs import logs
from libs.clock import SystemClock
from libs.deciding import Act
from services.governance.application import NewSite
from services.intake.application import Report
from tests.bench import appends, daily, ledger, million, pages, reading, rebuilding, visible
from tests.house import rules

RATES = (50, 500, 2000)
LEDGER_EVENTS = 100_000
HISTORY = 500_000
"""Cases of three years beside which a day is measured; each has a milestone, so that there are twice as many rows."""
ACT = Act("person:bench", "provider_quality_lead", "provider:acme")


async def organise(house: Platform) -> None:
    """One site, and the rules."""
    governance = house.service("governance")
    site = NewSite("acme", "elm", "Elm Court", "North", "ENG", "care_home_residential", date(2020, 1, 1))
    await governance.register_site(ACT, site)
    await governance.adopt_rules(ACT, "acme", rules(), date(2020, 1, 1))


async def fill(house: Platform, count: int) -> float:
    """Raise many opportunities at once: commands a second."""
    intake, room = house.service("intake"), asyncio.Semaphore(64)

    async def one() -> None:
        async with room:
            await intake.raise_opportunity(ACT, Report("elm", "near_miss", "A wheel came loose; nobody was hurt."))

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    return count / (time.perf_counter() - began)


async def measure(env: dict[str, str], folder: Path, rounds: int, seconds: float, events: int) -> dict[str, Any]:
    """Everything, one after the other."""
    result: dict[str, Any] = {
        "machine": {"cores": os.cpu_count(), "python": machine.python_version(), "load": os.getloadavg()},
        "rounds": rounds,
        "seconds_a_round": seconds,
    }
    house = Platform(env, SystemClock())
    await house.open()
    await house.start(wake=False)
    await organise(house)
    await house.settle(60)
    result["visible"] = [await visible.measure(house, rate, seconds * 2) for rate in RATES]
    await house.settle(120)
    result["load"] = await reading.load_times(house)
    result["commands_per_second_at_64"] = round(await fill(house, events))
    await house.settle(240)
    result["rebuild"] = await reading.rebuild_rate(house)
    result["resident_mb"] = reading.resident_megabytes(reading.ourselves())
    await house.close()
    quiet = Platform(env, SystemClock(), only=["intake"])
    await quiet.open()
    await fill(quiet, events)
    result["relay"] = await reading.relay_rate(quiet)
    await quiet.close()
    result["appends"] = await appends.measure(
        env["CANDOUR_PG_INTAKE"], env["CANDOUR_PG_ADMIN_HERE"], folder, rounds, seconds
    )
    return result


def show(result: dict[str, Any], console: Console) -> None:
    """The tables."""
    table = Table(
        title=f"Appends of one event, {result['rounds']} interleaved rounds: median and range per second, p99"
    )
    for column in ("at once", "store", "per second", "p99 ms", "ours is"):
        table.add_column(column)
    for level, told in result["appends"]["levels"].items():
        for contender in told["contenders"]:
            rate, p99 = contender["per_second"], contender["p99_ms"]
            times = told.get(f"times_{contender['name']}")
            table.add_row(
                str(level), contender["name"], f"{rate['median']:,.0f} [{rate['min']:,.0f}-{rate['max']:,.0f}]",
                f"{p99['median']:.1f}", f"{times} times as fast" if times else "",
            )  # fmt: skip
    console.print(table)
    table = Table(title="From command to provider view")
    for column in ("asked/s", "done/s", "accepted p50/p99 ms", "visible p50/p99 ms"):
        table.add_column(column)
    for row in result["visible"]:
        table.add_row(
            str(row["asked_per_second"]), str(row["done_per_second"]),
            f"{row['accepted_p50_ms']} / {row['accepted_p99_ms']}", f"{row['visible_p50_ms']} / {row['visible_p99_ms']}",
        )  # fmt: skip
    console.print(table)
    for name in ("daily", "ledger", "relay", "rebuild", "load", "commands_per_second_at_64", "resident_mb", "machine"):
        console.print(name, result[name])
    if result["appends"]["emmett"] != "took part":
        console.print(f"Emmett did not take part: {result['appends']['emmett']}")


def main() -> None:
    """Parse, measure, show, write."""
    parser = argparse.ArgumentParser(prog="candour bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--sites", type=int, default=100, help="sites of the daily run")
    parser.add_argument(
        "--pages", metavar="SIZES", help="only governance's pages at 500 sites, such as 10000,100000,1000000 events"
    )
    parser.add_argument(
        "--long",
        metavar="EVENTS",
        type=int,
        help="only the check and the replay of a long history, such as 1000000 events",
    )
    parser.add_argument(
        "--rebuild",
        metavar="EVENTS",
        type=int,
        help="only how fast governance's views are built anew from a long history, such as 500000 events",
    )
    parser.add_argument("--out", type=Path, default=Path("var/bench.json"))
    asked = parser.parse_args()
    logs.begin(level=40)
    with tempfile.TemporaryDirectory(prefix="candour-bench-") as folder:
        Path(folder).chmod(0o711)
        with Servers(Path(folder) / "var", ddl=statements()) as servers:
            env = dict(os.environ) | servers.environment()
            if asked.pages:
                pages.told(env, [int(size) for size in asked.pages.split(",")], asked.out.with_stem("bench_pages"))
                return
            if asked.long:
                million.told(env, asked.long, asked.out.with_stem("bench_long"))
                return
            if asked.rebuild:
                rebuilding.told(env, servers.var, asked.rebuild, asked.out.with_stem("bench_rebuild"))
                return
            env["CANDOUR_PG_ADMIN_HERE"] = env["CANDOUR_PG_ADMIN"].replace("dbname=postgres", "dbname=candour")
            result = asyncio.run(measure(env, Path("var/emmett"), asked.rounds, asked.seconds, asked.events))
            result["ledger"] = ledger.check_rate(env, LEDGER_EVENTS)
        with Servers(Path(folder) / "daily", ddl=statements()) as servers:  # its past is written where nothing is yet
            env = dict(os.environ) | servers.environment()
            env["CANDOUR_PG_ADMIN_HERE"] = env["CANDOUR_PG_ADMIN"].replace("dbname=postgres", "dbname=candour")
            result["daily"] = asyncio.run(daily.measure(env, asked.sites, HISTORY))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(result, indent=1))
    show(result, Console(width=120))
    print(f"Written to {asked.out}")  # noqa: T201 the command's own answer


if __name__ == "__main__":
    main()
