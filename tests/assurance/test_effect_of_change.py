"""What a change is compared with is fixed before it starts, its verdicts on days fixed when it is made, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from contracts.taxonomy import Verdict
from libs.calendar import local_day
from services.assurance.domain import Effect
from services.assurance.domain.effect_of_change import review_due
from services.assurance.domain.figures import Figure, month_after
from services.assurance.domain.proof import Tied
from services.assurance.domain.verdict import Elsewhere, Judgement, judge
from tests.given import event, given

TIED = Tied("indicator", "Signs reviewed", 95, higher_is_better=True)
CHANGED = date(2026, 3, 20)
TRIGGERED = date(2026, 1, 31)
FIXED = event(Effect.BaselineFixed, measure_id="indicator", baseline_until=TRIGGERED, expected="Fewer late signs")
SET = event(Effect.ReviewsSet, measure_id="indicator", changed_on=CHANGED)


def months(first: date, *kept: tuple[int, int]) -> dict[date, Figure]:
    """Months one after another, each as so many of so many in time."""
    periods = [month_after(first, ahead) for ahead in range(len(kept))]
    return {p: Figure(p, k, n, k == n if n else None) for p, (k, n) in zip(periods, kept, strict=True)}


def year(before: int, after: int, of: int = 10, bad: int | None = None) -> dict[date, Figure]:
    """Six months to January, the bad month that set it off, the month of the change, and three months after."""
    worst = (before if bad is None else bad, of)
    return months(date(2025, 8, 1), *[(before, of)] * 6, worst, (before, of), *[(after, of)] * 3)


def judged(
    own: dict[date, Figure], others: Sequence[Elsewhere] = (), *, until: date = TRIGGERED, at: int = 3
) -> Judgement:
    return judge(TIED, own, others, baseline_until=until, changed_on=CHANGED, months=at)


def sites(number: int, before: int, after: int, **more: Any) -> list[Elsewhere]:
    return [Elsewhere(f"site-{n}", year(before, after), **more) for n in range(number)]


def test_the_baseline_ends_before_what_set_the_change_off() -> None:
    found = judged(year(8, 8, bad=1))
    assert found.data["baseline"] == ["2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01"]
    assert (found.before, found.after, found.until) == ("48/60", "24/30", date(2026, 6, 1))
    assert found.verdict == Verdict.NO_EVIDENCE


def test_one_bad_month_makes_a_plain_look_see_an_improvement_that_is_none() -> None:
    found = judged(year(17, 17, of=20, bad=2), sites(12, 8, 8))
    assert (found.crude, found.verdict) == (Verdict.IMPROVED, Verdict.NO_EVIDENCE)
    assert "A plain before and after of the last 3 months would have said: improved." in found.method
    assert "regression to the mean" in found.method


def test_a_site_far_from_the_others_by_chance_is_expected_to_come_back() -> None:
    ours = months(date(2025, 12, 1), (4, 10), (4, 10), (4, 10), (9, 10), (7, 10), (7, 10), (7, 10))
    found = judged(ours, sites(14, 8, 8))
    assert found.data["spread"]["mean"] == pytest.approx(0.23, abs=0.01)
    assert (found.crude, found.verdict) == (Verdict.IMPROVED, Verdict.NO_EVIDENCE)


def test_a_site_that_truly_improves_is_said_to_have_improved() -> None:
    found = judged(year(4, 10), sites(12, 8, 8))
    assert (found.verdict, found.met_after) == (Verdict.IMPROVED, True)
    assert found.data["difference"]["high"] < 1
    assert "12 untouched sites" in found.method


def test_what_happened_everywhere_is_not_put_down_to_the_change() -> None:
    alike = judged(year(6, 9), sites(12, 6, 9))
    assert alike.verdict == Verdict.NO_EVIDENCE
    assert "moved the same way" in alike.method
    touched = judged(year(4, 10), sites(12, 6, 9, changed_on=[date(2026, 2, 3)]))
    assert "no untouched site" in touched.method


def test_a_site_that_becomes_worse_is_said_to_have_become_worse() -> None:
    assert judged(year(10, 4), sites(12, 9, 9)).verdict == Verdict.WORSE


def test_few_cases_are_too_little_data_whatever_they_show() -> None:
    few = months(date(2025, 12, 1), (1, 1), (0, 1), (0, 1), (1, 1), (1, 1), (1, 1), (0, 0))
    found = judged(few, sites(12, 8, 8))
    assert (found.verdict, found.before, found.after) == (Verdict.TOO_LITTLE_DATA, "1/2", "2/2")
    nothing = judged(months(date(2025, 12, 1), (9, 10), (8, 10)))
    assert (nothing.verdict, nothing.p, nothing.after) == (Verdict.TOO_LITTLE_DATA, None, "0/0")
    assert judged({}).method.startswith("Method 2. Looked at: April 2026 to June 2026.")


def test_with_few_sites_the_verdict_says_what_it_could_not_correct() -> None:
    found = judged(year(4, 10), sites(4, 8, 8))
    assert found.verdict == Verdict.IMPROVED
    assert "could not be estimated" in found.method


def test_where_nothing_was_measured_before_the_trigger_the_verdict_says_so() -> None:
    late = months(date(2026, 2, 1), (4, 10), (4, 10), (10, 10), (10, 10), (10, 10))
    found = judged(late)
    assert not found.data["baseline_before_trigger"]
    assert "may be a return to the usual" in found.method


def test_later_reviews_look_at_later_months() -> None:
    found = judged(months(date(2025, 8, 1), *[(4, 10)] * 8, *[(10, 10)] * 3, *[(5, 10)] * 3), sites(12, 8, 8), at=6)
    assert found.data["looked_at"] == ["2026-07", "2026-08", "2026-09"]
    assert found.after == "15/30"


def test_a_share_that_is_to_fall_is_judged_the_other_way_round() -> None:
    lower = Tied("falls", "Falls at night", 10, higher_is_better=False)
    found = judge(lower, year(6, 0), sites(12, 2, 2), baseline_until=TRIGGERED, changed_on=CHANGED, months=3)
    assert (found.verdict, found.before, found.after, found.met_after) == (Verdict.IMPROVED, "36/60", "0/30", True)


def test_reviews_are_due_when_their_months_have_been_checked_and_checked_again() -> None:
    assert [local_day(review_due(CHANGED, each)) for each in (3, 6, 12)] == [
        date(2026, 7, 14), date(2026, 10, 14), date(2027, 4, 14),
    ]  # fmt: skip


def test_a_review_is_held_once() -> None:
    def hold(effect: Effect) -> None:
        effect.review(3, TIED, year(4, 10), sites(12, 8, 8))

    given(Effect, FIXED, SET).when(hold).then(
        event(Effect.Judged, months=3, verdict=Verdict.IMPROVED, method_version="2", before="24/60", after="30/30")
    )
    held = event(
        Effect.Judged, measure_id="indicator", months=3, verdict="improved", before="", after="", method="",
        method_version="2", crude="", p=0.01, met_after=True, until=CHANGED, data={},
    )  # fmt: skip
    given(Effect, FIXED, SET, held).when(hold).nothing()
    given(Effect, FIXED).when(hold).nothing()


def test_a_change_made_anew_is_judged_anew() -> None:
    again = date(2026, 5, 4)
    given(Effect, FIXED, SET).when(lambda e: e.set_reviews(again)).then(event(Effect.ReviewsSet, changed_on=again))
    given(Effect, FIXED, SET).when(lambda e: e.set_reviews(CHANGED)).nothing()


def test_a_change_without_a_measure_is_looked_at_again_and_if_nobody_did_that_is_told() -> None:
    rounds = [(date(2026, 4, 2), 10, 10), (date(2026, 8, 3), 5, 6)]
    given(Effect, FIXED, SET).when(lambda e: e.look_back(3, rounds[:1])).then(
        event(Effect.LookedBack, months=3, rounds=1, seen=10, of=10, due=date(2026, 7, 14))
    )
    given(Effect, FIXED, SET).when(lambda e: e.look_back(6, rounds)).then(
        event(Effect.LookedBack, months=6, rounds=1, seen=5, of=6)
    )
    given(Effect, FIXED, SET).when(lambda e: e.look_back(12, rounds)).then(
        event(Effect.LookedBack, months=12, rounds=0, due=date(2027, 4, 14))
    )
