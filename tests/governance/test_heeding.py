"""What somebody further up has to see to: the same however it was heard, and gone once it is seen to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from contracts import action, assurance, governance
from contracts.envelope import PublishedEvent
from services.governance.projection.heeding import Heeding
from tests.governance.saying import ON_A_DATABASE, Saying
from tests.governance.test_overview_tables import tables_of
from tests.servers import Database

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = date(2026, 3, 1)
THINGS = [UUID(int=n) for n in range(3)]
POSTS = ["elm.deputy", "north.manager"]
EXAMPLES = settings(ON_A_DATABASE, max_examples=10)


def escalated(thing: UUID, step: int) -> action.ActionEscalated:
    due = DAY + timedelta(days=step)
    return action.ActionEscalated(action_id=thing, due=due, step=step, to_posts=[POSTS[step - 1]])


def unanswered(thing: UUID, step: int = 1) -> action.NobodyAnswered:
    return action.NobodyAnswered(action_id=thing, due=DAY + timedelta(days=1), step=step)


APPOINTED = governance.PersonAppointed(post_id=POSTS[0], person_id=UUID(int=7), person_name="sealed:1")


def fired(thing: UUID) -> assurance.TriggerFired:
    return assurance.TriggerFired(
        firing_id=thing, trigger_id="t", title="Falls", kind="action_trigger", facts=[], must_follow="Look again.",
        owed_by="registered_manager", due=DAY, rules_version="p/1",
    )  # fmt: skip


def drawn(thing: UUID) -> assurance.AuditRoundOpened:
    return assurance.AuditRoundOpened(
        round_id=thing, tool_id="a", tool_version="1", title="Handover", period=DAY, population=9, sample=3
    )


def _anything(thing: UUID) -> list[PublishedEvent]:
    not_followed = {"trigger_id": "t", "title": "Falls", "owed_by": "registered_manager", "due": DAY}
    return [
        escalated(thing, 1),
        escalated(thing, 2),
        unanswered(thing),
        governance.PostCreated(post_id=POSTS[0], role="deputy_manager", scope="site:elm", title="Deputy"),
        APPOINTED,
        action.ActionExtended(action_id=thing, due=DAY, because="sealed:1"),
        action.ActionImplemented(action_id=thing, implemented_on=DAY, evidence_kind="audit", evidence="sealed:1"),
        action.ActionSentBack(action_id=thing, due=DAY + timedelta(days=1), because="sealed:1"),
        action.ActionWithdrawn(action_id=thing, because="sealed:1"),
        fired(thing),
        assurance.TriggerNotFollowed(firing_id=thing, **not_followed),  # type: ignore[arg-type]
        assurance.TriggerFollowed(firing_id=thing, trigger_id="t", how="sealed:1", late=False),
        assurance.TriggerFollowed(firing_id=thing, trigger_id="t", how="sealed:1", late=True),
        drawn(thing),
        assurance.AuditRoundClosed(round_id=thing, tool_id="a", title="Handover", period=DAY, figures=[]),
    ]


def said(facts: Sequence[PublishedEvent]) -> list[PublishedEvent]:
    says = Saying()
    return [says.say(each, UUID(int=9)) for each in facts]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def heeding(module_database: Database) -> AsyncIterator[Heeding]:
    """The view, whose live tables are the ones that are built anew for each history."""
    conninfo = module_database.conninfo("governance")
    async with AsyncConnectionPool(conninfo, open=False, kwargs={"autocommit": True}) as pool:
        view = Heeding("governance", pool)
        await view.set_up()
        await view.set_up(view.next)
        view.live = view.next
        yield view


async def held_after(view: Heeding, batches: list[list[PublishedEvent]]) -> Any:
    await view.begin_anew()
    for batch in batches:
        await view.keep(batch, {}, view.next)
    return await tables_of(view, view.next)


@EXAMPLES
@given(
    facts=st.lists(st.sampled_from([fact for thing in THINGS for fact in _anything(thing)]), max_size=40),
    size=st.integers(1, 9),
)
async def test_it_is_the_same_however_its_publishers_are_read_one_after_the_other_or_mixed(
    heeding: Heeding, facts: list[PublishedEvent], size: int
) -> None:
    heard = said(facts)
    kept = await held_after(heeding, [heard[n : n + size] for n in range(0, len(heard), size)])
    assert await held_after(heeding, [sorted(heard, key=lambda event: event.publisher())]) == kept
    assert await held_after(heeding, [sorted(heard, key=lambda event: event.publisher(), reverse=True)]) == kept


async def waiting(
    view: Heeding, facts: Sequence[PublishedEvent], *posts: str, role: str = ""
) -> list[tuple[str, date]]:
    await held_after(view, [said(facts)])
    return [(row["task"], row["due"]) for row in await view.waiting(["elm"], posts, role)]


async def test_a_change_that_was_taken_up_waits_for_each_post_it_reached_until_it_is_settled(heeding: Heeding) -> None:
    one, more = THINGS[0], action.ActionExtended(action_id=THINGS[0], due=DAY, because="sealed:1")
    both = [escalated(one, 1), escalated(one, 2)]
    for post in POSTS:
        assert await waiting(heeding, both, post) == [("taken_up", DAY + timedelta(days=2))]
        assert await waiting(heeding, [*both, more], post) == []
    again = [*both, more, escalated(one, 1)]
    assert await waiting(heeding, again, POSTS[0]) == [("taken_up", DAY + timedelta(days=1))]
    assert await waiting(heeding, again, POSTS[1]) == []  # anew along the route, from its first step
    assert await heeding.waiting(["oak"], POSTS, "") == []


async def test_what_was_said_to_be_made_and_is_sent_back_waits_for_them_again(heeding: Heeding) -> None:
    one = THINGS[0]
    made = action.ActionImplemented(action_id=one, implemented_on=DAY, evidence_kind="audit", evidence="sealed:1")
    back = action.ActionSentBack(action_id=one, due=DAY + timedelta(days=1), because="sealed:1")
    more = action.ActionExtended(action_id=one, due=DAY + timedelta(days=9), because="sealed:1")
    assert await waiting(heeding, [escalated(one, 1), made], POSTS[0]) == []
    assert await waiting(heeding, [escalated(one, 1), made, back], POSTS[0]) == [("taken_up", back.due)]
    later = action.ActionSentBack(action_id=one, due=more.due, because="sealed:1")
    assert await waiting(heeding, [escalated(one, 1), more, made, later], POSTS[0]) == []  # it has time again


def after_nobody_answered(thing: UUID) -> list[tuple[list[PublishedEvent], bool]]:
    """What may come after nobody answered, and whether the change then waits for the provider still."""
    made = action.ActionImplemented(action_id=thing, implemented_on=DAY, evidence_kind="audit", evidence="sealed:1")
    back = action.ActionSentBack(action_id=thing, due=DAY + timedelta(days=1), because="sealed:1")
    more = action.ActionExtended(action_id=thing, due=DAY + timedelta(days=9), because="sealed:1")
    gone = action.ActionWithdrawn(action_id=thing, because="sealed:1")
    return [
        ([], True), ([unanswered(thing, 2)], True), ([escalated(thing, 2)], False), ([made], False),
        ([made, back], True), ([more], False), ([gone], False), ([escalated(thing, 2), made, back], False),
    ]  # fmt: skip


async def test_a_change_of_which_nobody_is_there_to_be_told_waits_for_the_provider_until_somebody_is(
    heeding: Heeding,
) -> None:
    says, facts, waits, sites = Saying(), list[PublishedEvent](), list[UUID](), {"elm": "North", "oak": "South"}
    for n in range(len(after_nobody_answered(THINGS[0]))):
        thing = UUID(int=100 + n)
        further, still = after_nobody_answered(thing)[n]
        facts += [says.say(each, thing) for each in (unanswered(thing), *further)]
        waits += [thing] if still else []
    await held_after(heeding, [facts])
    assert {row["journey"] for row in await heeding.unanswered("acme", sites)} == set(waits)
    assert await heeding.unanswered("other", sites) == []
    assert await heeding.unanswered("acme", {"oak": "South"}) == []
    assert await heeding.unanswered("acme", {}) == []


@pytest.mark.parametrize("scope", ["site:elm", "region:North", "provider:acme", "site:oak", "region:South"])
async def test_it_waits_no_longer_once_somebody_took_up_a_post_over_its_site(heeding: Heeding, scope: str) -> None:
    post = governance.PostCreated(post_id=POSTS[0], role="deputy_manager", scope=scope, title="Deputy")
    before, after = unanswered(THINGS[0]), unanswered(THINGS[1])
    await held_after(heeding, [said([post, before, APPOINTED, after])])
    rows = await heeding.unanswered("acme", {"elm": "North"})
    assert len(rows) == (2 if scope in {"site:oak", "region:South"} else 1)


async def test_what_must_follow_waits_for_its_role_and_late_stays_late(heeding: Heeding) -> None:
    one, two, three = THINGS
    missed = assurance.TriggerNotFollowed(
        firing_id=two, trigger_id="t", title="Falls", owed_by="registered_manager", due=DAY
    )
    followed = assurance.TriggerFollowed(firing_id=two, trigger_id="t", how="sealed:1", late=False)
    facts: list[PublishedEvent] = [fired(one), fired(two), missed, followed, drawn(three)]
    assert await waiting(heeding, facts, role="registered_manager") == [("firing", DAY)]
    assert await waiting(heeding, facts, role="nominated_individual") == []
    assert await heeding.standing(["elm"]) == {"fired": 2, "followed": 1, "late": 1, "audits": 1, "closed": 0}
