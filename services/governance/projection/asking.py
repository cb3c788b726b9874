"""Questions asked together: what one page wants to know goes to the database in one round, not one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextvars import ContextVar
from typing import Any, LiteralString

from psycopg.rows import dict_row

from libs.reach import reach
from libs.views import Parameters, View

OWN_PLAN = (
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('random_page_cost', '1.1', true),"
    " set_config('jit', 'off', true)"
)
"""A plan for just these sites: one made for any list of them reads every list as a short one. What a page asks lies in
memory, so a row by its key costs no more than the next row; and compiling would take longer than asking."""

Question = tuple[LiteralString, Parameters, "asyncio.Future[list[dict[str, Any]]]"]


class Round:
    """Questions that wait for each other for a moment, then go out over one connection in one transaction."""

    def __init__(self, view: Asking) -> None:
        self.view = view
        self._waiting: dict[str, list[Question]] = {}

    async def ask(self, query: LiteralString, parameters: Parameters) -> list[dict[str, Any]]:
        """The rows, once the round has been."""
        answer: asyncio.Future[list[dict[str, Any]]] = asyncio.get_running_loop().create_future()
        here = reach()
        if here not in self._waiting:
            self._waiting[here] = []
            # Everyone who asks as we do has been heard by then; the round sees as much as they may.
            asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(self._go(here)))
        self._waiting[here].append((query, parameters, answer))
        return await answer

    async def _go(self, here: str) -> None:
        asked = self._waiting.pop(here)
        try:
            found = await self.view.round(asked)
            for (_, _, answer), rows in zip(asked, found, strict=True):
                if not answer.done():
                    answer.set_result(rows)
        except BaseException as error:
            for _, _, answer in asked:
                if not answer.done():
                    answer.set_exception(error)
            if not isinstance(error, Exception):
                raise


_round: ContextVar[Round | None] = ContextVar("round", default=None)


class Asking(View):
    """A view whose questions can be asked together."""

    async def together(self, **asked: Awaitable[Any]) -> dict[str, Any]:
        """The answers by name. What they ask at the same time goes out in one round."""
        token = _round.set(Round(self))
        try:
            answers = await asyncio.gather(*asked.values())
        finally:
            _round.reset(token)
        return dict(zip(asked, answers, strict=True))

    async def rows(self, query: LiteralString, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """Ask the tables, with what else is being asked just now. Names in the query are the view's own, unqualified."""
        now = _round.get()
        if now is not None and now.view is self:
            return await now.ask(query, parameters)
        return (await self.round([(query, parameters, None)]))[0]

    async def round(self, asked: list[Any]) -> list[list[dict[str, Any]]]:
        """The rows of each question, in order."""
        async with self.pool.connection() as connection, connection.pipeline(), connection.transaction():
            await self._into(connection, self.live)
            await connection.execute(OWN_PLAN)
            cursors = []
            for query, parameters, *_ in asked:
                cursor = connection.cursor(row_factory=dict_row)
                await cursor.execute(query, parameters)
                cursors.append(cursor)
            return [await cursor.fetchall() for cursor in cursors]
