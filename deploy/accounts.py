"""Whom an account of the organisation's sign-in service is here: the posts that its verified e-mail address holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.house import Platform
from libs.directory import Directory
from libs.reach import everything
from libs.reading import opened
from libs.web.oidc import Known, WhoIs, programs
from libs.web.posts import Post


def accounts(platform: Platform, env: Mapping[str, str]) -> WhoIs:
    """People by e-mail address, programs by their client id (CANDOUR_API_CLIENTS names the file of their posts).

    Where the issuer's tokens for a program name another subject than its client id, the file says which: `subjects`.
    """
    program = programs(*_clients(env.get("CANDOUR_API_CLIENTS", "")))

    async def who_is(claims: Mapping[str, Any]) -> Known | None:
        if "client_id" in claims:
            return program(claims)
        email = str(claims.get("email", "")).strip().casefold()
        if not email or claims.get("email_verified") is not True:
            return None
        return await _holder(platform, email)

    return who_is


async def _holder(platform: Platform, email: str) -> Known | None:
    directory = next(iter(platform.rooms.values())).view(Directory)
    with everything():
        held = await directory.rows(
            "SELECT post.post_id, post.role, post.scope, post.title, holder.person_id, holder.name, holder.email, holder.until"
            " FROM post JOIN holder USING (post_id) ORDER BY post.post_id"
        )
    rows = [r for r in await opened(platform.keys, held, "name", "email") if (r["email"] or "").casefold() == email]
    people = {row["person_id"] for row in rows}
    if len(people) != 1:  # nobody, or an address that two people share, which tells us nothing
        return None
    posts = tuple(
        Post(row["post_id"], row["role"], row["scope"], row["title"], str(row["until"] or "")) for row in rows
    )
    return Known(f"person:{people.pop()}", f"{rows[0]['name']} – {rows[0]['title']}", posts)


def _clients(file: str) -> tuple[dict[str, list[Post]], dict[str, str]]:
    if not file:
        return {}, {}
    found = yaml.safe_load(Path(file).read_text())
    posts = {client: [Post(**post) for post in given] for client, given in found["clients"].items()}
    return posts, dict(found.get("subjects", {}))
