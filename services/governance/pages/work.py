"""My work: everything that waits for the reader, first due first."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import ChangeKind, OpportunityKind, Role
from contracts.taxonomy.learning import FOR_A_PERSON
from contracts.taxonomy.people import EXTERNAL_ROLES
from libs.calendar import end_of_day, local_day
from libs.directory import Site
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.governance.application import ORGANISERS, Governance
from services.governance.application.absences import ABSENCE_KEEPERS, NOT_LEADING
from services.governance.pages.emergencies import GUARDIANS
from services.governance.pages.live import live, shell_of, wait_for
from services.governance.pages.news import Visits, news, three_things
from services.governance.pages.sentences import label
from services.governance.projection import Overview
from services.governance.projection.barring import without_shut
from services.governance.projection.work_reading import MOST, Reader

Me = Annotated[SignedIn, Depends(signed_in)]

RUNS_A_SITE = frozenset(
    {
        Role.REGISTERED_MANAGER,
        Role.DEPUTY_MANAGER,
        Role.SERVICE_MANAGER,
        Role.SAFEGUARDING_LEAD,
        Role.CARE_COORDINATOR,
        Role.NURSE_OR_SENIOR_CARER,
    }
)
"""Posts of a site that see to what no one post owns: weighing, verifying, going to look."""

TASKS = {
    "weigh": ("Weigh it", "/intake/"),
    "update": ("See an update through", "/intake/"),
    "review": ("Review it", "/review/"),
    "sign": ("Read what was learned and sign it off", "/review/"),
    "agree": ("Agree what changes", "/action/"),
    "act": ("Make the change", "/action/"),
    "verify": ("See that the change was made", "/action/"),
    "tell": ("Give an account", "/notification/"),
    "read": ("Read and answer", "/notification/"),
    "take_part": ("Take part", "/action/mine"),
    "observe": ("Go and look", "/assurance/"),
    "answer": ("Answer a challenge", "/challenges/"),
    "hold": ("Hold and record", "/assurance"),
}
OUTWARD = {
    "decide": ("Say whether it applies here", "/notification/transfers/{}"),
    "put": ("Put it into effect here", "/notification/transfers/{}"),
    "see": ("Go and see it in effect", "/notification/transfers/{}"),
    "outcome": ("Write what was found", "/notification/{}/letters/candour-outcome"),
}

UPWARD = {
    "taken_up": ("See that it is made", "/action/{}"),
    "firing": ("Do what must follow", "/assurance/signs"),
    "unanswered": ("See that somebody answers for it", "/action/{}"),
}


def add(router: APIRouter, governance: Governance, overview: Overview) -> None:
    """The work list, which is also the start page."""

    @router.get("/")
    async def start(me: Me) -> Response:
        return RedirectResponse("/provider" if me.role in EXTERNAL_ROLES else "/work", 303)

    @router.get("/work")
    async def work(request: Request, me: Me, after: str = "", everyone: str = "") -> Response:
        await wait_for(overview, after)
        reached = await sites_of(governance.directory, me)
        sites = {site.site_id: site.title for site in reached}
        reader = await _reader(governance, me, list(sites), everyone=everyone == "yes")
        items = await _waiting(governance, overview, reader, sites) + await _emergencies(governance, me, sites)
        items += await _reaching_out(governance, me, sites) + await _unanswered(governance, me, reached)
        for post, absent in await _stood_in_for(governance, reader):
            known = {(each["task"], each["href"], each["title"]) for each in items}
            items += [
                each | {"for_post": post}
                for each in await _waiting(governance, overview, absent, sites)
                if (each["task"], each["href"], each["title"]) not in known
            ]
        items = _in_order(items, governance.clock.now())
        visits = Visits(request, me, governance.clock.now())
        response = live(
            request,
            "governance/work.html",
            "governance/work_part.html",
            items=items,
            many=len(sites) > 1,
            everyone=reader.everyone,
            full=len(items) >= MOST,
            may_absent=me.role in ABSENCE_KEEPERS,
            things=three_things(me) if visits.first else [],
            since=visits.since,
            news=await news(overview, list(sites), visits.since) if visits.since else [],
        )
        if "HX-Request" not in request.headers:
            visits.remember(response)
        return response

    @router.get("/start")
    async def three(request: Request, me: Me) -> Response:
        return shell_of(request).page(request, "governance/start.html", things=three_things(me))


def _in_order(items: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """First due first; what has no date stands by how long it has waited."""
    shown: list[dict[str, Any]] = [
        {"for_post": "", "late": bool(each["due"] and each["due"] < now)} | each for each in items
    ]
    return sorted(shown, key=lambda each: each["due"] or each["since"])[:MOST]


async def _reader(governance: Governance, me: SignedIn, sites: list[str], *, everyone: bool) -> Reader:
    person = _person(me.actor_id)
    works_at = await governance.directory.rows("SELECT site_id FROM member WHERE person_id = %s", (person,))
    held = await governance.directory.rows("SELECT post_id FROM holder WHERE person_id = %s", (person,))
    return Reader(
        actor=me.actor_id,
        role=me.role,
        posts=sorted({post.post for post in me.posts} | {row["post_id"] for row in held}),
        sites=sites,
        person=person,
        works_at=[row["site_id"] for row in works_at],
        unowned=me.scope.startswith("site:") and me.role in RUNS_A_SITE,
        everyone=everyone,
        provider=_provider(me.scope),
    )


async def _stood_in_for(governance: Governance, reader: Reader) -> list[tuple[str, Reader]]:
    """The posts whose holders are away while the reader's stand in: what each is called, and its reader, who sees no
    more sites and no more journeys than the one who stands in."""
    directory = governance.directory
    away = await directory.standing_in(reader.posts, local_day(governance.clock.now()))
    rows = await directory.rows("SELECT post_id, role, scope, title FROM post WHERE post_id = ANY(%s)", (away,))
    found = []
    for row in rows:
        covered = {site.site_id for site in await directory.sites_within(row["scope"])}
        absent = Reader(
            actor=reader.actor, role=row["role"], posts=[row["post_id"]],
            sites=[site for site in reader.sites if site in covered],
            unowned=row["scope"].startswith("site:") and row["role"] in RUNS_A_SITE and reader.role not in NOT_LEADING,
            provider=_provider(row["scope"]),
        )  # fmt: skip
        found.append((row["title"], absent))
    return found


async def _waiting(
    governance: Governance, overview: Overview, reader: Reader, sites: dict[str, str]
) -> list[dict[str, Any]]:
    """What waits for a reader's posts and role, without what is shut to the person who reads."""
    shut = await overview.shut_to(governance.mapper.keys, reader.actor)
    items = [_item(row, sites) for row in without_shut(await overview.work(reader), shut)]
    answers = await governance.reaching_out.answers(reader.sites) if reader.unowned else []
    items += [_answer(row, sites) for row in without_shut(answers, shut)]
    return items + await _heeding(governance, reader, sites)


