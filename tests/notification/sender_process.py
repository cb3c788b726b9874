"""A sender in a process of its own, to be killed: `python -m tests.notification.sender_process <time> <smtp port>`."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime

from deploy.house import Platform
from libs.clock import HandClock
from services.notification.delivery import Delivery, MailServer, Post
from services.notification.delivery.hooks import Fence
from services.notification.projection.outbox import Outbox


async def send(now: str, port: int) -> None:
    """Try what is due at a time, once."""
    platform = Platform(os.environ, HandClock(datetime.fromisoformat(now)), ("notification",))
    await platform.open()
    try:
        room = platform.rooms["notification"]
        server = MailServer("127.0.0.1", port, None, None, use_tls=False, start_tls=False)
        post, fence = Post(server, "candour@care.test", "https://care.test"), Fence.of(os.environ)
        await Delivery(room.service, room.view(Outbox), platform.clock, post, fence).send_due()
    finally:
        await platform.close()


if __name__ == "__main__":
    asyncio.run(send(sys.argv[1], int(sys.argv[2])))
