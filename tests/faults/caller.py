"""Someone with a token who is owed an answer: they ask again under the same key until there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import httpx2

Json = dict[str, Any]
PAUSE = 0.1
PATIENCE = 120.0
"""Seconds until somebody gives up on what should be there by now."""
KEYS = UUID(int=0)


def trace_of(key: str) -> str:
    """The trace under which a request is made, so that what it led to can be found by it."""
    return uuid5(KEYS, key).hex


@dataclass
class Acknowledged:
    """What the house said yes to, in the order in which it did: by its key, what it answered."""

    answers: dict[str, Json] = field(default_factory=dict)
    again: int = 0
    """How often somebody had to ask again."""


@dataclass
class Caller:
    """A person's program, on one connection after another."""

    client: httpx2.AsyncClient
    said: Acknowledged

    async def asks(self, key: str, path: str, body: Json, how: str = "POST") -> Json:
        """Ask for something until it is acknowledged. Fails where it is refused: then it would not be done at all."""
        parent = f"00-{trace_of(key)}-{'1' * 16}-01"
        headers = {"Idempotency-Key": key, "traceparent": parent}
        answer = await self._answered(how, path, headers=headers, json=body)
        assert answer.is_success, f"{key} {path}: {answer.status_code} {answer.text}"
        assert key not in self.said.answers, key
        self.said.answers[key] = dict(answer.json())
        return self.said.answers[key]

    async def sees(self, path: str, ready: Callable[[Any], bool] = bool) -> Any:
        """Look until what is looked for is there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = await self._answered("GET", path)
                if answer.is_success and ready(found := answer.json()):
                    return found
                await asyncio.sleep(PAUSE)

    async def _answered(self, how: str, path: str, **asked: Any) -> httpx2.Response:
        last = ""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    try:
                        answer = await self.client.request(how, path, **asked)
                        if not answer.is_server_error:
                            return answer
                        last = answer.text
                    except httpx2.TransportError as error:
                        last = repr(error)
                    self.said.again += 1
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise AssertionError(f"never answered: {how} {path}: {last}") from None
