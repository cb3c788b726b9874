"""How far a reader sees in this house: their post's sites, what is shut to them, and what an emergency opened."""

from __future__ import annotations

from starlette.requests import Request

from deploy.house import Platform
from libs.admission import LetIn
from libs.calendar import local_day
from libs.deciding import Act
from libs.directory import Directory
from libs.reach import EVERYTHING, everything
from libs.web.access import Access, Bounds
from libs.web.posts import SignedIn

OVERSEES = "safeguarding.oversee"
"""Who may do this sees what is only for those who need to know: somebody has to see that it is right."""


class HouseGate:
    """Every room keeps the organisation and who is let in, so any one of them will do.

    Only governance keeps account of what was read in an emergency, so only where it runs does one open anything.
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
            counted = "governance" in self._platform.rooms
            let_in = await directory.let_in(me.actor_id, now) if counted else []
            return Bounds(await _sites(directory, me), barred | withheld, withheld, let_in)

    async def note(self, me: SignedIn, emergency: LetIn, request: Request) -> None:
        """Put on record what is about to be shown in an emergency. Raises EmergencyIsOver."""
        route = getattr(request.scope.get("route"), "path", "")
        act = Act(me.actor_id, me.role, me.scope)
        await self._platform.service("governance").read_in_emergency(act, emergency.access_id, route)


async def _sites(directory: Directory, me: SignedIn) -> list[str]:
    covered, known = await directory.sites_within(me.scope), await directory.sites()
    if me.scope.startswith("provider:") and len(covered) == len(known):
        return [EVERYTHING]
    return [site.site_id for site in covered]
