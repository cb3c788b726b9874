"""Each journey's row and timeline, and what intake and review say of it."""

from __future__ import annotations

from contracts import intake, review
from libs.views import Rows
from services.governance.projection.writing import journey_row, moment, project

NAMES = ("journey", "moment")

TABLES = """
    CREATE TABLE IF NOT EXISTS journey (
        journey uuid PRIMARY KEY,
        provider text NOT NULL,
        site text NOT NULL,
        last_recorded timestamptz NOT NULL,
        last_id uuid NOT NULL,
        last_event text NOT NULL,
        kind text NOT NULL DEFAULT '',
        themes text[] NOT NULL DEFAULT '{}',
        reference text NOT NULL DEFAULT '',
        route text NOT NULL DEFAULT '',
        harm_level text NOT NULL DEFAULT '',
        summary text NOT NULL DEFAULT '',
        due_on date,
        occurred timestamptz,
        raised timestamptz,
        made_safe timestamptz,
        triaged timestamptz,
        response text NOT NULL DEFAULT '',
        rules text NOT NULL DEFAULT '',
        closed_without_review timestamptz,
        update_reviewed timestamptz,
        update_actioned timestamptz,
        update_communicated timestamptz,
        review_state text NOT NULL DEFAULT '',
        lead_role text NOT NULL DEFAULT '',
        review_opened timestamptz,
        review_step smallint NOT NULL DEFAULT 0,
        factors int NOT NULL DEFAULT 0,
        signed_off timestamptz,
        learned text NOT NULL DEFAULT '',
        practice_changed timestamptz,
        what_changed text NOT NULL DEFAULT '',
        closure smallint NOT NULL DEFAULT 0,
        stage text NOT NULL GENERATED ALWAYS AS (CASE
            WHEN closed_without_review IS NOT NULL OR closure >= 5 THEN 'closed'
            WHEN triaged IS NULL THEN 'weigh'
            WHEN kind = 'professional_update' AND response = 'none' AND update_communicated IS NULL THEN 'update'
            WHEN response = 'none' THEN 'closed'
            WHEN review_state <> 'signed_off' THEN 'review'
            WHEN factors = 0 THEN 'closed'
            WHEN closure < 1 AND practice_changed IS NULL THEN 'act'
            WHEN closure < 2 THEN 'brief'
            WHEN closure < 3 THEN 'practise'
            WHEN closure < 4 THEN 'work'
            ELSE 'last' END) STORED
    );
    CREATE INDEX IF NOT EXISTS journey_stage ON journey (site, stage);
    CREATE INDEX IF NOT EXISTS journey_newest ON journey (site, raised DESC, journey);
    CREATE INDEX IF NOT EXISTS journey_learned ON journey (site, signed_off DESC) WHERE learned <> '';
    CREATE INDEX IF NOT EXISTS journey_changed ON journey (site, practice_changed DESC) WHERE what_changed <> '';
    CREATE TABLE IF NOT EXISTS moment (
        event uuid PRIMARY KEY,
        journey uuid NOT NULL,
        site text NOT NULL,
        source text NOT NULL,
        sequence bigint NOT NULL,
        recorded timestamptz NOT NULL,
        occurred timestamptz NOT NULL,
        name text NOT NULL,
        actor text NOT NULL,
        role text NOT NULL,
        params jsonb NOT NULL,
        words text NOT NULL,
        rules text NOT NULL,
        causation text NOT NULL
    );
    CREATE INDEX IF NOT EXISTS moment_journey ON moment (journey, recorded, source, sequence);
"""


@project.register
def opportunity_raised(event: intake.OpportunityRaised, rows: Rows) -> None:
    journey_row(
        event,
        rows,
        kind=event.kind,
        themes=event.themes,
        reference=event.reference,
        route=event.route,
        harm_level=event.harm_level,
        summary=event.summary,
        due_on=event.due_on,
        occurred=event.occurred,
        raised=event.recorded,
    )
    moment(
        event, rows, words=event.summary, kind=event.kind, route=event.route, due_on=event.due_on,
        due_note=event.due_note,
    )  # fmt: skip


