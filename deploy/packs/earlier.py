"""What readers who are given no small numbers have been told before: by packs on record, and by tables for outsiders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import psycopg

from deploy.packs.agreeing import Count, Scope, recalled
from deploy.packs.counting import ALL
from deploy.packs.query import Query

PACKS = "SELECT state FROM audit.events WHERE topic = 'audit.EvidencePack.Made' ORDER BY notification_id"
TABLES = "SELECT originator_id, topic, state FROM governance.events WHERE topic = ANY(%s) ORDER BY notification_id"
BEGAN, LEFT = "governance.Releases.Began", "governance.Releases.TableReleased"


def told_before(auditor: str, query: Query, reader: str, as_of: datetime) -> tuple[list[Count], int]:
    """Every count that was said before this pack was first made, and in how many packs and tables. Blocks.

    A pack that is made again is held against what was known when it was made first, so that it stays the same.
    """
    counts: list[Count] = []
    sources, until = 0, ""
    asked = orjson.loads(query.model_dump_json())
    with psycopg.connect(auditor, autocommit=True) as connection:
        for (state,) in connection.execute(PACKS):
            said = orjson.loads(state)
            known = Query.model_validate_json(orjson.dumps(said["query"]))
            then = datetime.fromisoformat(said["as_of"])
            if (orjson.loads(known.model_dump_json()), said["reader"], then) == (asked, reader, as_of):
                until = said["timestamp"]
                break
            if kept := said.get("told"):
                counts += recalled(kept, Scope.of(known, then))
                sources += 1
        for table in _tables(connection, until):
            counts += table
            sources += 1
    return counts, sources


def _tables(connection: psycopg.Connection[Any], until: str) -> Iterator[list[Count]]:
    """The counts of each table for outsiders that left until then; what they hide is taken to have been said."""
    began: dict[Any, dict[str, Any]] = {}
    for identity, topic, state in connection.execute(TABLES, ([BEGAN, LEFT],)):
        said = orjson.loads(state)
        if topic == BEGAN:
            began[identity] = said
        elif not until or said["timestamp"] < until:
            yield list(outside(began[identity], said))


def outside(began: dict[str, Any], said: dict[str, Any]) -> Iterator[Count]:
    """The counts of a table for outsiders, under the names that packs have for them."""
    since, last = date.fromisoformat(began["since"]), date.fromisoformat(began["until"]) - timedelta(days=1)
    as_of, everywhere = datetime.fromisoformat(said["timestamp"]), frozenset[str]().union(*said["groups"].values())
    rows = [(frozenset(said["groups"][row]), cells) for row, cells in said["cells"].items()]
    together = [sum(column) for column in zip(*(cells for _, cells in rows), strict=True)]
    for sites, cells in [*rows, (everywhere, together)]:
        for code, number in zip(said["columns"], cells, strict=True):
            themes = frozenset({code}) if began["table"] == "themes" else frozenset[str]()
            name = f"opportunities/{ALL if themes else code}"
            yield Count(name, Scope(sites, since, last, themes, as_of), number, said=True)
        if began["table"] == "kinds":
            whole = Scope(sites, since, last, frozenset(), as_of)
            yield Count(f"opportunities/{ALL}", whole, sum(cells), said=True)
