"""What happens in a review besides its steps: findings, challenges, decisions on recommendations, and who may sign it off."""

from __future__ import annotations

from contracts import review
from libs.views import Rows
from services.governance.projection.writing import journey_row, moment, project

NAMES = ("sign_off",)

TABLES = """
    CREATE TABLE IF NOT EXISTS sign_off ( -- Each review that is complete, or was, and who may sign it off.
        journey uuid PRIMARY KEY, -- the journey
        site text NOT NULL, -- the site it happened at
        awaited boolean NOT NULL, -- whether it was complete when this was last said
        signers text[] NOT NULL, -- the roles that may sign it off
        author text NOT NULL, -- who wrote what was learned: a person's or a system's id, never a name
        since timestamptz NOT NULL -- when this was said
    );
"""


@project.register
def sign_off_awaited(event: review.SignOffAwaited, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO sign_off VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (journey) DO UPDATE"
        " SET awaited = excluded.awaited, signers = excluded.signers, author = excluded.author, since = excluded.since",
        (event.journey, event.site, event.awaited, event.signers, event.author, event.recorded),
    )
    journey_row(event, rows)
    if event.awaited:
        moment(event, rows, signers=event.signers)


@project.register
def finding_made(event: review.FindingMade, rows: Rows) -> None:
    journey_row(event, rows)
    moment(event, rows, words=event.words, kinds=event.kinds)


@project.register
def challenged(event: review.ReviewChallenged, rows: Rows) -> None:
    journey_row(event, rows)
    moment(event, rows, words=event.words)


@project.register
def challenge_answered(event: review.ReviewChallengeAnswered, rows: Rows) -> None:
    journey_row(event, rows)
    moment(event, rows, words=event.words)


@project.register
def recommendation_decided(event: review.RecommendationDecided, rows: Rows) -> None:
    journey_row(event, rows)
    moment(event, rows, words=event.because, body=event.body, decision=event.decision)
