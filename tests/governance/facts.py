"""A whole story in facts: two journeys at two sites, told by all seven publishers, with corrections and relapses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from contracts import action, assurance, audit, governance, intake, notification, review
from tests.governance.saying import Saying

FIRST, SECOND = UUID(int=101), UUID(int=102)
PLAN, ACTION, WITHDRAWN = UUID(int=201), UUID(int=202), UUID(int=203)
DUTY, NO_CONTACT, BRIEFING, CHALLENGE = UUID(int=301), UUID(int=302), UUID(int=303), UUID(int=304)
PEOPLE = [UUID(int=401), UUID(int=402)]
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def sealed(what: str) -> str:
    """A token under the key of somebody who has been forgotten: it opens to nothing."""
    return f"sealed:1:{FIRST.hex}:{what}:AAAA"


def story() -> Saying:
    """Everything said, by publisher, in the publisher's order."""
    says = Saying()
    _organisation(says)
    _first_journey(says)
    _proof(says)
    _second_journey(says)
    return says


def _organisation(says: Saying) -> None:
    for month, exposure in ((MARCH, 1000.0), (APRIL, 900.0), (MARCH, 1100.0)):
        says.say(governance.CapacityStated(site_id="elm", month=month, beds=40, exposure=exposure), UUID(int=1))
    for total, delta, day in ((3, 3, date(2026, 1, 5)), (5, 2, date(2026, 2, 5)), (4, -1, date(2026, 3, 5))):
        fact = intake.RegulatorCountRestated(
            count_kind="complaint_upheld", financial_year="2025-26", running_total=total, delta=delta, as_of=day
        )
        says.say(fact, UUID(int=2))
    says.say(governance.BaselineReset(site_id="elm", theme="falls", from_month=APRIL, because="Sensors."), UUID(int=1))
    says.say(audit.CheckpointSigned(ledger="intake", size=10, root="r", note="n"), UUID(int=3))
    says.say(audit.CheckpointSigned(ledger="intake", size=20, root="r", note="n"), UUID(int=3))


def _raised(says: Saying, journey: UUID, kind: str, site: str) -> None:
    says.say(
        intake.OpportunityRaised(
            kind=kind, themes=["falls"], reference=f"REF-{journey.int}", route="form", reporter_known=True,
            summary=sealed("token"),
        ),
        journey,
        site=site,
        actor="person:ann",
        role="registered_manager",
    )  # fmt: skip


def _triaged(says: Saying, journey: UUID, kind: str, response: str, site: str) -> None:
    rule = intake.WeighedRule(
        rule_id="r-1", title="Tell the person", kind="law", citation="SI 2014/2936", confirmed=False, agreed=True
    )
    fact = intake.OpportunityTriaged(
        kind=kind, themes=["falls"], response=response, weighed=[rule], rules_version="p/1", rationale=sealed("why")
    )
    says.say(fact, journey, site=site, actor="person:ann", role="registered_manager")


def _first_journey(says: Saying) -> None:
    _raised(says, FIRST, "near_miss", "elm")
    says.say(intake.ImmediateSafetyConfirmed(measures=sealed("safe")), FIRST)
    _triaged(says, FIRST, "near_miss", "swarm", "elm")
    rid = UUID(int=501)
    says.say(review.ReviewOpened(review_id=rid, response="swarm", lead_role="registered_manager"), FIRST)
    for step in (1, 3, 2):
        says.say(review.ReflectionStepRecorded(review_id=rid, step=step, template_version="t/1"), FIRST)
    factor = UUID(int=502)
    says.say(
        review.FactorIdentified(review_id=rid, factor_id=factor, category="handover", seips="tasks", words=sealed("f")),
        FIRST,
    )
    says.say(review.SignOffAwaited(review_id=rid, signers=["registered_manager"], author="person:ann"), FIRST)
    says.say(review.ReviewReopened(review_id=rid, because=sealed("again")), FIRST)
    says.say(
        review.ReviewSignedOff(
            review_id=rid, learning_statement="Handover left it out.", author="person:ann", signed_by="person:quinn",
            factors=[review.SignedOffFactor(factor_id=factor, category="handover", seips="tasks")],
            recommendations=[review.Recommendation(recommendation_id=UUID(int=503), words="Use one form.")],
        ),
        FIRST,
    )  # fmt: skip
    _changes(says, factor)
    _accounts(says)


