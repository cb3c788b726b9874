"""What tells who somebody is must be found before a text is shared, and ordinary words must be left alone."""

from __future__ import annotations

import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.names import find, is_nhs_number


def kinds(text: str, *known: str) -> list[str]:
    return [each.kind for each in find(text, known)]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("Her number is 943 476 5919.", "an NHS number", "943 476 5919"),
        ("NHS 9434765919 on the chart", "an NHS number", "9434765919"),
        ("He lives at SW1A 1AA now", "a postcode", "SW1A 1AA"),
        ("near m1 1ae", "a postcode", "m1 1ae"),
        ("call 020 7946 0018", "a phone number", "020 7946 0018"),
        ("call +44 7700 900123 first", "a phone number", "+44 7700 900123"),
        ("call 07700 900 123", "a phone number", "07700 900 123"),
        ("write to ann.o'hara@elm-court.example.org please", "an e-mail address", "ann.o'hara@elm-court.example.org"),
        ("born 3 March 1941", "a date of birth", "born 3 March 1941"),
        ("DOB: 03/03/41", "a date of birth", "DOB: 03/03/41"),
        ("on 12.06.1938", "a date of birth", "12.06.1938"),
        ("NI number AB 12 34 56 C", "a National Insurance number", "AB 12 34 56 C"),
        ("Mrs Okafor was waiting", "a title with a name", "Mrs Okafor"),
        ("Dr. J. Smith-Jones said", "a title with a name", "Dr. J. Smith-Jones"),
        ("mr patel waited", "a title with a name", "mr patel"),
        ("Nurse Ada saw it", "a title with a name", "Nurse Ada"),
        ("Mrs O’Brien", "a title with a name", "Mrs O’Brien"),
    ],
)
def test_what_tells_who_somebody_is_is_found(text: str, kind: str, found: str) -> None:
    assert [(each.kind, each.text) for each in find(text)] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "The night carer rang the GP at 22:15 on 3 March 2026.",
        "Two carers per shift, 12 residents, 3 falls in 30 days.",
        "We miss the handover when shifts change at 7.",
        "The Nurse Associate and the Nurse Practitioner agreed.",
        "Order 1234567890 of new rails",  # ten digits whose check digit is wrong
        "In May we will mark the rose garden.",
        "Record it within 24 hours, or 48 at a weekend.",
        "Policy SG2 4.1 says so.",
        "A dose of 500 ms was set on the alert.",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert find(text) == []


def test_known_names_are_found_whole_and_in_part() -> None:
    assert kinds("ada okafor slipped", "Ada Okafor") == ["the name of someone"]
    assert kinds("Okafor slipped", "Ada Okafor") == ["the name of someone"]
    assert kinds("The okapi slipped", "Ada Okafor") == []


def test_a_name_that_is_an_everyday_word_counts_only_as_part_of_the_whole_name() -> None:
    assert kinds("Rose gardens may grow", "Rose May") == []
    assert kinds("Then Rose May slipped", "Rose May") == ["the name of someone"]


def test_invisible_and_look_alike_characters_hide_nothing() -> None:
    assert kinds("Mrs\u00a0Oka\u200bfor") == ["a title with a name"]
    assert kinds("９４３ ４７６ ５９１９") == ["an NHS number"]


def test_nothing_is_counted_twice() -> None:
    found = find("Mrs Okafor, Mrs Okafor's file 943 476 5919", ["Okafor"])
    assert [each.kind for each in found] == ["a title with a name", "a title with a name", "an NHS number"]


@given(st.integers(min_value=0, max_value=999_999_999))
def test_an_nhs_number_has_at_most_one_right_check_digit(nine: int) -> None:
    assert sum(is_nhs_number(f"{nine:09}{check}") for check in range(10)) <= 1


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_can_be_looked_through(text: str, known: list[str]) -> None:
    for each in find(text, known):
        assert each.text


@pytest.mark.parametrize("part", ["a", "a.", "0", "0 ", "Mr ", "1/1/", "born ", "a@"])
def test_a_long_text_takes_no_longer_than_its_length_asks_for(part: str) -> None:
    """Twice the text may take about twice the time, never four times: nobody can hold the service up with words."""

    def seconds(length: int) -> float:
        text = part * (length // len(part))
        return min(timeit.repeat(lambda: find(text, ["Ada Okafor"]), number=1, repeat=3))

    assert seconds(40_000) < 12 * seconds(8_000) + 0.05
