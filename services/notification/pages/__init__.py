"""Notification's pages: who is owed an account, what to read, and who has been reached."""

from __future__ import annotations

from fastapi import APIRouter

from services.notification.application import Notification
from services.notification.pages import (
    briefings,
    bulletin,
    candour,
    duties,
    endpoints,
    letters,
    not_reached,
    reach,
    transfers,
    wordings,
)
from services.notification.projection.briefings import Briefings
from services.notification.projection.candour import Candours
from services.notification.projection.duties import Duties
from services.notification.projection.learnings import Learnings
from services.notification.projection.letters import Letters
from services.notification.projection.outbox import Outbox
from services.notification.projection.transfers import Transfers


def pages(
    notification: Notification,
    owed: Duties,
    issued: Briefings,
    sent: Outbox,
    candours: Candours,
    carried: Transfers,
    learned: Learnings,
    on_paper: Letters,
) -> APIRouter:
    """Every page of notification."""
    router = APIRouter(include_in_schema=False)
    bulletin.add(router, notification, issued, learned)
    transfers.add(router, notification, carried)  # before the page of one journey: it is no journey's id
    endpoints.add(router, notification, sent)
    wordings.add(router, notification)
    duties.add(router, notification, duties.Shown(owed, issued, sent, on_paper))
    letters.add(router, notification, on_paper, issued)
    candour.add(router, notification, candours)
    not_reached.add(router, notification, issued)  # before the page of one briefing, since it is no briefing's id
    briefings.add(router, notification, issued)
    reach.add(router, notification, issued)
    return router
