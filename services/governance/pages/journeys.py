"""One journey from first report to proof."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.taxonomy import ClosureState, OpportunityKind, Role, ServiceKind, Theme
from libs.domain import Refused
from libs.reading import opened
from libs.service import NotFound
from libs.web.posts import SignedIn
from libs.web.reach import within
from libs.web.signed_in import signed_in
from services.governance.application import Governance
from services.governance.pages.live import live, shell_of, wait_for
from services.governance.pages.sentences import label, tell
from services.governance.projection import Overview
from services.governance.projection.journey_reading import TIMELINE
from services.governance.projection.stories import journey_story

Me = Annotated[SignedIn, Depends(signed_in)]

READS_NO_WORDS = frozenset({Role.CARE_WORKER, Role.KEY_WORKER, Role.ADMINISTRATOR, Role.AUDITOR})
"""Posts that see what became of a report, but not what others wrote in confidence."""


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """The page of one journey."""

    async def found(me: SignedIn, journey: UUID) -> dict[str, Any]:
        story = await journey_story(overview, journey, governance.clock.now())
        if story is None:
            raise NotFound("There is no journey at this address. It may not have begun yet: try again in a moment.")
        await within(governance.directory, me, story["site"])
        await overview.require_open(governance.mapper.keys, me.actor_id, journey)
        return story

    @router.get("/journeys/{journey}")
    async def journey(request: Request, me: Me, journey: UUID, after: str = "", only: str = "") -> Response:
        await wait_for(overview, after)
        story = await found(me, journey)
        reads = me.role not in READS_NO_WORDS
        moments = await _moments(governance, overview, story, reads=reads)
        decisions = [each for each in moments if each["told"].decision]
        return live(
            request,
            "governance/journey.html",
            "governance/journey_part.html",
            story=story,
            reads=reads,
            kind=_kind(story),
            site=await governance.directory.site(story["site"]),
            themes=[label(Theme, theme) for theme in story["themes"]],
            states=[(ClosureState(each["state"]).label, each) for each in story["closure"]],
            moments=decisions if only == "decisions" else moments,
            only=only == "decisions",
            posts={p.post_id: p.title for p in await governance.directory.posts_above(story["site"])},
            cut=TIMELINE,
        )

    @router.get("/journeys/{journey}/shared")
    async def shared(request: Request, me: Me, journey: UUID) -> Response:
        """The same journey for someone outside: no person, no name, no account, no day more exact than a month."""
        story = await found(me, journey)
        if me.role in READS_NO_WORDS:
            raise NotForSharing
        site = await governance.directory.site(story["site"])
        moments = await _moments(governance, overview, story, reads=False)
        return shell_of(request).page(
            request,
            "governance/shared.html",
            story=story,
            kind=_kind(story),
            place=label(ServiceKind, site.service_kind),
            themes=[label(Theme, theme) for theme in story["themes"]],
            states=[(ClosureState(each["state"]).label, each) for each in story["closure"]],
            moments=[each | {"role": label(Role, each["role"])} for each in moments if each["told"].decision],
        )


def _kind(story: dict[str, Any]) -> str:
    return label(OpportunityKind, story["kind"]) if story["kind"] else "A journey that has just begun"


class NotForSharing(Refused):
    """A journey is shared by those who manage or oversee it. Ask the registered manager."""


async def _moments(
    governance: Governance, overview: Overview, story: dict[str, Any], *, reads: bool
) -> list[dict[str, Any]]:
    rows = await overview.timeline(story["journey"])
    if reads:
        rows = await opened(governance.mapper.keys, rows, "words")
    people = await _people(governance, {row["actor"] for row in rows})
    subjects = {str(each["action_id"]): each["what"] for each in story["plan"]["actions"]}
    subjects |= {str(each["duty_id"]): each["title"] for each in story["duties"]}
    return [
        {
            "told": tell(row["name"], row["params"]),
            "subject": subjects.get(row["params"].get("action_id") or row["params"].get("duty_id") or "", ""),
            "recorded": row["recorded"],
            "occurred": row["occurred"],
            "who": _who(row["actor"], row["role"], people),
            "role": row["role"],
            "words": row["words"] if reads else "",
            "withheld": bool(row["words"]) and not reads,
            "rules": row["rules"],
        }
        for row in rows
    ]


async def _people(governance: Governance, actors: set[str]) -> dict[str, str]:
    """The names of those among the actors who hold or held a post."""
    ids = [actor.removeprefix("person:") for actor in actors if actor.startswith("person:")]
    held = await governance.directory.rows(
        "SELECT DISTINCT ON (person_id) person_id, name FROM holder WHERE person_id::text = ANY(%s) ORDER BY person_id",
        (ids,),
    )
    rows = await opened(governance.mapper.keys, held, "name")
    return {f"person:{row['person_id']}": row["name"] for row in rows}


def _who(actor: str, role: str, people: dict[str, str]) -> str:
    """Who decided: the person where their name is known to us, and the role they acted in."""
    if not actor or actor.startswith("policy:") or role == Role.SYSTEM:
        return "Candour, by rule"
    known = people.get(actor)
    return f"{known}, {label(Role, role).lower()}" if known else label(Role, role)
