"""Keeping briefings and teams together: who is given which briefing, and what follows when all have understood."""

from __future__ import annotations

from collections.abc import Collection
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
from services.notification.domain.rota import Rota
from services.notification.domain.team import Team
from services.notification.policy.calls import with_calls
from services.notification.policy.limits import limits
from services.notification.policy.messages import word_to

TITLE_LENGTH = 120
ALL_UNDERSTOOD = "Everyone in the team now has read the briefing and answered the question about it as the change asks."


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


async def by_the_rota(service: Any, team: Team, rota: Rota) -> list[Aggregate]:
    """The team as the rota has it now: who is on it is given what is current, and who is no longer on it is let go.

    Others whose last known shift lies far back are looked up too, since their rota may say more by now.
    """
    now, held = circumstances().now, await limits(service.directory)
    rota.let_go(now, held)
    rota.look_again(now, held)
    here, gone = list[UUID](), list[UUID]()
    if pattern := rota.pattern(now, held):
        team.roster(rota.person_id, pattern)
        here.append(rota.person_id)
    for person in team.lapsed(now, held):
        known: Rota | None = await service.find(Rota, Rota.create_id(team.provider, team.site, person))
        found = known.pattern(now, held) if known else None
        if found:
            team.roster(person, found)
        else:
            team.take_off(person)
        (here if found or person in team.members else gone).append(person)
    return [rota, team, *await come_and_gone(service, team, here, gone)]


async def come_and_gone(
    service: Any, team: Team, here: Collection[UUID] = (), gone: Collection[UUID] = ()
) -> list[Aggregate]:
    """A team's briefings: what is current is put to who is here now, and nobody waits for an answer from who left.

    Those who stayed may have been reached by that.
    """
    now, held = circumstances().now, await limits(service.directory)
    current = team.current(now, held.current)
    briefings: list[Briefing] = [await service.find(Briefing, each) for each in (team.briefings if gone else current)]
    reached: dict[UUID, Briefing] = {}
    for briefing in briefings:
        was_reached = briefing.is_reached
        for person in here if briefing.id in current else ():
            if listener := team.listener(person, now, held, briefing.about):
                briefing.grow(listener)
        briefing.leave(*gone)
        if briefing.is_reached and not was_reached:
            reached[briefing.journey] = briefing
    told = [duty for each in reached.values() for duty in await told_by(service, each)]
    return [*briefings, *told]


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
            duty.discharge(Channel.BRIEFING, ALL_UNDERSTOOD + _left(len(briefing.missed)))
            told.append(duty)
    return told


def _left(missed: int) -> str:
    """Whom it had not reached before they left, said where it is so."""
    if not missed:
        return ""
    return f" {missed} {'person' if missed == 1 else 'people'} left before they had understood it."


def _is_of_the_change(duty: Duty) -> bool:
    return duty.owing.recipient == DutyRecipient.STAFF_TEAM and duty.owing.starts_at == ClockStart.IMPLEMENTED
