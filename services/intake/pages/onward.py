"""The one thing to do next about an opportunity, said first on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.application.opportunities import UpdateStep
from services.intake.domain import Opportunity, Talk

STEPS = {
    "reviewed": "read it, and decide what it asks",
    "actioned": "put it into care",
    "communicated": "tell the staff who support the person",
}
"""What a professional's update asks for, step by step."""


@dataclass(frozen=True, slots=True)
class Next:
    """What it is, why or how, and where."""

    words: str
    hint: str
    label: str
    href: str


def next_thing(it: Opportunity, steps: Sequence[UpdateStep], talk: Talk | None) -> Next:
    """What moves this on from where it stands, for somebody who leads the service."""
    left = [each.step for each in steps if not each.done]
    if not it.is_safe:
        hint = "One sentence is enough. Nothing else is decided before it."
        return Next("Next: say how people were kept safe", hint, "Put it on record", "#safety")
    if talk and talk.unread:
        hint = "Whoever reported it gave no name, and has come back to you."
        return Next("Next: read what they answered", hint, "Read it", "#talk")
    if left:
        done = f"{len(steps) - len(left)} of {len(steps)} steps are done."
        return Next(f"Next: {STEPS[left[0]]}", done, "Go to this step", f"#{left[0]}")
    return _decided(it)


def _decided(it: Opportunity) -> Next:
    if it.closed:
        hint = "If there is more to learn after all, record what it turned out to be."
        return Next("It was closed without a review.", hint, "Say what it turned out to be", "#something-else")
    if not it.response:
        hint = "A few questions, what the rules propose, and how the team learns from it."
        return Next("Next: decide what follows", hint, "Weigh it", f"/intake/{it.journey}/triage")
    if it.response == "none":
        hint = "It needs no review of its own. What is owed to others stays owed."
        return Next("It is weighed.", hint, "Who has to be told", f"/notification/{it.journey}")
    hint = "What happened, why it could, and what changes: that is worked out there."
    return Next("It is weighed, and its review is open.", hint, "Go to the review", f"/review/{it.journey}")
