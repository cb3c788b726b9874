"""A fact counts for a trigger whether it comes before or after the rules, the site and the other facts it adds up with."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

from contracts import assurance as own
from contracts import governance
from contracts.envelope import PublishedEvent
from libs.calendar import WorkingDays, local_day
from libs.deadlines import DeadlineReached, Due
from libs.deciding import deciding
from libs.directory import Site
from libs.rules import RulePack
from libs.service import NotFound
from services.assurance.domain import Watch
from services.assurance.policy import dates
from tests.assurance.shelf import Shelf, pack, site
from tests.assurance.test_watch import TRIGGER, fact
from tests.given import NOW, SOMEONE, heard


class NewShelf(Shelf):
    """One whose directory knows what governance was heard to say, and on which dates ring that have come."""

    def __init__(self) -> None:
        super().__init__()
        self.adopted_from: date | None = None
        self.registered = False

    async def rules(self, on: date) -> RulePack:
        if self.adopted_from is None or on < self.adopted_from:
            raise NotFound("No rules yet")
        return await super().rules(on)

    async def site(self, site_id: str) -> Site:
        if not self.registered:
            raise NotFound("No such site yet")
        return await super().site(site_id)

    def live(self, message: PublishedEvent, now: datetime = NOW) -> list[Any]:
        """Hear it, and whatever rings by then."""
        if isinstance(message, governance.RulePackAdopted):
            self.adopted_from = message.adopted_from
        self.registered |= isinstance(message, governance.SiteRegistered)
        return self.ring(self.hear(message, now), now)

    def ring(self, new: list[Any], now: datetime) -> list[Any]:
        """Wake for what these events set for a moment that has come."""
        for each in new:
            for due in dates(each):
                if isinstance(due, Due) and due.at <= now and due.name.startswith("kept"):
                    woken = DeadlineReached(
                        due.name, each.originator_id, due.at, "acme", "", each.originator_id, each.originator_id
                    )
                    new = [*new, *self.hear(woken, now)]
        return new


def noticed(times: int) -> PublishedEvent:
    words = "A visit note too vague to act on"
    return heard(own.EarlySignNoted(sign="vague-notes", title=words, times=times, noted_on=NOW.date()))


def fired(happened: list[Any]) -> list[list[int]]:
    return [sorted(each.times for each in one.facts) for one in happened if isinstance(one, Watch.Fired)]


def test_facts_rules_and_site_lead_to_the_same_whichever_comes_first() -> None:
    for order in permutations([site(), pack(), noticed(1), noticed(2)]):
        shelf = NewShelf()
        assert fired([each for message in order for each in shelf.live(message)]) == [[1, 2]], order


def test_what_came_before_rules_of_a_later_day_counts_from_that_day_and_once() -> None:
    shelf, tomorrow = NewShelf(), NOW + timedelta(days=1)
    later = pack()
    assert isinstance(later, governance.RulePackAdopted)
    later = heard(later.model_copy(update={"adopted_from": tomorrow.date()}), site="")
    new = [each for message in (site(), noticed(3), later, noticed(4)) for each in shelf.live(message)]
    assert not fired(new)
    assert fired(shelf.ring(new, tomorrow)) == [[3]]
    assert not fired(shelf.ring(new, tomorrow))


def test_the_same_fact_again_before_the_rules_is_no_news() -> None:
    shelf, sign = NewShelf(), noticed(1)
    assert len(shelf.hear(sign)) == 2
    assert shelf.hear(sign) == []


def test_facts_add_up_in_whichever_order_they_come_to_be_known() -> None:
    days = {"a": 1, "b": 5, "c": 10, "d": 40}
    for order in permutations(days):
        with deciding(SOMEONE, NOW):
            watch = Watch.open("acme", "elm", TRIGGER.id)
            for source in order:
                on = local_day(NOW) - timedelta(days=60 - days[source])
                watch.note(fact(source, on), TRIGGER, "pack/1", WorkingDays("ENG"))
        (found,) = [each for each in watch.pending_events if isinstance(each, Watch.Fired)]
        assert {each.source for each in found.facts} == {"a", "b", "c"}, order
        assert [each.source for each in watch.facts] == ["d"]
        assert watch.known == set(days)
        assert found.firing_id != UUID(int=0)
