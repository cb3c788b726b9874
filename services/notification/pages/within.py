"""Which site's record is shown, and that whoever asks covers that site."""

from __future__ import annotations

from uuid import UUID

from libs.service import NotFound
from libs.web.posts import SignedIn
from libs.web.reach import OutOfReach, within
from services.notification.application import Notification
from services.notification.domain.account import Account


async def site_of(service: Notification, me: SignedIn, journey: UUID) -> str:
    """The site of a journey that someone may see. Raises NotFound, also where the post does not cover its site."""
    account = await service.find(Account, Account.create_id(journey))
    try:
        await within(service.directory, me, account.site if account else "", journey)
    except OutOfReach:
        account = None
    if account is None:
        raise NotFound("Nothing is on record under this address. It may be a moment too early: try again shortly.")
    return account.site
