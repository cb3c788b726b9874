"""What notification does when others speak, and when a day passes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from contracts.action import ActionEscalated, ActionOverdue, PracticeChanged
from contracts.assurance import MeasureChecked
from contracts.governance import EmergencyAccessGranted, TeamMemberJoined, TeamMemberLeft
from contracts.intake import (
    OpportunityCorrected,
    OpportunityRaised,
    OpportunityReferred,
    OpportunityTriaged,
    ProfessionalUpdateActioned,
    ProfessionalUpdateCommunicated,
    ProfessionalUpdateReviewed,
)
from contracts.review import ReviewSignedOff
from contracts.taxonomy import Role
from libs.deadlines import DeadlineReached, Due, Lifted
from libs.domain import Aggregate
from services.notification.domain.account import Account
from services.notification.domain.duty import Duty
from services.notification.domain.message import About, Message
from services.notification.domain.rota import Rota
from services.notification.policy.calls import with_calls
from services.notification.policy.candour import assessed
from services.notification.policy.messages import above, word_to
from services.notification.policy.owing import agreed_upon
from services.notification.policy.records import ACTIONED, BY_REFERRAL, BY_WEIGHING, COMMUNICATED, REVIEWED, keep
from services.notification.policy.settling import settle
from services.notification.policy.team import briefed, by_the_rota, come_and_gone, team_of
from services.notification.policy.transfers import asked_elsewhere, found_here

OVERDUE, ROTA = "overdue", "rota"


@singledispatch
async def react(event: object, service: Any) -> Iterable[Aggregate]:
    """What has no case here asks nothing of notification."""
    return ()


async def _account(service: Any, event: Any) -> Account:
    account: Account | None = await service.find(Account, Account.create_id(event.journey))
    return account or Account(provider=event.provider, site=event.site, journey=event.journey, about=event.about)


@react.register
async def open_an_account(event: OpportunityRaised, service: Any) -> Iterable[Aggregate]:
    account = await _account(service, event)
    account.know_opportunity(event.kind, event.occurred, event.recorded, reporter_known=event.reporter_known)
    return [account]


@react.register
async def keep_that_it_was_corrected(event: OpportunityCorrected, service: Any) -> Iterable[Aggregate]:
    """What was told before the correction is listed as told from older words."""
    account = await _account(service, event)
    account.correct(event.because)
    return [account]


@react.register
async def settle_what_is_owed(event: OpportunityTriaged, service: Any) -> Iterable[Aggregate]:
    """New accounts are owed, and those that no longer apply are lifted, with the reason on the record."""
    account = await _account(service, event)
    agreed = agreed_upon(event.weighed)
    rules = [rule.rule_id for rule in event.weighed]
    account.weigh(event.kind, event.themes, event.facts, rules, [a.rule_id for a in agreed], event.recorded)
    account.keep(list(BY_WEIGHING))
    return [*await settle(service, account, agreed), *await assessed(service, event, account)]


@react.register
async def record_the_review(event: ProfessionalUpdateReviewed, service: Any) -> Iterable[Aggregate]:
    return await keep(service, await _account(service, event), REVIEWED)


@react.register
async def record_the_action(event: ProfessionalUpdateActioned, service: Any) -> Iterable[Aggregate]:
    return await keep(service, await _account(service, event), ACTIONED)


@react.register
async def record_the_telling(event: ProfessionalUpdateCommunicated, service: Any) -> Iterable[Aggregate]:
    return await keep(service, await _account(service, event), COMMUNICATED)


@react.register
async def keep_what_was_learned(event: ReviewSignedOff, service: Any) -> Iterable[Aggregate]:
    account = await _account(service, event)
    account.learn(event.learning_statement, event.example)
    account.know_factors({factor.category for factor in event.factors})
    return [account, *await found_here(service, event)]


@react.register
async def tell_of_the_change(event: PracticeChanged, service: Any) -> Iterable[Aggregate]:
    """Everyone whom the rules name hears of the change, the whole team is briefed, and sites like it are asked."""
    account = await _account(service, event)
    account.know_change(event.plan_id, event.occurred, affects_care=event.affects_people)
    owing, (briefing, *more) = await settle(service, account, [], changed=True), await briefed(service, event, account)
    return [*owing, briefing, *more, *await asked_elsewhere(service, account, briefing.change)]


@react.register
async def discharge_by_referral(event: OpportunityReferred, service: Any) -> Iterable[Aggregate]:
    """A referral is the telling that the rule on referring asks for; nobody records it twice."""
    rule = next((rule for body, rule in BY_REFERRAL.items() if body == event.body), None)
    return await keep(service, await _account(service, event), rule) if rule else ()


@react.register
async def give_newcomers_the_briefings(event: TeamMemberJoined, service: Any) -> Iterable[Aggregate]:
    team = await team_of(service, event.provider, event.site_id)
    team.join(event.person_id, event.part)
    return [team, *await come_and_gone(service, team, here=[event.person_id])]


@react.register
async def let_leavers_go(event: TeamMemberLeft, service: Any) -> Iterable[Aggregate]:
    team = await team_of(service, event.provider, event.site_id)
    team.leave(event.person_id)
    return [team, *await come_and_gone(service, team, gone=[event.person_id])]


@react.register
async def tell_the_owner(event: ActionOverdue, service: Any) -> Iterable[Aggregate]:
    message = word_to(
        event, About.ACTION_OVERDUE, f"{event.action_id}/{event.due}", post=event.to_post or event.owner_post
    )
    return [] if await service.find(Message, message.id) else await with_calls(service, [message])


@react.register
async def tell_who_leads_on_safeguarding(event: EmergencyAccessGranted, service: Any) -> Iterable[Aggregate]:
    """Somebody reads what their post does not reach: whoever leads on safeguarding hears of it at once."""
    message = word_to(event, About.EMERGENCY_ACCESS, event.access_id, role=Role.SAFEGUARDING_LEAD)
    return [] if await service.find(Message, message.id) else [message]


@react.register
async def tell_those_above(event: ActionEscalated, service: Any) -> Iterable[Aggregate]:
    """Each step of the escalation is told once to each post that it reaches."""
    cause = f"{event.action_id}/{event.due}/{event.step}"
    messages = [word_to(event, About.ACTION_ESCALATED, cause, post=post) for post in dict.fromkeys(event.to_posts)]
    new = [each for each in messages if not await service.find(Message, each.id)]
    return await with_calls(service, new)


@react.register
async def tell_the_manager(event: MeasureChecked, service: Any) -> Iterable[Aggregate]:
    """A missed measure is told once for each period, however often its figure is revised."""
    if event.met is not False:
        return []
    cause = f"{event.measure_id}/{event.site_id}/{event.period}"
    message = word_to(event, About.MEASURE_MISSED, cause, role=Role.REGISTERED_MANAGER)
    return [] if await service.find(Message, message.id) else await with_calls(service, [message])


@react.register
async def act_on_the_date(reached: DeadlineReached, service: Any) -> Iterable[Aggregate]:
    if reached.name == ROTA:
        return await _look_at_the_rota(reached, service)
    return await _say_that_it_is_late(reached, service)


async def _look_at_the_rota(reached: DeadlineReached, service: Any) -> Iterable[Aggregate]:
    rota: Rota | None = await service.find(Rota, reached.aggregate)
    if rota is None or rota.look_on != reached.due:
        return []
    return await by_the_rota(service, await team_of(service, rota.provider, rota.site), rota)


async def _say_that_it_is_late(reached: DeadlineReached, service: Any) -> Iterable[Aggregate]:
    duty: Duty | None = await service.find(Duty, reached.aggregate)
    if duty is None or duty.state != "owed" or duty.is_overdue or duty.owing.due != reached.due:
        return []
    duty.fall_overdue()
    cause = f"{duty.id}/{reached.due.isoformat()}"
    late = [word_to(duty, About.DUTY_OVERDUE, cause, role=duty.owing.owner_role)]
    late += [
        word_to(duty, About.DUTY_OVERDUE, cause, post=post)
        for post in await above(service.directory, duty.site, duty.owing.owner_role)
    ]
    return [duty, *await with_calls(service, late)]


@singledispatch
def dates(event: object) -> Iterable[Due | Lifted]:
    """What has no case here sets no date."""
    return ()


@dates.register
def look_at_the_rota(event: Rota.LookSet) -> Iterable[Due | Lifted]:
    return [Due(ROTA, event.on)]


@dates.register
def owed(event: Duty.Owed) -> Iterable[Due | Lifted]:
    return [Due(OVERDUE, event.owing.due)] if event.owing.due else []


@dates.register
def owed_again(event: Duty.OwedAgain) -> Iterable[Due | Lifted]:
    return [Due(OVERDUE, event.owing.due)] if event.owing.due else [Lifted(OVERDUE)]


@dates.register
def discharged(event: Duty.Discharged) -> Iterable[Due | Lifted]:
    return [Lifted(OVERDUE)]


@dates.register
def declined(event: Duty.Declined) -> Iterable[Due | Lifted]:
    return [Lifted(OVERDUE)]


@dates.register
def lifted(event: Duty.Lifted) -> Iterable[Due | Lifted]:
    return [Lifted(OVERDUE)]
