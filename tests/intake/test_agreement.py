"""Whether rules and people agree, and two people who weigh the same unseen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from hypothesis import given as drawing
from hypothesis import strategies as st

from libs.deciding import Act
from libs.domain import Refused
from services.intake.application import Choice, Report, Wanted
from services.intake.domain import BlindSample
from services.intake.domain.refusals import NotBlind, NotInSample, RationaleMissing, SampleEmpty, WeighedAgainAlready
from services.intake.domain.sample import drawn
from tests.given import event, given
from tests.hands import MANAGER, QUALITY, Reception, received
from tests.servers import Backend, Messaging

WHY = "because it was seen"
ONE, TWO, OTHER = (UUID(int=n) for n in (1, 2, 3))
DRAWN = event(
    BlindSample.Drawn, sites=["elm"], since=date(2026, 1, 1), until=date(2026, 3, 1), seed=7, population=9,
    chosen=[ONE, TWO], first_weighers={str(ONE): "person:ann", str(TWO): "person:bo"},
)  # fmt: skip


@drawing(st.sets(st.uuids(), min_size=1, max_size=30), st.integers(1, 40), st.integers(0, 2**31), st.randoms())
def test_the_same_seed_draws_the_same_sample(population: set[UUID], size: int, seed: int, shuffled: object) -> None:
    chosen = drawn(list(population), size, seed)
    assert chosen == drawn(sorted(population, reverse=True), size, seed)
    assert len(chosen) == len(set(chosen)) == min(size, len(population))
    assert set(chosen) <= population


def test_nothing_is_drawn_from_nothing() -> None:
    with pytest.raises(SampleEmpty):
        drawn([], 5, 1)


def test_somebody_else_weighs_it_again() -> None:
    given(BlindSample, DRAWN).when(lambda it: it.weigh_again(ONE, "person:bo", "swarm", ["b", "a"], {}, WHY)).then(
        event(BlindSample.WeighedAgain, opportunity=ONE, applied=["a", "b"])
    )


@pytest.mark.parametrize(
    ("which", "who", "why", "refusal"),
    [
        (OTHER, "person:bo", WHY, NotInSample),
        (ONE, "person:ann", WHY, NotBlind),
        (TWO, "person:ann", WHY, WeighedAgainAlready),
        (ONE, "person:bo", " ", RationaleMissing),
    ],
)
def test_it_is_not_weighed_again_out_of_turn(which: UUID, who: str, why: str, refusal: type[Refused]) -> None:
    again = event(
        BlindSample.WeighedAgain, opportunity=TWO, weigher="person:cy", response="swarm", applied=[], facts={}
    )
    given(BlindSample, DRAWN, again).when(lambda it: it.weigh_again(which, who, "swarm", [], {}, why)).refused(refusal)


def test_what_waits_for_somebody_is_what_they_did_not_weigh() -> None:
    assert given(BlindSample, DRAWN).aggregate.waiting_for("person:ann") == [TWO]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            yield opened


@pytest.mark.asyncio(loop_scope="module")
async def test_agreement_is_measured_and_a_sample_is_weighed_again_unseen(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    ann = Act("person:ann", "registered_manager", "site:elm", rationale=WHY)
    for number in range(22):
        kind = "abuse_or_neglect" if number % 2 else "complaint"
        new = await intake.raise_opportunity(ann, Report("elm", kind, "It was seen.", immediate_action="All well."))
        own_way = [Choice("safeguarding-concern", agreed=False, reason="Known and dealt with.")] if number == 1 else []
        await intake.triage(ann, new.id, "swarm", own_way, {}, [])
    await reception.platform.settle()
    [figures] = await intake.agreement(["elm"])
    assert (figures.both, figures.rules_only, figures.manager_only, figures.neither) == (10, 1, 0, 11)
    assert figures.agreement.kappa == pytest.approx(0.909, abs=0.001)
    mo = await reception.browser(QUALITY, "person:mo")
    page = (await mo.get("/intake/agreement")).text
    assert "0.91 (" in page
    assert (await mo.get("/intake/agreement?rule=%00")).status_code == 422, "no fault of ours, whatever is asked for"
    await mo.get("/intake/agreement")
    assert (await mo.post("/intake/agreement", size="10")).status_code == 422
    with pytest.raises(SampleEmpty):
        await intake.draw_sample(ann, Wanted([], date(2026, 1, 1), date(2026, 3, 2), 10, 7))
    asked = {"since": "2026-01-01", "until": "2026-03-02", "size": "10", "seed": "7"}
    answer = await mo.post("/intake/agreement", **asked)
    assert answer.status_code == 303, answer.text
    sample = answer.headers["Location"].split("?")[0]
    await reception.platform.settle()
    page = (await mo.get(answer.headers["Location"])).text
    assert "10 of the 22" in page
    waiting = re.findall(rf'href="({sample}/[0-9a-f-]+)"', page)
    assert len(waiting) == 10
    page = (await mo.get(waiting[0])).text
    assert "It was seen." in page
    assert "swarm" not in page.lower().split("which response")[0]
    assert (await mo.post(waiting[0], applies="yes")).status_code == 422
    said = {"applies": "yes", "response": "swarm", "rationale": "It looks like it."}
    again = await mo.post(waiting[0], **said)
    assert again.status_code == 303, again.text
    await reception.platform.settle()
    assert "Too few to tell (1 of 20)" in (await mo.get(again.headers["Location"])).text
    assert (await mo.get(waiting[0])).status_code == 404
    ann_browser = await reception.browser(MANAGER, "person:ann")
    assert (await ann_browser.get(sample)).status_code == 404  # drawn from sites that her post does not cover
