"""The cases of a thematic review: drawn by a seed, each of them read or left out for a reason."""

from __future__ import annotations

import random
from datetime import date
from uuid import UUID

from hypothesis import given as whatever
from hypothesis import strategies as st

from services.review.domain import Sample
from services.review.domain import refusals as no
from services.review.domain.sample import Query, digest, draw
from tests.given import event, given

BEGUN = event(Sample.Begun)
CASES = [UUID(int=n) for n in range(1, 21)]
QUERY = Query(date(2026, 2, 1), date(2026, 2, 28), ("elm",), (), ("delayed_escalation",))
DRAWN = event(Sample.Drawn, query=QUERY, seed="s", fitting=20, digest=digest(CASES), cases=CASES[:2], because="")


@whatever(st.sets(st.uuids(), max_size=30), st.text(max_size=20), st.integers(1, 40), st.randoms(use_true_random=False))
def test_the_same_seed_draws_the_same_cases_in_whatever_order_they_come(
    cases: set[UUID], seed: str, size: int, chance: random.Random
) -> None:
    shuffled = list(cases)
    chance.shuffle(shuffled)
    found = draw(shuffled, seed, size)
    assert found == draw(sorted(cases), seed, size)
    assert len(found) == len(set(found)) == min(size, len(cases))
    assert set(found) <= cases


def test_a_draw_can_be_done_again_by_hand() -> None:
    # echo -n "elm/00000000-0000-0000-0000-00000000000N" | sha256sum gives 8d4b…, 6514…, 2a7a… for N = 1, 2, 3
    assert [case.int for case in draw([UUID(int=1), UUID(int=2), UUID(int=3)], "elm", 3)] == [3, 2, 1]


def test_every_case_has_the_same_chance() -> None:
    times = dict.fromkeys(CASES, 0)
    for n in range(2000):
        for case in draw(CASES, f"seed {n}", 5):
            times[case] += 1
    # 2,000 draws of 5 from 20: 500 each, standard deviation 19.4; five of them on either side
    assert all(403 <= many <= 597 for many in times.values())


def test_a_sample_keeps_its_query_its_seed_and_what_it_was_drawn_from() -> None:
    past = given(Sample, BEGUN)
    past.when(lambda s: s.draw(QUERY, CASES, 5)).then(
        event(Sample.Drawn, query=QUERY, fitting=20, digest=digest(CASES[::-1]), because="")
    )
    assert past.aggregate.cases == draw(CASES, f"{past.aggregate.id}/1", 5)


def test_nobody_draws_until_the_cases_suit() -> None:
    past = given(Sample, BEGUN, DRAWN)
    past.when(lambda s: s.draw(QUERY, CASES, 5)).refused(no.SampleStands)
    past.when(lambda s: s.draw(QUERY, CASES, 5, "Two of them were the same event.")).then(
        event(Sample.Drawn, because="Two of them were the same event.", seed=f"{past.aggregate.id}/2")
    )


def test_there_is_something_to_draw_from() -> None:
    given(Sample, BEGUN).when(lambda s: s.draw(QUERY, [], 5)).refused(no.NothingToSample)
    given(Sample, BEGUN).when(lambda s: s.draw(QUERY, CASES, 0)).refused(no.NothingToSample)


def test_each_case_is_read_or_left_out_for_a_reason() -> None:
    first, second = CASES[:2]
    given(Sample, BEGUN).when(lambda s: s.require_read()).refused(no.SampleMissing)
    past = given(Sample, BEGUN, DRAWN)
    past.when(lambda s: s.require_read()).refused(no.CasesUnread)
    past.when(lambda s: s.read_case(first, "The note did not stand out.")).then(event(Sample.CaseRead, case=first))
    past.when(lambda s: s.require_read()).refused(no.CasesUnread)
    past.when(lambda s: s.leave_out(second, "It was another site's.")).then(event(Sample.CaseLeftOut, case=second))
    past.when(lambda s: s.require_read()).nothing()
    past.when(lambda s: s.read_case(CASES[9], "x")).refused(no.NotInSample)
    past.when(lambda s: s.leave_out(first, "")).refused(no.WordsMissing)


def test_what_was_read_stays_read_where_another_sample_holds_it_too() -> None:
    read = event(Sample.CaseRead, case=CASES[0], words="x")
    again = event(Sample.Drawn, query=QUERY, seed="t", fitting=20, digest="d", cases=[CASES[0], CASES[5]], because="y")
    assert given(Sample, BEGUN, DRAWN, read, again).aggregate.settled == {CASES[0]}
