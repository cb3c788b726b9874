"""Messages, sources, totals and files: each thing that can be asked of them happens, is refused, or is quiet."""

from __future__ import annotations

from datetime import date
from functools import partial
from uuid import UUID

from hypothesis import given as whatever
from hypothesis import strategies as st

from libs.deciding import deciding
from services.intake.domain import CodeNotOurs, ExternalMessage, ExternalSource, ImportBatch, RegulatorCount
from services.intake.domain.refusals import (
    BatchEnded,
    NewerTotalOnRecord,
    NotInQuarantine,
    RationaleMissing,
    RowsUncounted,
    TotalImpossible,
)
from tests.given import JOURNEY, NOW, PLACE, SOMEONE, event, given

FROM = {"source": "careplan", "message_id": "m-1"}
RECEIVED = event(ExternalMessage.Received, **FROM)
KEPT = event(
    ExternalMessage.Quarantined, **FROM, digest="d", reason="unknown-site", sentence="No such site.", part="site",
    code="X", headers="{}", payload="e30=",
)  # fmt: skip
TAKEN = event(ExternalMessage.Accepted, **FROM, digest="d", opportunity=JOURNEY, reference="ABCD", remark="")


def test_a_message_is_accepted() -> None:
    given(ExternalMessage, RECEIVED).when(lambda it: it.accept("d", JOURNEY, "ABCD")).then(TAKEN)


def test_a_message_is_kept_apart_and_the_same_again_is_a_repeat() -> None:
    given(ExternalMessage, RECEIVED).when(lambda it: it.quarantine("d", "unknown-site", "No such site.")).then(
        event(ExternalMessage.Quarantined, reason="unknown-site")
    )
    given(ExternalMessage, RECEIVED, KEPT).when(lambda it: it.quarantine("d", "unknown-site", "No such site.")).then(
        event(ExternalMessage.Repeated, remark="It is still kept apart. No such site.")
    )
    given(ExternalMessage, RECEIVED, KEPT).when(lambda it: it.quarantine("d", "unknown-kind", "No such kind.")).then(
        event(ExternalMessage.Quarantined, reason="unknown-kind")
    )


def test_a_repeat_names_what_the_first_led_to() -> None:
    given(ExternalMessage, RECEIVED, TAKEN).when(lambda it: it.repeat("d", "Known.")).then(
        event(ExternalMessage.Repeated, opportunity=JOURNEY, reference="ABCD")
    )


def test_a_message_is_set_aside_only_from_quarantine_and_with_a_reason() -> None:
    given(ExternalMessage, RECEIVED, KEPT).when(lambda it: it.set_aside("A test of theirs.")).then(
        event(ExternalMessage.SetAside)
    )
    given(ExternalMessage, RECEIVED, KEPT).when(lambda it: it.set_aside(" ")).refused(RationaleMissing)
    given(ExternalMessage, RECEIVED, TAKEN).when(lambda it: it.set_aside("Why not.")).refused(NotInQuarantine)


def test_a_code_is_given_a_meaning_and_the_same_again_is_quiet() -> None:
    known = event(ExternalSource.Known, source="careplan")
    mapped = event(ExternalSource.CodeMapped, part="site", code="E1", ours="elm")
    given(ExternalSource, known).when(lambda it: it.map_code("site", "E1", "elm")).then(mapped)
    given(ExternalSource, known, mapped).when(lambda it: it.map_code("site", "E1", "elm")).nothing()
    given(ExternalSource, known, mapped).when(lambda it: it.map_code("site", "E1", "oak")).then(
        event(ExternalSource.CodeMapped, ours="oak")
    )
    given(ExternalSource, known).when(lambda it: it.map_code("summary", "E1", "elm")).refused(CodeNotOurs)


YEAR = event(RegulatorCount.Opened, count_kind="complaint_upheld", financial_year="2025/26")


def stated(total: int, month: int, delta: int) -> tuple[type, dict[str, object]]:
    return event(
        RegulatorCount.Restated, count_kind="complaint_upheld", financial_year="2025/26", running_total=total,
        delta=delta, as_of=date(2026, month, 28), posted_after_year_end=False,
    )  # fmt: skip


