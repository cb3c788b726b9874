"""Which counts left the provider: remembered, so that a later table does not give away what an earlier one hid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.disclosure import Release, between
from libs.domain import Aggregate, Created, Event, Refused, event, follows


@dataclass(frozen=True, slots=True)
class Table:
    """True counts of a table before anything is hidden: of which sites each row is, and a count for each column."""

    groups: Mapping[str, Sequence[str]]
    columns: Sequence[str]
    cells: Mapping[str, Sequence[int]]

    def plain(self) -> tuple[list[str], dict[str, list[int]]]:
        """What it says, however it came."""
        return list(self.columns), {row: list(cells) for row, cells in self.cells.items()}

    def of(self, column: str) -> Iterator[Release]:
        """Each count of a column that a reader sees: every row's, and all rows' together."""
        if column not in self.columns:
            return
        place = list(self.columns).index(column)
        together: set[str] = set()
        for row, sites in self.groups.items():
            together |= set(sites)
            yield Release(row, frozenset(sites), self.cells[row][place])
        yield Release("Total", frozenset(together), sum(cells[place] for cells in self.cells.values()))


class Releases(Aggregate):
    """What left of one table over the same months."""

    TOPIC = "governance.Releases"

    class Began(Created):
        TOPIC = "governance.Releases.Began"
        table: str
        since: date
        until: date

    class TableReleased(Event):
        TOPIC = "governance.Releases.TableReleased"
        groups: dict[str, list[str]]
        columns: list[str]
        cells: dict[str, list[int]]

    @staticmethod
    def create_id(provider: str, table: str, since: date, until: date) -> UUID:
        return follows("governance.Releases", f"{provider}/{table}/{since}/{until}")

    @event(Began)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, table: str, since: date, until: date
    ) -> None:
        self.table, self.since, self.until = table, since, until
        self.released: list[Table] = []

    def holds(self, new: Table) -> bool:
        """Whether just this table has left."""
        return any(known.plain() == new.plain() for known in self.released)

    def gives_away(self, new: Table) -> list[tuple[str, str, str]]:
        """Column, new count and earlier count that give away a small one between them."""
        return [
            (column, *pair)
            for known in self.released
            for column in new.columns
            for pair in between(list(new.of(column)), list(known.of(column)))
        ]

    def release(self, new: Table) -> None:
        """Let a table leave; the same again is no news. Raises GivesAwayWithEarlier."""
        if self.holds(new):
            return
        if self.gives_away(new):
            raise GivesAwayWithEarlier
        self.trigger_event(
            self.TableReleased,
            groups={row: sorted(sites) for row, sites in new.groups.items()},
            columns=list(new.columns),
            cells={row: list(cells) for row, cells in new.cells.items()},
        )

    @event(TableReleased)
    def _(self, groups: dict[str, list[str]], columns: list[str], cells: dict[str, list[int]]) -> None:
        self.released.append(Table(groups, columns, cells))


class GivesAwayWithEarlier(Refused):
    """Beside a table that left before, this one would give away a small count. Send the earlier table again instead."""
