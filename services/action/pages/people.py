"""Those whom a change is meant for, as a page calls them: by name where a post makes it known, else by a short mark."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts.taxonomy import BriefingAudiencePart
from libs.reading import opened
from libs.web.forms import Form
from services.action.application import Actions

Rows = list[dict[str, Any]]


async def shown_people(actions: Actions, site: str, participants: Rows) -> Rows:
    """Everyone on the list, and how they stand; the reason why someone was excused is opened for reading."""
    called = await _called(actions, site)
    rows = await opened(actions.mapper.keys, participants, "excused_because")
    return [
        row | {
            "name": called.get(row["person_id"], _mark(row["person_id"])),
            "waits": not row["took_part_on"] and not row["excused_because"],
        }
        for row in rows
    ]  # fmt: skip


async def team_to_name(actions: Actions, site: str, participants: Rows) -> list[tuple[str, str]]:
    """The team of a site as choices, without those who are on the list already; who was excused may be named again."""
    known = {row["person_id"] for row in participants if not row["excused_because"]}
    called = await _called(actions, site)
    return sorted(((str(each), name) for each, name in called.items() if each not in known), key=lambda each: each[1])


def chosen(form: Form, name: str, missing: str) -> list[UUID]:
    """Those who were ticked or chosen; `missing` is the sentence where it is nobody, or what was sent is no id."""
    try:
        found = [UUID(each) for each in form.values(name) if each]
    except ValueError:
        found = []
    if not found:
        form.wrong(missing, name)
    return found


async def _called(actions: Actions, site: str) -> dict[UUID, str]:
    parts = dict(BriefingAudiencePart.choices())
    names = {
        each: f"{parts.get(part, part)}, {_mark(each)}"
        for each, part in (await actions.directory.members(site)).items()
    }
    for post in await actions.directory.posts_above(site):
        for holder in await opened(actions.mapper.keys, await actions.directory.holders(post.post_id), "name"):
            if holder["person_id"] in names and holder["name"]:
                names[holder["person_id"]] = holder["name"]
    return names


def _mark(person: UUID) -> str:
    return f"colleague {str(person)[:4]}"
