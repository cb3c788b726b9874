"""The tables that reviews are read from, every word that somebody wrote of somebody still under seal in them."""

from typing import LiteralString

TABLE_NAMES = (
    "review", "opportunity", "answer", "factor", "recommendation", "participant", "entry", "evidence",
    "own_answer", "added_question", "factor_expected", "system_answer", "remark", "shared_text", "sign_off",
    "specialist", "session", "evidence_author", "finding", "challenge", "advice", "decision", "barred",
    "owner", "sample", "sampled_case", "known_case", "person", "heard", "attached",
)  # fmt: skip

TABLES: LiteralString = """
        CREATE TABLE IF NOT EXISTS review (
            journey uuid PRIMARY KEY, review_id uuid NOT NULL, provider text NOT NULL, site text NOT NULL,
            kind text NOT NULL, response text NOT NULL, lead_role text NOT NULL, themes text[] NOT NULL,
            state text NOT NULL, opened timestamptz NOT NULL, moved timestamptz NOT NULL,
            template text NOT NULL, rules text NOT NULL, version bigint NOT NULL,
            steps int[] NOT NULL DEFAULT '{}', passed_over int[] NOT NULL DEFAULT '{}',
            without_factor text NOT NULL DEFAULT '', system_answer text NOT NULL DEFAULT '',
            learning text NOT NULL DEFAULT '', author text NOT NULL DEFAULT '',
            signed_by text NOT NULL DEFAULT '', signed timestamptz, reopened_because text NOT NULL DEFAULT ''
        );
        CREATE INDEX IF NOT EXISTS review_worklist ON review (site, opened) WHERE state = 'open';
        CREATE TABLE IF NOT EXISTS opportunity (
            journey uuid PRIMARY KEY, reference text NOT NULL, summary text NOT NULL, occurred timestamptz NOT NULL
        );
        CREATE TABLE IF NOT EXISTS answer (
            journey uuid NOT NULL, question text NOT NULL, step int NOT NULL, number int NOT NULL, words text NOT NULL,
            actor text NOT NULL, role text NOT NULL, recorded timestamptz NOT NULL, PRIMARY KEY (journey, question)
        );
        CREATE TABLE IF NOT EXISTS factor (
            factor_id uuid PRIMARY KEY, journey uuid NOT NULL, category text NOT NULL, seips text NOT NULL,
            behind uuid, words text NOT NULL, recorded timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS factor_journey ON factor (journey);
        CREATE TABLE IF NOT EXISTS recommendation (
            recommendation_id uuid PRIMARY KEY, journey uuid NOT NULL, words text NOT NULL, recorded timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS recommendation_journey ON recommendation (journey);
        CREATE TABLE IF NOT EXISTS participant (
            journey uuid NOT NULL, post_id text NOT NULL, state text NOT NULL, because text NOT NULL,
            PRIMARY KEY (journey, post_id)
        );
        CREATE TABLE IF NOT EXISTS entry (
            entry_id uuid PRIMARY KEY, journey uuid NOT NULL, happened timestamptz NOT NULL, source text NOT NULL,
            words text NOT NULL
        );
        CREATE INDEX IF NOT EXISTS entry_journey ON entry (journey, happened);
        CREATE TABLE IF NOT EXISTS evidence (
            evidence_id uuid PRIMARY KEY, journey uuid NOT NULL, source text NOT NULL, dated date NOT NULL,
            words text NOT NULL, recorded timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS evidence_journey ON evidence (journey);
        CREATE TABLE IF NOT EXISTS own_answer (
            journey uuid NOT NULL, question text NOT NULL, voice text NOT NULL, step int NOT NULL, number int NOT NULL,
            words text NOT NULL, role text NOT NULL, recorded timestamptz NOT NULL, PRIMARY KEY (journey, question, voice)
        );
        CREATE TABLE IF NOT EXISTS added_question (
            question text PRIMARY KEY, journey uuid NOT NULL, step int NOT NULL, words text NOT NULL,
            recorded timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS added_question_journey ON added_question (journey);
        CREATE TABLE IF NOT EXISTS factor_expected (
            factor_id uuid PRIMARY KEY, journey uuid NOT NULL, expected text NOT NULL
        );
        CREATE TABLE IF NOT EXISTS system_answer (
            journey uuid NOT NULL, version bigint NOT NULL, words text NOT NULL, role text NOT NULL,
            recorded timestamptz NOT NULL, PRIMARY KEY (journey, version)
        );
        CREATE TABLE IF NOT EXISTS remark (
            journey uuid NOT NULL, version bigint NOT NULL, section text NOT NULL, words text NOT NULL,
            role text NOT NULL, recorded timestamptz NOT NULL, PRIMARY KEY (journey, version)
        );
        CREATE TABLE IF NOT EXISTS shared_text (
            journey uuid NOT NULL, section text NOT NULL, number int NOT NULL, words text NOT NULL, role text NOT NULL,
            recorded timestamptz NOT NULL, PRIMARY KEY (journey, section)
        );
        CREATE TABLE IF NOT EXISTS sign_off (
            journey uuid PRIMARY KEY, awaited boolean NOT NULL, signers text[] NOT NULL, gaps text[] NOT NULL
        );
        CREATE TABLE IF NOT EXISTS specialist (
            post_id text PRIMARY KEY, journey uuid NOT NULL, discipline text NOT NULL, because text NOT NULL
        );
        CREATE INDEX IF NOT EXISTS specialist_journey ON specialist (journey);
        CREATE TABLE IF NOT EXISTS session (
            session_id uuid PRIMARY KEY, journey uuid NOT NULL, form text NOT NULL, held_on date NOT NULL,
            present text[] NOT NULL, words text NOT NULL
        );
        CREATE INDEX IF NOT EXISTS session_journey ON session (journey);
        CREATE TABLE IF NOT EXISTS evidence_author (
            evidence_id uuid PRIMARY KEY, journey uuid NOT NULL, written_by text NOT NULL
        );
        CREATE TABLE IF NOT EXISTS finding (
            finding_id uuid PRIMARY KEY, journey uuid NOT NULL, rests_on uuid[] NOT NULL, kinds text[] NOT NULL,
            words text NOT NULL, recorded timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS finding_journey ON finding (journey);
        CREATE TABLE IF NOT EXISTS challenge (
            challenge_id uuid PRIMARY KEY, journey uuid NOT NULL, words text NOT NULL, actor text NOT NULL,
            role text NOT NULL, raised timestamptz NOT NULL, answer text NOT NULL DEFAULT '',
            answer_role text NOT NULL DEFAULT '', answered timestamptz
        );
        CREATE INDEX IF NOT EXISTS challenge_journey ON challenge (journey);
        CREATE TABLE IF NOT EXISTS advice (
            advice_id uuid PRIMARY KEY, journey uuid NOT NULL, kind text NOT NULL, body text NOT NULL,
            words text NOT NULL, received timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS advice_journey ON advice (journey);
        CREATE TABLE IF NOT EXISTS decision (
            advice_id uuid PRIMARY KEY, journey uuid NOT NULL, decision text NOT NULL, because text NOT NULL,
            role text NOT NULL, recorded timestamptz NOT NULL
        );
        CREATE TABLE IF NOT EXISTS barred (
            journey uuid NOT NULL, subject text NOT NULL, PRIMARY KEY (journey, subject)
        );
        CREATE TABLE IF NOT EXISTS owner (
            action_id uuid, journey uuid NOT NULL, post_id text, PRIMARY KEY (action_id, post_id)
        );
        ALTER TABLE owner DROP CONSTRAINT IF EXISTS owner_pkey;
        ALTER TABLE owner ADD PRIMARY KEY (action_id, post_id);
        CREATE INDEX IF NOT EXISTS owner_journey ON owner (journey);
        CREATE TABLE IF NOT EXISTS sample (
            journey uuid PRIMARY KEY, query text NOT NULL, seed text NOT NULL, fitting int NOT NULL, digest text NOT NULL,
            cases uuid[] NOT NULL, because text NOT NULL, drawn timestamptz NOT NULL
        );
        CREATE TABLE IF NOT EXISTS sampled_case (
            journey uuid NOT NULL, version bigint NOT NULL, case_id uuid NOT NULL, state text NOT NULL,
            words text NOT NULL, recorded timestamptz NOT NULL, PRIMARY KEY (journey, version)
        );
        CREATE TABLE IF NOT EXISTS known_case (
            journey uuid PRIMARY KEY, site text NOT NULL, kind text NOT NULL, themes text[] NOT NULL
        );
        CREATE INDEX IF NOT EXISTS known_case_site ON known_case (site);
        CREATE TABLE IF NOT EXISTS person (journey uuid PRIMARY KEY, name text NOT NULL);
        CREATE TABLE IF NOT EXISTS heard (
            event_id uuid PRIMARY KEY, journey uuid NOT NULL, happened timestamptz NOT NULL,
            recorded timestamptz NOT NULL, what text NOT NULL, words text NOT NULL, detail text NOT NULL
        );
        CREATE INDEX IF NOT EXISTS heard_journey ON heard (journey, happened);
        CREATE TABLE IF NOT EXISTS attached (
            evidence_id uuid PRIMARY KEY, journey uuid NOT NULL, sha256 text NOT NULL, dated date NOT NULL,
            title text NOT NULL, recorded timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS attached_journey ON attached (journey);
    """
