"""A file of past records being brought in: how far it has come, so that it can stop anywhere and go on."""

from __future__ import annotations

from uuid import UUID

from libs.domain import Aggregate, Created, Event, event, follows
from services.intake.domain.refusals import BatchEnded, RowsUncounted


class ImportBatch(Aggregate):
    """One file read by one version of one mapping. The same file and mapping again are the same batch."""

    TOPIC = "intake.ImportBatch"

    class Opened(Created):
        TOPIC = "intake.ImportBatch.Opened"
        file_digest: str
        mapping: str
        rows: int

    class RowsTaken(Event):
        TOPIC = "intake.ImportBatch.RowsTaken"
        rows_done: int
        accepted: int
        repeated: int
        refused: list[int]

    class Ended(Event):
        TOPIC = "intake.ImportBatch.Ended"
        accepted: int
        repeated: int
        refused: list[int]

    @staticmethod
    def create_id(file_digest: str, mapping: str) -> UUID:
        return follows("intake.ImportBatch", f"{file_digest}/{mapping}")

    @event(Opened)
    def __init__(
        self, *, provider: str, site: str, journey: UUID, about: UUID, file_digest: str, mapping: str, rows: int
    ) -> None:
        self.rows, self.rows_done = rows, 0
        self.accepted = self.repeated = 0
        self.refused: list[int] = []
        self.ended = False

    def take_rows(self, rows_done: int, accepted: int, repeated: int, refused: list[int]) -> None:
        """Rows up to `rows_done` were taken; the counts are of the rows since the last mark, `refused` their numbers.

        A mark that is not ahead of the last is no news: the run that set it was overtaken by another.
        """
        if self.ended:
            raise BatchEnded
        if rows_done <= self.rows_done:
            return
        if rows_done > self.rows or accepted + repeated + len(refused) != rows_done - self.rows_done:
            raise RowsUncounted
        self.trigger_event(self.RowsTaken, rows_done=rows_done, accepted=accepted, repeated=repeated, refused=refused)

    @event(RowsTaken)
    def _(self, rows_done: int, accepted: int, repeated: int, refused: list[int]) -> None:
        self.rows_done = rows_done
        self.accepted += accepted
        self.repeated += repeated
        self.refused += refused

    def end(self) -> None:
        """Every row has been taken or refused. Ending it again is no news."""
        if self.ended:
            return
        if self.rows_done < self.rows:
            raise RowsUncounted
        self.trigger_event(self.Ended, accepted=self.accepted, repeated=self.repeated, refused=list(self.refused))

    @event(Ended)
    def _(self) -> None:
        self.ended = True
