"""Who is owed an account: the list of one's sites, one journey, and recording that someone was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.taxonomy import Channel, DutyRecipient, Role, RuleKind
from libs.deciding import Act, Saved
from libs.reading import opened
from libs.rules import TO_CONFIRM
from libs.service import NotFound
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.notification.application import READS_ONLY, Notification
from services.notification.domain.account import Account
from services.notification.domain.candour import STEP_OF, Candour
from services.notification.domain.chronology import Given, Otherwise, chronology, differences, told_otherwise
from services.notification.domain.duty import Duty
from services.notification.domain.subscribers import KEEPERS
from services.notification.pages.letters import letters_for, listed
from services.notification.pages.putting import put_on_record
from services.notification.pages.within import site_of
from services.notification.projection.briefings import Briefings
from services.notification.projection.duties import Duties
from services.notification.projection.letters import Letters
from services.notification.projection.outbox import Outbox

Me = Annotated[SignedIn, Depends(signed_in)]
MOST, FEW = 100, 50
"""Accounts on a page; and of what stands beside them, how many before it says that there are more."""
TOLD, TRIED, DECLINED = "told", "tried", "declined"
WHAT = [
    (TOLD, "They were told", "This settles it."),
    (TRIED, "We tried and did not reach them", "It stays owed, and the attempt is on record."),
    (DECLINED, "They do not wish to be told", "This settles it. Say how you asked."),
]
STATES = {"owed": "Owed", "discharged": "Given", "declined": "They did not wish to be told", "lifted": "No longer owed"}
OWN_RECORD = frozenset({Channel.RECORD, Channel.BRIEFING})
"""Nobody outside was told anything by these."""
OUTCOME = "candour-outcome"
"""The one letter that settles no account of its own."""
MAIL = {
    "waiting": "waiting to be sent",
    "sending": "being sent",
    "delivered": "sent",
    "undelivered": "could not be delivered",
    "in_app": "shown in Candour only",
}
ABOUT = {
    "duty_owed": "that accounts are owed",
    "duty_overdue": "that an account is late",
    "briefing_issued": "that there is a briefing",
    "action_overdue": "that an action is past its day",
    "action_escalated": "that an action past its day is theirs to see to",
    "emergency_access": "that a record was opened in an emergency",
    "measure_missed": "that a measure was missed",
}


UNKNOWN = "perhaps sent: no answer is on record. It is tried again by itself, under the same number, by which a double is known"


def went(row: dict[str, Any], now: datetime) -> str:
    """What is known of a message. Of one whose sender was lost, that is not whether it was taken."""
    lost = row["state"] == "sending" and row["not_before"] and row["not_before"] <= now
    return UNKNOWN if lost else MAIL[row["state"]]


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A duty as a page shows it: codes in words, and what kind of rule it is, checked or not."""
    kind = RuleKind(row["rule_kind"]).label
    return row | {
        "recipient": DutyRecipient(row["recipient"]).label,
        "owner": Role(row["owner_role"]).label,
        "means": Channel(row["means"]).label.lower(),
        "standing": kind if row["confirmed"] else f"{kind}, {TO_CONFIRM}",
        "stands": STATES[row["state"]],
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """What these pages are read from."""

    duties: Duties
    briefings: Briefings
    outbox: Outbox
    letters: Letters


def add(router: APIRouter, service: Notification, views: Shown) -> None:
    """The pages under /notification."""
    duties, briefings, outbox = views.duties, views.briefings, views.outbox

    @router.get("/notification")
    async def owed(
        request: Request, me: Me, after: int = 0, page: Annotated[int, Query(ge=1, le=100_000)] = 1
    ) -> Response:
        await duties.reached("notification", after)
        sites = {site.site_id: site.title for site in await sites_of(service.directory, me)}
        rows = [shown(row) for row in await duties.owed(list(sites), MOST, (page - 1) * MOST)]
        seen = (page - 1) * MOST + len(rows)
        shown_page: Response = request.app.state.shell.page(
            request,
            "notification/owed.html",
            dated=[row for row in rows if row["due"]],
            undated=[row for row in rows if not row["due"]],
            more=max(0, await duties.count_owed(list(sites)) - seen),
            page=page,
            sites=sites,
            keeps=me.role in KEEPERS and me.scope.startswith("provider:"),
            briefings=[row for row in await briefings.at_sites(list(sites), FEW + 1) if row["reached_at"] is None],
            undelivered=await outbox.undelivered(list(sites), FEW + 1),
            few=FEW,
            about=ABOUT,
        )
        return shown_page

    @router.get("/notification/{journey}")
    async def of_journey(request: Request, me: Me, journey: UUID, after: int = 0) -> Response:
        await duties.reached("notification", after)
        site = await site_of(service, me, journey)
        rows = [shown(row) for row in await duties.of_journey(journey)]
        account = await service.get(Account, Account.create_id(journey))
        held = [await service.get(Duty, row["duty_id"]) for row in rows]
        candour, kinds = await service.find(Candour, Candour.create_id(journey)), await service.templates()
        tellings = await duties.tellings(journey)
        letters = listed(await views.letters.of_journey(journey), {each.id: each.title for each in kinds})
        if me.role not in READS_ONLY:
            tellings = await opened(service.mapper.keys, tellings, "note")
        page: Response = request.app.state.shell.page(
            request,
            "notification/journey.html",
            journey=journey,
            site=(await service.directory.site(site)).title,
            duties=rows,
            letters=letters,
            to_write=await letters_for(service, held, candour),
            of_candour=set(STEP_OF),
            chronology=chronology(account),
            differences=differences(account, held, service.clock.now()),
            otherwise=await _told_otherwise(service, account, tellings, letters),
            tellings=[row | {"recipient": DutyRecipient(row["recipient"]).label} for row in tellings],
            reads=me.role not in READS_ONLY,
            briefings=await briefings.of_journey(journey),
            messages=[row | {"went": went(row, service.clock.now())} for row in await outbox.of_journey(journey)],
            about=ABOUT,
            channels=dict(Channel.choices()),
        )
        return page

    @router.get("/notification/{journey}/duty/{duty}")
    async def one(request: Request, me: Me, journey: UUID, duty: UUID) -> Response:
        await site_of(service, me, journey)
        return await _form(request, duties, journey, duty, Form())

    @router.post("/notification/{journey}/duty/{duty}")
    async def tell(request: Request, me: Me, journey: UUID, duty: UUID) -> Response:
        await site_of(service, me, journey)
        await _of_journey(duties, journey, duty)
        decide, show = partial(_record, service, duty), partial(_form, request, duties, journey, duty)
        return await put_on_record(await Form.of(request), me, decide, show, f"/notification/{journey}")


async def _told_otherwise(
    service: Notification, account: Account, tellings: list[dict[str, Any]], letters: list[dict[str, Any]]
) -> list[Otherwise]:
    """What somebody outside was told from other facts than are known now. A letter that settled an account is that."""
    told = [(row["title"], row["at"]) for row in tellings if row["kind"] == TOLD and row["channel"] not in OWN_RECORD]
    told += [(row["title"], row["sent_at"]) for row in letters if row["sent_at"] and row["template"] == OUTCOME]
    then = await service.account_at(account.journey, [at for _, at in told])
    return told_otherwise((Given(title, at, then[at]) for title, at in told), account)


async def _record(service: Notification, duty: UUID, act: Act, form: Form) -> Saved | None:
    what = form.one_of("what", (TOLD, TRIED, DECLINED), "Say what happened.")
    note = form.text("note", "Say in a sentence what was said, or how contact was tried.", 4000)
    channel = form.one_of("channel", dict(Channel.choices()), "Say how they were told." if what == TOLD else "")
    if not form.ok:
        return None
    if what == TOLD:
        return await service.discharge(act, duty, channel or Channel.AGREED, note)
    return await service.record_contact(act, duty, note, declined=what == DECLINED)


async def _of_journey(duties: Duties, journey: UUID, duty: UUID) -> dict[str, Any]:
    row = await duties.one(duty)
    if row is None or row["journey"] != journey:
        raise NotFound("There is no such account to give on this journey.")
    return row


async def _form(request: Request, duties: Duties, journey: UUID, duty: UUID, form: Form, status: int = 200) -> Response:
    row = await _of_journey(duties, journey, duty)
    page: Response = request.app.state.shell.page(
        request,
        "notification/tell.html",
        status,
        duty=shown(row),
        form=form,
        what=WHAT,
        channels=Channel.choices(),
        journey=journey,
    )
    return page
