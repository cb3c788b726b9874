"""Taking a form: what was put on record is decided on, or the page is shown again with why it could not be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import RedirectResponse, Response

from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn

Decide = Callable[[Act, Form], Awaitable[Saved | None]]
Show = Callable[[Form, int], Awaitable[Response]]


async def put_on_record(form: Form, me: SignedIn, decide: Decide, show: Show, onward: str) -> Response:
    """On to `onward` where it was decided. Where it is refused, or something is missing, what was typed is kept.

    `decide` answers None where the form says what is missing; `show` gives the page with the form, and its status.
    """
    try:
        saved = await decide(act_of_form(me, form.value("key"), form.value("version")), form)
    except Refused as refusal:
        form.wrong(str(refusal))
        return await show(form, 409)
    if saved is None:
        return await show(form, 422)
    return RedirectResponse(f"{onward}?after={saved.position}", 303)
