"""Notification, wired: the one file that knows the database, the wire and the rest of this folder."""

from __future__ import annotations

from libs.directory import Directory
from libs.room import House, Room
from services.notification.application import Notification
from services.notification.policy import dates, react
from services.notification.publication import publish


def room(house: House) -> Room:
    """Notification as a room of a house."""
    return Room(
        house,
        Notification,
        publish,
        react=react,
        dates=dates,
        views=lambda name, pool: [Directory(name, pool)],
    )
