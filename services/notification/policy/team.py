"""Keeping briefings and teams together: who is given which briefing, and what follows when all have understood."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts.action import PracticeChanged
from contracts.taxonomy import Channel, ClockStart, DutyRecipient
from libs.deciding import circumstances
from libs.domain import Aggregate
from services.notification.domain.account import Account
from services.notification.domain.briefing import Briefing, Change
from services.notification.domain.duty import Duty, duty_id
from services.notification.domain.message import About
from services.notification.domain.team import Team
from services.notification.policy.calls import with_calls
from services.notification.policy.limits import limits
from services.notification.policy.messages import word_to

TITLE_LENGTH = 120
ALL_UNDERSTOOD = "Everyone in the team has read the briefing and answered the question about it as the change asks."


async def team_of(service: Any, provider: str, site: str) -> Team:
    """The team of a site as this service has heard of it, gathered now where it is new."""
    identity = Team.create_id(provider, site)
    team: Team | None = await service.find(Team, identity)
    return team or Team(provider=provider, site=site, journey=identity, about=identity)


async def briefed(service: Any, event: PracticeChanged, account: Account) -> list[Any]:
    """The briefing of the whole team on a change, posted to it, and word of it to every post of the site."""
    team, now = await team_of(service, event.provider, event.site), circumstances().now
    change = Change(
        event.plan_id, account.changes, title_of(event.what_changed), event.what_changed, account.statement,
        account.example,
    )  # fmt: skip
    briefing = Briefing(
        provider=event.provider,
        site=event.site,
        journey=event.journey,
        about=event.about,
        change=change,
        audience=team.listeners(now, await limits(service.directory), event.about),
    )
    team.post(briefing.id, briefing.created_on)
    posts = await service.directory.posts(f"site:{event.site}")
    letters = [word_to(event, About.BRIEFING_ISSUED, briefing.id, post=post.post_id) for post in posts]
    return [briefing, team, *await with_calls(service, letters)]


async def put_to(service: Any, team: Team, person: UUID) -> list[Briefing]:
    """The current briefings of a team, with someone in their audience who was not, or worked elsewhere in it."""
    now, held = circumstances().now, await limits(service.directory)
    briefings: list[Briefing] = [await service.find(Briefing, each) for each in team.current(now, held.current)]
    for briefing in briefings:
        if listener := team.listener(person, now, held, briefing.about):
            briefing.grow(listener)
    return briefings


def title_of(what_changed: str) -> str:
    """The first line of a change, cut at a word where it is long."""
    line = what_changed.strip().partition("\n")[0]
    return line if len(line) <= TITLE_LENGTH else f"{line[:TITLE_LENGTH].rsplit(' ', 1)[0]} …"


async def told_by(service: Any, briefing: Briefing) -> list[Aggregate]:
    """The duties to tell the staff team of the change, discharged by a briefing that everyone understood."""
    account: Account | None = await service.find(Account, Account.create_id(briefing.journey))
    if account is None or not briefing.is_reached:
        return []
    duties = [await service.find(Duty, duty_id(briefing.journey, rule)) for rule in sorted(account.owed)]
    told: list[Aggregate] = []
    for duty in duties:
        if duty and duty.state == "owed" and _is_of_the_change(duty):
            duty.discharge(Channel.BRIEFING, ALL_UNDERSTOOD)
            told.append(duty)
    return told


def _is_of_the_change(duty: Duty) -> bool:
    return duty.owing.recipient == DutyRecipient.STAFF_TEAM and duty.owing.starts_at == ClockStart.IMPLEMENTED
