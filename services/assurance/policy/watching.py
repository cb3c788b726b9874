"""Whenever a fact comes that a trigger seeks: it is kept, and where enough have come together the trigger fires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from contracts import action, intake, notification
from contracts import assurance as own
from contracts.taxonomy import OpportunityKind, Theme
from libs.calendar import local_day
from libs.deciding import circumstances
from libs.domain import Aggregate
from libs.service import NotFound
from services.assurance.domain import Programme, Watch
from services.assurance.domain.watch import Fact
from services.assurance.policy.reacting import Records, programme_of, react

LONGEST = 300


async def note(event: Any, facts: Mapping[str, list[Fact]], service: Records) -> list[Aggregate]:
    """Tell every trigger in force at the event's site of the facts that it seeks, by their key; each fact once.

    Where the rules or the site are not known yet, the facts are kept until they are.
    """
    if not event.site:
        return []
    try:
        return [*await _told(event.provider, event.site, facts, service)]
    except NotFound:
        programme = await programme_of(event.provider, service)
        programme.keep(event.site, facts)
        return [programme]


async def tell_what_was_kept(programme: Programme, service: Records) -> list[Aggregate]:
    """What came early counts now. Raises NotFound where the view has not heard yet of what is on record here."""
    kept = programme.due_to_be_told(local_day(circumstances().now))
    watches: list[Watch] = []
    for site, early in kept.items():
        facts: dict[str, list[Fact]] = {}
        for each in early:
            facts.setdefault(each.key, []).append(each.fact)
        watches += await _told(programme.provider, site, facts, service)
    programme.tell(list(kept))
    return [programme, *watches]


async def _told(provider: str, place: str, facts: Mapping[str, list[Fact]], service: Records) -> list[Watch]:
    pack, site = await service.directory.rules(local_day(circumstances().now)), await service.directory.site(place)
    sought = {t: [f for s in t.any_of for f in facts.get(s.key, ())] for t in pack.triggers}
    watches: list[Watch] = []
    for trigger, found in sought.items():
        if not found or (trigger.provider_kinds and site.service_kind not in trigger.provider_kinds):
            continue
        known = await service.find(Watch, Watch.create_id(trigger.id, place))
        watch = known or Watch.open(provider, place, trigger.id)
        for fact in found:
            watch.note(fact, trigger, f"{pack.id}/{pack.version}", site.working_days)
        watches.append(watch)
    return watches


@react.register
async def weigh_a_case(event: intake.OpportunityTriaged, service: Records) -> Iterable[Aggregate]:
    """A case counts by its kind and by each of its themes, once however often it is weighed again."""
    kind, on = _label(OpportunityKind, event.kind), local_day(event.occurred)
    facts = {
        f"theme:{theme}": [Fact(f"{kind}: {_label(Theme, theme)}", on, str(event.journey), event.journey)]
        for theme in event.themes
    }
    facts[f"kind:{event.kind}"] = [Fact(kind, on, str(event.journey), event.journey)]
    return await note(event, facts, service)


async def note_what_missed_its_target(event: own.MeasureChecked, service: Records) -> Iterable[Aggregate]:
    """Each case that missed a target counts once, when its month is first checked."""
    found = [
        Fact(each.because[:LONGEST], each.started, f"{event.measure_id}/{each.journey}", each.journey)
        for each in event.breaches
    ]
    return await note(event, {f"breach:{event.measure_id}": found}, service) if found else ()


@react.register
async def note_a_finding(event: own.AuditFindingMade, service: Records) -> Iterable[Aggregate]:
    words = f"Audit: not so in {event.exceptions} of {event.of}: {event.title}"[:LONGEST]
    fact = Fact(words, local_day(event.recorded), str(event.finding_id), None, event.exceptions)
    return await note(event, {f"check:{event.check_id}": [fact]}, service)


@react.register
async def note_a_sign(event: own.EarlySignNoted, service: Records) -> Iterable[Aggregate]:
    fact = Fact(event.title[:LONGEST], event.noted_on, _id(event), None, event.times)
    return await note(event, {f"sign:{event.sign}": [fact]}, service)


@react.register
async def note_what_was_not_held(event: own.CadenceMissed, service: Records) -> Iterable[Aggregate]:
    fact = Fact(f"Not held: {event.title}"[:LONGEST], event.due, f"{event.cadence_id}/{event.due}")
    return await note(event, {f"missed:{event.cadence_id}": [fact]}, service)


@react.register
async def note_a_late_action(event: action.ActionOverdue, service: Records) -> Iterable[Aggregate]:
    fact = Fact("An action was not done by its day", event.due, f"{event.action_id}/{event.due}", event.journey)
    return await note(event, {"late:action": [fact]}, service)


@react.register
async def note_a_late_duty(event: notification.DutyOverdue, service: Records) -> Iterable[Aggregate]:
    words = "An account was not given in the time of its rule"
    fact = Fact(words, local_day(event.occurred), str(event.duty_id), event.journey)
    return await note(event, {"late:duty": [fact]}, service)


def _label(codes: Any, code: str) -> str:
    return str(codes(code).label) if code in set(codes) else code


def _id(event: Any) -> str:
    return str(event.envelope.id)
