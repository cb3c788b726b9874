"""The register of one's sites: first what nobody has weighed yet, then the latest."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import OpportunityKind, ResponseKind
from libs.reading import opened
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.application import REPORTS_ONLY, Intake
from services.intake.projection import Register

Me = Annotated[SignedIn, Depends(signed_in)]
SHOWN = 140
"""How many characters of an account the list shows."""


def add(router: APIRouter, intake: Intake, kept: Register) -> None:
    """The worklist and the register."""

    @router.get("/intake")
    async def worklist(request: Request, me: Me, before: str = "", after: int = 0) -> Response:
        await kept.reached("intake", after)
        sites = {site.site_id: site.title for site in await sites_of(intake.directory, me)}
        reads = me.role not in REPORTS_ONLY
        reader = intake.pseudonym(me.actor_id)
        waiting = [] if before else await kept.waiting(list(sites), reader=reader)
        latest, onward = await kept.page(list(sites), before, reader=reader)
        shown_above = {row["journey"] for row in waiting}
        latest = [row for row in latest if row["journey"] not in shown_above]
        keys = intake.mapper.keys
        waiting, latest = [
            [_line(row, sites, reads=reads) for row in await opened(keys, rows, "summary")]
            for rows in (waiting, latest)
        ]
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "intake/register.html",
            waiting=waiting,
            latest=latest,
            older=f"/intake?before={onward}" if onward else "",
            newest=not before,
            many=len(sites) > 1,
            reads=reads,
        )


def _line(row: dict[str, Any], sites: dict[str, str], *, reads: bool) -> dict[str, Any]:
    words: str = row["summary"]
    return {
        "href": f"/intake/{row['journey']}",
        "kind": OpportunityKind(row["kind"]).label,
        "site": sites[row["site"]],
        "occurred": row["occurred"],
        "reference": row["reference"],
        "is_safe": row["is_safe"],
        "unread": row["unread"],
        "state": state(row["response"], closed=row["closed"]),
        "words": (words[:SHOWN] + "…" if len(words) > SHOWN else words) if reads else "",
    }


def state(response: str, *, closed: bool) -> str:
    """Where an opportunity stands, in words."""
    if closed:
        return "Closed without a review"
    if not response:
        return "Waiting to be weighed"
    return ResponseKind(response).label if response in set(ResponseKind) else "Weighed, no review"
