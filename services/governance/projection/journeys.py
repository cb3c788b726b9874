"""Each journey's row and timeline, and what intake and review say of it."""

from __future__ import annotations

from contracts import intake, review
from libs.views import Rows
from services.governance.projection.searching import findable
from services.governance.projection.writing import journey_row, moment, project

NAMES = ("journey", "moment")

TABLES = """
    CREATE TABLE IF NOT EXISTS journey ( -- Each journey: one thing to learn from, with where it stands in every room.
        journey uuid PRIMARY KEY, -- the journey's id
        provider text NOT NULL, -- the provider it belongs to
        site text NOT NULL, -- the site it happened at
        last_recorded timestamptz NOT NULL, -- when the last thing said of it was recorded
        last_id uuid NOT NULL, -- the id of that event
        last_event text NOT NULL, -- the name of that event
        kind text NOT NULL DEFAULT '', -- what was reported (taxonomy: opportunity kind)
        themes text[] NOT NULL DEFAULT '{}', -- what it is about (taxonomy: themes)
        reference text NOT NULL DEFAULT '', -- the receipt number that the reporter was given
        route text NOT NULL DEFAULT '', -- the way it came in (taxonomy: intake route)
        harm_level text NOT NULL DEFAULT '', -- how much harm came of it, where that was stated
        summary text NOT NULL DEFAULT '', -- what was reported, under the seal of the person it is about
        due_on date, -- the day by which an answer is due, where there is one
        occurred timestamptz, -- when it happened
        raised timestamptz, -- when it was recorded
        made_safe timestamptz, -- when someone recorded what was done to keep people safe
        triaged timestamptz, -- when a manager weighed it; empty again after it was reclassified
        response text NOT NULL DEFAULT '', -- how the service answers it (taxonomy: response kind; none: no review)
        rules text NOT NULL DEFAULT '', -- the rule pack and version it was weighed under
        closed_without_review timestamptz, -- when it was closed without a review
        update_reviewed timestamptz, -- when a professional's update was looked at
        update_actioned timestamptz, -- when what it asks for was done
        update_communicated timestamptz, -- when all staff concerned knew of it
        review_state text NOT NULL DEFAULT '', -- open, reopened or signed_off; empty before a review
        lead_role text NOT NULL DEFAULT '', -- the role that leads the review
        review_opened timestamptz, -- when the review was opened
        review_step smallint NOT NULL DEFAULT 0, -- the furthest reflective step on record, 0 to 5
        factors int NOT NULL DEFAULT 0, -- how many contributing factors were signed off
        signed_off timestamptz, -- when the review was signed off
        learned text NOT NULL DEFAULT '', -- the learning statement, which names nobody
        practice_changed timestamptz, -- when every change behind it had been made and verified
        what_changed text NOT NULL DEFAULT '', -- what staff do differently, in words that name nobody
        is_done boolean NOT NULL DEFAULT false, -- whether it is proven that the change was made
        is_briefed boolean NOT NULL DEFAULT false, -- whether it is proven that all who work that way have understood
        is_practised boolean NOT NULL DEFAULT false, -- whether it is proven that it is what staff do
        is_effective boolean NOT NULL DEFAULT false, -- whether it is proven that it works
        is_sustained boolean NOT NULL DEFAULT false, -- whether it is proven that it lasts
        closure smallint NOT NULL DEFAULT 0, -- how many of these hold one after the other, from done (1) to sustained (5)
        stage text NOT NULL GENERATED ALWAYS AS (CASE -- where it waits: weigh, update, review, act, brief … last, or closed
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
    ALTER TABLE journey ADD COLUMN IF NOT EXISTS is_done boolean NOT NULL DEFAULT false,
        ADD COLUMN IF NOT EXISTS is_briefed boolean NOT NULL DEFAULT false,
        ADD COLUMN IF NOT EXISTS is_practised boolean NOT NULL DEFAULT false,
        ADD COLUMN IF NOT EXISTS is_effective boolean NOT NULL DEFAULT false,
        ADD COLUMN IF NOT EXISTS is_sustained boolean NOT NULL DEFAULT false;
    CREATE INDEX IF NOT EXISTS journey_stage ON journey (site, stage);
    CREATE INDEX IF NOT EXISTS journey_newest ON journey (site, raised DESC, journey);
    CREATE INDEX IF NOT EXISTS journey_latest ON journey (raised DESC, journey DESC);
    CREATE INDEX IF NOT EXISTS journey_latest_learned ON journey (signed_off DESC, journey) WHERE learned <> '';
    CREATE INDEX IF NOT EXISTS journey_latest_changed ON journey (practice_changed DESC, journey) WHERE what_changed <> '';
    CREATE INDEX IF NOT EXISTS journey_signed_off ON journey (signed_off) WHERE signed_off IS NOT NULL;
    CREATE INDEX IF NOT EXISTS journey_practice_changed ON journey (practice_changed) WHERE practice_changed IS NOT NULL;
    CREATE INDEX IF NOT EXISTS journey_waiting
        ON journey (coalesce(due_on, (raised AT TIME ZONE 'Europe/London')::date), raised)
        WHERE raised IS NOT NULL AND stage IN ('weigh', 'update', 'review', 'act', 'practise');
    CREATE INDEX IF NOT EXISTS journey_learned ON journey (site, signed_off DESC) WHERE learned <> '';
    CREATE INDEX IF NOT EXISTS journey_changed ON journey (site, practice_changed DESC) WHERE what_changed <> '';
    CREATE TABLE IF NOT EXISTS moment ( -- Each thing on record about a journey, in the order in which it was recorded.
        event uuid PRIMARY KEY, -- the event's id
        journey uuid NOT NULL, -- the journey it belongs to
        site text NOT NULL, -- the site it happened at
        source text NOT NULL, -- the room that said it
        sequence bigint NOT NULL, -- its place in that room's log
        recorded timestamptz NOT NULL, -- when it was recorded
        occurred timestamptz NOT NULL, -- when it happened
        name text NOT NULL, -- the event's name in the catalogue
        actor text NOT NULL, -- who decided: a person's or a system's id, never a name
        role text NOT NULL, -- in which role they decided
        params jsonb NOT NULL, -- its codes, numbers and words that name nobody
        words text NOT NULL, -- the personal words, under seal
        rules text NOT NULL, -- the rule or rule version it was decided under
        causation text NOT NULL -- what it followed from
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
    findable(rows, event.journey, "learned", event.learning_statement)
    findable(rows, event.journey, "recommended", "\n".join(recommended))
    moment(
        event, rows, learned=event.learning_statement, factors=len(event.factors), recommended=recommended,
        author=event.author, signed_by=event.signed_by,
    )  # fmt: skip


@project.register
def review_reopened(event: review.ReviewReopened, rows: Rows) -> None:
    journey_row(event, rows, review_state="reopened")
    moment(event, rows, words=event.because)
