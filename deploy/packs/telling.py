"""The four questions of an inspector, answered by the stories of a pack: analysis, action, communication, follow-up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from contracts.taxonomy import ClosureState, FactorCategory, OpportunityKind, ResponseKind, Strength, Theme, Verdict
from contracts.taxonomy.labelled import Labelled
from deploy.packs.journey import Story
from deploy.packs.profile import Profile
from deploy.packs.report import day_words
from deploy.packs.story import Stories

ENOUGH_KINDS = 2
"""Kinds of evidence, independent of whoever owns the action, from which a finding counts as triangulated."""
Say = Callable[[int], str]
Split = Callable[[Sequence[int]], tuple[list[str], str]]
"""Tells numbers and their total."""


def plainly(numbers: Sequence[int]) -> tuple[list[str], str]:
    """As they are."""
    return [str(number) for number in numbers], str(sum(numbers))


def label(kind: type[Labelled], code: str) -> str:
    """A code of the taxonomy in words; one that it does not know stays as it is."""
    return dict(kind.choices()).get(code, code)


def analysis(stories: Stories | Sequence[Story], say: Say) -> list[tuple[str, str]]:
    """What was found out, in figures."""
    factors = Counter(category for story in stories for category, _ in story.factors.values())
    rows = [
        ("Learning opportunities on record", say(len(stories))),
        ("Made safe at once, on record", say(sum(story.safe for story in stories))),
        ("Weighed by a manager", say(sum(bool(story.response) for story in stories))),
        ("Reviews signed off", say(sum(story.reviewed for story in stories))),
        ("Reviews not yet signed off", say(sum(story.awaits_review for story in stories))),
    ]
    return rows + [(f"Factor: {label(FactorCategory, each)}", say(n)) for each, n in sorted(factors.items())]


def action(stories: Iterable[Story], say: Say, split: Split = plainly) -> list[tuple[str, str]]:
    """What was done about it, in figures."""
    marks = Counter((each.strength, each.state, each.late) for story in stories for each in story.actions.values())
    actions = [(*mark, number) for mark, number in sorted(marks.items()) if mark[1] != "withdrawn"]
    by_strength: Counter[str] = Counter()
    for strength, _, _, number in actions:
        by_strength[strength] += number
    strengths = sorted(by_strength.items())
    numbers, total = split([number for _, number in strengths])
    return [
        ("Actions agreed", total),
        *((f"Of these, {label(Strength, each).lower()}", n) for (each, _), n in zip(strengths, numbers, strict=True)),
        (
            "Seen to be done by someone other than the owner",
            say(sum(n for _, state, _, n in actions if state == "verified")),
        ),
        ("Not yet done", say(sum(n for _, state, _, n in actions if state not in {"implemented", "verified"}))),
        ("Fell overdue at some time", say(sum(n for _, _, late, n in actions if late))),
        ("Journeys in which practice changed", say(sum(bool(story.changed) for story in stories))),
    ]


def communication(stories: Iterable[Story], say: Say, split: Split = plainly) -> list[tuple[str, str]]:
    """Who was told, in figures."""
    marks = Counter((each.state, each.late) for story in stories for each in story.duties.values())
    del marks["lifted", True], marks["lifted", False]
    states = {state: marks[state, True] + marks[state, False] for state, _ in marks}
    (given, declined, owed), total = split([states.get(each, 0) for each in ("given", "declined", "owed")])
    return [
        ("Accounts owed under the rules", total),
        ("Given", given),
        ("Declined by whoever was to be told", declined),
        ("Still owed", owed),
        ("Fell overdue at some time", say(sum(number for (_, late), number in marks.items() if late))),
        ("Changes of practice briefed to the whole team", say(sum(story.briefed for story in stories))),
        ("People briefed", say(sum(story.audience for story in stories))),
        ("Of these, shown to have understood", say(sum(story.understood for story in stories))),
    ]


def follow_up(stories: Iterable[Story], say: Say) -> list[tuple[str, str]]:
    """Whether it holds, in figures."""
    states = Counter(state for story in stories for state in story.states)
    verdicts = Counter(verdict for story in stories for verdict in story.verdicts.values())
    return [
        *((f"Changes that are now: {state.label.lower()}", say(states[state.value])) for state in ClosureState),
        ("Changes that slipped back", say(sum(bool(story.lost) for story in stories))),
        ("Times somebody went and looked", say(sum(len(story.observed) for story in stories))),
        *((f"Verdict: {label(Verdict, each)}", say(n)) for each, n in sorted(verdicts.items())),
    ]


def triangulation(stories: Iterable[Story], profile: Profile) -> list[list[str]]:
    """Each journey in which practice changed, with the independent kinds of evidence there are for it."""
    rows = []
    for story in stories:
        if story.changed:
            kinds = story.independent_kinds
            verdict = "triangulated" if len(kinds) >= ENOUGH_KINDS else "not triangulated"
            rows.append([_name(story, profile), ", ".join(_words(kind) for kind in kinds) or "none", verdict])
    return rows


def figures(stories: Stories | Sequence[Story], say: Say, split: Split = plainly) -> dict[str, list[tuple[str, str]]]:
    """Every figure of the pages, by section."""
    return {
        "analysis": analysis(stories, say), "action": action(stories, say, split),
        "communication": communication(stories, say, split), "follow_up": follow_up(stories, say),
        "gaps": gaps(stories, say),
    }  # fmt: skip


def gaps(stories: Iterable[Story], say: Say) -> list[tuple[str, str]]:
    """What is not there, said plainly. An empty list means that none of the things looked for is missing."""
    found: Counter[str] = Counter()
    for story in stories:
        found.update({words: int(number) for words, number in _gaps_of(story) if number})
    return [(words, say(found[words])) for words, _ in _gaps_of(NOBODY_S) if found[words]]


def _gaps_of(story: Story) -> list[tuple[str, int]]:
    """What one journey does not show, each with how often."""
    changed, actions, duties = bool(story.changed), story.actions.values(), story.duties.values()
    return [
        ("Journeys with nothing on record about what was done at once to keep people safe",
         not story.safe and story.kind != OpportunityKind.COMPLIMENT),
        ("Journeys that no manager has weighed", not story.response and not story.closed),
        ("Reviews that are not signed off", story.awaits_review),
        ("Journeys with factors and no action", story.reviewed and bool(story.factors) and not story.actions),
        ("Actions that fell overdue and are not done",
         sum(each.state in {"agreed", "started", "blocked"} and each.late for each in actions)),
        ("Actions seen by nobody but their owner", sum(each.state == "implemented" for each in actions)),
        ("Accounts that fell overdue and are still owed", sum(each.state == "owed" and each.late for each in duties)),
        ("Changes that not the whole team has been shown to understand",
         changed and story.briefed and story.understood < story.audience),
        ("Changes that nobody has gone to see in practice", changed and not story.observed),
        (f"Changes that rest on fewer than {ENOUGH_KINDS} independent kinds of evidence",
         changed and len(story.independent_kinds) < ENOUGH_KINDS),
        ("Changes not shown to work", changed and ClosureState.EFFECTIVE.value not in story.states),
        ("Changes not shown to last", changed and ClosureState.SUSTAINED.value not in story.states),
        ("Changes that held once and have slipped back", bool(story.lost)),
    ]  # fmt: skip


NOBODY_S = Story("", "", datetime.min.replace(tzinfo=UTC))
"""A story without anything in it, by which the gaps that are looked for are named in their order."""


def journeys(stories: Iterable[Story], profile: Profile, sites: Mapping[str, str]) -> list[dict[str, Any]]:
    """The journeys one by one, for a reader who is shown them; `sites` are the sites' titles."""
    if "opportunities" in profile.counts:
        return []
    return [
        {
            "name": _name(story, profile), "site": sites.get(story.site, story.site), "recorded": day_words(story.recorded),
            "kind": label(OpportunityKind, story.kind), "themes": [label(Theme, each) for each in story.themes],
            "response": label(ResponseKind, story.response) if story.response else "not weighed",
            "factors": sorted({label(FactorCategory, category) for category, _ in story.factors.values()}),
            "learning": story.learning, "changed": story.changed,
            "actions": [[each.what, label(Strength, each.strength), each.due, each.state] for each in story.actions.values()],
            "duties": [[each.title, _words(each.recipient), each.state] for each in story.duties.values()],
            "briefing": [story.audience, story.understood] if story.briefed else [],
            "states": [label(ClosureState, each) for each in story.states],
            "lost": [label(ClosureState, each) for each in story.lost],
        }
        for story in stories
    ]  # fmt: skip


def _name(story: Story, profile: Profile) -> str:
    return "a journey" if "reference" in profile.hides else story.reference


def _words(code: str) -> str:
    return code.replace("_", " ")
