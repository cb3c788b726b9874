"""How far a reader sees in this house: their post's sites, what is shut to them, and what an emergency opened."""

from __future__ import annotations

import re

from starlette.requests import Request

from deploy.house import Platform
from libs.admission import LetIn
from libs.calendar import local_day
from libs.deciding import Act
from libs.directory import Directory
from libs.reach import EVERYTHING, everything
from libs.web.access import Access, Bounds
from libs.web.posts import SignedIn

GOVERNANCE = "governance"
"""Whose pages begin with other words than its name: it keeps account of its own."""
OVERSEES = "safeguarding.oversee"
"""Who may do this sees what is only for those who need to know: somebody has to see that it is right."""


class HouseGate:
    """Every room keeps the organisation and who is let in, so any one of them will do.

    What is read in an emergency goes first on the record of the room that shows it, which needs no other to be up.
    """

    def __init__(self, platform: Platform, access: Access) -> None:
        self._platform, self._access = platform, access

    async def bounds(self, me: SignedIn) -> Bounds:
        """How far someone sees, in the post they act in."""
        now = self._platform.clock.now()
        if me.until and local_day(now).isoformat() > me.until:
            return Bounds((), ended=True)
        directory = next(iter(self._platform.rooms.values())).view(Directory)
        with everything():
            if await directory.gave_up(me.actor_id, me.acting_in):
                return Bounds((), ended=True)
            barred = await directory.shut_to(self._platform.keys.pseudonym("actor", me.actor_id))
            oversees = self._access.decide(me.role, OVERSEES).allowed
            withheld = frozenset() if oversees else await directory.withheld_from(me.acting_in) - barred
            let_in = await directory.let_in(me.actor_id, now)
            return Bounds(await _sites(directory, me), barred | withheld, withheld, let_in)

    async def note(self, me: SignedIn, emergency: LetIn, request: Request) -> None:
        """Put on record what is about to be shown in an emergency. Raises EmergencyIsOver."""
        route = re.sub(str(emergency.journey), "{journey}", request.url.path, flags=re.IGNORECASE)
        act = Act(me.actor_id, me.role, me.scope)
        room = next((part for part in route.split("/")[1:3] if part in self._platform.rooms), GOVERNANCE)
        service = self._platform.service(room)
        if room == GOVERNANCE:
            await service.read_in_emergency(act, emergency.access_id, route)
        else:
            await service.show_in_emergency(act, emergency, route)


async def _sites(directory: Directory, me: SignedIn) -> list[str]:
    covered, known = await directory.sites_within(me.scope), await directory.sites()
    if me.scope.startswith("provider:") and len(covered) == len(known):
        return [EVERYTHING]
    return [site.site_id for site in covered]
