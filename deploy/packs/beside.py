"""Making a pack from the command line: beside a run that is up, or over servers started for now, by whoever runs the platform."""

from __future__ import annotations

from pathlib import Path

from deploy.attached import settings
from deploy.demo.people import SOURCES
from deploy.house import Platform
from deploy.packs.making import Made, Request, make
from libs.clock import SystemClock
from services.audit.ledger import Signer


async def made_beside(var: Path, request: Request) -> Made:
    """Make a pack of the data in `var`. Raises as `make`, and InUse as `settings`."""
    with settings(var, SOURCES) as (env, _):
        platform = Platform(env, SystemClock(), ["audit"])
        await platform.open()
        try:
            signer = Signer.of_file(env["CANDOUR_AUDIT_KEY_FILE"])
            return await make(request, env["CANDOUR_PG_AUDITOR"], platform.keys, signer)
        finally:
            await platform.close()