def _answer(row: dict[str, Any], sites: dict[str, str]) -> dict[str, Any]:
    """Somebody without a name wrote: where to read it, and nothing of what, when to the minute, or who."""
    return {
        "task": "Read what was answered", "title": "somebody who reported without a name came back",
        "site": sites.get(row["site"], ""), "href": f"/intake/{row['journey']}#talk", "journey": row["journey"],
        "due": None, "since": row["since"],
    }  # fmt: skip


async def _emergencies(governance: Governance, me: SignedIn, sites: dict[str, str]) -> list[dict[str, Any]]:
    """What was read in an emergency and waits to be looked at, for those who do that."""
    rows = await governance.emergencies.waiting(list(sites), me.actor_id) if me.role in GUARDIANS else []
    return [
        {
            "task": "Look at it", "title": "somebody read a journey in an emergency", "site": sites.get(row["site"], ""),
            "href": f"/emergency/{row['access_id']}", "journey": row["journey"], "due": None, "since": row["asked"],
        }
        for row in rows
    ]  # fmt: skip


async def _reaching_out(governance: Governance, me: SignedIn, sites: dict[str, str]) -> list[dict[str, Any]]:
    """Learning of other sites, and outcomes that somebody was promised in writing, for those who run a site."""
    if me.role not in RUNS_A_SITE or not me.scope.startswith("site:"):
        return []
    return [
        {
            "task": OUTWARD[row["task"]][0], "title": row["title"] or "What the enquiries found, to the relevant person",
            "site": sites.get(row["site"], ""), "href": OUTWARD[row["task"]][1].format(row["id"]),
            "journey": row["id"] if row["task"] == "outcome" else None, "due": None, "since": row["since"],
        }
        for row in await governance.reaching_out.waiting(list(sites), me.actor_id)
    ]  # fmt: skip


async def _heeding(governance: Governance, reader: Reader, sites: dict[str, str]) -> list[dict[str, Any]]:
    """Changes that are still not made and were taken up to the reader's posts, and what must follow where a trigger fired."""
    rows = await governance.heeding.waiting(reader.sites, reader.posts, reader.role)
    return [_upward(row, sites, "a change that is still not made") for row in rows]


async def _unanswered(governance: Governance, me: SignedIn, reached: list[Site]) -> list[dict[str, Any]]:
    """Late changes on whose route nobody is there to be told, for those who appoint."""
    if me.role not in ORGANISERS or not _provider(me.scope):
        return []
    regions = {site.site_id: site.region for site in reached}
    rows = await governance.heeding.unanswered(_provider(me.scope), regions)
    sites = {site.site_id: site.title for site in reached}
    return [_upward(row, sites, "a late change, of which nobody is there to be told") for row in rows]


def _upward(row: dict[str, Any], sites: dict[str, str], otherwise: str) -> dict[str, Any]:
    task, page = UPWARD[row["task"]]
    return {
        "task": task, "title": row["title"] or otherwise, "site": sites.get(row["site"], ""),
        "href": page.format(row["journey"]), "journey": None if row["task"] == "firing" else row["journey"],
        "due": end_of_day(row["due"]), "since": row["since"],
    }  # fmt: skip


def _provider(scope: str) -> str:
    """The provider that a post is over as a whole; empty for any other post."""
    kind, _, name = scope.partition(":")
    return name if kind == "provider" else ""


def _person(actor: str) -> UUID | None:
    try:
        return UUID(actor.removeprefix("person:"))
    except ValueError:
        return None


def _called(kind: str) -> str:
    """A change as whoever it is meant for hears of it: its kind, and nothing of what led to it."""
    return FOR_A_PERSON[ChangeKind(kind)] if kind else "something you are named for"


def _item(row: dict[str, Any], sites: dict[str, str]) -> dict[str, Any]:
    task, page = TASKS[row["task"]]
    of_kind = row["task"] in {"weigh", "update", "review", "sign", "agree", "observe"}
    title = label(OpportunityKind, row["title"]) if of_kind else row["title"]
    due: datetime | None = row["due"] or (end_of_day(row["due_day"]) if row["due_day"] else None)
    return {
        "task": task,
        "title": _called(row["title"]) if row["task"] == "take_part" else title,
        "site": sites.get(row["site"], ""),
        "href": f"{page}{row['journey'] or ''}" if page.endswith("/") else page,
        "journey": row["journey"] if row["task"] not in {"answer", "hold"} else None,
        "due": due,
        "since": row["since"],
    }
