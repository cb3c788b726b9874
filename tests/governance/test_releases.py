"""What left the provider is remembered, so that no later table gives away what an earlier one hid."""

from __future__ import annotations

from datetime import date

from services.governance.domain import GivesAwayWithEarlier, Releases
from services.governance.domain.releases import Table
from tests.given import event, given

BEGAN = event(Releases.Began, table="kinds", since=date(2025, 1, 1), until=date(2026, 1, 1))


def table(**groups: tuple[list[str], int]) -> Table:
    return Table({g: sites for g, (sites, _) in groups.items()}, ["falls"], {g: [n] for g, (_, n) in groups.items()})


NORTH = table(North=(["elm", "oak"], 7), South=(["ash"], 30))
LEFT = event(
    Releases.TableReleased,
    groups={"North": ["elm", "oak"], "South": ["ash"]},
    columns=["falls"],
    cells={"North": [7], "South": [30]},
)


def test_a_table_that_leaves_is_remembered_with_whose_counts_it_holds() -> None:
    given(Releases, BEGAN).when(lambda r: r.release(NORTH)).then(LEFT)


def test_the_same_table_leaves_again_without_news() -> None:
    given(Releases, BEGAN, LEFT).when(lambda r: r.release(NORTH)).nothing()


def test_a_part_of_what_left_before_may_not_leave_where_the_rest_is_a_small_count() -> None:
    alone = table(Elm=(["elm"], 5))
    left = given(Releases, BEGAN, LEFT)
    assert left.aggregate.gives_away(alone) == [("falls", "Elm", "North"), ("falls", "Total", "North")]
    left.when(lambda r: r.release(alone)).refused(GivesAwayWithEarlier)


def test_a_part_may_leave_where_the_rest_is_not_small_or_not_known() -> None:
    left = given(Releases, BEGAN, LEFT).aggregate
    assert left.gives_away(table(Elm=(["elm"], 0))) == []
    assert left.gives_away(table(Fir=(["fir"], 5))) == []
    assert left.gives_away(Table({"Elm": ["elm"]}, ["medicines"], {"Elm": [5]})) == []
