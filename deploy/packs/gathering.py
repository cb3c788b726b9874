"""Taking a pack's events from the stores: only what a signed checkpoint covers, each checked against its ledger entry."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.sql import SQL, Composed, Identifier

from deploy.nats.topology import services
from deploy.packs.query import Query
from deploy.packs.spool import Entry, Spool
from libs.domain import Refused
from services.audit.ledger.merkle import leaf_of

RAISED, TRIAGED, RECLASSIFIED = (f"intake.Opportunity.{name}" for name in ("Raised", "Triaged", "Reclassified"))
SITE = "governance.Site.Registered"
SIGNED, SUCCEEDED = "audit.Checkpoint.Signed", "audit.SigningKey.Succeeded"
AT_SITES = (
    "assurance.Measure.MeasureSet",
    "assurance.Measure.Checked",
    "assurance.Cadence.Kept",
    "assurance.Cadence.Missed",
)
BATCH = 2000
Told = Callable[[str, int, int], None]
"""Told which ledger is read, how many of its entries have been, and how many there are."""


class NothingSigned(Refused):
    """No ledger had been signed by then, so nothing could be proved. Sign the ledgers on the audit page, then try again."""


class NoSuchJourney(Refused):
    """No journey on record by the signed checkpoint fits the query. Nothing was made; widen the query, or sign anew."""


class RecordNotSound(Refused):
    """The store no longer says what its ledger recorded. No pack was made. Compare the ledgers on the audit page."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A ledger's signed size and root, the note that says so, and when it was signed."""

    ledger: str
    size: int
    root: str
    note: str
    signed: datetime


@dataclass
class Gathered:
    """What the stores hold for a query at a set of checkpoints, in the order in which it was recorded, on disk."""

    query: Query
    checkpoints: dict[str, Checkpoint]
    entries: Spool
    unsigned: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    """Signed statements that one signing key followed another."""

    @property
    def as_of(self) -> datetime:
        """When the newest of the checkpoints was signed: nothing later is in the pack."""
        return max(each.signed for each in self.checkpoints.values())


def gather(
    auditor: str, query: Query, spool: Spool, at: datetime | None = None, told: Told = lambda *_: None
) -> Gathered:
    """Everything on record for a query, as the newest checkpoints (those signed by `at`, where given) cover it.

    Raises NothingSigned, NoSuchJourney, RecordNotSound, and psycopg.Error where the stores cannot be read.
    """
    with psycopg.connect(auditor) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        checkpoints = _checkpoints(connection, at)
        found = Gathered(query, checkpoints, spool)
        found.unsigned = [name for name in services() if name not in checkpoints and name != "audit"]
        kept = connection.execute("SELECT state FROM audit.events WHERE topic = %s", (SUCCEEDED,))
        found.statements = [orjson.loads(state)["statement"] for (state,) in kept]
        journeys, sites = _journeys(connection, checkpoints, query)
        for _, checkpoint in sorted(checkpoints.items()):
            spool.add(_of_journeys(connection, checkpoint, journeys))
            spool.add(_around(connection, checkpoint, query, sites, spool))
            _prove(connection, checkpoint, spool, told)
        spool.ready()
        return found


def _checkpoints(connection: psycopg.Connection[Any], at: datetime | None) -> dict[str, Checkpoint]:
    newest: dict[str, Checkpoint] = {}
    for (state,) in connection.execute("SELECT state FROM audit.events WHERE topic = %s", (SIGNED,)):
        said = orjson.loads(state)
        signed = datetime.fromisoformat(said["timestamp"])
        known = newest.get(said["ledger"])
        if said["ledger"] == "audit" or (at and signed > at) or (known and known.size >= said["size"]):
            continue
        newest[said["ledger"]] = Checkpoint(said["ledger"], said["size"], said["root"], said["note"], signed)
    if not newest:
        raise NothingSigned
    return newest


