"""What became of a report, by the number that was given for it: also for whoever gave no name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.pages.register import state
from services.intake.projection import Register

Me = Annotated[SignedIn, Depends(signed_in)]
UNKNOWN = "There is no report with this number. It has eight letters and figures, such as K7M4-2QXB."


def add(router: APIRouter, kept: Register) -> None:
    """Asking by number. The number is not part of the address, and nothing about anybody is shown."""

    @router.get("/report/number")
    async def ask(request: Request, me: Me) -> Response:
        return _page(request, Form())

    @router.post("/report/number")
    async def answer(request: Request, me: Me) -> Response:
        form = await Form.of(request)
        number = form.text("number", "Enter the number you were given.", 20)
        row = await kept.numbered(number) if form.ok else None
        if row is None and form.ok:
            form.wrong(UNKNOWN, "number")
        if row is None:
            return _page(request, form, status=422)
        return _page(request, form, state(row["response"], closed=row["closed"]), is_safe=row["is_safe"])

    def _page(request: Request, form: Form, where: str = "", *, is_safe: bool = True, status: int = 200) -> Response:
        shell: Shell = request.app.state.shell
        return shell.page(request, "intake/number.html", status, form=form, where=where, is_safe=is_safe)
