"""Letters to people outside: written from what is known, looked over as they will be printed, and put on record as sent."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import DutyRecipient
from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.reaching import LetterTemplate
from libs.rules import TO_CONFIRM
from libs.service import NotFound
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in
from services.notification.application import Notification, require_teller
from services.notification.domain.account import Account
from services.notification.domain.candour import Candour, Step
from services.notification.domain.duty import Duty
from services.notification.domain.letter import How, Letter, WordsOfAnotherVersion
from services.notification.domain.wording import fingerprint as words_known_as
from services.notification.pages.paper import ADDRESS, SIGNED, TO, fingerprint, pdf, words_of, written
from services.notification.pages.putting import put_on_record
from services.notification.pages.within import site_of
from services.notification.projection.briefings import Briefings
from services.notification.projection.letters import Letters

Me = Annotated[SignedIn, Depends(signed_in)]
LONGEST = 6000
HOW = [
    (How.POST, "By post", "The address on the letter was checked."),
    (How.BY_HAND, "Handed over", ""),
    (How.OTHER, "In the way they asked for", "For example large print, read aloud, or as a file they can open."),
]
SENT = {How.POST: "by post", How.BY_HAND: "handed over", How.OTHER: "in the way they asked for"}


async def letters_for(service: Notification, duties: Iterable[Duty], candour: Candour | None) -> list[LetterTemplate]:
    """The kinds of letter that fit a journey: a duty that one answers is owed, or it is a step still to be taken."""
    owed = {duty.owing.rule_id for duty in duties if duty.state == "owed"}
    open_to = candour is not None and candour.applies and candour.contact == "open"
    taken = set(candour.taken) if candour else set()
    return [
        each
        for each in await service.templates()
        if owed & set(each.rules) or (each.step and open_to and Step(each.step) not in taken)
    ]


def add(router: APIRouter, service: Notification, letters: Letters, briefings: Briefings) -> None:
    """The pages under /notification/{journey}/letters."""

    @router.get("/notification/{journey}/letters/{template}")
    async def open_letter(request: Request, me: Me, journey: UUID, template: str, after: int = 0) -> Response:
        await letters.reached("notification", after)
        return await _page(request, me, journey, template, None)

    @router.post("/notification/{journey}/letters/{template}")
    async def put(request: Request, me: Me, journey: UUID, template: str) -> Response:
        await _reads(service, me, journey)
        form = await Form.of(request)
        where = "" if form.value("do") == "send" else f"/letters/{template}"
        decide, show = partial(_put, service, journey, template), partial(_page, request, me, journey, template)
        return await put_on_record(form, me, decide, show, f"/notification/{journey}{where}")

    @router.get("/notification/{journey}/letters/{letter}/letter.pdf")
    async def printed(me: Me, journey: UUID, letter: UUID) -> Response:
        await _reads(service, me, journey)
        found = await service.get(Letter, letter)
        if found.journey != journey:
            raise NotFound("There is no such letter on this journey.")
        pages = await _pages(service, found)
        headers = {"Content-Disposition": 'inline; filename="letter.pdf"', "Cache-Control": "no-store"}
        if found.sha256:
            headers["Candour-As-Sent"] = "yes" if fingerprint(pages) == found.sha256 else "no"
        return Response(pages, media_type="application/pdf", headers=headers)

    async def _page(
        request: Request, me: SignedIn, journey: UUID, template: str, form: Form | None, status: int = 200
    ) -> Response:
        site = await _reads(service, me, journey)
        found, _ = await service.letter_open(journey, template)
        kind = await service.template_of(found) if found else (await service.template_in_force(template))[0]
        if form is None:
            form = Form(words_of(found) if found else await known(service, briefings, journey, kind))
        newer = await service.newer_than(found) if found else None
        page: Response = request.app.state.shell.page(
            request, "notification/letter.html", status, journey=journey, kind=kind, form=form, draft=found, how=HOW,
            shown=words_known_as(kind), newer=newer, no_place=_no_place(kind, newer),
            recipient=DutyRecipient(kind.recipient).label, site=(await service.directory.site(site)).title,
            may_leave=await service.may_go_out((await service.directory.site(site)).provider, kind), to_confirm=TO_CONFIRM,
        )  # fmt: skip
        return page


async def _reads(service: Notification, me: SignedIn, journey: UUID) -> str:
    """The site of a journey whose letters someone may read and write. Raises NotFound, NotYoursToTell."""
    site = await site_of(service, me, journey)
    require_teller(me.role)
    return site


async def _pages(service: Notification, letter: Letter) -> bytes:
    """A letter as it was printed, or as it would be today."""
    site = (await service.directory.site(letter.site)).title
    dated = letter.dated or local_day(service.clock.now())
    return await pdf(await service.template_of(letter), words_of(letter), site, dated)


async def known(service: Notification, briefings: Briefings, journey: UUID, kind: LetterTemplate) -> dict[str, str]:
    """What a letter can be begun with, from the record; whoever writes it looks it over."""
    account = await service.get(Account, Account.create_id(journey))
    candour = await service.find(Candour, Candour.create_id(journey))
    changed = "\n\n".join(row["what_changed"] for row in await briefings.of_journey(journey))
    have: dict[str, str] = {
        "told": candour.told if candour else "", "learning": account.statement, "changes": changed, "": "",
    }  # fmt: skip
    return {part.id: have[part.known] for part in kind.parts if have[part.known]}


async def _put(service: Notification, journey: UUID, template: str, act: Act, form: Form) -> Saved | None:
    if form.value("do") == "move":
        return await service.move_letter_on(act, journey, template)
    letter, _ = await service.letter_open(journey, template)
    if form.value("do") == "write":
        kind = await service.template_of(letter) if letter else (await service.template_in_force(template))[0]
        words = _typed(form, kind)
        if form.value("shown") not in {"", words_known_as(kind)}:
            raise WordsOfAnotherVersion
        return await service.write_letter(act, journey, template, written(words)) if form.ok else None
    how = form.one_of("how", list(How), "Say how it left.")
    if letter is None or how is None:
        if letter is None:
            form.wrong("Write the letter first.")
        return None
    dated = local_day(service.clock.now())
    return await service.send_letter(act, letter.id, How(how), dated, fingerprint(await _pages(service, letter)))


def _typed(form: Form, kind: LetterTemplate) -> dict[str, str]:
    words = {
        TO: form.text(TO, "Say whom the letter is to.", 200),
        ADDRESS: form.text(ADDRESS, "", 500),
        SIGNED: form.text(SIGNED, "Say who signs it.", 200),
    }
    for part in kind.parts:
        missing = f"Write something under “{part.title}”." if part.required else ""
        words[part.id] = form.text(part.id, missing, LONGEST)
    return {name: text for name, text in words.items() if text}


def _no_place(kind: LetterTemplate, newer: LetterTemplate | None) -> list[str]:
    """What a draft asks for that the newer wording of its kind has no place for."""
    places = {part.id for part in newer.parts} if newer else set()
    return [part.title for part in kind.parts if newer and part.id not in places]


def listed(rows: list[dict[str, Any]], kinds: dict[str, str]) -> list[dict[str, Any]]:
    """Letters as a page lists them."""
    return [
        row | {"title": kinds.get(row["template"], "Letter"), "sent": SENT[How(row["how"])] if row["how"] else ""}
        for row in rows
    ]
