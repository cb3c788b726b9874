"""Review, wired: the one file that knows the database, the wire and the rest of this folder."""

from __future__ import annotations

from libs.directory import Directory
from libs.room import House, Room
from services.review import api
from services.review.application import Reviewing
from services.review.pages import pages
from services.review.policy import react
from services.review.projection import Reviews, project
from services.review.publication import publish


def room(house: House) -> Room:
    """Review as a room of a house."""
    review = Room(
        house,
        Reviewing,
        publish,
        react=react,
        views=lambda name, pool: [Directory(name, pool), Reviews(name, project, pool)],
    )
    reviews = review.view(Reviews)
    review.routes = lambda: [api.routes(review.service, reviews), pages(review.service, reviews)]
    return review
