"""The tables of a service's event store, and the two functions through which decisions enter it.

Commit order must equal the order of positions, or a reader that goes by position would skip what commits
late. So every append takes one advisory lock of its own store until it commits; many requests share one
append, so they share one lock and one flush to disk.
"""

from __future__ import annotations

import zlib

from psycopg.sql import SQL, Composed, Identifier, Literal

TABLES = """
CREATE TABLE IF NOT EXISTS {s}.events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigserial,
    PRIMARY KEY (originator_id, originator_version)
) WITH (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.01);
CREATE UNIQUE INDEX IF NOT EXISTS events_by_position ON {s}.events (notification_id);
CREATE TABLE IF NOT EXISTS {s}.inbox (
    consumer text NOT NULL,
    message_id text NOT NULL,
    fingerprint text NOT NULL DEFAULT '',
    answer text NOT NULL DEFAULT '',
    handled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, message_id)
);
CREATE TABLE IF NOT EXISTS {s}.bookmark (
    reader text NOT NULL,
    source text NOT NULL,
    stream_sequence bigint NOT NULL,
    PRIMARY KEY (reader, source)
);
CREATE TABLE IF NOT EXISTS {s}.parked (
    consumer text NOT NULL,
    message_id text NOT NULL,
    journey uuid NOT NULL,
    source text NOT NULL,
    sequence bigint NOT NULL,
    name text NOT NULL,
    envelope text NOT NULL,
    reason text NOT NULL,
    tries int NOT NULL,
    parked_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, message_id)
);
"""

APPEND = """
CREATE OR REPLACE FUNCTION {s}.append(
    ids uuid[], versions bigint[], topics text[], states bytea[],
    consumers text[], messages text[], prints text[], answers text[]
) RETURNS SETOF bigint LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    IF cardinality(consumers) > 0 THEN
        INSERT INTO {s}.inbox (consumer, message_id, fingerprint, answer)
        SELECT * FROM unnest(consumers, messages, prints, answers);
    END IF;
    RETURN QUERY
        INSERT INTO {s}.events (originator_id, originator_version, topic, state)
        SELECT * FROM unnest(ids, versions, topics, states)
        RETURNING notification_id;
END $body$;
"""

APPEND_APART = """
CREATE OR REPLACE FUNCTION {s}.append_apart(
    requests int[], ids uuid[], versions bigint[], topics text[], states bytea[],
    keyed int[], consumers text[], messages text[], prints text[], answers text[]
) RETURNS TABLE (request int, place bigint) LANGUAGE plpgsql AS $body$
DECLARE repeats int[]; conflicts int[];
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    SELECT coalesce(array_agg(DISTINCT q.r), '{{}}') INTO repeats FROM (
        SELECT k.r FROM unnest(keyed, consumers, messages) AS k(r, c, m)
          JOIN {s}.inbox i ON i.consumer = k.c AND i.message_id = k.m
    ) q;
    SELECT coalesce(array_agg(DISTINCT q.r), '{{}}') INTO conflicts FROM (
        SELECT x.r FROM unnest(requests, ids, versions) AS x(r, i, v)
          JOIN {s}.events e ON e.originator_id = x.i AND e.originator_version = x.v
        UNION  -- of two with one key, the second may only be told "repeat" once the first is on disk
        SELECT b.r FROM unnest(keyed, consumers, messages) AS a(r, c, m)
          JOIN unnest(keyed, consumers, messages) AS b(r, c, m) ON a.c = b.c AND a.m = b.m AND a.r < b.r
        UNION
        SELECT b.r FROM unnest(requests, ids, versions) AS a(r, i, v)
          JOIN unnest(requests, ids, versions) AS b(r, i, v) ON a.i = b.i AND a.v = b.v AND a.r < b.r
         WHERE NOT (a.r = ANY (repeats))
    ) q WHERE NOT (q.r = ANY (repeats));
    INSERT INTO {s}.inbox (consumer, message_id, fingerprint, answer)
    SELECT k.c, k.m, k.p, k.a FROM unnest(keyed, consumers, messages, prints, answers) AS k(r, c, m, p, a)
     WHERE NOT (k.r = ANY (repeats || conflicts));
    RETURN QUERY
        WITH accepted AS (
            SELECT x.* FROM unnest(requests, ids, versions, topics, states) WITH ORDINALITY AS x(r, i, v, t, st, o)
             WHERE NOT (x.r = ANY (repeats || conflicts))
        ), stored AS (
            INSERT INTO {s}.events AS e (originator_id, originator_version, topic, state)
            SELECT i, v, t, st FROM accepted ORDER BY o
            RETURNING e.originator_id AS i, e.originator_version AS v, e.notification_id AS n
        )
        SELECT accepted.r, stored.n FROM stored JOIN accepted USING (i, v) ORDER BY stored.n;
    RETURN QUERY SELECT u, {conflict}::bigint FROM unnest(conflicts) u;
    RETURN QUERY SELECT u, {repeat}::bigint FROM unnest(repeats) u;
END $body$;
"""

CONFLICT = -1
REPEAT = -2


def ddl(schema: str) -> list[Composed]:
    """The statements that make a service's event store; safe to run again."""
    names = {
        "s": Identifier(schema),
        "lock": Literal(lock_of(schema)),
        "conflict": Literal(CONFLICT),
        "repeat": Literal(REPEAT),
    }
    return [SQL(text).format(**names) for text in (TABLES, APPEND, APPEND_APART)]


def lock_of(schema: str) -> int:
    """The advisory lock under which a store's events are put in order: a stable number per schema."""
    return 0x0CA0_0000_0000 + zlib.crc32(f"{schema}.events".encode())
