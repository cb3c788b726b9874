"""Sums that are kept while nothing changes: of each site until something is said of it, of rare tables until they change.

A page over hundreds of sites adds up what is at hand, and counts anew only where something happened since. It holds
in the process that keeps the view, which alone knows of every change; another process counts each time.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Sequence
from typing import Any, LiteralString, TypeVar
from uuid import UUID

from libs.reach import EVERYTHING, everything, reach, reached
from libs.rows import speaks_of
from libs.views import Rows
from services.governance.projection.keeping import Keeping

T = TypeVar("T")
Row = dict[str, Any]
ANSWERS, QUESTIONS = 500, 60
"""How many answers, and how many questions of single sites, are kept at most."""


class Remembering(Keeping):
    """Asks only for what may have changed."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._changes: dict[str, int] = defaultdict(int)
        """How often each table and each site changed; sites are told from tables by a space before them."""
        self._kept: OrderedDict[Hashable, tuple[tuple[int, ...], Any]] = OrderedDict()
        self._sums: OrderedDict[Hashable, dict[str, tuple[int, Any]]] = OrderedDict()

    async def set_up(self, schema: str = "") -> None:
        """Make the tables; what was remembered of others is let go of."""
        await super().set_up(schema)
        self.forget()

    async def swap(self, positions: dict[str, int]) -> None:
        """Put new tables in place; what was remembered of the old ones is let go of."""
        await super().swap(positions)
        self.forget()

    def forget(self) -> None:
        """Let go of every sum. One that is being made just now will not be taken for a new one."""
        for name in self._changes:
            self._changes[name] += 1
        self._changes["*"] += 1

    async def keep(self, events: Iterable[Any], places: dict[str, tuple[int, int]], schema: str = "") -> None:
        """Change the tables by these events, and know their sites for changed."""
        events = list(events)
        await super().keep(events, places, schema)
        if not schema:
            for site in {event.site for event in events}:
                self._changes[f" {site}"] += 1

    async def _write(self, rows: Rows, places: dict[str, tuple[int, int]], schema: str) -> None:
        await super()._write(rows, places, schema)
        if not schema:
            for table in {name for statement, _ in rows.statements for name in speaks_of(statement, self.table_names)}:
                self._changes[table] += 1

    async def remembered(self, tables: Sequence[str], question: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question about tables that seldom change. It is shared: nobody may change it."""
        if not self.kept_here:
            return await ask()
        here, now = (reach(), question), tuple(self._changes[name] for name in ("*", *tables))
        if here in self._kept and self._kept[here][0] == now:
            self._kept.move_to_end(here)
            found: T = self._kept[here][1]
            return found
        answer = await ask()
        self._kept[here] = (now, answer)
        while len(self._kept) > ANSWERS:
            self._kept.popitem(last=False)
        return answer

    async def by_site(
        self,
        query: LiteralString,
        sites: Sequence[str],
        shape: Callable[[list[Row]], T],
        *,
        counted: LiteralString | None = None,
        shut: Collection[UUID] = (),
        **given: Any,
    ) -> dict[str, T]:
        """What a query finds for each site, by its column `site`, in a shape made of that site's rows.

        The query names `%(sites)s` and what is `given`, and speaks of journeys and what hangs on them. Where it reads sums,
        `counted` finds the same from single journeys: at the sites of journeys that are shut to the reader, and are within
        the sums. It may name `%(shut)s`.
        """
        here = reached()
        asked = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
        apart = await self._sites_of({*here.shut, *shut}) if here.opened is None else set(sites)
        own: dict[str, Any] = {"sites": [site for site in sites if site in apart], "shut": list(shut)}
        whole = [site for site in sites if site not in apart]
        found = grouped(await self.rows(counted or query, asked | own)) if own["sites"] else {}
        told = {site: shape(found.get(site, [])) for site in own["sites"]}
        if self.kept_here:
            reaches = frozenset(here.sites)
            whole = whole if EVERYTHING in reaches else [site for site in whole if site in reaches]
            told |= await self._at_hand(query, whole, shape, asked, tuple(sorted(given.items())))
        elif whole:
            found = grouped(await self.rows(query, asked | {"sites": whole}))
            told |= {site: shape(found.get(site, [])) for site in whole}
        return {site: told[site] for site in sites if site in told}

    async def _at_hand(
        self,
        query: LiteralString,
        sites: Sequence[str],
        shape: Callable[[list[Row]], T],
        asked: dict[str, Any],
        given: tuple[tuple[str, Any], ...],
    ) -> dict[str, T]:
        """The same of whole sites, of which only those are asked of whom something was said since."""
        sums = self._sums.setdefault((query, shape, given), {})
        self._sums.move_to_end((query, shape, given))
        now = {site: self._changes["*"] + self._changes[f" {site}"] for site in sites}
        if missing := [site for site in sites if site not in sums or sums[site][0] != now[site]]:
            with everything():
                found = grouped(await self.rows(query, asked | {"sites": missing}))
            sums |= {site: (now[site], shape(found.get(site, []))) for site in missing}
        while len(self._sums) > QUESTIONS:
            self._sums.popitem(last=False)
        return {site: sums[site][1] for site in sites}

    async def _sites_of(self, shut: Collection[UUID]) -> set[str]:
        """The sites at which these journeys happened, though they are shut to whoever asks."""
        if not shut:
            return set()
        with everything():
            found = await self.rows("SELECT DISTINCT site FROM journey WHERE journey = ANY(%s)", (list(shut),))
        return {row["site"] for row in found}


def grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by the site that each names."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["site"]].append(row)
    return found