@project.register
def opportunity_corrected(event: intake.OpportunityCorrected, rows: Rows) -> None:
    journey_row(event, rows, summary=event.summary, due_on=event.due_on)
    moment(event, rows, words=event.summary, because=event.because, due_on=event.due_on, due_note=event.due_note)


@project.register
def made_safe(event: intake.ImmediateSafetyConfirmed, rows: Rows) -> None:
    journey_row(event, rows, made_safe=event.recorded)
    moment(event, rows, words=event.measures)


@project.register
def triaged(event: intake.OpportunityTriaged, rows: Rows) -> None:
    journey_row(
        event,
        rows,
        kind=event.kind,
        themes=event.themes,
        triaged=event.recorded,
        response=event.response,
        rules=event.rules_version,
    )
    weighed = [
        {"title": w.title, "kind": w.kind, "citation": w.citation, "confirmed": w.confirmed, "agreed": w.agreed}
        for w in event.weighed
    ]
    moment(event, rows, words=event.rationale, rules=event.rules_version, response=event.response, weighed=weighed)


@project.register
def reclassified(event: intake.OpportunityReclassified, rows: Rows) -> None:
    journey_row(
        event, rows, kind=event.kind, themes=event.themes, triaged=None, response="", closed_without_review=None
    )
    moment(event, rows, words=event.because, was=event.was, kind=event.kind)


@project.register
def referred(event: intake.OpportunityReferred, rows: Rows) -> None:
    journey_row(event, rows)
    moment(event, rows, body=event.body, reference=event.reference)


@project.register
def decision_received(event: intake.ExternalDecisionReceived, rows: Rows) -> None:
    journey_row(event, rows)
    moment(event, rows, words=event.findings, body=event.body, decision=event.decision)


@project.register
def closed_without_review(event: intake.ClosedWithoutReview, rows: Rows) -> None:
    journey_row(event, rows, closed_without_review=event.recorded)
    moment(event, rows, words=event.because)


@project.register
def update_reviewed(event: intake.ProfessionalUpdateReviewed, rows: Rows) -> None:
    journey_row(event, rows, update_reviewed=event.recorded)
    moment(event, rows, words=event.decision)


@project.register
def update_actioned(event: intake.ProfessionalUpdateActioned, rows: Rows) -> None:
    journey_row(event, rows, update_actioned=event.recorded)
    moment(event, rows)


@project.register
def update_communicated(event: intake.ProfessionalUpdateCommunicated, rows: Rows) -> None:
    journey_row(event, rows, update_communicated=event.recorded)
    moment(event, rows)


@project.register
def review_opened(event: review.ReviewOpened, rows: Rows) -> None:
    journey_row(event, rows, review_state="open", lead_role=event.lead_role, review_opened=event.recorded)
    moment(event, rows, response=event.response, lead_role=event.lead_role)


@project.register
def step_recorded(event: review.ReflectionStepRecorded, rows: Rows) -> None:
    journey_row(event, rows)
    rows.execute(
        "UPDATE journey SET review_step = greatest(review_step, %s) WHERE journey = %s", (event.step, event.journey)
    )
    moment(event, rows, rules=event.template_version, step=event.step)


@project.register
def factor_identified(event: review.FactorIdentified, rows: Rows) -> None:
    journey_row(event, rows)
    moment(event, rows, words=event.words, category=event.category)


@project.register
def signed_off(event: review.ReviewSignedOff, rows: Rows) -> None:
    journey_row(
        event,
        rows,
        review_state="signed_off",
        factors=len(event.factors),
        signed_off=event.recorded,
        learned=event.learning_statement,
    )
    recommended = [each.words for each in event.recommendations]
    moment(
        event, rows, learned=event.learning_statement, factors=len(event.factors), recommended=recommended,
        author=event.author, signed_by=event.signed_by,
    )  # fmt: skip


@project.register
def review_reopened(event: review.ReviewReopened, rows: Rows) -> None:
    journey_row(event, rows, review_state="reopened")
    moment(event, rows, words=event.because)
