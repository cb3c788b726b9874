"""What the forms of a review have in common: how long a text may be, and reading ids that the page put there itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from libs.deciding import Act, Saved
from libs.web.forms import Form
from services.review.application import Reviewing

Decide = Callable[[Reviewing, Act, UUID, Form], Awaitable[Saved | None]]
"""Reads a form and asks for what it says; None where something is still to be mended."""

LONGEST, LONGEST_SHARED, LONGEST_RECOMMENDATION = 8000, 4000, 2000
WHY = "Give the reason, in a sentence that someone else will understand later."


def identity(form: Form, name: str) -> UUID | None:
    """An id, or None; noted as wrong where it is no id."""
    try:
        return UUID(form.value(name)) if form.value(name) else None
    except ValueError:
        form.wrong("Choose one of those shown.", name)
        return None


def identities(form: Form, name: str, missing: str) -> list[UUID]:
    """The ids that were ticked; noted as wrong where there is none, or one of them is no id."""
    try:
        found = [UUID(each) for each in form.values(name)]
    except ValueError:
        found = []
    if not found:
        form.wrong(missing, name)
    return found


def known(form: Form) -> list[str]:
    """Names somebody typed to be looked for; they are used for this look alone and kept nowhere."""
    return [name.strip() for name in form.value("known").replace("\n", ",").split(",") if name.strip()]


def seen(form: Form, section: str) -> int:
    """Which text of a section was on the page that this form was sent from."""
    return form.whole_number(f"seen-{section}") or 0
