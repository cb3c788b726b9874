"""Messages waiting to leave, and what became of those that did."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch
from typing import Any
from uuid import UUID

from libs.views import Rows, View
from services.notification.domain.message import Message


class Outbox(View):
    """Each message and where it stands. It holds no address and no words; addresses are opened when it is sent."""

    name = "outbox"
    table_names = ("message",)
    tables = """
        CREATE TABLE IF NOT EXISTS message (
            message_id uuid PRIMARY KEY, journey uuid NOT NULL, site text NOT NULL, subject text NOT NULL,
            to_post text NOT NULL, to_role text NOT NULL, state text NOT NULL DEFAULT 'waiting',
            not_before timestamptz, attempts integer NOT NULL DEFAULT 0, reason text NOT NULL DEFAULT '',
            written_at timestamptz NOT NULL
        );
        ALTER TABLE message ADD COLUMN IF NOT EXISTS endpoint text NOT NULL DEFAULT '';
        CREATE INDEX IF NOT EXISTS message_open ON message (written_at) WHERE state IN ('waiting', 'sending');
        CREATE INDEX IF NOT EXISTS message_endpoint ON message (endpoint, written_at) WHERE endpoint <> '';
        CREATE INDEX IF NOT EXISTS message_journey ON message (journey);
    """

    async def due(self, now: datetime, limit: int = 8) -> list[dict[str, Any]]:
        """What may be sent at `now`, the oldest first; a message whose sender was lost is among it when its time is up."""
        return await self.rows(
            "SELECT * FROM message WHERE state IN ('waiting', 'sending') AND (not_before IS NULL OR not_before <= %s)"
            " ORDER BY written_at, message_id LIMIT %s",
            (now, limit),
        )

    async def of_journey(self, journey: UUID) -> list[dict[str, Any]]:
        """The messages that went out about a journey, in order."""
        return await self.rows("SELECT * FROM message WHERE journey = %s ORDER BY written_at, message_id", (journey,))

    async def one(self, message: UUID) -> dict[str, Any] | None:
        """One message, or None."""
        return await self.row("SELECT * FROM message WHERE message_id = %s", (message,))

    async def calls_to(
        self, endpoint: str, limit: int, skip: int = 0, *, given_up: bool = False
    ) -> list[dict[str, Any]]:
        """The calls to another system, newest first; with `given_up`, those that it never took."""
        return await self.rows(
            "SELECT * FROM message WHERE endpoint = %s AND (NOT %s OR state = 'undelivered')"
            " ORDER BY written_at DESC, message_id LIMIT %s OFFSET %s",
            (endpoint, given_up, limit, skip),
        )

    async def undelivered(
        self, sites: list[str], limit: int = 50, *, calls: bool = False, skip: int = 0
    ) -> list[dict[str, Any]]:
        """Messages given up on at these sites: someone must tell the recipient another way. Newest first.

        With `calls`, those to other systems, of which no colleague waits; without, those to posts.
        """
        return await self.rows(
            "SELECT * FROM message WHERE site = ANY(%s) AND state = 'undelivered' AND (endpoint <> '') = %s"
            " ORDER BY written_at DESC, message_id LIMIT %s OFFSET %s",
            (sites, calls, limit, skip),
        )


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the outbox as it is."""


@project.register
def written(event: Message.Written, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO message (message_id, journey, site, subject, to_post, to_role, endpoint, written_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (message_id) DO NOTHING",
        (
            event.originator_id, event.journey, event.site, event.subject, event.to_post, event.to_role,
            event.endpoint, event.recorded,
        ),
    )  # fmt: skip


def _stand(event: Any, rows: Rows, state: str, reason: str = "", not_before: datetime | None = None) -> None:
    rows.execute(
        "UPDATE message SET state = %s, reason = %s, not_before = %s WHERE message_id = %s",
        (state, reason, not_before, event.originator_id),
    )


@project.register
def sending(event: Message.Sending, rows: Rows) -> None:
    _stand(event, rows, "sending", not_before=event.until)
    rows.execute("UPDATE message SET attempts = %s WHERE message_id = %s", (event.attempt, event.originator_id))


@project.register
def put_off(event: Message.PutOff, rows: Rows) -> None:
    _stand(event, rows, "waiting", event.reason, event.again_at)


@project.register
def delivered(event: Message.Delivered, rows: Rows) -> None:
    _stand(event, rows, "delivered")


@project.register
def undelivered(event: Message.Undelivered, rows: Rows) -> None:
    _stand(event, rows, "undelivered", event.reason)


@project.register
def sent_anew(event: Message.SentAnew, rows: Rows) -> None:
    _stand(event, rows, "waiting")


@project.register
def kept_in_app(event: Message.KeptInApp, rows: Rows) -> None:
    _stand(event, rows, "in_app", event.reason)
