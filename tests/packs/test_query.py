"""What a pack is about: each filter narrows, and a contract narrows with them."""

from datetime import UTC, date, datetime

import pytest

from deploy.packs.query import Contract, NothingAsked, PeriodTurned, Query, contract_from, query_of
from libs.policytext import DocumentMalformed

MARCH = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
"""Half past eleven at night in the UK, where summer time has begun."""
CONTRACT = Contract(reference="C-12", commissioner="Northshire Council", sites=("elm", "oak"), since=date(2026, 1, 1))


def test_a_pack_about_nothing_is_refused() -> None:
    with pytest.raises(NothingAsked):
        Query()


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(PeriodTurned):
        Query(since=date(2026, 3, 2), until=date(2026, 3, 1))


def test_a_period_is_of_days_in_the_uk_and_holds_both_its_ends() -> None:
    assert Query(since=date(2026, 3, 31), until=date(2026, 3, 31)).covers(MARCH, "elm", set(), "acme")
    assert not Query(since=date(2026, 4, 1)).covers(MARCH, "elm", set(), "acme")


def test_a_site_and_a_theme_narrow_together() -> None:
    query = query_of(sites=["elm"], themes=["falls"])
    assert query.covers(MARCH, "elm", {"falls", "recording"}, "acme")
    assert not query.covers(MARCH, "oak", {"falls"}, "acme")
    assert not query.covers(MARCH, "elm", {"recording"}, "acme")


def test_a_contract_gives_its_sites_and_its_run_and_can_be_narrowed() -> None:
    assert Query(contract=CONTRACT).covers(MARCH, "oak", set(), "acme")
    assert not Query(contract=CONTRACT).covers(MARCH, "ash", set(), "acme")
    assert not Query(contract=CONTRACT).covers(datetime(2025, 12, 1, tzinfo=UTC), "oak", set(), "acme")
    assert not Query(contract=CONTRACT, sites=("elm",)).covers(MARCH, "oak", set(), "acme")
    assert not Query(contract=CONTRACT, sites=("ash",)).covers(MARCH, "ash", set(), "acme")
    assert Query(contract=CONTRACT).kind == "contract"


def test_a_contract_with_themes_covers_these_alone() -> None:
    query = Query(contract=CONTRACT.model_copy(update={"themes": ("falls",)}))
    assert query.covers(MARCH, "elm", {"falls"}, "acme")
    assert not query.covers(MARCH, "elm", {"recording"}, "acme")
    assert not query_of(contract=query.contract, themes=["recording"]).covers(MARCH, "elm", {"recording"}, "acme")


def test_another_provider_s_journey_is_never_covered() -> None:
    assert not Query(provider="acme", sites=("elm",)).covers(MARCH, "elm", set(), "other")


def test_a_theme_or_contract_that_cannot_be_read_is_refused_in_a_sentence() -> None:
    with pytest.raises(DocumentMalformed):
        query_of(themes=["nonsense"])
    with pytest.raises(DocumentMalformed):
        contract_from({"reference": "C-12"})


def test_the_filters_are_stated_in_words() -> None:
    stated = dict(Query(contract=CONTRACT, since=date(2026, 2, 1)).stated())
    assert stated == {
        "Contract": "C-12, with Northshire Council",
        "Sites": "elm, oak",
        "Themes": "all",
        "Put on record": "1 February 2026 to the last",
        "The contract runs": "1 January 2026 to the last",
    }
