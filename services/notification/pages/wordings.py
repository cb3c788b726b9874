"""The fixed words of letters: read them where the rule is cited, and confirm that they may go out."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import DutyRecipient, Role
from libs.deciding import Act, Saved
from libs.directory import Directory
from libs.reaching import LetterTemplate
from libs.service import NotFound
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.notification.application import Notification, require_teller
from services.notification.domain.subscribers import KEEPERS
from services.notification.domain.wording import Against, Confirmed, fingerprint, provider_worded_by
from services.notification.pages.putting import put_on_record

Me = Annotated[SignedIn, Depends(signed_in)]
PATH = "/notification/wordings"
AGAINST = [
    (Against.SOURCE, "The text of the law or rule that is cited"),
    (Against.GUIDANCE, "Guidance of the regulator or the ombudsman"),
    (Against.ADVISER, "The advice of somebody qualified in law"),
    (Against.INSURER, "What our insurer asks for"),
]


def add(router: APIRouter, service: Notification) -> None:
    """The page, and what is decided on it."""

    @router.get(PATH)
    async def wordings(request: Request, me: Me, after: int = 0) -> Response:
        return await _page(service, request, me, "", Form())

    @router.post(PATH + "/{template}")
    async def decide(request: Request, me: Me, template: str) -> Response:
        if template not in {each.id for each in await service.templates()}:
            raise NotFound("The rules in force have no such kind of letter.")
        put, show = partial(_put, service, me, template), partial(_page, service, request, me, template)
        return await put_on_record(await Form.of(request), me, put, show, PATH)


async def _put(service: Notification, me: SignedIn, template: str, act: Act, form: Form) -> Saved | None:
    provider, seen = provider_worded_by(me.role, me.scope), form.value("seen_words")
    if form.value("do") == "take_back":
        return await service.take_words_back(act, provider, seen)
    against = form.some_of(f"against-{template}", list(Against))
    return await service.confirm_words(act, provider, template, seen, against) if form.ok else None


async def _page(
    service: Notification, request: Request, me: SignedIn, failed: str, form: Form, status: int = 200
) -> Response:
    require_teller(me.role)
    provider = await _provider(service.directory, me)
    known = await service.confirmations(provider)
    page: Response = request.app.state.shell.page(
        request, "notification/wordings.html", status, form=form, failed=failed, against=AGAINST,
        kinds=[_shown(each, known) for each in await service.templates()],
        confirms=me.role in KEEPERS and me.scope.startswith("provider:"),
    )  # fmt: skip
    return page


def _shown(kind: LetterTemplate, known: dict[str, Confirmed]) -> dict[str, Any]:
    mark, words = fingerprint(kind), dict(AGAINST)
    found = known.get(mark)
    return {
        "it": kind, "seen": mark, "recipient": DutyRecipient(kind.recipient).label, "confirmed": found,
        "by": Role(found.role).label if found else "",
        "against": [words[Against(each)].lower() for each in found.against] if found else [],
    }  # fmt: skip


async def _provider(directory: Directory, me: SignedIn) -> str:
    """The provider of whoever looks: named by their scope, or that of their sites."""
    if me.scope.startswith("provider:"):
        return me.scope.removeprefix("provider:")
    return next((site.provider for site in await sites_of(directory, me)), "")
