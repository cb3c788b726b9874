"""Whom a visitor to the demonstration can be: the holders of posts, opened from their seals, each with a task."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts.taxonomy import Role
from deploy.demo.organisation import document
from deploy.house import Platform
from libs.directory import Directory
from libs.reading import opened
from libs.web.posts import Post
from libs.web.sign_in import Persona

SOURCES = ["careplan", "rostering"]
"""The outside systems that may send incidents to the demonstration."""
MOST = 12
MOST_FURTHER = 4


async def personas(platform: Platform) -> list[Persona]:
    """At most twelve people: those whom the stories need first, then one for each role not yet among them. Then whoever
    leads on quality for each further provider, whose homes were imported.
    """
    directory = _directory(platform)
    held = await directory.rows(
        "SELECT post.post_id, post.role, post.scope, post.title, holder.person_id, holder.name, holder.until"
        " FROM post JOIN holder USING (post_id) ORDER BY post.post_id, holder.person_id"
    )
    rows = await opened(platform.keys, _chosen(held), "name")
    posts: dict[UUID, list[Post]] = {}
    for row in held:
        posts.setdefault(row["person_id"], []).append(
            Post(row["post_id"], row["role"], row["scope"], row["title"], str(row["until"] or ""))
        )
    return [_persona(row, posts[row["person_id"]]) for row in rows]


def _directory(platform: Platform) -> Directory:
    rooms = sorted(platform.rooms.values(), key=lambda room: room.name != "governance")
    return next(view for room in rooms for view in room.kept.values() if isinstance(view, Directory))


def _chosen(held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_post = {row["post_id"]: row for row in held}
    wanted = [by_post[each["post"]] for each in document()["personas"] if each["post"] in by_post]
    chosen: dict[UUID, dict[str, Any]] = {row["person_id"]: row for row in wanted}
    roles = {row["role"] for row in wanted}
    for row in held:
        if row["role"] not in roles:
            roles.add(row["role"])
            chosen.setdefault(row["person_id"], row)
    people = dict(list(chosen.items())[:MOST])
    for row in held:
        if row["role"] == Role.PROVIDER_QUALITY_LEAD and len(people) < MOST + MOST_FURTHER:
            people.setdefault(row["person_id"], row)
    return list(people.values())


def _persona(row: dict[str, Any], posts: list[Post]) -> Persona:
    tasks = {each["post"]: each["will"] for each in document()["personas"]}
    first = sorted(posts, key=lambda post: post.post != row["post_id"])
    will = tasks.get(row["post_id"], f"acts as {Role(row['role']).label.lower()}")
    return Persona(
        f"person:{row['person_id']}", f"{row['name']} – {row['title']}", will[0].upper() + will[1:] + ".", tuple(first)
    )
