"""A process beside the one that builds a view anew: it says what the projection makes of a stretch of a log.

It is begun as a copy of this one before anything is connected, so that it knows every view and publisher without being
told. It keeps no rows. What it says goes back as it is, but for rows of tables that only grow: those as lines for COPY.
"""

from __future__ import annotations

import asyncio
import gc
import io
import multiprocessing
import pickle
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from signal import SIG_IGN, SIGINT, signal
from types import TracebackType
from typing import Any, LiteralString, Self
from uuid import UUID

import psycopg

from libs.filled_lines import Lines
from libs.publishing import Publisher, id_of
from libs.rows import Rows
from libs.statements import Columns, NotFoldable, compiled
from libs.telling import Stretch, Telling
from libs.views import View

Growing = Mapping[str, tuple[Columns, Sequence[str]]]
"""Tables that only grow: their columns, and of which kind each is."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a stretch: the changes of rows, each by the number of its statement, and lines of growing tables."""

    statements: Sequence[LiteralString]
    changes: Sequence[tuple[int, Sequence[Any]]]
    lines: Mapping[str, bytes]


class Beside:
    """The other process, from here. `logs` says how to reach each service's store, and what leaves it.

    To be entered before a loop's threads, pools and connections are there, since all of these would be copied.
    """

    def __init__(self, views: Mapping[tuple[str, str], View], logs: Mapping[str, tuple[str, Publisher]]) -> None:
        self._views, self._logs = views, logs
        self._waiting = ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside")

    def __enter__(self) -> Self:
        copied = multiprocessing.get_context("fork")
        self._here, there = copied.Pipe()
        self._process = copied.Process(target=_tell, args=(there, self._here, self._views, self._logs), daemon=True)
        self._process.start()
        there.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.join()
        self._waiting.shutdown()
        self._here.close()

    def ask(self, view: View, source: str, stretch: Stretch, growing: Growing) -> asyncio.Future[Said | None]:
        """What is said of a stretch, in the order of asking; None where it is better told here."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._waiting, self._answer, (view.service, view.name), source, stretch, growing)

    def _answer(self, view: tuple[str, str], source: str, stretch: Stretch, growing: Growing) -> Said | None:
        try:
            self._here.send((view, source, stretch, growing))
            written = self._here.recv_bytes()
        except (OSError, EOFError):  # it ended: everything is told here
            return None
        return received(written)


def received(written: bytes) -> Said | None:
    """What was answered."""
    said: Said | None = pickle.loads(written) if written else None  # noqa: S301 - our own copy wrote it
    return said


class _Saying(Rows):
    """Takes what a projection says where the rows are not."""

    def __init__(self, growing: Growing) -> None:
        super().__init__()
        self.changes: list[tuple[int, Sequence[Any]]] = []
        self.held: dict[str, dict[Any, list[Any]]] = {table: {} for table in growing}
        self._columns = {table: columns for table, (columns, _) in growing.items()}
        self._known: dict[LiteralString, int | Callable[[Sequence[Any]], None]] = {}

    def execute(self, statement: LiteralString, parameters: Sequence[Any] = ()) -> None:
        known = self._known.get(statement)
        if known is None:
            known = self._known[statement] = self._learned(statement)
        if isinstance(known, int):
            self.changes.append((known, parameters))
        else:
            known(parameters)

    def _learned(self, statement: LiteralString) -> int | Callable[[Sequence[Any]], None]:
        try:
            return compiled(statement, self._columns, self.held)
        except NotFoldable:  # another table's, or to be refused where the rows are
            return sum(isinstance(each, int) for each in self._known.values())

    def said(self, growing: Growing) -> Said:
        lines = {table: Lines(growing[table][1]).of(rows.values()) for table, rows in self.held.items()}
        return Said([each for each, known in self._known.items() if isinstance(known, int)], self.changes, lines)


class _Pickler(pickle.Pickler):
    dispatch_table = {UUID: lambda value: (id_of, (value.int,))}  # noqa: RUF012 - as the base class has it


def _tell(there: Connection, here: Connection, views: Any, logs: Any) -> None:
    """Answer what is asked until nobody is there to ask; nothing was opened in this copy before it began."""
    here.close()
    signal(SIGINT, SIG_IGN)  # whoever began this ends it
    gc.disable()
    connections: dict[str, psycopg.Connection[Any]] = {}
    tellings: dict[tuple[str, str], Telling] = {}
    while True:
        try:
            name, source, stretch, growing = there.recv()
        except EOFError:
            return
        conninfo, publisher = logs[source]
        if source not in connections:
            connections[source] = psycopg.connect(conninfo, autocommit=True)
        telling = tellings.setdefault((*name, source), Telling(views[name], publisher))
        there.send_bytes(answered(connections[source], telling, stretch, growing))


def answered(connection: psycopg.Connection[Any], telling: Telling, stretch: Stretch, growing: Growing) -> bytes:
    """What is said of a stretch, as it is sent; empty where it is better told where words can be opened."""
    with connection.cursor(binary=True) as cursor:
        lines = cursor.execute(*telling.question(stretch)).fetchall()
    saying = _Saying(growing)
    if telling.begin(saying, lines):
        return b""
    written = io.BytesIO()
    _Pickler(written, protocol=5).dump(saying.said(growing))
    return written.getvalue()
