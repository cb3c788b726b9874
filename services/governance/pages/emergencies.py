"""Reading in an emergency what one's post does not reach: asked for with a reason, listed whole, looked at by somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import Role
from libs.calendar import local_day
from libs.domain import Refused
from libs.reading import opened
from libs.service import NotFound
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.pages.live import shell_of, wait_for
from services.governance.pages.sentences import label

Me = Annotated[SignedIn, Depends(signed_in)]
GUARDIANS = frozenset({Role.SAFEGUARDING_LEAD, Role.NOMINATED_INDIVIDUAL})
"""Who looks at each use; the policies say the same (deploy/access)."""
LONGEST = 2000
NO_SUCH = "There is no journey under this number or address. Check it with whoever gave it to you."
PAGES = {
    "/journeys/{journey}": "The journey, with everything on record",
    "/journeys/{journey}/shared": "The form to share outside",
    "/api/governance/journeys/{journey}": "The journey, by a program",
    "/intake/{journey}": "What happened, as it was reported",
    "/api/intake/opportunities/{journey}": "What happened, by a program",
    "/review/{journey}": "The review",
    "/api/review/reviews/{journey}": "The review, by a program",
    "/action/{journey}": "The plan",
    "/api/action/plans/{journey}": "The plan, by a program",
    "/notification/{journey}": "Who is owed an account",
    "/api/notification/candour/{journey}": "The duty of candour, by a program",
    "/assurance/{journey}": "Whether the change lasts",
    "/api/assurance/follow-ups/{journey}": "Whether the change lasts, by a program",
}


def add(router: APIRouter, governance: Governance) -> None:
    """The list with its form, and the page of each use."""
    _list(router, governance)
    _uses(router, governance)


def _list(router: APIRouter, governance: Governance) -> None:
    async def listed(request: Request, me: SignedIn, form: Form, status: int = 200) -> Response:
        sites = {site.site_id: site.title for site in await sites_of(governance.directory, me)}
        guards = me.role in GUARDIANS
        rows = await governance.emergencies.listed(list(sites) if guards else [], me.actor_id)
        titles = {site.site_id: site.title for site in await governance.directory.sites()}
        pack = await governance.directory.rules(local_day(governance.clock.now()))
        return shell_of(request).page(
            request, "governance/emergencies.html", status, form=form, guards=guards, longest=LONGEST,
            uses=await _shown(governance, rows, titles), hours=pack.emergency_access.minutes / 60,
        )  # fmt: skip

    @router.get("/emergency")
    async def several(request: Request, me: Me, after: str = "", journey: str = "") -> Response:
        await wait_for(governance.emergencies, after)
        return await listed(request, me, Form({"journey": journey[:200]} if journey else {}))

    @router.post("/emergency")
    async def ask(request: Request, me: Me) -> Response:
        form = await Form.of(request)
        typed = form.text("journey", "Enter the receipt number, or the address of the journey", 200)
        because = form.text("because", "Say who may come to harm and why you need to look now", LONGEST)
        journey = await _journey(governance, typed) if form.ok else None
        if form.ok and journey is None:
            form.wrong(NO_SUCH, "journey")
        if journey is None:
            return await listed(request, me, form, 422)
        try:
            saved = await governance.open_in_emergency(act_of_form(me, form.value("key")), journey, because)
        except NotFound:
            form.wrong(NO_SUCH, "journey")
            return await listed(request, me, form, 422)
        except Refused as refusal:
            form.wrong(str(refusal), "because")
            return await listed(request, me, form, 409)
        return RedirectResponse(f"/emergency/{saved.id}?after={saved.position}", 303)


def _uses(router: APIRouter, governance: Governance) -> None:
    async def shown(request: Request, me: SignedIn, access: UUID, form: Form, status: int = 200) -> Response:
        row = await governance.emergencies.one(access, me.actor_id)
        if row is None or (row["reader"] != me.actor_id and me.role not in GUARDIANS):
            raise NotFound
        titles = {site.site_id: site.title for site in await governance.directory.sites()}
        (use,) = await _shown(governance, [row], titles)
        reads = [
            (PAGES.get(read["what"], read["what"]), read["read"]) for read in await governance.emergencies.reads(access)
        ]
        mine = row["reader"] == me.actor_id
        return shell_of(request).page(
            request, "governance/emergency.html", status, use=use, reads=reads, form=form, longest=LONGEST, mine=mine,
            running=use["until"] > governance.clock.now() and use["justified"] is not False,
            may_review=me.role in GUARDIANS and not mine and use["justified"] is None,
        )  # fmt: skip

    @router.get("/emergency/{access}")
    async def one(request: Request, me: Me, access: UUID, after: str = "") -> Response:
        await wait_for(governance.emergencies, after)
        await wait_for(governance.directory, after)
        return await shown(request, me, access, Form())

    @router.post("/emergency/{access}/review")
    async def review(request: Request, me: Me, access: UUID) -> Response:
        if await governance.emergencies.one(access, "") is None:
            raise NotFound
        form = await Form.of(request)
        found = form.one_of("found", ("right", "wrong"), "Choose whether it was right to look")
        words = form.text("words", "Say in a sentence what you found", LONGEST)
        if not form.ok:
            return await shown(request, me, access, form, 422)
        act = act_of_form(me, form.value("key"))
        try:
            saved = await governance.review_emergency(act, access, words, justified=found == "right")
        except Refused as refusal:
            form.wrong(str(refusal), "words")
            return await shown(request, me, access, form, 409)
        return RedirectResponse(f"/emergency/{access}?after={saved.position}", 303)


async def _journey(governance: Governance, typed: str) -> UUID | None:
    """The journey of a receipt number, or of an address or id as it stands in a message."""
    last = typed.rstrip("/").rpartition("/")[2].partition("?")[0].strip()
    try:
        return UUID(last)
    except ValueError:
        return await governance.journey_of(last.upper())


async def _shown(
    governance: Governance, rows: Sequence[dict[str, Any]], titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    keys, directory = governance.mapper.keys, governance.directory
    people = {row[who].removeprefix("person:") for row in rows for who in ("reader", "reviewer")}
    held = await directory.rows(
        "SELECT DISTINCT ON (person_id) person_id, name FROM holder WHERE person_id::text = ANY(%s) ORDER BY person_id",
        (sorted(people),),
    )
    names = {f"person:{row['person_id']}": row["name"] for row in await opened(keys, held, "name")}
    return [
        row | {
            "who": names.get(row["reader"], "Somebody who holds no post now"), "post": label(Role, row["role"]),
            "by": names.get(row["reviewer"], "Somebody who holds no post now"),
            "site_title": titles.get(row["site"], row["site"]),
        }
        for row in await opened(keys, rows, "because", "words")
    ]  # fmt: skip
