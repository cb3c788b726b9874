"""The four questions of an inspector, answered by the stories of a pack: analysis, action, communication, follow-up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contracts.taxonomy import ClosureState, FactorCategory, OpportunityKind, ResponseKind, Strength, Theme, Verdict
from contracts.taxonomy.labelled import Labelled
from deploy.packs.profile import Profile
from deploy.packs.report import day_words
from deploy.packs.story import Story

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


def analysis(stories: Sequence[Story], say: Say) -> list[tuple[str, str]]:
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


def action(stories: Sequence[Story], say: Say, split: Split = plainly) -> list[tuple[str, str]]:
    """What was done about it, in figures."""
    actions = [each for story in stories for each in story.actions.values() if each.state != "withdrawn"]
    strengths = sorted(Counter(each.strength for each in actions).items())
    numbers, total = split([number for _, number in strengths])
    return [
        ("Actions agreed", total),
        *((f"Of these, {label(Strength, each).lower()}", n) for (each, _), n in zip(strengths, numbers, strict=True)),
        ("Seen to be done by someone other than the owner", say(sum(each.state == "verified" for each in actions))),
        ("Not yet done", say(sum(each.state not in {"implemented", "verified"} for each in actions))),
        ("Fell overdue at some time", say(sum(each.late for each in actions))),
        ("Journeys in which practice changed", say(sum(bool(story.changed) for story in stories))),
    ]


def communication(stories: Sequence[Story], say: Say, split: Split = plainly) -> list[tuple[str, str]]:
    """Who was told, in figures."""
    duties = [each for story in stories for each in story.duties.values() if each.state != "lifted"]
    states = Counter(each.state for each in duties)
    (given, declined, owed), total = split([states[each] for each in ("given", "declined", "owed")])
    return [
        ("Accounts owed under the rules", total),
        ("Given", given),
        ("Declined by whoever was to be told", declined),
        ("Still owed", owed),
        ("Fell overdue at some time", say(sum(each.late for each in duties))),
        ("Changes of practice briefed to the whole team", say(sum(story.briefed for story in stories))),
        ("People briefed", say(sum(story.audience for story in stories))),
        ("Of these, shown to have understood", say(sum(story.understood for story in stories))),
    ]


def follow_up(stories: Sequence[Story], say: Say) -> list[tuple[str, str]]:
    """Whether it holds, in figures."""
    states = Counter(state for story in stories for state in story.states)
    verdicts = Counter(verdict for story in stories for verdict in story.verdicts.values())
    return [
        *((f"Changes that are now: {state.label.lower()}", say(states[state.value])) for state in ClosureState),
        ("Changes that slipped back", say(sum(bool(story.lost) for story in stories))),
        ("Times somebody went and looked", say(sum(len(story.observed) for story in stories))),
        *((f"Verdict: {label(Verdict, each)}", say(n)) for each, n in sorted(verdicts.items())),
    ]


def triangulation(stories: Sequence[Story], profile: Profile) -> list[list[str]]:
    """Each journey in which practice changed, with the independent kinds of evidence there are for it."""
    rows = []
    for story in stories:
        if story.changed:
            kinds = story.independent_kinds
            verdict = "triangulated" if len(kinds) >= ENOUGH_KINDS else "not triangulated"
            rows.append([_name(story, profile), ", ".join(_words(kind) for kind in kinds) or "none", verdict])
    return rows


def figures(stories: Sequence[Story], say: Say, split: Split = plainly) -> dict[str, list[tuple[str, str]]]:
    """Every figure of the pages, by section."""
    return {
        "analysis": analysis(stories, say), "action": action(stories, say, split),
        "communication": communication(stories, say, split), "follow_up": follow_up(stories, say),
        "gaps": gaps(stories, say),
    }  # fmt: skip


def gaps(stories: Sequence[Story], say: Say) -> list[tuple[str, str]]:
    """What is not there, said plainly. An empty list means that none of the things looked for is missing."""
    changed = [story for story in stories if story.changed]
    duties = [each for story in stories for each in story.duties.values()]
    actions = [each for story in stories for each in story.actions.values()]
    looked_for = [
        ("Journeys with nothing on record about what was done at once to keep people safe",
         sum(not story.safe and story.kind != OpportunityKind.COMPLIMENT for story in stories)),
        ("Journeys that no manager has weighed", sum(not story.response and not story.closed for story in stories)),
        ("Reviews that are not signed off", sum(story.awaits_review for story in stories)),
        ("Journeys with factors and no action",
         sum(story.reviewed and bool(story.factors) and not story.actions for story in stories)),
        ("Actions that fell overdue and are not done",
         sum(each.state in {"agreed", "started", "blocked"} and each.late for each in actions)),
        ("Actions seen by nobody but their owner", sum(each.state == "implemented" for each in actions)),
        ("Accounts that fell overdue and are still owed", sum(each.state == "owed" and each.late for each in duties)),
        ("Changes that not the whole team has been shown to understand",
         sum(story.briefed and story.understood < story.audience for story in changed)),
        ("Changes that nobody has gone to see in practice", sum(not story.observed for story in changed)),
        (f"Changes that rest on fewer than {ENOUGH_KINDS} independent kinds of evidence",
         sum(len(story.independent_kinds) < ENOUGH_KINDS for story in changed)),
        ("Changes not shown to work", sum(ClosureState.EFFECTIVE.value not in story.states for story in changed)),
        ("Changes not shown to last", sum(ClosureState.SUSTAINED.value not in story.states for story in changed)),
        ("Changes that held once and have slipped back", sum(bool(story.lost) for story in stories)),
    ]  # fmt: skip
    return [(words, say(number)) for words, number in looked_for if number]


def journeys(stories: Sequence[Story], profile: Profile, sites: Mapping[str, str]) -> list[dict[str, Any]]:
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
