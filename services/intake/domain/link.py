"""Two journeys that somebody says belong together, and what follows from that for patterns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from contracts.taxonomy import LinkKind
from libs.domain import Aggregate, Created, Event, Sealed, event, follows
from services.intake.domain.pattern import Sighting
from services.intake.domain.refusals import LinkedAlready, LinkedToItself, NotLinked, RationaleMissing

ONE_HAPPENING = frozenset({LinkKind.SAME_EVENT, LinkKind.DUPLICATE})
"""Links that say two records are about one happening, which then counts once."""


class Link(Aggregate):
    """What connects two journeys: one for each pair, whichever of them it was made from.

    Its words may tell of either, so they are sealed under a key of its own, which goes with whichever is forgotten first.
    """

    TOPIC = "intake.Link"

    class Opened(Created):
        TOPIC = "intake.Link.Opened"
        other: UUID

    class Made(Event):
        TOPIC = "intake.Link.Made"
        other: UUID
        how: str
        reason: Sealed

    class Undone(Event):
        TOPIC = "intake.Link.Undone"
        other: UUID
        how: str
        reason: Sealed

    @staticmethod
    def create_id(journey: UUID, other: UUID) -> UUID:
        return follows("intake.Link", "/".join(sorted((journey.hex, other.hex))))

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID, other: UUID) -> None:
        self.other = other
        self.hows: dict[str, str] = {}

    @classmethod
    def between(cls, *, provider: str, site: str, journey: UUID, other: UUID) -> Link:
        """A pair with nothing said of it yet. Raises LinkedToItself."""
        if journey == other:
            raise LinkedToItself
        here = cls.create_id(journey, other)
        return cls(provider=provider, site=site, journey=journey, about=here, other=other)

    def make(self, how: str, reason: str) -> None:
        """Say how the two belong together, and why. They may do so in more than one way."""
        code = LinkKind(how).value
        if not reason.strip():
            raise RationaleMissing
        if code in self.hows:
            raise LinkedAlready
        self.trigger_event(self.Made, other=self.other, how=code, reason=reason)

    @event(Made)
    def _(self, how: str, reason: str) -> None:
        self.hows[how] = reason

    def undo(self, how: str, reason: str) -> None:
        """They do not belong together in this way after all. Both sentences stay on the record."""
        if not reason.strip():
            raise RationaleMissing
        if how not in self.hows:
            raise NotLinked
        self.trigger_event(self.Undone, other=self.other, how=how, reason=reason)

    @event(Undone)
    def _(self, how: str) -> None:
        del self.hows[how]


Joined = tuple[UUID, UUID, str]
"""Two journeys and how they are linked."""


def as_linked(seen: Sequence[Sighting], links: Iterable[Joined]) -> list[Sighting]:
    """The sightings as people know them to belong together: one happening once, one person and one place as one."""
    links = list(links)
    once = _once(seen, [each for each in links if each[2] in ONE_HAPPENING])
    people = _named(once, [each for each in links if each[2] == LinkKind.SAME_PERSON], lambda each: each.person)
    places = _named(
        once, [each for each in links if each[2] == LinkKind.SAME_PLACE], lambda each: f"{each.site}/{each.place}"
    )
    return [
        replace(each, person=people.get(each.journey, each.person), place=_place(each, places.get(each.journey, "")))
        for each in once
    ]


def _place(seen: Sighting, named: str) -> str:
    """A place is one place of one site, so a link across sites names none."""
    site, _, place = named.partition("/")
    return place if place and site == seen.site else seen.place


def _once(seen: Sequence[Sighting], links: list[Joined]) -> list[Sighting]:
    """Of each happening the sighting that was first, with whatever the others know besides."""
    groups = _groups(links)
    first: dict[UUID, Sighting] = {}
    for each in sorted(seen, key=lambda sighting: (sighting.occurred, sighting.journey)):
        group = groups.get(each.journey, each.journey)
        kept = first.get(group)
        first[group] = each if kept is None else _both(kept, each)
    return list(first.values())


def _both(kept: Sighting, other: Sighting) -> Sighting:
    return replace(
        kept,
        themes=tuple(dict.fromkeys((*kept.themes, *other.themes))),
        abuse_types=tuple(dict.fromkeys((*kept.abuse_types, *other.abuse_types))),
        person=kept.person or other.person,
        staff=tuple(dict.fromkeys((*kept.staff, *other.staff))),
        place=kept.place or (other.place if other.site == kept.site else ""),
    )


def _named(seen: list[Sighting], links: list[Joined], told: Callable[[Sighting], str]) -> dict[UUID, str]:
    """For each journey in a group of linked ones, the one name that the group goes by."""
    groups = _groups(links)
    names: dict[UUID, set[str]] = defaultdict(set)
    for each in seen:
        if each.journey in groups and not told(each).endswith("/") and told(each):
            names[groups[each.journey]].add(told(each))
    return {journey: min(names[group], default=f"linked/{group.hex}") for journey, group in groups.items()}


def _groups(links: Iterable[Joined]) -> dict[UUID, UUID]:
    """Each linked journey with the one that stands for its whole group."""
    lead: dict[UUID, UUID] = {}

    def top(journey: UUID) -> UUID:
        while lead.setdefault(journey, journey) != journey:
            journey = lead[journey]
        return journey

    for one, other, _ in links:
        first, second = sorted((top(one), top(other)))
        lead[second] = first
    return {journey: top(journey) for journey in list(lead)}