def _journeys(
    connection: psycopg.Connection[Any], checkpoints: dict[str, Checkpoint], query: Query
) -> tuple[list[UUID], set[str]]:
    """The journeys that a query means, and the sites they are of. A journey's themes are those it has now."""
    if "intake" not in checkpoints:
        raise NoSuchJourney
    marks: dict[str, tuple[datetime, str, str]] = {}
    themes: dict[str, set[str]] = {}
    only = SQL("l.topic = ANY(%s)") + (SQL(" AND l.journey = %s") if query.journey else SQL(""))
    values: list[Any] = [[RAISED, TRIAGED, RECLASSIFIED], *([query.journey] if query.journey else [])]
    for entry in _entries(connection, checkpoints["intake"], only, values):
        if entry.topic == RAISED:
            marks[entry.journey] = (entry.recorded, entry.site, str(entry.body["provider"]))
        themes[entry.journey] = set(entry.body["themes"])
    chosen = {
        journey: site
        for journey, (recorded, site, provider) in marks.items()
        if query.covers(recorded, site, themes[journey], provider) and UUID(journey) not in query.without
    }
    if not chosen:
        raise NoSuchJourney
    return sorted(UUID(journey) for journey in chosen), set(chosen.values())


def _of_journeys(connection: psycopg.Connection[Any], to: Checkpoint, journeys: Sequence[UUID]) -> Iterator[Entry]:
    return _entries(connection, to, SQL("l.journey = ANY(%s)"), [list(journeys)])


def _around(
    connection: psycopg.Connection[Any], to: Checkpoint, query: Query, sites: set[str], told: Iterable[Entry]
) -> Iterator[Entry]:
    """What belongs to no journey but bears on these: their sites, and the measures and regular rounds held there."""
    if to.ledger == "governance":
        yield from (e for e in _entries(connection, to, SQL("l.topic = %s"), [SITE]) if e.site in sites)
    if to.ledger != "assurance":
        return
    named = {name for entry in told for name in _measures(entry)}
    everything = query.kind in {"site", "period", "contract"} and not query.wanted_themes
    for entry in _entries(connection, to, SQL("l.topic = ANY(%s)"), [list(AT_SITES)]):
        wanted = everything or entry.body.get("measure_id") in named
        if wanted and entry.site in sites and query.in_period(entry.recorded):
            yield entry


def _measures(entry: Entry) -> Iterator[str]:
    yield from filter(None, [entry.body.get("measure_id")])
    yield from entry.body.get("measure_ids", ())


def _entries(
    connection: psycopg.Connection[Any], to: Checkpoint, only: SQL | Composed, values: list[Any]
) -> Iterator[Entry]:
    statement = SQL(
        "SELECT l.place, l.position, e.originator_id, e.originator_version, e.topic, e.state, l.leaf"
        " FROM audit.ledger_entry l LEFT JOIN {}.events e ON e.notification_id = l.position"
        " WHERE l.service = %s AND l.place <= %s AND "
    ).format(Identifier(to.ledger))
    with connection.cursor(f"pack_{to.ledger}", binary=True) as cursor:
        cursor.itersize = BATCH
        cursor.execute(statement + only + SQL(" ORDER BY l.place"), [to.ledger, to.size, *values])
        for place, position, aggregate, version, topic, state, leaf in cursor:
            if topic is None or leaf_of(position, aggregate, version, topic, state) != leaf:
                raise RecordNotSound(f"{RecordNotSound.__doc__} (ledger {to.ledger}, position {position})")
            yield Entry(to.ledger, place, position, aggregate, version, topic, state, leaf)


def _prove(connection: psycopg.Connection[Any], to: Checkpoint, spool: Spool, told: Told) -> None:
    """The audit path of every event of this ledger under its signed root."""
    tree = spool.prove(to.ledger, _leaves(connection, to, told))
    if spool.size(to.ledger) != to.size or tree.root() != b64decode(to.root):
        raise RecordNotSound(f"{RecordNotSound.__doc__} (ledger {to.ledger}, its signed root)")


def _leaves(connection: psycopg.Connection[Any], to: Checkpoint, told: Told) -> Iterator[bytes]:
    with connection.cursor("pack_leaves", binary=True) as cursor:
        cursor.itersize = 10 * BATCH
        cursor.execute(
            "SELECT leaf FROM audit.ledger_entry WHERE service = %s AND place <= %s ORDER BY place",
            (to.ledger, to.size),
        )
        for read, (leaf,) in enumerate(cursor):
            if not read % BATCH:
                told(to.ledger, read, to.size)
            yield leaf
    told(to.ledger, to.size, to.size)
