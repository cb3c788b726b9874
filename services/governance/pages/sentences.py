"""Each kind of moment as a sentence, and what stands under it: the timeline in plain English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.taxonomy import (
    Channel,
    ClosureState,
    DutyRecipient,
    EnquiryDecision,
    EvidenceSource,
    FactorCategory,
    IntakeRoute,
    Labelled,
    OpportunityKind,
    RecommendationDecision,
    ResponseKind,
    Role,
    RuleKind,
    Strength,
    Verdict,
)
from libs.web.phrases import counted, day
from services.governance.pages.outward import CANDOUR_CONTACT, CANDOUR_STEPS, ELSEWHERE


def label(kind: type[Labelled], code: str) -> str:
    """The label of a code; one that is not in our list reads as it is written."""
    return kind(code).label if code in {member.value for member in kind} else code.replace("_", " ")


def lower(words: str) -> str:
    """A label inside a sentence; an abbreviation keeps its capitals."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


@dataclass(frozen=True, slots=True)
class Told:
    """A moment's sentence, the lines under it, whether someone decided something, and where to read on."""

    title: str
    lines: list[str] = field(default_factory=list)
    decision: bool = False
    page: str = ""


Params = Mapping[str, Any]
Tell = Callable[[Params], Told]


def _day(text: str | None) -> str:
    return day(date.fromisoformat(text[:10])) if text else ""


def _due(p: Params) -> list[str]:
    return [f"Due {_day(p['due'])}."] if p.get("due") else []


def _standing(kind: str, *, confirmed: bool) -> str:
    words = label(RuleKind, kind)
    return words if confirmed else f"{words}, to be confirmed by the provider"


def _weighed(p: Params) -> list[str]:
    return [
        f"{'Agreed' if each['agreed'] else 'Not agreed'}: {each['title']}"
        f" ({_standing(each['kind'], confirmed=each['confirmed'])}: {each['citation']})"
        for each in p["weighed"]
    ]


def _triaged(p: Params) -> Told:
    response = p["response"]
    what = "no review is needed" if response == "none" else lower(label(ResponseKind, response))
    return Told(f"Weighed: {what}", _weighed(p), decision=True, page="intake")


def _duty(p: Params) -> Told:
    standing = _standing(p["rule_kind"], confirmed=p["confirmed"])
    lines = [f"{p['clock'].capitalize()}.", *_due(p), f"{standing}: {p['citation']}"]
    return Told(f"Owed to {lower(label(DutyRecipient, p['recipient']))}: {p['title']}", lines, page="notification")


def _left(many: int) -> list[str]:
    return [f"{counted(many, 'person', 'people')} left before they had understood."] if many else []


def _signed_off(p: Params) -> Told:
    lines = [p["learned"], f"{counted(p['factors'], 'contributing factor')} agreed."]
    return Told("Review signed off", lines + [f"Recommended: {each}" for each in p["recommended"]], True, "review")


def _recommended(p: Params) -> Told:
    whose = f"{label(DutyRecipient, p['body'])}'s" if p["body"] else "Our"
    return Told(f"{whose} recommendation: {lower(label(RecommendationDecision, p['decision']))}", [], True, "review")


def _verdict(p: Params) -> Told:
    lines = [f"Before: {p['before']}. After: {p['after']}.", f"Method: {p['method']}"]
    return Told(f"Did it work? {label(Verdict, p['verdict'])}", lines, page="assurance")


def _observed(p: Params) -> Told:
    what = "The change was seen in practice" if p["practised"] else "The change was not seen in practice"
    where = lower(label(EvidenceSource, p["source_kind"]))
    return Told(f"{what}: {p['seen']} of {p['of']}", [f"Looked at: {where}."], True, "assurance")


