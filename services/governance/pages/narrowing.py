"""Which of the reader's sites a page speaks of: all of them, one region's, or one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

from libs.directory import Directory, Site
from libs.web.posts import SignedIn
from libs.web.reach import OutOfReach, sites_of

LONGEST = 100


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The sites, what they are called together, and what an address needs so that a list is of the same sites."""

    sites: list[Site]
    title: str
    query: str
    regions: list[str]
    region: str = ""

    @property
    def regions_to_choose(self) -> list[tuple[str, str]]:
        """The regions that the reader's post covers, as a list to choose from has them."""
        return [(region, region) for region in self.regions]

    @property
    def ids(self) -> list[str]:
        """The sites' ids."""
        return [site.site_id for site in self.sites]

    @property
    def titles(self) -> dict[str, str]:
        """The sites' titles by id."""
        return {site.site_id: site.title for site in self.sites}

    @property
    def provider(self) -> str:
        """The provider, or empty where the post covers no site."""
        return self.sites[0].provider if self.sites else ""


async def narrowed(request: Request, directory: Directory, me: SignedIn) -> Narrowed:
    """The sites that `?region=` or `?site=` names, among those the reader's post covers. Raises OutOfReach."""
    reached = await sites_of(directory, me)
    regions = sorted({site.region for site in reached})
    region, site = (request.query_params.get(name, "")[:LONGEST] for name in ("region", "site"))
    kept = [s for s in reached if region in ("", s.region) and site in ("", s.site_id)]
    if not kept and (region or site):
        raise OutOfReach
    asked = {name: value for name, value in (("region", region), ("site", site)) if value}
    whole = "All your sites" if len(reached) != 1 else reached[0].title
    title = kept[0].title if site else region or whole
    return Narrowed(kept, title, f"&{urlencode(asked)}" if asked else "", regions, region)
