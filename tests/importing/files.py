"""Small files of an invented group, their mappings, and what stores hold after them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from deploy.house import Platform
from deploy.importing.mapping import MapFile
from deploy.importing.running import Import, Outcome
from deploy.nats.topology import services
from tests.servers import Database

BASE = {"title": "A test", "version": "1", "source": "testers", "provider": "oakgroup"}
SITES = MapFile.model_validate(
    {
        **BASE,
        "target": "site",
        "posts": {
            "provider_title": "Oak Group",
            "provider": ["nominated_individual", "provider_quality_lead"],
            "site": ["registered_manager"],
        },
        "fields": {
            "site": "{id}",
            "title": "{name}",
            "region": "{area}",
            "nation": "SCO",
            "service_kind": "care_home_nursing",
            "opened_on": {"text": "{opened}", "as": "date"},
        },
    }
)
BEDS = MapFile.model_validate(
    {
        **BASE,
        "target": "capacity",
        "skip_when_empty": ["beds"],
        "fields": {
            "site": "{id}",
            "month": {"text": "{day}", "as": "date"},
            "beds": {"text": "{beds}", "as": "number"},
        },
    }
)
REQUIREMENTS = MapFile.model_validate(
    {
        **BASE,
        "target": "opportunity",
        "fields": {
            "site": "{id}",
            "kind": "inspection_or_audit",
            "source_key": "testers:{id}:{day}",
            "summary": "{words}",
            "occurred": {"text": "{day}", "as": "date"},
            "due": {"text": "{due}", "as": "dates"},
        },
    }
)
TOTALS = MapFile.model_validate(
    {
        **BASE,
        "target": "count",
        "fields": {
            "site": "{id}",
            "count_kind": "complaint_upheld",
            "financial_year": "{year}",
            "running_total": {"text": "{total}", "as": "number"},
            "as_of": {"text": "{day}", "as": "date"},
            "late": {"text": "{late}", "as": "yes_no"},
        },
    }
)
SITES_HEAD = ("id", "name", "area", "opened")
TWO_SITES = (("ash", "Ash House", "Fellside", "2001-04-01"), ("bay", "Bay House", "Lochside", "2002-04-01"))
BEDS_HEAD = ("id", "day", "beds")
REQUIREMENTS_HEAD = ("id", "day", "words", "due")
TOTALS_HEAD = ("id", "year", "total", "day", "late")


def table(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]], encoding: str = "utf-8") -> Path:
    """A CSV file."""
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


async def bring(platform: Platform, path: Path, mapping: MapFile, *, skip_bad_rows: bool = False) -> Outcome:
    """Check a file, take it, and wait until it is shown."""
    work = Import(platform, path, mapping)
    outcome = await work.take(await work.check(), skip_bad_rows=skip_bad_rows)
    await platform.settle(60)
    return outcome


async def with_two_sites(platform: Platform, folder: Path) -> None:
    """Ash House and Bay House, imported."""
    await bring(platform, table(folder / "sites.csv", SITES_HEAD, TWO_SITES), SITES)


def on_record(database: Database, *, besides: str = "") -> Counter[str]:
    """How often each kind of event is in any store, but for topics that begin with `besides`."""
    counts: Counter[str] = Counter()
    with psycopg.connect(database.owner, autocommit=True) as connection:
        for service in services():
            query = f"SELECT topic, count(*) FROM {service}.events GROUP BY topic"
            counts.update(dict(connection.execute(query.encode()).fetchall()))
    return Counter({topic: n for topic, n in counts.items() if not (besides and topic.startswith(besides))})
