"""Notification, wired: the one file that knows the database, the wire and the rest of this folder."""

from __future__ import annotations

from libs.directory import Directory
from libs.room import House, Room
from services.notification import api
from services.notification.application import Notification
from services.notification.delivery import Delivery, Post
from services.notification.delivery.hooks import Fence
from services.notification.pages import pages
from services.notification.policy import dates, react
from services.notification.projection import briefings, candour, duties, learnings, letters, outbox, transfers
from services.notification.publication import publish


def room(house: House) -> Room:
    """Notification as a room of a house."""
    notification = Room(
        house,
        Notification,
        publish,
        react=react,
        dates=dates,
        views=lambda name, pool: [
            Directory(name, pool),
            duties.Duties(name, duties.project, pool),
            briefings.Briefings(name, briefings.project, pool),
            outbox.Outbox(name, outbox.project, pool),
            candour.Candours(name, candour.project, pool),
            transfers.Transfers(name, transfers.project, pool),
            learnings.Learnings(name, learnings.project, pool),
            letters.Letters(name, letters.project, pool),
        ],
    )
    service, sent = notification.service, notification.view(outbox.Outbox)
    owed, issued = notification.view(duties.Duties), notification.view(briefings.Briefings)
    candours, carried = notification.view(candour.Candours), notification.view(transfers.Transfers)
    notification.more = [Delivery(service, sent, house.clock, Post.of(house.env), Fence.of(house.env)).run]
    learned, on_paper = notification.view(learnings.Learnings), notification.view(letters.Letters)
    notification.routes = lambda: [
        api.routes(service, owed, issued, candours, sent, carried),
        pages(service, owed, issued, sent, candours, carried, learned, on_paper),
    ]
    return notification
