"""Governance, wired: the one file that knows the database, the wire and the rest of this folder."""

from __future__ import annotations

from libs.directory import Directory
from libs.room import House, Room
from services.governance import api
from services.governance.application import Governance
from services.governance.pages import pages
from services.governance.policy import react
from services.governance.projection import Emergencies, Overview
from services.governance.projection.heeding import Heeding
from services.governance.projection.reaching_out import ReachingOut
from services.governance.publication import publish


def room(house: House) -> Room:
    """Governance as a room of a house."""
    governance = Room(
        house,
        Governance,
        publish,
        react=react,
        views=lambda name, pool: [
            Directory(name, pool),
            Overview(name, pool),
            Emergencies(name, pool),
            ReachingOut(name, pool),
            Heeding(name, pool),
        ],
    )
    overview = governance.view(Overview)
    governance.routes = lambda: [
        api.routes(governance.service, overview),
        pages(governance.service, overview),
    ]
    return governance
