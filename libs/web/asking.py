"""From a request to an act: who asks, in which post, why, under which key, based on which version."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request, Response

from libs.deciding import Act, Saved
from libs.web.posts import SignedIn

KEY_LENGTH = 200
LONGEST_NUMBER = 18
"""Digits of what PostgreSQL holds as a bigint, whatever they are."""


def number_in(text: str) -> int | None:
    """A version or place as it was sent, or None for anything else. Python takes a superscript for a digit, and no number
    of thousands of digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def act_of(request: Request, me: SignedIn, *, rationale: str = "", occurred: datetime | None = None) -> Act:
    """The act behind an API request: its Idempotency-Key and If-Match headers, and who is signed in."""
    return Act(
        actor=me.actor_id,
        role=me.role,
        scope=me.scope,
        rationale=rationale,
        occurred=occurred,
        key=request.headers.get("Idempotency-Key", "")[:KEY_LENGTH],
        based_on=number_in(request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')),
    )


def act_of_form(me: SignedIn, key: str, version: str = "", rationale: str = "") -> Act:
    """The act behind a form, which carries its own key (so that sending it twice does it once) and version."""
    return Act(
        actor=me.actor_id,
        role=me.role,
        scope=me.scope,
        rationale=rationale,
        key=key[:KEY_LENGTH],
        based_on=number_in(version),
    )


def told(response: Response, saved: Saved, status: int = 200) -> dict[str, str | int]:
    """What an accepted request answers: id, version, and the place to wait for in a view (`?after=`)."""
    response.status_code = status
    response.headers["ETag"] = f'"{saved.version}"'
    if saved.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return {"id": str(saved.id), "version": saved.version, "position": saved.position}
