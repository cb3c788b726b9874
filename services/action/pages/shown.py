"""Plans and actions in the words of a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from contracts.taxonomy import ChangeKind, EvidenceSource, FactorCategory, Strength
from libs.calendar import end_of_day
from libs.service import NotFound
from libs.web.posts import SignedIn
from libs.web.reach import within
from services.action.application import Actions
from services.action.domain.action import Action, State
from services.action.domain.plan import Plan

STATES = {
    State.AGREED: "Not started",
    State.STARTED: "Under way",
    State.IMPLEMENTED: "Made, not yet seen",
    State.VERIFIED: "Made and seen",
    State.WITHDRAWN: "Withdrawn",
}
COLOURS = {State.AGREED: "grey", State.STARTED: "blue", State.IMPLEMENTED: "purple", State.VERIFIED: "green"}


async def plan_for(actions: Actions, me: SignedIn, journey: UUID) -> Plan:
    """The plan of a journey, for someone whose post covers its site. Raises NotFound, OutOfReach."""
    plan = await actions.plan_of(journey)
    await within(actions.directory, me, plan.site)
    return plan


async def action_for(actions: Actions, me: SignedIn, journey: UUID, action: UUID) -> Action:
    """One action of a journey, for someone whose post covers its site. Raises NotFound, OutOfReach."""
    found = await actions.get(Action, action)
    if found.journey != journey:
        raise NotFound("There is no such action in this plan.")
    await within(actions.directory, me, found.site)
    return found


async def titles(actions: Actions, site: str) -> dict[str, str]:
    """What each post over a site is called."""
    return {post.post_id: post.title for post in await actions.directory.posts_above(site)}


def shown(row: Mapping[str, Any], posts: Mapping[str, str]) -> dict[str, Any]:
    """A row of an action, with its codes in words."""
    state = State(row["state"])
    return dict(row) | {
        "href": f"/action/{row['journey']}/{row['action_id']}",
        "owner": posts.get(row["owner_post"], row["owner_post"]),
        "due_at": end_of_day(row["due"]),
        "to_be_made": state in {State.AGREED, State.STARTED},
        "state_words": STATES[state],
        "colour": COLOURS.get(state, ""),
        "kind": _label(ChangeKind, row["change_kind"]),
        "strength_words": _label(Strength, row["strength"]),
        "evidence_words": _label(EvidenceSource, row["evidence_kind"]),
        "card": "late" if row["late"] else "done" if state is State.VERIFIED else "",
    }


def category(code: str) -> str:
    """What a kind of factor is called."""
    return _label(FactorCategory, code)


def _label(codes: Any, code: str) -> str:
    return codes(code).label if code in set(codes) else code