def _changes(says: Saying, factor: UUID) -> None:
    for identity, what in ((ACTION, "One form for handover"), (WITHDRAWN, "A poster")):
        fact = action.ActionAgreed(
            action_id=identity, plan_id=PLAN, factor_id=factor, what=what, change_kind="handover",
            strength="intermediate", owner_post="elm.registered_manager", due=date(2026, 3, 20), measure_id="m-1",
        )  # fmt: skip
        says.say(fact, FIRST)
    says.say(action.ActionStarted(action_id=ACTION), FIRST)
    ann, ben = UUID(int=311), UUID(int=312)
    says.say(action.PeopleNamed(roll_id=UUID(int=310), people=[ann, ben], action_id=ACTION), FIRST)
    says.say(action.PersonTookPart(roll_id=UUID(int=310), person_id=ann, on=date(2026, 3, 18)), FIRST)
    says.say(action.ActionBlocked(action_id=ACTION, because=sealed("b")), FIRST)
    says.say(action.ActionOverdue(action_id=ACTION, due=date(2026, 3, 20), owner_post="elm.registered_manager"), FIRST)
    says.say(action.ActionExtended(action_id=ACTION, due=date(2026, 3, 27), because=sealed("e")), FIRST)
    says.say(action.ActionWithdrawn(action_id=WITHDRAWN, because=sealed("w")), FIRST)
    says.say(action.FactorLeftWithReason(plan_id=PLAN, factor_id=factor, because=sealed("l")), FIRST)
    says.say(
        action.ActionImplemented(
            action_id=ACTION, implemented_on=date(2026, 3, 24), evidence_kind="care_records", evidence=sealed("v")
        ),
        FIRST,
        actor="person:ann",
    )
    says.say(action.ActionVerified(action_id=ACTION, verified_by="person:quinn", seen=sealed("s")), FIRST)
    says.say(action.PracticeChanged(plan_id=PLAN, action_ids=[ACTION], what_changed="Handover uses one form."), FIRST)


def _accounts(says: Saying) -> None:
    for identity, due in ((DUTY, datetime(2026, 3, 10, tzinfo=UTC)), (NO_CONTACT, None)):
        fact = notification.DutyOwed(
            duty_id=identity, recipient="relevant_person", title="Tell the person", rule_id="r-1", rule_kind="law",
            citation="SI 2014/2936", owner_role="registered_manager", clock="as soon as practicable", due=due,
        )  # fmt: skip
        says.say(fact, FIRST)
    says.say(notification.DutyOverdue(duty_id=DUTY), FIRST)
    says.say(notification.DutyDischarged(duty_id=DUTY, channel="in_person", note=sealed("d")), FIRST)
    says.say(notification.ContactNotPossible(duty_id=NO_CONTACT, declined=True), FIRST)
    says.say(
        notification.BriefingIssued(
            briefing_id=BRIEFING, title="Handover", what_changed="One form.", audience=3, parts={"day": 1, "night": 2}
        ),
        FIRST,
    )
    gone = notification.BriefingAudienceLeft(
        briefing_id=BRIEFING, person_id=UUID(int=307), part="night", had_understood=False, audience=2, understood=0,
        left=1,
    )  # fmt: skip
    says.say(gone, FIRST)
    for person, part in zip(PEOPLE, ("day", "night"), strict=True):
        says.say(notification.BriefingRead(briefing_id=BRIEFING, person_id=person, part=part), FIRST)
        says.say(notification.BriefingUnderstood(briefing_id=BRIEFING, person_id=person, part=part), FIRST)
    says.say(notification.BriefingReached(briefing_id=BRIEFING, audience=2, understood=2), FIRST)
    says.say(notification.MessageDelivered(message_id=UUID(int=305), channel="email", attempts=1), FIRST)
    says.say(
        notification.MessageUndelivered(message_id=UUID(int=306), channel="email", attempts=5, reason="No such box."),
        FIRST,
    )


