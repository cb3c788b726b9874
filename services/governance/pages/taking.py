"""Who takes tables away, and how a file of one is sent."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from starlette.responses import Response, StreamingResponse

from contracts.taxonomy import Role
from libs.domain import Refused
from libs.web.posts import SignedIn
from services.governance.domain.challenges import OVERSIGHT
from services.governance.pages import formats
from services.governance.pages.work import RUNS_A_SITE
from services.governance.projection.dictionary import Table

TAKES_TABLES = (
    RUNS_A_SITE
    | OVERSIGHT
    | {Role.TEAM_LEADER, Role.FIELD_SUPERVISOR, Role.SENIOR_STAFF, Role.ADMINISTRATOR, Role.AUDITOR}
)
IN_MEMORY = 4 * 1024 * 1024
PIECE = 64 * 1024


class NotForThisPost(Refused):
    """Whole tables are for posts that manage, oversee or check. What concerns you is on the pages themselves."""


def require_taker(me: SignedIn) -> None:
    """Raises NotForThisPost for a post that takes no tables away."""
    if me.role not in TAKES_TABLES:
        raise NotForThisPost


async def sent(kind: str, table: Table, batches: formats.Batches, name: str) -> Response:
    """The table as a download. It is written whole first, so that no slow reader holds on to the database."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    try:
        await formats.written(kind, table, batches, file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Link": f'</tables/{table.name}.definition.json>; rel="describedby"; type="application/csvm+json"',
    }
    return StreamingResponse(_pieces(file), media_type=formats.KINDS[kind], headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
