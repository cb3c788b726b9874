"""How far a post reaches: the sites whose records its holder may see and decide on."""

from __future__ import annotations

from libs.directory import Directory, Site
from libs.domain import Refused
from libs.web.posts import SignedIn


class OutOfReach(Refused):
    """The post you are acting in does not cover this site. Nothing was changed; sign in with a post that does."""


async def sites_of(directory: Directory, me: SignedIn) -> list[Site]:
    """The sites that the acting post covers, by title."""
    return await directory.sites_within(me.scope)


async def within(directory: Directory, me: SignedIn, site_id: str) -> None:
    """Raises OutOfReach where the acting post does not cover the site."""
    if site_id not in {site.site_id for site in await sites_of(directory, me)}:
        raise OutOfReach
