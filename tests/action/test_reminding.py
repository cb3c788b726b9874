"""After the last step of its route a late action is not forgotten: the highest who answers is reminded, until a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.action import NobodyAnswered
from libs.calendar import WorkingDays, end_of_day, local_day
from libs.deadlines import Due
from libs.deciding import deciding
from libs.escalating import Escalation
from libs.policytext import read
from services.action.domain.action import Action
from services.action.domain.route import Again, Stage
from services.action.policy import dates
from services.action.policy.route import again
from services.action.publication import publish
from tests.action.facts import DUE, agreed
from tests.given import NOW, SOMEONE, event, given

OWNER, DEPUTY, REGION, PROVIDER = "elm.registered_manager", "elm.deputy", "north.manager", "acme.quality"
DAYS = WorkingDays("ENG")
RULES = Escalation.model_validate(read(Path("deploy/rules/escalation.yaml"))["escalation"])
ON, TRY = date(2026, 5, 1), date(2026, 4, 20)
LATE = event(Action.Overdue, due=DUE, owner_post=OWNER, nation="ENG", next_on=RULES.day(1, DUE, DAYS))
Posts = tuple[str, ...]


def up(step: int, posts: Posts, **fields: Any) -> Any:
    return event(Action.Escalated, due=DUE, step=step, to_posts=list(posts), nation="ENG", **fields)


def test_after_the_last_step_the_highest_who_answers_today_is_reminded() -> None:
    told = (agreed(), LATE, up(1, (DEPUTY,), level=1), up(2, (PROVIDER,), level=3))
    away = [Stage(1, (DEPUTY,), ON), Stage(2, (REGION,), ON), Stage(3, (), None)]
    there = [*away[:2], Stage(3, (PROVIDER,), None)]
    given(Action, *told).when(lambda a: a.escalate(there, "p/1", Again(ON, TRY))).then(
        up(3, (PROVIDER,), level=3, next_on=ON, rule="p/1", reminder=True)
    )
    given(Action, *told).when(lambda a: a.escalate(away, "p/1", Again(ON, TRY))).then(
        up(3, (REGION,), level=3, next_on=ON, rule="p/1", reminder=False)
    )


def test_where_nobody_answers_that_is_on_record_and_it_is_tried_again() -> None:
    nobody = [Stage(level, (), None) for level in (1, 2, 3)]
    found = event(Action.FoundNobody, due=DUE, step=1, next_on=TRY, rule="p/1")
    given(Action, agreed(), LATE).when(lambda a: a.escalate(nobody, "p/1", Again(ON, TRY))).then(found)
    back = [*nobody[:2], Stage(3, (PROVIDER,), None)]
    given(Action, agreed(), LATE, found).when(lambda a: a.escalate(back, "p/1", Again(ON, TRY))).then(
        up(2, (PROVIDER,), level=3, next_on=ON, rule="p/1", reminder=False)
    )
    with deciding(SOMEONE, NOW):
        unanswered = given(Action, agreed(), LATE).aggregate
        unanswered.escalate(nobody, "p/1", Again(ON, TRY))
    (said,) = [publish(each) for each in unanswered.collect_events()]
    assert said == NobodyAnswered(action_id=unanswered.id, due=DUE, step=1, next_on=TRY)
    owner_alone = [Stage(1, (OWNER,), None)]
    given(Action, agreed(), LATE).when(lambda a: a.escalate(owner_alone, "p/1", Again(ON, TRY))).then(found)


def test_rules_that_name_no_reminding_remind_nobody() -> None:
    told = given(Action, agreed(), LATE, up(1, (DEPUTY,), level=1))
    told.when(lambda a: a.escalate([Stage(1, (DEPUTY,), None)], "p/1", None)).nothing()
    with deciding(SOMEONE, end_of_day(DUE)):
        assert again(Escalation(), DUE, DAYS) is None


def test_reminding_may_not_end_before_the_route_does() -> None:
    shorter = {"after_working_days": 5, "until_working_days": 14, "reason": "Enough."}
    with pytest.raises(ValidationError, match="no sooner than the last step"):
        Escalation.model_validate({"again": shorter})


@pytest.mark.parametrize("seed", range(40))
def test_whoever_is_there_on_which_day_nobody_is_told_twice_a_day_and_it_goes_on_until_the_last_day(seed: int) -> None:
    chance = Random(seed)
    present = chance.choice([0.0, 0.2, 0.6, 1.0])
    told = lived(
        lambda _: [tuple(p for p in (post,) if chance.random() < present) for post in (DEPUTY, REGION, PROVIDER)]
    )
    last = DAYS.add(DUE, RULES.again.until_working_days) if RULES.again else DUE
    days = [day for day, _ in told]
    assert len(days) == len(set(days))
    assert days == sorted(days)
    assert local_day(end_of_day(DAYS.add(DUE, 50))) < days[-1] <= local_day(end_of_day(last))
    if present == 1:
        assert [posts for _, posts in told] == [(DEPUTY,), (REGION,), *[(PROVIDER,)] * 10]
    if not present:
        assert (len(told), {posts for _, posts in told}) == (56, {()})


def lived(answer: Callable[[date], list[Posts]]) -> list[tuple[date, Posts]]:
    """Each day on which something was done about an action that nobody makes, and who was told."""
    action = given(Action, agreed(), LATE).aggregate
    told: list[tuple[date, Posts]] = []
    watched = [end_of_day(RULES.day(1, DUE, DAYS) or DUE)]
    while watched:
        with deciding(SOMEONE, watched[0]):
            today = local_day(watched[0])
            days = [RULES.day(level + 1, DUE, DAYS, today) for level in (1, 2, 3)]
            stages = [Stage(n, posts, days[n - 1]) for n, posts in enumerate(answer(today), 1)]
            action.escalate(stages, "p/1", again(RULES, DUE, DAYS))
        (happened,) = action.collect_events()
        told.append((today, tuple(getattr(happened, "to_posts", ()))))
        watched = [each.at for each in dates(happened) if isinstance(each, Due)]
    return told
