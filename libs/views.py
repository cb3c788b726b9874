"""What is remembered for reading: tables kept up from events, each change committed together with the place it was read to.

A view can be thrown away at any time and built anew beside the one in use, then swapped in a moment.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, LiteralString, TypeVar

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool

from contracts.envelope import PublishedEvent
from libs.domain import Event
from libs.reach import reach
from libs.row_security import Hangs
from libs.rows import Rows
from libs.scribe import Change, KeptElsewhere, Scribe, settle_into
from libs.view_tables import Tables

__all__ = ["KeptElsewhere", "Overtaken", "Parameters", "Project", "Rows", "View"]

T = TypeVar("T")
LOOK = 0.05
"""Seconds between looks at how far another process has kept a view."""

ANSWERS = 10_000
"""How many answers a view keeps at hand at most."""


class Overtaken(Exception):
    """The live view stands further than the one built beside it. Nothing was swapped; read on and try again."""


Project = Callable[[Any, Rows], None]
Parameters = Sequence[Any] | Mapping[str, Any]


class View:
    """Subclasses name themselves, their tables, and what may be asked of them.

    `tables` creates them, unqualified. `project` is a singledispatch function: registering a stored event of the
    own service, or a published one of a neighbour, is to follow it.
    """

    name: ClassVar[str]
    table_names: ClassVar[tuple[str, ...]]
    tables: ClassVar[LiteralString]
    hanging: ClassVar[Mapping[str, Hangs]] = {}
    """Tables whose rows belong to the site of a row in another, such as {"listener": ("briefing", "id", "briefing")}."""

    grow: ClassVar[tuple[str, ...]] = ()
    """Tables whose rows nothing changes once they are there; they can be written while the others are made."""

    def __init__(self, service: str, project: Project, pool: AsyncConnectionPool) -> None:
        self.service, self.project, self.pool = service, project, pool
        self.scribe = Scribe(pool)
        """Who writes them: one for all views of a room, on connections of its own, so that readers never hold it up."""
        self.kept_here = False
        """Whether this process keeps the view; elsewhere it is only read, and its places are looked up."""
        self.live, self.next = f"{service}_view", f"{service}_next"
        self.places: dict[str, tuple[int, int]] = {}
        """How far each source has been taken."""
        self.pages: dict[str, tuple[int, int]] = {}
        """How far the database was told; what lies between changed nothing, and may be read again after a crash."""
        self.open_to_all: list[str] = []
        """Its tables that do not say whose their rows are, which everyone may read."""
        self.outdated = False
        """Whether its rows were made by the cases of another release, so that it should be built anew."""
        self._tables = Tables(self.name, self.table_names, self.tables, self.hanging, self._cases())
        self._moved, self._turning = asyncio.Condition(), asyncio.Lock()
        self._answers: dict[Hashable, Any] = {}

    def followed(self) -> list[type]:
        """Every event class the view has a case for."""
        registry = self.project.registry  # type: ignore[attr-defined]
        return [kind for kind in registry if isinstance(kind, type) and kind is not object]

    def _cases(self) -> str:
        """Names the files in which the view and its cases are written, as they are now."""
        written = {case.__module__ for case in self.project.registry.values()}  # type: ignore[attr-defined]
        files = (sys.modules[module].__file__ for module in sorted(written | {type(self).__module__}))
        return hashlib.sha256(b"".join(Path(file).read_bytes() for file in files if file)).hexdigest()

    def neighbours(self) -> list[str]:
        """The publishers it hears."""
        published = [k for k in self.followed() if issubclass(k, PublishedEvent) and k is not PublishedEvent]
        return sorted({kind.publisher() for kind in published})

    def reads_own_store(self) -> bool:
        """Whether it follows its own service's stored events too."""
        return any(issubclass(kind, Event) for kind in self.followed())

    async def set_up(self, schema: str = "") -> None:
        """Make the tables where they are missing, and remember how far they were kept."""
        async with self.pool.connection() as connection, connection.transaction():
            await self._into(connection, schema or self.live)
            made = self._tables.make(connection, schema) if schema else self._tables.make_once(connection, self.live)
            self.open_to_all = await made
            rows = await connection.execute(
                "SELECT source, position, stream_sequence FROM bookmark WHERE view = %s", (self.name,)
            )
            self.pages = {source: (position, sequence) for source, position, sequence in await rows.fetchall()}
            if not schema and self.followed():
                self.outdated = not await self._tables.filled_by_ours(connection, empty=not self.pages)
        self.places = self._resumed(self.pages)
        self._answers = {}

    def _resumed(self, pages: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        """What this process passed by in a stream it does not hear again, wherever the page was turned meanwhile."""
        passed = {source: sequence for source, (_, sequence) in self.places.items()} if self.kept_here else {}
        kept = {source: pages.get(source, (0, 0)) for source in {*pages, *passed}}
        return {source: (place, max(sequence, passed.get(source, 0))) for source, (place, sequence) in kept.items()}

    async def keep(self, events: Iterable[Any], places: dict[str, tuple[int, int]], schema: str = "") -> None:
        """Change the tables by these events, and turn the page, in one transaction.

        Events that change nothing are passed by; `turn` writes that down. Raises KeptElsewhere where the page is not
        the one that was last read: nothing is changed then.
        """
        rows = Rows()
        for event in events:
            self.project(event, rows)
        if schema or rows.statements:
            await self._write(rows, places, schema)
        if not schema:
            self.places |= places
            async with self._moved:
                self._moved.notify_all()

    def ahead(self) -> dict[str, tuple[int, int]]:
        """The places that the database does not know of yet."""
        return {source: place for source, place in self.places.items() if self.pages.get(source) != place}

    async def turn(self) -> bool:
        """Write down how far everything has been taken; False when that is known. Raises KeptElsewhere as `keep` does."""
        is_ahead = bool(self.ahead())
        if is_ahead:
            await self._write(Rows(), {}, "")
        return is_ahead

    async def check(self) -> None:
        """Whether the database still holds what it was told, since nobody waits for its disk. Raises KeptElsewhere."""
        if await self._kept_to() != self.pages:
            raise KeptElsewhere(f"{self.service}.{self.name}")

    def start_from_page(self, source: str) -> int:
        """Take a source to be heard anew from where the database knows of it; that place in its stream."""
        self.places[source] = self.pages.get(source, (0, 0))
        return self.places[source][1]

    async def _write(self, rows: Rows, places: dict[str, tuple[int, int]], schema: str) -> None:
        async with self._turning:  # who comes meanwhile would still see the page from which this one turns
            if not schema:
                places = self.ahead() | places
            change = Change(
                self.name,
                self.table_names,
                rows,
                places,
                dict(self.pages),
                (schema or self.live, reach()),
                anew=bool(schema),
            )
            await self.scribe.write(change)
            if not schema:
                self.pages |= places
                self.places |= places
                if rows.statements:
                    self._answers = {}

    async def cached(self, question: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question that is asked with every command, kept until the view next changes."""
        if not self.kept_here:
            return await ask()
        answers, question = self._answers, (reach(), question)
        if question in answers:
            found: T = answers[question]
            return found
        # Kept with the answers of the view as it was when asked: if it changes meanwhile, those are let go of.
        answer = await ask()
        if len(answers) >= ANSWERS:
            answers.clear()
        answers[question] = answer
        return answer

    async def reached(self, source: str, position: int, patience: float = 2.0) -> bool:
        """Wait until the view has taken a source's event at a position; False if that takes longer than `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                if self.kept_here:
                    async with self._moved:
                        await self._moved.wait_for(lambda: self.places.get(source, (0, 0))[0] >= position)
                while self.places.get(source, (0, 0))[0] < position:
                    await asyncio.sleep(LOOK)
                    self.places = await self._kept_to()
        except TimeoutError:
            return False
        return True

    async def _kept_to(self) -> dict[str, tuple[int, int]]:
        found = await self.rows("SELECT source, position, stream_sequence FROM bookmark WHERE view = %s", (self.name,))
        return {row["source"]: (row["position"], row["stream_sequence"]) for row in found}

    async def rows(self, query: LiteralString, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """Ask the tables. Names in the query are the view's own, unqualified."""
        async with self.pool.connection() as connection, connection.transaction():
            await self._into(connection, self.live)
            async with connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(query, parameters)
                return await cursor.fetchall()

    async def row(self, query: LiteralString, parameters: Parameters = ()) -> dict[str, Any] | None:
        """The first row, or None."""
        found = await self.rows(query, parameters)
        return found[0] if found else None

    async def change(self, statement: LiteralString, parameters: Sequence[Any] = ()) -> None:
        """Write what is not derived from events (that a deadline rang); it need not survive a rebuild.

        By the hand that writes the rest: two that write the same rows in different orders would lock each other out.
        """
        rows = Rows()
        rows.execute(statement, parameters)
        await self.scribe.write(Change(self.name, self.table_names, rows, {}, {}, (self.live, reach())))
        self._answers = {}

    async def begin_anew(self) -> None:
        """Empty tables beside the live ones, to be filled from the first event."""
        async with self.pool.connection() as connection, connection.transaction():
            await self._into(connection, self.next)
            for table in self.table_names:
                await connection.execute(SQL("DROP TABLE IF EXISTS {} CASCADE").format(Identifier(self.next, table)))
            await self._tables.make(connection, self.next)
            await connection.execute("DELETE FROM bookmark WHERE view = %s", (self.name,))

    async def swap(self, positions: dict[str, int]) -> None:
        """Put the newly built tables in place of the live ones; reading goes on from the positions they were built to.

        Whoever keeps the live view meanwhile waits, then finds its page turned. Raises Overtaken where the live view
        stands further.
        """
        async with self.pool.connection() as connection, connection.transaction():
            for table in self.table_names:  # in the order in which `keep` meets them: tables first, the bookmark last
                await connection.execute(
                    SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(Identifier(self.live, table))
                )
            await self._into(connection, self.live)
            rows = await connection.execute(
                "SELECT source, position, stream_sequence FROM bookmark WHERE view = %s FOR UPDATE", (self.name,)
            )
            live = {source: (position, sequence) for source, position, sequence in await rows.fetchall()}
            if any(position > positions.get(source, 0) for source, (position, _) in live.items()):
                raise Overtaken(f"{self.service}.{self.name}")
            places = {source: (position, live.get(source, (0, 0))[1]) for source, position in positions.items()}
            for table in self.table_names:
                await connection.execute(SQL("DROP TABLE {} CASCADE").format(Identifier(self.live, table)))
                move = SQL("ALTER TABLE {} SET SCHEMA {}")
                await connection.execute(move.format(Identifier(self.next, table), Identifier(self.live)))
            await connection.execute("DELETE FROM bookmark WHERE view = %s", (self.name,))
            for source, place in places.items():
                await connection.execute("INSERT INTO bookmark VALUES (%s, %s, %s, %s)", (self.name, source, *place))
            await self._tables.note_filled(connection)
        self.outdated = False
        self.pages, self._answers = places, {}
        self.places = self._resumed(places)
        async with self._moved:
            self._moved.notify_all()

    async def _into(self, connection: AsyncConnection[Any], schema: str) -> None:
        await settle_into(connection, schema, reach())
