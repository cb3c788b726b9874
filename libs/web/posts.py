"""Who is asking: a person or an API client, in one of the posts they hold."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Post:
    """A post held: what it lets its holder do (`role`) and where (`scope`, such as "site:<id>" or "provider:<id>")."""

    post: str
    role: str
    scope: str
    label: str = ""
    until: str = ""
    """The last day, as ISO 8601 has it, on which its holder sees anything; empty where the post has no end."""


@dataclass(frozen=True)
class SignedIn:
    """Whoever made this request, acting in one post; `session_id` is None for API clients, with no `csrf` either."""

    actor_id: str
    role: str
    scope: str
    label: str
    posts: tuple[Post, ...]
    csrf: str = ""
    session_id: UUID | None = None
    until: str = ""

    @property
    def acting_in(self) -> list[str]:
        """The posts held with the role and scope that are acted in: one, as a rule."""
        return [each.post for each in self.posts if (each.role, each.scope) == (self.role, self.scope)]


def as_rows(posts: Sequence[Post]) -> list[dict[str, Any]]:
    """Posts as they are stored."""
    return [asdict(each) for each in posts]


def from_rows(rows: Sequence[dict[str, Any]]) -> tuple[Post, ...]:
    """Posts as they were stored."""
    return tuple(Post(**each) for each in rows)


def require_posts(posts: Sequence[Post]) -> None:
    """Raises ValueError for someone without a post: nobody acts without one."""
    if not posts:
        raise ValueError("Nobody can sign in without a post.")
