"""A process that changes the signing key, or takes it up, and is killed at a step: `python -m tests.audit.killed STEP`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from deploy.house import Platform
from libs.clock import HandClock
from libs.deciding import Act
from services.audit.application import Audit

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AUDITOR = Act("person:auditor", "auditor", "provider:acme")


def killed(*_: Any, **__: Any) -> NoReturn:
    """No clean-up runs, nothing is written any more."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("a killed process goes no further")


async def main(step: str, env: dict[str, str]) -> None:
    """Go on until the step at which this process ends."""
    platform = Platform(env, HandClock(MONDAY), ["audit"])
    await platform.open()
    audit: Audit = platform.service("audit")
    for book in audit.books.values():
        await book.load()
    if step == "seed written":
        audit.save = killed  # type: ignore[method-assign]
    elif step == "on record":
        Path.replace = killed  # type: ignore[method-assign]
    else:
        Path.replace = killed  # type: ignore[method-assign]
        await audit.take_up_key()
    await audit.change_key(AUDITOR)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.load(sys.stdin)))
