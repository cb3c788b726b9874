"""One opportunity: what happened, that people are safe, and what can be decided about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import DutyRecipient, EnquiryDecision, Fact, HarmLevel, IntakeRoute, OpportunityKind, Theme
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.names import find
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import within
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.intake.application import EMPLOYERS, KEEPERS, REPORTS_ONLY, Intake, Received, knows_who_told
from services.intake.domain import Opportunity
from services.intake.pages.connecting import CONNECTING, connected
from services.intake.pages.onward import next_thing
from services.intake.pages.register import state

Me = Annotated[SignedIn, Depends(signed_in)]
Decide = Callable[[Intake, Act, UUID, Form], Awaitable[Saved | None]]

BODIES = [
    (body.value, body.label)
    for body in (
        DutyRecipient.LOCAL_AUTHORITY,
        DutyRecipient.POLICE,
        DutyRecipient.CQC,
        DutyRecipient.COMMISSIONER,
        DutyRecipient.SAFEGUARDING_BOARD,
        DutyRecipient.OMBUDSMAN,
        DutyRecipient.DBS,
        DutyRecipient.LADO,
        DutyRecipient.HSE,
    )
]
OTHER = "other"
DECISIONS = [*EnquiryDecision.choices(), (OTHER, "Something else: say what it is below")]
REASON = "Give the reason, in a sentence that someone else will understand later."


SHIELDED = "Kept from everyone at the site, since they spoke up. The nominated individual knows."
MARKS = frozenset({"an NHS number", "a phone number", "an e-mail address", "a postcode", "a date of birth"})
"""What tells who somebody is and is seldom needed in an account. A name is asked for, and has a field of its own."""


async def found(intake: Intake, me: SignedIn, journey: UUID) -> Opportunity:
    """The opportunity, for someone whose post covers its site. Raises NotFound, OutOfReach, SubjectMayNotSee."""
    opportunity = await intake.get(Opportunity, journey)
    await within(intake.directory, me, opportunity.site)
    await intake.require_not_subject(me.actor_id, journey)
    return opportunity


def add(router: APIRouter, intake: Intake) -> None:
    """The page of one opportunity and its smaller decisions."""

    @router.get("/intake/{journey}")
    async def show(request: Request, me: Me, journey: UUID) -> Response:
        return await _page(request, me, journey, Form())

    @router.post("/intake/{journey}/{action}")
    async def decide(request: Request, me: Me, journey: UUID, action: str) -> Response:
        if action not in DECIDED:
            raise HTTPException(404)
        await found(intake, me, journey)
        form = await Form.of(request)
        reason = form.value(f"{action}_reason").strip()
        act = act_of_form(me, form.value("key"), form.value("version"), reason)
        try:
            saved = await DECIDED[action](intake, act, journey, form)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await _page(request, me, journey, form, action, 409)
        if saved is None:
            return await _page(request, me, journey, form, action, 422)
        return RedirectResponse(f"/intake/{journey}?after={saved.position}", 303)

    async def _page(
        request: Request, me: SignedIn, journey: UUID, form: Form, failed: str = "", status: int = 200
    ) -> Response:
        opportunity = await found(intake, me, journey)
        site = await intake.directory.site(opportunity.site)
        steps = await intake.update_steps(opportunity)
        sent = await intake.findings_of(opportunity)
        covered = [each.site_id for each in await intake.directory.sites_within(me.scope)]
        row = await intake.register.one(journey)
        beside = await intake.patterns.beside(journey, covered, intake.pseudonym(me.actor_id))
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "intake/opportunity.html",
            status,
            it=opportunity,
            site=site.title,
            happened=row["occurred"] if row else None,
            about=described(
                opportunity,
                reads=me.role not in REPORTS_ONLY,
                knows=knows_who_told(opportunity.kind, me.role, me.scope),
            ),
            reads=me.role not in REPORTS_ONLY,
            state=state(opportunity.response, closed=opportunity.closed),
            steps=steps,
            next=next_thing(opportunity, steps, await intake.talk_of(journey)),
            form=form,
            failed=failed,
            kinds=OpportunityKind.choices(),
            themes=Theme.choices(),
            bodies=BODIES,
            findings=[(DutyRecipient(each.body).label, each) for each in sent.findings.values()] if sent else [],
            recommendations=[(DutyRecipient(each.body).label, each) for each in sent.recommendations.values()]
            if sent
            else [],
            changed=changed(opportunity),
            **(await connected(intake, me, opportunity, covered)),
            born_of=[f"/intake/{each}" for each in await intake.patterns.born_of(journey)],
            beside=[(f"/intake/{row['journey']}", OpportunityKind(row["kind"]).label, row) for row in beside],
            marks=sorted({each.kind for each in find(opportunity.summary)} & MARKS),
            keeps=me.role in KEEPERS,
            employs=me.role in EMPLOYERS and concerns_staff(opportunity),
            decisions=DECISIONS,
            referred=[(DutyRecipient(body).label, reference) for body, reference in opportunity.referrals],
            decided=[(DutyRecipient(body).label, dict(DECISIONS).get(said, said), words)
                     for body, said, words in opportunity.decisions],
        )  # fmt: skip


def described(it: Opportunity, *, reads: bool, knows: bool = False) -> list[tuple[str, Any]]:
    """What is on record about it, as pairs of a heading and its words; personal words only for who may read them, and
    who told us only for who may know that."""
    told_by = it.reporter or "Somebody who did not give a name"
    words = [
        ("What happened", it.summary),
        ("Who it is about", it.person_name or "Not said"),
        ("Done at once to keep people safe", "\n".join(it.measures) or "Not on record yet"),
        ("Told by", told_by if knows or not it.reporter else SHIELDED),
    ]
    plain = [
        ("Number", it.reference),
        ("Kind", OpportunityKind(it.kind).label),
        ("Themes", ", ".join(Theme(theme).label for theme in it.themes) or "None yet"),
        ("Harm as first seen", HarmLevel(it.harm_level).label),
        ("How it came", IntakeRoute(it.route).label),
    ]
    return [*(words if reads else []), *plain]


def changed(it: Opportunity) -> tuple[list[str], list[str]]:
    """The rules that apply since it was weighed anew, and those that no longer do."""
    if not it.weighed or not it.weighed_before:
        return [], []
    now = {each.rule_id: each.title for each in it.weighed if each.agreed}
    before = {each.rule_id: each.title for each in it.weighed_before if each.agreed}
    return [now[rule] for rule in now if rule not in before], [before[rule] for rule in before if rule not in now]


def concerns_staff(it: Opportunity) -> bool:
    """Whether there is an allegation about a member of staff in it."""
    return it.kind == OpportunityKind.STAFF_ALLEGATION or it.facts.get(Fact.ALLEGATION_AGAINST_STAFF) is True


async def _safety(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    words = form.text("measures", "Say in a sentence what was done, even if nothing was needed.", 4000)
    return await intake.confirm_safety(act, journey, words) if form.ok else None


async def _reclassification(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    kind = form.one_of("kind", set(OpportunityKind), "Choose what it turned out to be.")
    themes = form.some_of("themes", set(Theme))
    form.text("reclassification_reason", REASON)
    return await intake.reclassify(act, journey, kind or "", themes) if form.ok else None


async def _closure(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    form.text("closure_reason", REASON)
    return await intake.close_without_review(act, journey) if form.ok else None


async def _referral(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    body = form.one_of("referred_to", dict(BODIES), "Choose who it was passed to.")
    reference = form.text("reference", longest=100)
    return await intake.refer(act, journey, body or "", reference) if form.ok else None


async def _decision(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    body = form.one_of("decided_by", dict(BODIES), "Choose who decided.")
    decision = form.one_of("decision", dict(DECISIONS), "Choose what they decided.")
    needed = "Say what they decided." if decision == OTHER else ""
    findings = form.text("findings", needed, 4000)
    return await intake.receive_decision(act, journey, body or "", decision or "", findings) if form.ok else None


async def _findings(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    body = form.one_of("found_by", dict(BODIES), "Choose whose findings they are.")
    words = form.text("found", longest=8000)
    recommended = tuple(line.strip() for line in form.text("recommended", longest=8000).splitlines() if line.strip())
    if not words and not recommended:
        form.wrong("Give what they found, or what they recommend.", "found")
    dated, answer_by = form.day("dated"), form.day("answer_by")
    received = Received(body or "", words, form.text("found_reference", longest=100), dated, recommended, answer_by)
    # What is found elsewhere is added to what is on record, and changes nothing that the page showed.
    return await intake.receive_findings(replace(act, based_on=None), journey, received) if form.ok else None


async def _reviewed(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    words = form.text("asked", "Say what the update asks of the service, even if that is nothing.", 4000)
    return await intake.step_update(act, journey, "reviewed", words) if form.ok else None


async def _actioned(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    return await intake.step_update(act, journey, "actioned")


async def _communicated(intake: Intake, act: Act, journey: UUID, form: Form) -> Saved | None:
    return await intake.step_update(act, journey, "communicated")


DECIDED: Mapping[str, Decide] = {
    "safety": _safety,
    "reclassification": _reclassification,
    "closure": _closure,
    "referral": _referral,
    "decision": _decision,
    "findings": _findings,
    "reviewed": _reviewed,
    "actioned": _actioned,
    "communicated": _communicated,
    **CONNECTING,
}
