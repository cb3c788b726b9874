"""`candour tokens`: bearer tokens for programs, where no sign-in service gives them theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg_pool import AsyncConnectionPool

from libs.clock import SystemClock
from libs.connecting import connected
from libs.web.api_tokens import ApiTokens
from libs.web.posts import Post
from libs.web.sessions import DDL

tokens = typer.Typer(no_args_is_help=True, help="Bearer tokens for programs that use the API.")
VAR = Annotated[Path, typer.Option(help="Where data is kept.", envvar="CANDOUR_VAR")]
CLIENT = Annotated[str, typer.Argument(help="The program's name, such as rostering.")]
LONGEST = 366


class NoSuchPost(LookupError):
    """There is no post with this id. The page of the organisation shows those there are; a program acts in one of them."""


@tokens.command()
def add(
    client: CLIENT,
    post: Annotated[str, typer.Option(help="The id of the post it acts in, such as elm.care_worker.")],
    days: Annotated[int, typer.Option(min=1, max=LONGEST, help="For how long it is good.")] = 90,
    var: VAR = Path("var"),
) -> None:
    """Let a program use the API in a post. Its token is shown once."""
    from deploy.attached import settings

    with settings(var, ()) as (env, _):
        try:
            secret = asyncio.run(issue(env, client, post, timedelta(days=days)))
        except NoSuchPost as missing:
            typer.echo(f"Nothing was changed. {missing.__doc__}")
            raise typer.Exit(1) from None
    typer.echo(
        f"{secret}\nIt is not kept and cannot be shown again. Good for {days} days, or until: candour tokens withdraw {client}"
    )


@tokens.command()
def withdraw(client: CLIENT, var: VAR = Path("var")) -> None:
    """Make every token of a program worthless at once."""
    from deploy.attached import settings

    with settings(var, ()) as (env, _):
        gone = asyncio.run(take_back(env, client))
    typer.echo(f"{gone} withdrawn." if gone else f"{client} has no token; nothing was changed.")


async def issue(env: Mapping[str, str], client: str, post_id: str, lasting: timedelta) -> str:
    """A token for a program in a post. Raises NoSuchPost."""
    async with connected(env["CANDOUR_PG_GOVERNANCE"]) as connection:
        found = await connection.execute("SELECT post_id, role, scope, title FROM post WHERE post_id = %s", (post_id,))
        row = await found.fetchone()
    if row is None:
        raise NoSuchPost
    async with _pool(env) as pool:
        return await ApiTokens(pool, SystemClock()).issue_token(client, f"client:{client}", [Post(*row)], lasting)


async def take_back(env: Mapping[str, str], client: str) -> int:
    """Withdraw a program's tokens; how many there were."""
    async with _pool(env) as pool:
        return await ApiTokens(pool, SystemClock()).withdraw(client)


def _pool(env: Mapping[str, str]) -> AsyncConnectionPool:
    async def ready(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        await connection.execute(DDL)

    return AsyncConnectionPool(
        env["CANDOUR_PG_WEB"], min_size=1, max_size=1, open=False, kwargs={"autocommit": True}, configure=ready
    )
