"""Sessions kept on the server: the browser holds only a random value, the database only its hash."""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from libs.clock import Clock
from libs.web.posts import Post, SignedIn, as_rows, from_rows, require_posts

DDL = """
DO $$ BEGIN IF to_regnamespace('web') IS NULL THEN CREATE SCHEMA web; END IF; END $$;
CREATE TABLE IF NOT EXISTS web.session (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL UNIQUE,
    actor_id   text NOT NULL,
    label      text NOT NULL,
    posts      jsonb NOT NULL,
    acting     text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS session_actor ON web.session (actor_id);
CREATE TABLE IF NOT EXISTS web.api_token (
    token_hash bytea PRIMARY KEY,
    client     text NOT NULL,
    actor_id   text NOT NULL,
    posts      jsonb NOT NULL,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
"""

Pool = AsyncConnectionPool[AsyncConnection[tuple[Any, ...]]]
IDLE = timedelta(minutes=45)
ABSOLUTE = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)  # A read page is no reason to write a row each time.


def hashed(token: str) -> bytes:
    """What is stored of a secret: 256 random bits need no salt and no slow hash."""
    return sha256(token.encode()).digest()


def csrf_of(token: str) -> str:
    """The token of this session's forms; it follows from the cookie, so the database never holds it."""
    return hmac.new(token.encode(), b"candour form", sha256).hexdigest()


class Sessions:
    """Browser sessions in `web.session`: they end when idle for `idle`, and after `absolute` in any case.

    Give them the real clock: a demonstration's clock that leaps a month would sign everyone out.
    """

    def __init__(
        self,
        pool: Pool,
        clock: Clock,
        idle: timedelta = IDLE,
        absolute: timedelta = ABSOLUTE,
    ) -> None:
        self._pool, self._clock, self._idle, self._absolute = pool, clock, idle, absolute

    async def start(self, actor_id: str, posts: Sequence[Post], label: str, replacing: str = "") -> str:
        """A new session's cookie value. The one in `replacing` ends, so a value known before sign-in is worth nothing.

        The person acts in their first post. What nobody can use any more goes with it. Raises ValueError without posts.
        """
        require_posts(posts)
        await self.forget_expired()
        token, now = token_urlsafe(32), self._clock.now()
        row = (hashed(token), uuid4(), actor_id, label, Jsonb(as_rows(posts)), posts[0].post, now, now)
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM web.session WHERE token_hash = %s", (hashed(replacing),))
            await connection.execute(
                "INSERT INTO web.session VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", (*row, now + self._absolute)
            )
        return token

    async def find(self, token: str) -> SignedIn | None:
        """Who the cookie value stands for, or None when it is unknown or has expired."""
        now = self._clock.now()
        async with self._pool.connection() as connection:
            found = await connection.execute(
                "SELECT session_id, actor_id, label, posts, acting, seen_at FROM web.session"
                " WHERE token_hash = %s AND seen_at > %s AND ends_at > %s",
                (hashed(token), now - self._idle, now),
            )
            row = await found.fetchone()
            if row is None:
                return None
            if now - row[5] > NOTED_EVERY:
                await connection.execute("UPDATE web.session SET seen_at = %s WHERE session_id = %s", (now, row[0]))
        session_id, actor_id, label, posts, acting, _ = row
        return _acting(SignedIn(actor_id, "", "", label, from_rows(posts), csrf_of(token), session_id), acting)

    async def act_as(self, token: str, post: str) -> str | None:
        """A new cookie value for the same session in another of the person's posts; None when they do not hold it."""
        me = await self.find(token)
        if me is None or post not in {each.post for each in me.posts}:
            return None
        renewed = token_urlsafe(32)
        async with self._pool.connection() as connection:
            await connection.execute(
                "UPDATE web.session SET token_hash = %s, acting = %s WHERE session_id = %s",
                (hashed(renewed), post, me.session_id),
            )
        return renewed

    async def end(self, token: str) -> None:
        """Sign out here."""
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM web.session WHERE token_hash = %s", (hashed(token),))

    async def end_everywhere(self, actor_id: str) -> int:
        """Sign a person out of every browser; how many sessions ended."""
        async with self._pool.connection() as connection:
            ended = await connection.execute("DELETE FROM web.session WHERE actor_id = %s", (actor_id,))
            return ended.rowcount

    async def forget_expired(self) -> int:
        """Delete the rows that no cookie can use any more; how many."""
        now = self._clock.now()
        async with self._pool.connection() as connection:
            gone = await connection.execute(
                "DELETE FROM web.session WHERE ends_at <= %s OR seen_at <= %s", (now, now - self._idle)
            )
            return gone.rowcount


def _acting(person: SignedIn, acting: str) -> SignedIn:
    post = next((each for each in person.posts if each.post == acting), person.posts[0])
    return replace(person, role=post.role, scope=post.scope, label=post.label or person.label, until=post.until)
