"""How far a post reaches: the sites whose records its holder may see and decide on."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from libs.directory import Directory, Site
from libs.reach import reached
from libs.service import NotFound
from libs.web.access import NotYours
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in

NOTHING_HERE = "There is nothing under this address, or nothing that your post lets you see. Nothing was changed."
"""The one answer to whoever asks for what is not there, for what is at another site, and for what is shut to them."""


class OutOfReach(NotFound):
    """There is nothing under this address, or nothing that your post lets you see. Nothing was changed."""

    def __str__(self) -> str:
        return NOTHING_HERE


async def sites_of(directory: Directory, me: SignedIn) -> list[Site]:
    """The sites that the acting post covers, by title."""
    return await directory.sites_within(me.scope)


async def within(directory: Directory, me: SignedIn, site_id: str, journey: UUID | None = None) -> None:
    """Raises OutOfReach where the acting post does not cover the site, or the journey is shut to who asks.

    In an emergency the one journey that was opened is within reach, with its site.
    """
    here = reached()
    if journey in here.shut:
        raise OutOfReach
    if here.opened and here.opened.site == site_id:
        return
    if site_id not in {site.site_id for site in await sites_of(directory, me)}:
        raise OutOfReach


def provider_wide(me: Annotated[SignedIn, Depends(signed_in)]) -> SignedIn:
    """Who asks, in a post for the whole provider. Raises NotYours for any other."""
    if not me.scope.startswith("provider:"):
        raise NotYours(f"{me.role} of {me.scope}")
    return me
