"""Bearer tokens of API clients: shown once, kept only as a hash, good until they expire or are withdrawn."""

from collections.abc import Sequence
from datetime import timedelta
from secrets import token_urlsafe

from psycopg.types.json import Jsonb

from libs.clock import Clock
from libs.web.posts import Post, SignedIn, as_rows, from_rows, require_posts
from libs.web.sessions import Pool, hashed

PREFIX = "candour_"
"""How our own tokens begin, so that a leaked one is found by those who search for such."""


class ApiTokens:
    """API clients in `web.api_token`. A client acts as a person or as itself, in its first post."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool, self._clock = pool, clock

    async def issue_token(self, client: str, actor_id: str, posts: Sequence[Post], lasting: timedelta) -> str:
        """The secret to hand over; it cannot be read again. Raises ValueError without posts."""
        require_posts(posts)
        token, now = f"{PREFIX}{token_urlsafe(32)}", self._clock.now()
        async with self._pool.connection() as connection:
            await connection.execute(
                "INSERT INTO web.api_token VALUES (%s, %s, %s, %s, %s, %s)",
                (hashed(token), client, actor_id, Jsonb(as_rows(posts)), now, now + lasting),
            )
        return token

    async def find_token(self, token: str) -> SignedIn | None:
        """Who the token stands for, or None when it is unknown, withdrawn or has expired."""
        async with self._pool.connection() as connection:
            found = await connection.execute(
                "SELECT client, actor_id, posts FROM web.api_token WHERE token_hash = %s AND expires_at > %s",
                (hashed(token), self._clock.now()),
            )
            row = await found.fetchone()
        if row is None:
            return None
        posts = from_rows(row[2])
        first = posts[0]
        return SignedIn(row[1], first.role, first.scope, row[0], posts, until=first.until)

    async def withdraw(self, client: str) -> int:
        """Make every token of a client worthless at once; how many there were."""
        async with self._pool.connection() as connection:
            gone = await connection.execute("DELETE FROM web.api_token WHERE client = %s", (client,))
            return gone.rowcount
