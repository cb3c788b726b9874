"""A long history, copied straight into the stores and their ledgers: how fast it is checked and replayed, in how much memory."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool
from rich.console import Console

from deploy.nats.topology import services
from deploy.replay.running import Period, replay
from services.audit.ledger import Book, Signed, Tree, compare
from services.audit.ledger.merkle import leaf_of
from tests.house import rules

FIRST = datetime(2023, 1, 2, 9, tzinfo=UTC)
DAYS = 1_095
SITES = 100
KINDS = ("safeguarding_indicator", "near_miss", "complaint", "incident")
THEMES = (["delayed_escalation"], ["falls"], ["communication"], ["falls", "recording"])
PADDING = hashlib.sha256(b"candour").hexdigest() * 8
"""Personal words under seal, about as long as they are."""
EACH = 25
"""Events of one case, of which rules bear on seven."""
BY = "person:1", "registered_manager"
LINES = (
    "COPY audit.decision (service, place, position, topic, aggregate, version, journey, provider, site, actor, role,"
    " recorded, occurred, rules, reasoned) FROM STDIN"
)
MEGABYTE = 1024
Row = tuple[str, UUID, int, str, datetime, str, UUID, dict[str, Any]]
"""Service, record, version, topic, when, site, journey, and what it says."""


def history(cases: int) -> Iterator[Row]:
    """Three years of a provider's cases, in the order in which they were put on record, as far as each service is concerned."""
    chance = random.Random(6962)
    ids = [UUID(int=chance.getrandbits(128), version=4) for _ in range(cases)]
    began = sorted(FIRST + timedelta(minutes=chance.randrange(DAYS * 1_440)) for _ in range(cases))
    for number, (journey, at) in enumerate(zip(ids, began, strict=True)):
        yield from _case(number, journey, at, chance)


