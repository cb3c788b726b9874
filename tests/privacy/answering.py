"""Somebody asks for what is held on them: what the copy has to hold, what it must not, and who may not answer for it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest

from deploy.subject_access.desk import Desk
from deploy.web import Door
from libs.reach import EVERYTHING, everything, narrow
from libs.service import NotFound
from libs.web.posts import Post
from tests.privacy.markers import found_in
from tests.privacy.story import QUALITY, Story

ELSEWHERE = frozenset({"advice taken back", "weak", "excused", "withdrawn"})
"""Of another site's own record."""
KEPT = frozenset(
    {"hold", "hold lifted", "erasure asked", "erasure declined", "code", "endpoint paused", "endpoint removed"}
)
"""What stays, for the reasons in tests/privacy/reached.py."""
OF_OTHERS = frozenset({"understood", "holder's name", "holder address"}) | ELSEWHERE
AROUND = frozenset({
    "reporter", "subject", "step", "headers", "transfer decided", "transfer done", "transfer seen", "looked at", "followed",
    "access declined", "masked", "reading",
})  # fmt: skip
NOT_THEIRS = OF_OTHERS | KEPT | AROUND
"""Who told us, matters of employment, what colleagues answered, and what is written of rounds and about the record itself."""


async def answered(door: Door, story: Story) -> Callable[[], Awaitable[httpx2.Response]]:
    """Somebody asks for what is held on them: it is read, masked, released, and holds every word about them."""
    post = Post("acme.quality", "provider_quality_lead", "provider:acme", "Quality lead")
    token = await door.tokens.issue_token("answers", "person:answers", [post], timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/html"}
    web = httpx2.AsyncClient(transport=httpx2.ASGITransport(door.app), base_url="http://localhost", headers=headers)
    new = f"/audit/access/new/{story.journey}"
    others = re.findall(r'name="records"[^>]*value="([^"]+)"', (await web.get(new)).text)
    asked = {"asked_by": "person", "received_on": "2026-03-02", "records": others, "key": "a"}
    assert (await web.post(new, data=asked | {"received_on": ""})).status_code == 422
    page = (await web.post(new, data=asked)).headers["location"]
    await shut_out(story, UUID(page.rpartition("/")[2]), UUID(others[0]))
    seen = (await web.get(page)).text
    read = re.findall(r'name="read" value="([0-9a-f]{64})"', seen)[0]
    early = await web.post(f"{page}/release", data={"why": "To the person.", "read": read, "key": "x"})
    assert (early.status_code, "Look at each file" in early.text) == (409, True)
    (sha,) = set(re.findall(r'name="sha256" value="([0-9a-f]{64})"', seen))
    assert found_in((await web.get(f"{page}/files/{sha}")).content)
    assert (await web.get(f"{page}/files/{'0' * 64}")).status_code == 404
    assert (await web.post(f"{page}/files", data={"sha256": sha, "given": "yes", "key": "e"})).status_code == 303
    assert (await web.post(f"{page}/masks", data={"others": "the form\n", "key": "b"})).status_code == 303
    stale = await web.post(f"{page}/release", data={"why": "To the person.", "read": read, "key": "c"})
    assert (stale.status_code, "Read it again" in stale.text) == (409, True)
    read = re.findall(r'name="read" value="([0-9a-f]{64})"', stale.text)[0]
    assert (
        await web.post(f"{page}/release", data={"why": "To the person.", "read": read, "key": "d"})
    ).status_code == 303

    async def copy() -> httpx2.Response:
        return await web.post(f"{page}/copy", data={"as": "json"})

    with zipfile.ZipFile(io.BytesIO((await copy()).content)) as bag:
        document = b"\n".join(bag.read(name) for name in bag.namelist())
    told = {story.mark.planted[word] for word in found_in(document)}
    assert set(story.mark.planted.values()) - told == NOT_THEIRS
    assert b"the form" not in document.lower()
    with zipfile.ZipFile(io.BytesIO((await web.post(f"{page}/copy")).content)) as bag:
        assert bag.namelist() == ["personal-data.html", "personal-data.json", f"files/{sha[:12]}.txt"]
        assert b"What is held on you" in bag.read("personal-data.html")
    return copy


async def shut_out(story: Story, access: UUID, other: UUID) -> None:
    """Whom a record is about, or who need not know, neither finds it among the person's nor answers for it."""
    desk = Desk(story.house)
    await story.house.settle()
    for shut in ((), (story.journey,)):
        with everything():
            narrow([EVERYTHING], shut)
            found = {each.journey for each in await desk.records(QUALITY, other)}
            assert (story.journey in found, other in found) == (not shut, True)
            assert [row["id"] for row in await desk.requests(QUALITY)].count(access) == int(not shut)
            if shut:
                with pytest.raises(NotFound):
                    await desk.request(QUALITY, access)