def _checked(period: date, numerator: int, denominator: int, revision: int) -> assurance.MeasureChecked:
    missed = [assurance.Breach(journey=FIRST, started=period, because="reviewed on day 4")]
    return assurance.MeasureChecked(
        measure_id="m-1", site_id="elm", title="Reviewed in time", period=period, numerator=numerator,
        denominator=denominator, target_percent=95, met=numerator == denominator,
        breaches=missed if numerator < denominator else [], revision=revision,
    )  # fmt: skip


def _proof(says: Saying) -> None:
    says.say(
        assurance.MeasureSet(
            measure_id="m-1", site_id="elm", title="Reviewed in time", target_percent=95, first_period=MARCH
        ),
        UUID(int=4),
    )
    for figure in (_checked(MARCH, 3, 4, 1), _checked(MARCH, 3, 5, 2), _checked(APRIL, 4, 4, 1)):
        says.say(figure, UUID(int=4))
    says.say(assurance.PracticeObserved(seen=4, of=5, source_kind="practice_observation", practised=True), FIRST)
    for state in ("done", "briefed", "practised", "effective"):
        says.say(assurance.ClosureStateReached(state=state, proof=f"Proof of {state}."), FIRST)
    says.say(
        assurance.VerdictReached(measure_id="m-1", verdict="improved", before="3/5", after="4/4", method="Fisher"),
        FIRST,
    )
    says.say(assurance.ClosureStateLost(state="effective", because="The figure fell back."), FIRST)
    for fact in (
        assurance.CadenceMissed(cadence_id="c-1", title="Monthly review", role="registered_manager", due=MARCH),
        assurance.CadenceKept(
            cadence_id="c-1", title="Monthly review", role="registered_manager", held_on=date(2026, 3, 4)
        ),
        assurance.CadenceMissed(cadence_id="c-2", title="Audit", role="senior_staff", due=MARCH),
    ):
        says.say(fact, UUID(int=5))
    said = governance.ChallengeRaised(
        challenge_id=CHALLENGE, post_id="elm.registered_manager", measure_id="m-1", words="Why is it late?"
    )
    says.say(said, FIRST, role="provider_quality_lead")
    says.say(governance.ChallengeAnswered(challenge_id=CHALLENGE, words="A post was vacant."), FIRST)


def _second_journey(says: Saying) -> None:
    kind = "professional_update"
    _raised(says, SECOND, "complaint", "oak")
    says.say(
        intake.OpportunityCorrected(summary=sealed("better"), because="The source said it anew."), SECOND, site="oak"
    )
    says.say(intake.ClosedWithoutReview(because=sealed("c")), SECOND, site="oak")
    says.say(
        intake.OpportunityReclassified(was="complaint", kind=kind, themes=["falls"], because=sealed("r")),
        SECOND,
        site="oak",
    )
    _triaged(says, SECOND, kind, "none", "oak")
    says.say(intake.SubjectBarred(subject="5" * 32), SECOND, site="oak")
    says.say(intake.OpportunityReferred(body="local_authority", reference="LA-1"), SECOND, site="oak")
    says.say(intake.ExternalDecisionReceived(body="local_authority", decision="section_42"), SECOND, site="oak")
    says.say(intake.ProfessionalUpdateReviewed(decision=sealed("u")), SECOND, site="oak")
    says.say(intake.ProfessionalUpdateActioned(), SECOND, site="oak")
