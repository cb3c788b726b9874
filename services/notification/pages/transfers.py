"""Learning of other sites: whether it applies here, and following it until it is seen."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.taxonomy import FactorCategory
from libs.deciding import Act, Saved
from libs.reading import opened
from libs.service import NotFound
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of, within
from libs.web.signed_in import signed_in
from services.notification.application import READS_ONLY, Notification
from services.notification.domain.transfer import Decision
from services.notification.pages.putting import put_on_record
from services.notification.projection.transfers import Transfers

Me = Annotated[SignedIn, Depends(signed_in)]
MOST = 50
DECISIONS = {
    Decision.ADOPTED: ("Adopted", "We do the same here."),
    Decision.ADAPTED: ("Adapted", "We do it in another way here. Say how."),
    Decision.NOT_APPLICABLE: ("Not applicable", "Say why it cannot happen here, or what already prevents it."),
}
IN_EFFECT = ("in_effect", "It is in effect here", "Say what was changed, and since when.")
SEEN = ("seen", "I have seen it in effect", "By someone other than who put it into effect.")
STATES = {
    "asked": "To be decided",
    "decided": "Decided",
    "in_effect": "In effect, to be seen",
    "seen": "Seen in effect",
}


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A question as a page shows it: codes in words."""
    labels = dict(FactorCategory.choices())
    stands = "Not applicable" if row["decision"] == Decision.NOT_APPLICABLE else STATES[row["state"]]
    return row | {"factors": [labels.get(each, each) for each in row["factors"]], "stands": stands}


def add(router: APIRouter, service: Notification, transfers: Transfers) -> None:
    """The pages under /notification/transfers."""

    @router.get("/notification/transfers")
    async def asked(
        request: Request, me: Me, after: int = 0, page: Annotated[int, Query(ge=1, le=100_000)] = 1
    ) -> Response:
        await transfers.reached("notification", after)
        sites = {site.site_id: site.title for site in await sites_of(service.directory, me)}
        rows = await transfers.at_sites(list(sites), MOST + 1, (page - 1) * MOST)
        answer: Response = request.app.state.shell.page(
            request, "notification/transfers.html", rows=[shown(row) for row in rows[:MOST]], sites=sites, page=page,
            more=len(rows) > MOST,
        )  # fmt: skip
        return answer

    @router.get("/notification/transfers/{transfer}")
    async def one(request: Request, me: Me, transfer: UUID, after: int = 0) -> Response:
        await transfers.reached("notification", after)
        return await _page(request, me, transfer, Form())

    @router.post("/notification/transfers/{transfer}")
    async def follow(request: Request, me: Me, transfer: UUID) -> Response:
        await _within(me, transfer)
        decide, show = partial(_record, service, transfer), partial(_page, request, me, transfer)
        return await put_on_record(await Form.of(request), me, decide, show, f"/notification/transfers/{transfer}")

    async def _within(me: SignedIn, transfer: UUID) -> dict[str, Any]:
        found = await transfers.one(transfer)
        if found is None:
            raise NotFound("There is no such question. If it was asked just now, try again shortly.")
        await within(service.directory, me, found["site"])
        return found

    async def _page(request: Request, me: SignedIn, transfer: UUID, form: Form, status: int = 200) -> Response:
        found, reads = await _within(me, transfer), me.role not in READS_ONLY
        if reads:
            (found,) = await opened(service.mapper.keys, [found], "because", "note")
        answer: Response = request.app.state.shell.page(
            request, "notification/transfer.html", status, it=shown(found), form=form, reads=reads,
            what=_open_to(found["state"], found["decision"]),
        )  # fmt: skip
        return answer


def _open_to(state: str, decision: str) -> list[tuple[str, str, str]]:
    """What may be put on record next."""
    if state == "in_effect":
        return [SEEN]
    if state == "seen":
        return []
    deciding = [(each.value, *words) for each, words in DECISIONS.items()]
    return [IN_EFFECT, *deciding] if decision and decision != Decision.NOT_APPLICABLE else deciding


async def _record(service: Notification, transfer: UUID, act: Act, form: Form) -> Saved | None:
    what = form.one_of("what", [*Decision, IN_EFFECT[0], SEEN[0]], "Say what you make of it.")
    note = form.text("note", "Say why, or what was done or seen, in a sentence.", 4000)
    if not form.ok or what is None:
        return None
    if what in set(Decision):
        return await service.decide_transfer(act, transfer, Decision(what), note)
    return await service.follow_transfer(act, transfer, note, seen=what == SEEN[0])
