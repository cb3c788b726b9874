"""The learning bulletin of a month across sites, as an accessible PDF (PDF/UA-1) that names no person and no site."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.taxonomy import OpportunityKind, Theme
from libs.calendar import LONDON
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.notification.application import Notification
from services.notification.projection.briefings import Briefings
from services.notification.projection.learnings import Learnings

Me = Annotated[SignedIn, Depends(signed_in)]
TEMPLATE = Path(__file__).parent / "bulletin.typ"


def add(router: APIRouter, service: Notification, briefings: Briefings, learnings: Learnings) -> None:
    """The file /notification/bulletin.pdf, of the sites that the acting post covers."""

    @router.get("/notification/bulletin.pdf")
    async def bulletin(
        request: Request, me: Me, month: Annotated[str, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")] = ""
    ) -> Response:
        today = service.clock.now().astimezone(LONDON).date()
        first = date.fromisoformat(f"{month}-01") if month else today.replace(day=1)
        since, until = start(first), start(date(first.year + first.month // 12, first.month % 12 + 1, 1))
        sites = [site.site_id for site in await sites_of(service.directory, me)]
        rows, changed = await learnings.stated(sites, since, until), await briefings.issued(sites, since, until)
        name = f"learning-bulletin-{first:%Y-%m}.pdf"
        return Response(
            pdf(first, rows, changed),
            media_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )


def start(day: date) -> datetime:
    """The moment a day begins in the UK, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)


def went_well(row: dict[str, Any]) -> bool:
    """Whether what was learned comes from a compliment or good practice."""
    return row["kind"] == OpportunityKind.COMPLIMENT or Theme.GOOD_PRACTICE in row["themes"]


def pdf(month: date, learned: list[dict[str, Any]], changed: list[str]) -> bytes:
    """The bulletin of a month; the same content gives the same bytes."""
    import typst

    said = {
        "title": f"What we learned in {month:%B %Y}",
        "well": list(dict.fromkeys(row["statement"] for row in learned if went_well(row))),
        "learned": list(dict.fromkeys(row["statement"] for row in learned if not went_well(row))),
        "changed": list(dict.fromkeys(changed)),
    }
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(start(month).timestamp()),
        sys_inputs={"bulletin": json.dumps(said, ensure_ascii=False)},
    )
    return made
