"""Save and return: a report that is begun is kept for whoever began it, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from libs.clock import HandClock
from libs.service import NotFound
from services.intake.domain.refusals import DraftTooLong, TooManyDrafts
from services.intake.projection import Drafts
from tests.hands import CARER, Reception, received
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")
BEGUN = {"kind": "near_miss", "summary": "The hoist slipped.", "who": "unnamed", "fact-staffing_unsafe": "yes"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            yield opened


async def test_a_report_is_saved_and_gone_on_with_and_leaves_no_trace_once_sent(reception: Reception) -> None:
    ann = await reception.browser(CARER, "person:ann")
    store = reception.platform.rooms["intake"].store
    before = store.position
    await ann.get("/report?kind=near_miss")
    assert (await ann.post("/report", do="keep", **BEGUN)).status_code == 303
    assert store.position == before  # no event tells that anybody began anything
    page = (await ann.get("/report")).text
    assert "Go on with what you began" in page
    draft = re.findall(r"/report/draft/([0-9a-f-]+)\"", page)[0]
    page = (await ann.get(f"/report/draft/{draft}")).text
    assert "The hoist slipped." in page
    assert 'value="unnamed" checked' in page
    more = BEGUN | {"summary": "The hoist slipped twice.", "draft": draft}
    assert (await ann.post("/report", do="keep", **more)).status_code == 303
    assert "slipped twice" in (await ann.get(f"/report/draft/{draft}")).text
    sent = await ann.post("/report", **more | {"occurred-day": "2026-03-01", "occurred-time": "22:15"})
    assert sent.status_code == 303, sent.text
    assert (await ann.get(f"/report/draft/{draft}")).status_code == 404
    assert "Go on with" not in (await ann.get("/report")).text


async def test_a_draft_is_open_to_nobody_else_and_sealed(reception: Reception) -> None:
    ann, bo = await reception.browser(CARER, "person:ann"), await reception.browser(CARER, "person:bo")
    await ann.get("/report?kind=near_miss")
    await ann.post("/report", do="keep", **BEGUN)
    draft = re.findall(r"/report/draft/([0-9a-f-]+)\"", (await ann.get("/report")).text)[0]
    assert (await bo.get(f"/report/draft/{draft}")).status_code == 404
    await bo.get("/report")
    assert (await bo.post(f"/report/draft/{draft}/drop")).status_code == 303
    await bo.get("/report?kind=near_miss")
    assert (await bo.post("/report", do="keep", **BEGUN, draft=draft)).status_code == 404
    kept = await reception.platform.rooms["intake"].view(Drafts).rows("SELECT * FROM draft")
    assert "hoist" not in str(kept)
    assert "ann" not in str(kept)
    await ann.get("/report")
    assert (await ann.post(f"/report/draft/{draft}/drop")).status_code == 303
    assert "Go on with" not in (await ann.get("/report")).text


async def test_a_draft_ends_by_itself_with_the_key_that_could_open_it(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    draft = await intake.keep_draft("person:cy", "near_miss", {"summary": ["Later."]})
    assert [each.typed for each in await intake.drafts_of("person:cy")] == [{"summary": ["Later."]}]
    gone = intake.mapper.keys.forgotten
    clock = reception.platform.clock
    assert isinstance(clock, HandClock)
    clock.move_to(clock.now() + timedelta(days=15))
    assert await intake.drafts_of("person:cy") == []
    assert intake.mapper.keys.forgotten > gone
    with pytest.raises(NotFound):
        await intake.draft("person:cy", draft)


async def test_there_is_an_end_to_how_much_and_how_many_are_kept(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    with pytest.raises(DraftTooLong):
        await intake.keep_draft("person:di", "near_miss", {"summary": ["x" * 70_000]})
    for _ in range(20):
        await intake.keep_draft("person:di", "near_miss", {})
    with pytest.raises(TooManyDrafts):
        await intake.keep_draft("person:di", "near_miss", {})
