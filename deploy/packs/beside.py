"""Making a pack from the command line: beside a run that is up, or over servers started for now, by whoever runs the platform."""

from __future__ import annotations

from getpass import getuser
from pathlib import Path

from contracts.taxonomy import Role
from deploy.attached import settings
from deploy.demo.people import SOURCES
from deploy.house import Platform
from deploy.packs.gathering import Told
from deploy.packs.handing import noted
from deploy.packs.making import Made, Request, make
from libs.clock import SystemClock
from libs.deciding import Act
from services.audit.application import Audit
from services.audit.ledger import Signer

WHY = "Written to a file by whoever runs the platform."


async def made_beside(var: Path, request: Request, into: Path, told: Told) -> Made:
    """Make a pack of the data in `var` in the folder `into`, and put on record that it was made and taken here.

    Raises as `make` and `settings`.
    """
    with settings(var, SOURCES) as (env, _):
        platform = Platform(env, SystemClock(), ["audit"])
        await platform.open()
        try:
            signer = Signer.of_file(env["CANDOUR_AUDIT_KEY_FILE"])
            made = await make(request, env["CANDOUR_PG_AUDITOR"], platform.keys, signer, into, told)
            await _noted(platform.service("audit"), request, made)
            return made
        finally:
            await platform.close()


async def _noted(audit: Audit, request: Request, made: Made) -> None:
    operator = Act(f"operator:{getuser()}", Role.SYSTEM, rationale=WHY)
    saved = await audit.note_pack(operator, made.provider, noted(request, made))
    await audit.take_pack_away(operator, saved.id)
