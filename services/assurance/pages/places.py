"""What can be chosen at which of my sites; with many sites, the site is chosen first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from libs.directory import Site
from libs.vigilance import AuditTool, EarlySign

MANY = 12
"""With more sites than this, one is chosen before what can be done there is offered."""


@dataclass(frozen=True, slots=True)
class Offer:
    """`choices` as "site/id" with their words; or, where there are none yet, the `places` to choose from first."""

    choices: list[tuple[str, str]]
    places: list[tuple[str, str]]


async def offered(
    sites: Sequence[Site], site: str, ask: Callable[[str], Awaitable[Sequence[AuditTool | EarlySign]]]
) -> Offer:
    """What can be chosen at these sites, or at the one of them that was chosen."""
    here = [each for each in sites if len(sites) <= MANY or each.site_id == site]
    if sites and not here:
        return Offer([], [(each.site_id, each.title) for each in sites])
    return Offer(
        [
            (f"{each.site_id}/{found.id}", f"{each.title}: {found.title}" if len(here) > 1 else found.title)
            for each in here
            for found in await ask(each.site_id)
        ],
        [],
    )
