"""What was planted in the demo provider is found by the chart that is made for it, and not by the one that is not."""

from __future__ import annotations

import pytest

from services.governance.domain.comparing import compare_sites
from services.governance.domain.trending import Trended, trend_of_rates, trend_of_shares
from tests.governance.planted import (
    Pick,
    care_homes,
    falls,
    medicines,
    month,
    months_of,
    promptness_of,
    rates_of,
    sites,
    times_of,
)

SPREAD = ["ashdown-lodge", "willow-bank", "meadow-rise", "orchard-lea", "canalside", "linden-place"]


def trend(site: str, pick: Pick) -> Trended:
    found = trend_of_rates(months_of(site, pick), times_of(site, pick))
    assert found is not None
    return found


def rises(found: Trended) -> list[str]:
    return [point.label for point in found.points if point.signal and point.signal.is_high and not found.is_times]


def test_the_home_with_far_more_falls_stands_out_of_the_funnel() -> None:
    compared = compare_sites(rates_of(care_homes(), falls))
    assert compared is not None
    first = max(compared.sites, key=lambda each: each.per_thousand)
    assert (first.rate.site, first.placed) == ("orchard-lea", "high.001")
    assert compared.sentences[0].startswith("Orchard Lea: much higher than chance explains")


def test_its_own_trend_does_not_show_it_since_it_always_was_so() -> None:
    assert rises(trend("orchard-lea", falls)) == []


def test_the_spreading_theme_is_found_by_each_sites_own_trend_in_the_order_in_which_it_spread() -> None:
    found = {site: rises(trend(site, medicines)) for site in sites()}
    assert {site for site, labels in found.items() if labels} == set(SPREAD)
    firsts = [next(p.month for p in trend(site, medicines).points if p.label == found[site][0]) for site in SPREAD]
    assert firsts[0] == month(7)
    assert firsts == sorted(each for each in firsts if each)


def test_a_funnel_of_the_year_finds_only_where_the_theme_has_been_long() -> None:
    compared = compare_sites(rates_of(care_homes(), medicines))
    assert compared is not None
    assert {each.rate.site for each in compared.sites if each.direction > 0} == {"ashdown-lodge", "willow-bank"}


def test_the_site_that_improves_shows_in_the_trend_of_its_measure() -> None:
    found = trend_of_shares(promptness_of("fernley", "safeguarding_indicator"), 0.95)
    assert found is not None
    high = [point.month for point in found.points if point.signal and point.signal.is_high]
    assert high
    assert min(each for each in high if each) == month(4)


def test_the_site_that_only_seems_to_improve_does_not() -> None:
    found = trend_of_shares(promptness_of("beacon-house", "professional_update"), 0.95)
    assert found is not None
    assert [point for point in found.points if point.signal and point.signal.is_high] == []


@pytest.mark.parametrize("site", [site for site in SPREAD if site != "orchard-lea"])
def test_falls_are_steady_where_only_medicines_rose(site: str) -> None:
    assert rises(trend(site, falls)) == []