SENTENCES: dict[str, Tell] = {
    "intake.opportunity_raised.v1": lambda p: Told(
        f"Reported: {lower(label(OpportunityKind, p['kind']))}",
        [
            f"By {lower(label(IntakeRoute, p['route']))}.",
            *([f"Answer due {_day(p['due_on'])}."] if p["due_on"] else []),
            *([p["due_note"]] if p.get("due_note") else []),
        ],
        page="intake",
    ),
    "intake.opportunity_corrected.v1": lambda p: Told(
        "Corrected by its source", [p["because"], *([p["due_note"]] if p.get("due_note") else [])], page="intake"
    ),
    "intake.immediate_safety_confirmed.v1": lambda p: Told("Made safe at once", decision=True, page="intake"),
    "intake.opportunity_triaged.v1": _triaged,
    "intake.opportunity_reclassified.v1": lambda p: Told(
        f"It turned out to be something else: {lower(label(OpportunityKind, p['kind']))}",
        [f"It was recorded as: {lower(label(OpportunityKind, p['was']))}."],
        decision=True,
        page="intake",
    ),
    "intake.opportunity_referred.v1": lambda p: Told(
        f"Referred to {lower(label(DutyRecipient, p['body']))}",
        [f"Their reference: {p['reference']}"] if p["reference"] else [],
        decision=True,
        page="intake",
    ),
    "intake.external_decision_received.v1": lambda p: Told(
        f"{label(DutyRecipient, p['body'])} decided: {lower(label(EnquiryDecision, p['decision']))}", page="intake"
    ),
    "intake.closed_without_review.v1": lambda p: Told("Closed without a review", decision=True, page="intake"),
    "intake.professional_update_reviewed.v1": lambda p: Told("The update was reviewed", decision=True, page="intake"),
    "intake.professional_update_actioned.v1": lambda p: Told("What it asks was put into care", page="intake"),
    "intake.professional_update_communicated.v1": lambda p: Told("Staff who need to know, know", page="intake"),
    "review.review_opened.v1": lambda p: Told(
        f"Review opened: {lower(label(ResponseKind, p['response']))}",
        [f"Led by: {lower(label(Role, p['lead_role']))}."],
        page="review",
    ),
    "review.reflection_step_recorded.v1": lambda p: Told(f"Reflection, step {p['step']} of 5, recorded", page="review"),
    "review.factor_identified.v1": lambda p: Told(
        f"Contributing factor named: {lower(label(FactorCategory, p['category']))}", page="review"
    ),
    "review.finding_made.v1": lambda p: Told(
        "Found to have been so",
        [f"Rests on: {', '.join(lower(label(EvidenceSource, each)) for each in p['kinds'])}."],
        page="review",
    ),
    "review.review_challenged.v1": lambda p: Told("Review challenged", decision=True, page="review"),
    "review.review_challenge_answered.v1": lambda p: Told("The challenge was answered", decision=True, page="review"),
    "review.recommendation_decided.v1": _recommended,
    "review.sign_off_awaited.v1": lambda p: Told("Complete, and waiting for somebody else's sign-off", page="review"),
    "review.review_signed_off.v1": _signed_off,
    "review.review_reopened.v1": lambda p: Told("Review opened again", decision=True, page="review"),
    "action.action_agreed.v1": lambda p: Told(
        f"Change agreed: {p['what']}",
        [*_due(p), f"Strength: {lower(label(Strength, p['strength']))}."],
        decision=True,
        page="action",
    ),
    "action.action_started.v1": lambda p: Told("Work on a change began", page="action"),
    "action.action_blocked.v1": lambda p: Told("A change is blocked", page="action"),
    "action.action_unblocked.v1": lambda p: Told("What stood in the way of a change is out of it", page="action"),
    "action.action_handed_over.v1": lambda p: Told("A change was handed over to another post", [], True, "action"),
    "action.action_sent_back.v1": lambda p: Told(
        "Someone looked and could not see the change yet", _due(p), decision=True, page="action"
    ),
    "action.action_escalated.v1": lambda p: Told(
        "A change is still not made, so whoever was told last was reminded"
        if p.get("reminder")
        else "A change is still not made, so the next in line was told"
        if p["step"] == 1
        else "It was taken a step further up",
        _due(p),
        page="action",
    ),
    "action.nobody_answered.v1": lambda p: Told(
        "A change is late, and nobody is there to be told", _due(p), page="action"
    ),
    "action.people_named.v1": lambda p: Told(
        "One person is to take part in a change"
        if p["number"] == 1
        else f"{p['number']} people are to take part in a change",
        decision=True,
        page="action",
    ),
    "action.person_took_part.v1": lambda p: Told(
        "Somebody took part in a change that is meant for them", page="action"
    ),
    "action.person_excused.v1": lambda p: Told("Somebody need not take part in a change", decision=True, page="action"),
    "action.action_extended.v1": lambda p: Told("More time approved", _due(p), decision=True, page="action"),
    "action.action_withdrawn.v1": lambda p: Told("A change was withdrawn", decision=True, page="action"),
    "action.action_implemented.v1": lambda p: Told(
        "A change was made", [f"Evidence: {lower(label(EvidenceSource, p['evidence_kind']))}."], page="action"
    ),
    "action.action_verified.v1": lambda p: Told("Someone else saw that it was made", decision=True, page="action"),
    "action.action_overdue.v1": lambda p: Told(f"A change was not made by {_day(p['due'])}", page="action"),
    "action.factor_left_with_reason.v1": lambda p: Told(
        "A factor gets no change, for a recorded reason", decision=True, page="action"
    ),
    "action.practice_changed.v1": lambda p: Told("Practice changed", [p["what_changed"]], page="action"),
    "notification.duty_owed.v1": _duty,
    "notification.candour_assessed.v1": lambda p: Told(
        "The duty of candour applies" if p["applies"] else "Weighed: the duty of candour does not apply",
        decision=True,
        page="notification",
    ),
    "notification.candour_step_taken.v1": lambda p: Told(CANDOUR_STEPS[p["step"]], decision=True, page="notification"),
    "notification.candour_contact_recorded.v1": lambda p: Told(CANDOUR_CONTACT[p["what"]], page="notification"),
    "notification.letter_sent.v1": lambda p: Told(
        f"A letter was sent: {lower(label(DutyRecipient, p['recipient']))}",
        [f"Dated {_day(p['dated'])}. Its fingerprint begins {p['sha256'][:12]}."],
        decision=True,
        page="notification",
    ),
    "notification.learning_carried.v1": lambda p: Told(
        f"{counted(p['sites'], 'site that is alike was', 'sites that are alike were')} asked whether the change applies there",
        [p["title"]],
        page="notification",
    ),
    "notification.learning_followed.v1": lambda p: Told(ELSEWHERE[p["what"]], page="notification"),
    "notification.duty_discharged.v1": lambda p: Told(
        f"An account was given: {lower(label(Channel, p['channel']))}", decision=True, page="notification"
    ),
    "notification.contact_not_possible.v1": lambda p: Told(
        "They did not wish to be told" if p["declined"] else "They were not reached: it stays owed", page="notification"
    ),
    "notification.duty_lifted.v1": lambda p: Told("No longer owed", [p["because"]], page="notification"),
    "notification.duty_overdue.v1": lambda p: Told("The time to give an account passed", page="notification"),
    "notification.briefing_issued.v1": lambda p: Told(
        f"Briefing for {counted(p['audience'], 'person', 'people')}: {p['title']}", page="notification"
    ),
    "notification.briefing_reached.v1": lambda p: Told(
        f"Understood by {p['understood']} of {p['audience']}", _left(p.get("left", 0)), page="notification"
    ),
    "notification.message_delivered.v1": lambda p: Told("A message was delivered", page="notification"),
    "notification.message_undelivered.v1": lambda p: Told(
        "A message could not be delivered", [p["reason"], "Tell the recipient another way."], page="notification"
    ),
    "assurance.practice_observed.v1": _observed,
    "assurance.verdict_reached.v1": _verdict,
    "assurance.closure_state_reached.v1": lambda p: Told(
        f"Reached: {lower(label(ClosureState, p['state']))}", [p["proof"]], page="assurance"
    ),
    "assurance.closure_state_lost.v1": lambda p: Told(
        f"No longer holds: {lower(label(ClosureState, p['state']))}", [p["because"]], page="assurance"
    ),
    "assurance.recheck_missed.v1": lambda p: Told(
        f"Nobody looked again {counted(p['months'], 'month')} after the change", _due(p), page="assurance"
    ),
    "assurance.audit_round_opened.v1": lambda p: Told(
        f"A sample was drawn for an audit: {lower(p['title'])}", [f"{p['sample']} of {p['population']}."]
    ),
    "assurance.audit_round_closed.v1": lambda p: Told(f"An audit was closed: {lower(p['title'])}"),
    "assurance.audit_finding_made.v1": lambda p: Told(
        f"Not as it should be in {p['exceptions']} of {p['of']}: {lower(p['title'])}",
        ["It went to intake as something to learn from."],
    ),
    "assurance.early_sign_noted.v1": lambda p: Told(
        f"Early sign noted: {lower(p['title'])}", [f"{counted(p['times'], 'time')}, on {_day(p['noted_on'])}."]
    ),
    "assurance.trigger_fired.v1": lambda p: Told(
        f"A trigger fired: {lower(p['title'])}",
        [f"What must follow: {p['must_follow']}, by {_day(p['due'])} ({lower(label(Role, p['owed_by']))})."],
    ),
    "assurance.trigger_followed.v1": lambda p: Told(
        "What had to follow a trigger did, late" if p["late"] else "What had to follow a trigger did", decision=True
    ),
    "assurance.trigger_not_followed.v1": lambda p: Told(
        f"What had to follow is not on record: {lower(p['title'])}", _due(p)
    ),
    "governance.baseline_reset.v1": lambda p: Told(
        f"Limits of a trend set anew from {_day(p['from_month'])}", [p["because"]], decision=True
    ),
    "governance.challenge_raised.v1": lambda p: Told("Challenged", [p["asked"]], decision=True),
    "governance.challenge_answered.v1": lambda p: Told("Challenge answered", [p["answer"]], decision=True),
}


def tell(name: str, params: Params) -> Told:
    """The sentence of a moment. A name we have no sentence for, from a newer service, is still shown."""
    known = SENTENCES.get(name)
    return known(params) if known else Told(name.split(".")[1].replace("_", " ").capitalize())
