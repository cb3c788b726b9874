"""A session is worth something only to its own browser, and only for a while."""

from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest
import pytest_asyncio

from libs.clock import HandClock
from libs.web.api_tokens import ApiTokens
from libs.web.posts import Post
from libs.web.sessions import ABSOLUTE, IDLE, Pool, Sessions
from tests.libs.web_shell_sample import AT_ELM_COURT, AT_OAK_LODGE, NOW, pool_of
from tests.servers import Database

pytestmark = pytest.mark.asyncio
ANN = (AT_ELM_COURT, AT_OAK_LODGE)


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    async with pool_of(database.conninfo("web")) as opened:
        yield opened


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


async def test_a_session_says_who_is_there_and_in_which_post(pool: Pool, clock: HandClock) -> None:
    sessions = Sessions(pool, clock)
    me = await sessions.find(await sessions.start("ann", ANN, "Ann"))
    assert me is not None
    assert (me.actor_id, me.role, me.scope, me.label) == (
        "ann", "registered_manager", "site:elm-court", "Registered manager, Elm Court",
    )  # fmt: skip
    assert me.posts == ANN
    assert me.session_id is not None


async def test_what_nobody_can_use_any_more_goes_with_the_next_that_begins(pool: Pool, clock: HandClock) -> None:
    sessions = Sessions(pool, clock)
    await sessions.start("ann", ANN, "Ann")
    clock.move_to(NOW + ABSOLUTE + timedelta(minutes=1))
    await sessions.start("bo", ANN, "Bo")
    assert await sessions.forget_expired() == 0


async def test_the_database_holds_no_secret(pool: Pool, clock: HandClock, database: Database) -> None:
    sessions = Sessions(pool, clock)
    token = await sessions.start("ann", ANN, "Ann")
    me = await sessions.find(token)
    assert me is not None
    with psycopg.connect(database.admin) as connection:
        stored = str(connection.execute("SELECT row_to_json(s)::text FROM web.session s").fetchall())
    assert token not in stored
    assert me.csrf not in stored


async def test_a_session_ends_when_nobody_uses_it(pool: Pool, clock: HandClock) -> None:
    sessions = Sessions(pool, clock)
    token = await sessions.start("ann", ANN, "Ann")
    clock.move_to(NOW + IDLE - timedelta(minutes=1))
    assert await sessions.find(token) is not None
    clock.move_to(NOW + IDLE + timedelta(minutes=30))
    assert await sessions.find(token) is not None
    clock.move_to(NOW + IDLE * 2 + timedelta(minutes=31))
    assert await sessions.find(token) is None


async def test_a_session_ends_in_any_case_even_if_the_post_is_changed(pool: Pool, clock: HandClock) -> None:
    sessions = Sessions(pool, clock)
    token = await sessions.start("ann", ANN, "Ann")
    until = NOW
    while until < NOW + ABSOLUTE - IDLE:
        until += IDLE - timedelta(minutes=1)
        clock.move_to(until)
        token = await sessions.act_as(token, "p-2") or "lost"
    assert await sessions.find(token) is not None
    clock.move_to(NOW + ABSOLUTE + timedelta(seconds=1))
    assert await sessions.find(token) is None


async def test_signing_in_makes_an_earlier_cookie_worthless(pool: Pool, clock: HandClock) -> None:
    sessions = Sessions(pool, clock)
    planted = await sessions.start("dev", ANN, "Dev")
    token = await sessions.start("ann", ANN, "Ann", replacing=planted)
    assert await sessions.find(planted) is None
    assert await sessions.find(token) is not None


async def test_changing_post_takes_a_new_cookie_and_only_a_post_that_is_held(pool: Pool, clock: HandClock) -> None:
    sessions = Sessions(pool, clock)
    token = await sessions.start("ann", ANN, "Ann")
    assert await sessions.act_as(token, "p-9") is None
    renewed = await sessions.act_as(token, "p-2")
    assert renewed is not None
    me = await sessions.find(renewed)
    assert me is not None
    assert me.scope == "site:oak-lodge"
    assert await sessions.find(token) is None


async def test_signing_out_everywhere_ends_every_browsers_session(pool: Pool, clock: HandClock) -> None:
    sessions = Sessions(pool, clock)
    at_home, at_work = await sessions.start("ann", ANN, "Ann"), await sessions.start("ann", ANN, "Ann")
    other = await sessions.start("dev", ANN, "Dev")
    assert await sessions.end_everywhere("ann") == 2
    assert [await sessions.find(each) is None for each in (at_home, at_work, other)] == [True, True, False]


async def test_expired_sessions_are_forgotten(pool: Pool, clock: HandClock) -> None:
    sessions = Sessions(pool, clock)
    await sessions.start("ann", ANN, "Ann")
    assert await sessions.forget_expired() == 0
    clock.move_to(NOW + IDLE + timedelta(minutes=1))
    assert await sessions.forget_expired() == 1


async def test_nobody_signs_in_without_a_post(pool: Pool, clock: HandClock) -> None:
    with pytest.raises(ValueError, match="without a post"):
        await Sessions(pool, clock).start("ann", (), "Ann")


async def test_an_api_token_is_good_until_it_expires_or_is_withdrawn(pool: Pool, clock: HandClock) -> None:
    tokens = ApiTokens(pool, clock)
    post = Post("p-7", "care_planning_system", "site:elm-court")
    token = await tokens.issue_token("care planning", "system-1", [post], timedelta(days=90))
    other = await tokens.issue_token("rostering", "system-2", [post], timedelta(days=1))
    me = await tokens.find_token(token)
    assert me is not None
    assert (me.actor_id, me.role, me.session_id) == ("system-1", "care_planning_system", None)
    clock.move_to(NOW + timedelta(days=2))
    assert await tokens.find_token(other) is None
    assert await tokens.withdraw("care planning") == 1
    assert await tokens.find_token(token) is None
