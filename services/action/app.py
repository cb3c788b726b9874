"""Action, wired: the one file that knows the database, the wire and the rest of this folder."""

from __future__ import annotations

from libs.directory import Directory
from libs.room import House, Room
from services.action import api
from services.action.application import Actions
from services.action.pages import pages
from services.action.policy import dates, react
from services.action.projection import Plans, project
from services.action.publication import publish


def room(house: House) -> Room:
    """Action as a room of a house."""
    action = Room(
        house,
        Actions,
        publish,
        react,
        dates,
        views=lambda name, pool: [Directory(name, pool), Plans(name, project, pool)],
    )
    plans = action.view(Plans)
    action.routes = lambda: [api.routes(action.service, plans), pages(action.service, plans)]
    return action
