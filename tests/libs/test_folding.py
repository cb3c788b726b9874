"""Statements of projections, read as what becomes of a row in memory: the same as the database makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from libs.statements import Columns, Held, NotFoldable, compiled

PUT = (
    "INSERT INTO thing AS t (id, name, best) VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE"
    " SET name = coalesce(t.name, excluded.name), best = greatest(t.best, excluded.best), state = 'again'"
)


def table() -> tuple[dict[str, Columns], Held]:
    return {"thing": Columns("thing", ["id", "name", "best", "state"], ["id"], [None, None, None, "new"])}, {
        "thing": {}
    }


def after(*said: tuple[str, tuple[Any, ...]]) -> list[list[Any]]:
    tables, held = table()
    for statement, parameters in said:
        compiled(statement, tables, held)(parameters)
    return list(held["thing"].values())


def test_a_first_row_takes_the_defaults_and_a_second_what_the_conflict_says() -> None:
    assert after((PUT, (1, None, 5))) == [[1, None, 5, "new"]]
    assert after((PUT, (1, None, 5)), (PUT, (1, "a", None)), (PUT, (1, "b", 7))) == [[1, "a", 7, "again"]]


def test_an_update_finds_its_row_by_the_key_and_a_row_that_is_not_there_stays_away() -> None:
    change = "UPDATE thing SET best = least(best, %s), state = NULL WHERE id = %s"
    assert after((PUT, (1, "a", 5)), (change, (3, 1)), (change, (1, 2))) == [[1, "a", 3, None]]


def test_several_rows_are_named_by_a_list_of_keys() -> None:
    change = ("UPDATE thing SET name = '' WHERE id = ANY(%s)", ([1, 3, 4],))
    gone = ("DELETE FROM thing WHERE id = ANY(%s)", ([2, 4],))
    there = [(PUT, (number, "a", 5)) for number in (1, 2, 3)]
    assert after(*there, change) == [[1, "", 5, "new"], [2, "a", 5, "new"], [3, "", 5, "new"]]
    assert after(*there, gone) == [[1, "a", 5, "new"], [3, "a", 5, "new"]]


def test_columns_that_are_not_given_keep_what_they_hold_where_nothing_is_said() -> None:
    short = "INSERT INTO thing VALUES (%s, %s) ON CONFLICT DO NOTHING"
    assert after((short, (1, "a")), (short, (1, "b"))) == [[1, "a", None, "new"]]


def test_an_array_takes_a_value_and_lets_go_of_it() -> None:
    take = "UPDATE thing SET name = array_append(name, %s), best = array_remove(best, %s) WHERE id = %s"
    said = [(PUT, (1, ["a"], ["a", "b", "a"])), (take, ("b", "a", 1))]
    assert after(*said) == [[1, ["a", "b"], ["b"], "new"]]
    assert after((PUT, (1, None, None)), (take, ("b", "a", 1))) == [[1, ["b"], None, "new"]]


def test_arrays_and_truths_are_joined_as_the_database_joins_them() -> None:
    join = (
        "INSERT INTO thing AS t (id, name, best) VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE SET"
        " name = CASE WHEN t.best THEN excluded.name ELSE t.name || excluded.name END, best = t.best OR excluded.best"
    )
    said = [(join, (1, ["a"], False)), (join, (1, ["b"], True)), (join, (1, ["c"], None)), (join, (1, ["d"], False))]
    found = [after(*said[:n])[0][1:3] for n in range(1, 5)]
    assert found == [[["a"], False], [["a", "b"], True], [["c"], True], [["d"], True]]
    assert after((join, (1, "a", None)), (join, (1, None, False))) == [[1, None, None, "new"]]
    with pytest.raises(NotFoldable):
        after((join, (1, "a", False)), (join, (1, ["a"], False)))


def test_a_case_knows_what_is_equal() -> None:
    case = "UPDATE thing SET name = CASE WHEN state = 'new' THEN 'first' ELSE name END WHERE id = %s"
    assert after((PUT, (1, "a", 5)), (case, (1,))) == [[1, "first", 5, "new"]]
    assert after((PUT, (1, "a", 5)), (PUT, (1, "b", 5)), (case, (1,))) == [[1, "a", 5, "again"]]


def test_a_guard_that_knows_no_value_lets_nothing_through() -> None:
    guarded = (
        "INSERT INTO thing AS t VALUES (%s, %s, %s, '') ON CONFLICT (id) DO UPDATE SET name = excluded.name"
        " WHERE t.best <= excluded.best"
    )
    said = [(guarded, (1, "a", 2)), (guarded, (1, "b", 1)), (guarded, (1, "c", None)), (guarded, (1, "d", 2))]
    assert [after(*said[:n])[0][1] for n in range(1, 5)] == ["a", "a", "a", "d"]


def test_what_is_deleted_may_come_again() -> None:
    gone = ("DELETE FROM thing WHERE id = %s", (1,))
    assert after((PUT, (1, "a", 5)), gone) == []
    assert after((PUT, (1, "a", 5)), gone, gone, (PUT, (1, "b", 1))) == [[1, "b", 1, "new"]]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE thing SET best = %s WHERE name = %s",
        "UPDATE thing SET best = best + 1 WHERE id = %s",
        "UPDATE thing SET id = %s WHERE id = %s",
        "UPDATE thing SET best = (SELECT 1) WHERE id = %s",
        "UPDATE other SET best = %s WHERE id = %s",
        "INSERT INTO thing SELECT %s",
        "INSERT INTO thing VALUES (%s, %s, %s, %s)",
        "INSERT INTO thing VALUES (%s, %s, %s, %s) ON CONFLICT (name) DO NOTHING",
        "DELETE FROM thing WHERE best < %s",
        "TRUNCATE thing",
    ],
)
def test_what_is_not_said_of_one_row_by_its_key_is_not_folded(statement: str) -> None:
    with pytest.raises(NotFoldable):
        compiled(statement, *table())


def test_a_pair_comes_before_another_by_its_second_value_where_the_first_is_the_same() -> None:
    case = (
        "INSERT INTO thing AS t VALUES (%s, %s, %s, '') ON CONFLICT (id) DO UPDATE SET"
        " name = CASE WHEN (t.best, t.name) < (excluded.best, excluded.name) THEN excluded.name ELSE t.name END,"
        " best = CASE WHEN (t.best, t.name) < (excluded.best, excluded.name) THEN excluded.best ELSE t.best END"
    )
    said = [(case, (1, "b", 2)), (case, (1, "z", 1)), (case, (1, "a", 2)), (case, (1, "c", 2)), (case, (1, "a", 3))]
    assert [after(*said[:n])[0][1:3] for n in range(1, 6)] == [["b", 2], ["b", 2], ["b", 2], ["c", 2], ["a", 3]]
    assert after((case, (1, "b", None)), (case, (1, "c", 1))) == [[1, "b", None, ""]]


def test_a_table_that_only_grows_takes_rows_and_no_changes() -> None:
    tables, held = table()
    tables["thing"].grows = True
    add = compiled("INSERT INTO thing VALUES (%s, %s, %s, '') ON CONFLICT (id) DO NOTHING", tables, held)
    add((1, "a", 5))
    add((2, "b", 5))
    assert list(held["thing"].values()) == [[1, "a", 5, ""], [2, "b", 5, ""]]
    for change in ("UPDATE thing SET best = %s WHERE id = %s", "DELETE FROM thing WHERE id = %s", PUT):
        with pytest.raises(NotFoldable):
            compiled(change, tables, held)
