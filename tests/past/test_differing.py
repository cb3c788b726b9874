"""What differs between two records is told from the whole to the part, row by row, by what each row is called."""

from deploy.past.differing import Difference, differences

THEN = {
    "journeys_open": 3,
    "regions": [{"region": "North", "late": 1, "sites": [{"site": "elm", "title": "Elm", "late": 1}]}],
    "learned": [{"journey": "1", "learned": "Check twice."}],
    "same": [1, 2],
}


def test_nothing_differs_from_itself() -> None:
    assert differences(THEN, THEN) == []


def test_a_number_is_named_by_where_it_stands_and_a_row_by_what_it_is_called() -> None:
    later = {
        "journeys_open": 2,
        "regions": [
            {"region": "North", "late": 0, "sites": [{"site": "elm", "title": "Elm", "late": 0}]},
            {"region": "South", "late": 4, "sites": []},
        ],
        "learned": [],
        "same": [1, 2],
    }
    assert differences(THEN, later) == [
        Difference("Journeys open", "3", "2"),
        Difference("Regions › North › Late", "1", "0"),
        Difference("Regions › North › Sites › Elm › Late", "1", "0"),
        Difference("Regions › South", "", "late: 4"),
        Difference("Learned › Check twice.", "journey: 1; learned: Check twice.", ""),
    ]


def test_what_was_not_there_yet_is_told_as_nothing_before() -> None:
    [one] = differences({}, {"raised": "2026-03-02T09:00:00+00:00"})
    assert one == Difference("Raised", "", "2 Mar 2026, 09:00")


def test_what_was_empty_and_still_is_differs_in_nothing_and_what_was_published_is_called_in_words() -> None:
    assert differences({"late": None}, {"late": [], "open": ""}) == []
    [one] = differences({}, {"timeline": [{"event": "1", "what": "intake.opportunity_raised.v1"}]})
    assert one.where == "Timeline › Opportunity raised"