def test_a_total_says_what_is_new_in_it() -> None:
    given(RegulatorCount, YEAR).when(lambda it: it.restate(0, date(2026, 1, 28))).then(stated(0, 1, 0))
    given(RegulatorCount, YEAR, stated(2, 1, 2)).when(lambda it: it.restate(5, date(2026, 2, 28))).then(stated(5, 2, 3))


def test_a_lower_total_takes_back() -> None:
    given(RegulatorCount, YEAR, stated(2, 1, 2)).when(lambda it: it.restate(1, date(2026, 2, 28))).then(
        stated(1, 2, -1)
    )


def test_the_same_total_again_is_quiet_even_months_later() -> None:
    history = (YEAR, stated(2, 1, 2), stated(3, 3, 1))
    for total, month in ((2, 1), (2, 2), (3, 3), (3, 5)):
        asked = partial(RegulatorCount.restate, running_total=total, as_of=date(2026, month, 28))
        given(RegulatorCount, *history).when(asked).nothing()


def test_an_older_total_that_differs_is_not_taken() -> None:
    given(RegulatorCount, YEAR, stated(2, 1, 2), stated(3, 3, 1)).when(
        lambda it: it.restate(9, date(2026, 2, 28))
    ).refused(NewerTotalOnRecord)


def test_a_total_below_nought_is_refused() -> None:
    given(RegulatorCount, YEAR).when(lambda it: it.restate(-1, date(2026, 2, 28))).refused(TotalImpossible)


@whatever(st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_what_is_new_in_the_totals_adds_up_to_the_last_and_a_second_reading_is_quiet(totals: list[int]) -> None:
    with deciding(SOMEONE, NOW):
        count = RegulatorCount(**PLACE, count_kind="complaint_upheld", financial_year="2026/27")
        for _ in range(2):
            for month, total in enumerate(totals, start=1):
                count.restate(total, date(2026, month, 28))
    news = [each for each in count.pending_events if isinstance(each, RegulatorCount.Restated)]
    assert sum(each.delta for each in news) == totals[-1]
    assert len(news) <= len(totals)


BATCH = event(ImportBatch.Opened, file_digest="d", mapping="records/1", rows=10)
HALF = event(ImportBatch.RowsTaken, rows_done=6, accepted=4, repeated=1, refused=[3])
REST = event(ImportBatch.RowsTaken, rows_done=10, accepted=4, repeated=0, refused=[])


def test_a_file_is_brought_in_by_marks_and_ended() -> None:
    given(ImportBatch, BATCH).when(lambda it: it.take_rows(6, 4, 1, [3])).then(HALF)
    given(ImportBatch, BATCH, HALF, REST).when(lambda it: it.end()).then(
        event(ImportBatch.Ended, accepted=8, repeated=1, refused=[3])
    )


def test_a_mark_that_is_not_ahead_is_quiet_and_so_is_a_second_end() -> None:
    given(ImportBatch, BATCH, HALF).when(lambda it: it.take_rows(6, 4, 1, [3])).nothing()
    ended = event(ImportBatch.Ended, accepted=8, repeated=1, refused=[3])
    given(ImportBatch, BATCH, HALF, REST, ended).when(lambda it: it.end()).nothing()
    given(ImportBatch, BATCH, HALF, REST, ended).when(lambda it: it.take_rows(11, 1, 0, [])).refused(BatchEnded)


def test_every_row_is_counted_once() -> None:
    given(ImportBatch, BATCH).when(lambda it: it.take_rows(6, 4, 1, [])).refused(RowsUncounted)
    given(ImportBatch, BATCH).when(lambda it: it.take_rows(11, 11, 0, [])).refused(RowsUncounted)
    given(ImportBatch, BATCH, HALF).when(lambda it: it.end()).refused(RowsUncounted)


def test_the_same_file_and_mapping_are_the_same_batch() -> None:
    assert ImportBatch.create_id("d", "records/1") == ImportBatch.create_id("d", "records/1")
    assert ImportBatch.create_id("d", "records/2") != ImportBatch.create_id("d", "records/1")
    assert isinstance(ImportBatch.create_id("d", "records/1"), UUID)
