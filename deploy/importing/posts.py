"""The posts that come with imported sites, so that somebody may look at them; nobody is named who was not named to us."""

from __future__ import annotations

from contracts.taxonomy import Role
from deploy.importing.mapping import Posts
from libs.deciding import Act
from libs.domain import follows
from services.governance.application import Governance

HOLDER = "Whoever holds the post"


async def establish(governance: Governance, act: Act, provider: str, posts: Posts) -> None:
    """The provider's own posts. Asked again, nothing changes."""
    for role in posts.provider:
        scope = f"provider:{provider}"
        await _establish(governance, act, provider, "", f"{provider}.{role}", role, scope, posts.provider_title)


async def establish_at(governance: Governance, act: Act, provider: str, site: str, title: str, posts: Posts) -> None:
    """A site's posts. Asked again, nothing changes."""
    for role in posts.site:
        await _establish(governance, act, provider, site, f"{site}.{role}", role, f"site:{site}", title)


async def _establish(
    governance: Governance, act: Act, provider: str, site: str, post: str, role: Role, scope: str, title: str
) -> None:
    await governance.establish_post(act, provider, site, post, role, scope, f"{role.label}, {title}", None)
    # Once only, by its key: a post that was given up or taken over meanwhile is not filled again by a later import.
    appointing = Act(act.actor, act.role, key=f"appoint:{post}")
    await governance.appoint(appointing, post, follows("import.Holder", post), HOLDER, "")