def _case(number: int, journey: UUID, at: datetime, chance: random.Random) -> Iterator[Row]:
    site, kind, themes = f"site-{number % SITES}", KINDS[number % 4], THEMES[number // 4 % 4]
    facts = {"harm": "moderate" if number % 3 else "none", "place": f"room-{number % 40}"}

    def row(service: str, topic: str, hours: float, record: int = 0, version: int = 1, **said: Any) -> Row:
        of = journey if not record else UUID(int=(journey.int + record) % (1 << 128))
        return service, of, version, f"{service}.{topic}", at + timedelta(hours=hours), site, journey, said

    answers = [{"rule_id": f"rule-{n}", "agreed": n % 2 == 0, "proposed": True} for n in range(4)]
    seen = chance.choice((2, 20, 30, 50, 100))
    yield row("intake", "Opportunity.Raised", 0, kind=kind, themes=themes, facts=facts, reporter_known=bool(number % 2))
    yield row("intake", "Opportunity.ImmediateSafetyConfirmed", 1, version=2)
    yield row(
        "intake", "Opportunity.Triaged", seen, version=3, kind=kind, themes=themes, facts=facts, weighed=answers
    )  # fmt: skip
    for step in range(8):
        yield row("review", "Review.StepRecorded", seen + step, 1, step + 1)
    yield row("review", "Review.SignedOff", seen + 100, 1, 9)
    for step in range(4):
        yield row("action", "Action.Started", seen + 110 + step, 2, step + 1)
    yield row("action", "Plan.PracticeChanged", seen + 200, 3, affects_people=bool(number % 2))
    yield row("notification", "Duty.Owed", seen, 4)
    yield row("notification", "Duty.Discharged", seen + 40, 4, 2)
    yield row("notification", "Briefing.Issued", seen + 201, 5)
    for step in range(5):
        yield row("assurance", "FollowUp.StateReached", seen + 210 + step, 6, step + 1)


def _founding() -> Iterator[Row]:
    nobody = UUID(int=0)
    for n in range(SITES):
        said = {"opened_on": "2020-01-01", "nation": "ENG", "service_kind": "homecare"}
        yield "governance", UUID(int=n + 1), 1, "governance.Site.Registered", FIRST, f"site-{n}", nobody, said
    content = orjson.loads(orjson.dumps(rules()))
    said = {"pack_id": content["id"], "version": content["version"], "adopted_from": "2020-01-01", "content": content}
    yield "governance", UUID(int=1 << 64), 1, "governance.RuleBook.PackAdopted", FIRST, "", nobody, said
    for n in range(SITES):
        for m, measure in enumerate(content["measures"]):
            said = {"measure_id": measure["id"], "first_period": "2023-01-01", "definition": measure}
            of = UUID(int=(1 << 80) + n * 100 + m)
            yield "assurance", of, 1, "assurance.Measure.MeasureSet", FIRST, f"site-{n}", nobody, said


def _state(at: datetime, site: str, journey: UUID, said: dict[str, Any]) -> bytes:
    return orjson.dumps({
        "timestamp": at.isoformat(), "provider": "large", "site": site, "journey": str(journey), "about": str(journey),
        "by": {"actor": BY[0], "role": BY[1], "rationale": f"sealed:{PADDING}", "rules": "", "occurred": None}, **said,
    })  # fmt: skip


def fill(env: Mapping[str, str], events: int) -> dict[str, tuple[int, bytes]]:
    """Copy a history of about so many events into the stores, and the ledgers with them; each ledger's size and root."""
    owner = env["CANDOUR_PG_OWNER"].replace("dbname=postgres", "dbname=candour")
    with psycopg.connect(owner) as connection:
        for service in services():
            connection.execute(SQL("TRUNCATE {}.events RESTART IDENTITY").format(Identifier(service)))
        for table in ("ledger_entry", "ledger_node", "decision"):
            connection.execute(SQL("DELETE FROM audit.{}").format(Identifier(table)))
        rows = sorted([*_founding(), *history(events // EACH)], key=lambda row: (row[0], row[4]))
        heads: dict[str, tuple[int, bytes]] = {}
        for service in sorted({row[0] for row in rows}):
            heads[service] = _copied(connection, service, [row for row in rows if row[0] == service])
        connection.execute("ANALYZE")
    asyncio.run(_nodes(env["CANDOUR_PG_AUDIT"], list(heads)))
    return heads


def _copied(connection: psycopg.Connection[Any], service: str, rows: list[Row]) -> tuple[int, bytes]:
    events = SQL("COPY {}.events (originator_id, originator_version, topic, state, notification_id) FROM STDIN")
    with connection.cursor().copy(events.format(Identifier(service))) as copy:
        for place, (_, of, version, topic, at, site, journey, said) in enumerate(rows, start=1):
            copy.write_row((of, version, topic, _state(at, site, journey, said), place))
    entries = "COPY audit.ledger_entry (service, place, position, leaf, topic, aggregate, version, journey, recorded) FROM STDIN"
    tree = Tree()
    with connection.cursor().copy(entries) as copy:
        for place, (_, of, version, topic, at, site, journey, said) in enumerate(rows, start=1):
            leaf = leaf_of(place, of, version, topic, _state(at, site, journey, said))
            tree.add(leaf)
            copy.write_row((service, place, place, leaf, topic, of, version, journey, at))
    with connection.cursor().copy(LINES) as copy:
        for place, (_, of, version, topic, at, site, journey, _) in enumerate(rows, start=1):
            line = service, place, place, topic, of, version, journey, "large", site, *BY, at, at, "", True
            copy.write_row(line)
    return len(tree), tree.root()


async def _nodes(audit: str, ledgers: list[str]) -> None:
    """The subtrees that are kept beside each ledger."""
    async with AsyncConnectionPool(audit, min_size=1, max_size=1, kwargs={"autocommit": True}) as pool:
        for ledger in ledgers:
            await Book(ledger, pool).load()


def measure(env: Mapping[str, str], events: int) -> dict[str, Any]:
    """Check every ledger and replay the whole history under other rules, each in a process of its own."""
    began = time.perf_counter()
    heads = fill(env, events)
    made = time.perf_counter() - began
    held = sum(size for size, _ in heads.values())
    said = orjson.dumps({"auditor": env["CANDOUR_PG_AUDITOR"], "heads": {
        name: [size, b64encode(root).decode()] for name, (size, root) in heads.items()
    }})  # fmt: skip
    return {"events": held, "made_s": round(made, 1), "check": _apart("check", said), "replay": _apart("replay", said)}


def told(env: Mapping[str, str], events: int, out: Path) -> None:
    """The measurement, shown and written."""
    found = measure(env, events)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    Console(width=120).print(found)


def _apart(what: str, said: bytes) -> dict[str, Any]:
    code = (sys.executable, "-m", "tests.bench.million", what)
    done = subprocess.run(code, input=said, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    told: dict[str, Any] = orjson.loads(done.stdout)
    return told


def _check(auditor: str, heads: Mapping[str, tuple[int, str]]) -> int:
    for name, (size, root) in heads.items():
        checked = compare(name, auditor, [Signed(size, b64decode(root), "here")])
        if not checked.comparison.sound or checked.agreed != size:
            raise SystemExit(str(checked.comparison))
    return sum(size for size, _ in heads.values())


def _replay(auditor: str) -> dict[str, Any]:
    content = orjson.loads(orjson.dumps(rules()))
    content["version"] = "tried"
    # A rule less, and a clock of two working days instead of one.
    content["rules"] = content["rules"][1:]
    next(each for each in content["measures"] if each["numerator"].get("n") == 1)["numerator"]["n"] = 2
    found = replay(auditor, content, Period(date(2023, 1, 1), date(2025, 12, 31)))
    return {
        "events": found.content["events"],
        "differences": found.content["totals"],
        "written_mb": len(found.written) >> 20,
    }


def _peak() -> int:
    """Megabytes at most, of this process since it began (what `getrusage` says may be its parent's)."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(told["VmHWM"].split()[0]) // MEGABYTE


def main() -> None:
    """Do one thing; how to read the stores comes on standard input."""
    given = orjson.loads(sys.stdin.buffer.read())
    began, ours = time.perf_counter(), time.process_time()
    if sys.argv[1] == "check":
        told: dict[str, Any] = {"events": _check(given["auditor"], given["heads"])}
    else:
        told = _replay(given["auditor"])
    seconds, ours = time.perf_counter() - began, time.process_time() - ours
    told |= {
        "seconds": round(seconds, 1), "per_second": round(told["events"] / seconds),
        "per_second_of_our_own_time": round(told["events"] / ours),
        "peak_mb": _peak(), "load": os.getloadavg()[0],
    }  # fmt: skip
    sys.stdout.buffer.write(orjson.dumps(told))


if __name__ == "__main__":
    main()
