"""What is offered at many sites: the site first, so that nobody reads through hundreds of lines."""

from __future__ import annotations

import asyncio

from libs.directory import Site
from libs.vigilance import EarlySign
from services.assurance.pages.places import MANY, Offer, offered

SIGN = EarlySign(id="vague", title="A vague note", sources=("S4-030",))


def sites(number: int) -> list[Site]:
    return [Site("acme", f"s{n}", f"Site {n}", "North", "ENG", "homecare") for n in range(number)]


def offer(number: int, chosen: str = "") -> Offer:
    async def ask(site: str) -> list[EarlySign]:
        return [SIGN]

    return asyncio.run(offered(sites(number), chosen, ask))


def test_at_few_sites_everything_is_offered_at_once() -> None:
    assert offer(1).choices == [("s0/vague", "A vague note")]
    assert offer(2, "s1").choices == [("s0/vague", "Site 0: A vague note"), ("s1/vague", "Site 1: A vague note")]


def test_at_many_sites_one_is_chosen_first() -> None:
    asked = offer(MANY + 1)
    assert (asked.choices, len(asked.places)) == ([], MANY + 1)
    assert offer(MANY + 1, "s3").choices == [("s3/vague", "A vague note")]
    assert offer(MANY + 1, "elsewhere").choices == []


def test_without_a_site_nothing_is_offered() -> None:
    assert offer(0) == Offer([], [])
