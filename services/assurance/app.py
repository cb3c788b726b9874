"""Assurance, wired: the one file that knows the database, the wire and the rest of this folder."""

from __future__ import annotations

from libs.directory import Directory
from libs.room import House, Room
from services.assurance import api
from services.assurance.application import Assurance
from services.assurance.pages import pages
from services.assurance.policy import dates, react
from services.assurance.projection.cases import Cases
from services.assurance.projection.standing import Standing
from services.assurance.projection.vigilance import Vigilance
from services.assurance.publication import publish


def room(house: House) -> Room:
    """Assurance as a room of a house."""
    assurance = Room(
        house,
        Assurance,
        publish,
        react,
        dates,
        views=lambda name, pool: [
            Directory(name, pool),
            Cases(name, pool),
            Standing(name, pool),
            Vigilance(name, pool),
        ],
    )
    assurance.routes = lambda: [api.routes(assurance.service), pages(assurance.service)]
    return assurance
