"""Changing the wrapping key: each person's key is wrapped anew, a batch to a commit, until none is under the old one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from libs.keys import PSEUDONYMS, pseudonym_secret

BATCH = 1_000


class UnderNeither(Exception):
    """A key is under neither wrapping key, so one of the two files is not the one it should be."""


def rewrap(owner: str, old: bytes, new: bytes, batch: int = BATCH) -> Iterator[int]:
    """Wrap every key under the new wrapping key; how many so far, after each commit.

    Broken off anywhere it can be begun again: what is done is recognised and left. Each key is locked while it is changed,
    so that one that is being destroyed stays destroyed. Goes over all keys until a round finds none under the old one,
    since others may make some meanwhile. `owner` is a connection that may update them; no service may. Raises
    UnderNeither for a key that neither opens.
    """
    done = 0
    with psycopg.connect(owner, autocommit=True) as connection:
        _require_right(connection, old, new)
        _keep_pseudonyms(connection, old, new)
        while True:
            before = done
            for changed in _round(connection, old, new, batch):
                done += changed
                yield done
            if done == before:
                return


def _require_right(connection: psycopg.Connection[Any], old: bytes, new: bytes) -> None:
    """Before anything is written: under a wrong wrapping key nobody would be told again by their pseudonym."""
    for (wrapped,) in connection.execute("SELECT wrapped FROM keys.person_key ORDER BY made_at LIMIT 1"):
        _anew(wrapped, old, new)


def _keep_pseudonyms(connection: psycopg.Connection[Any], old: bytes, new: bytes) -> None:
    """What pseudonyms are made under must not change with the wrapping key: people would no longer be told again."""
    with connection.transaction():
        secret = aes_key_wrap(new, pseudonym_secret(old))
        connection.execute(
            "INSERT INTO keys.secret VALUES (%s, %s) ON CONFLICT (name) DO NOTHING", (PSEUDONYMS, secret)
        )
        row = connection.execute("SELECT wrapped FROM keys.secret WHERE name = %s FOR UPDATE", (PSEUDONYMS,)).fetchone()
        if row and (anew := _anew(row[0], old, new)):
            connection.execute("UPDATE keys.secret SET wrapped = %s WHERE name = %s", (anew, PSEUDONYMS))


def _round(connection: psycopg.Connection[Any], old: bytes, new: bytes, batch: int) -> Iterator[int]:
    place = UUID(int=0)
    while True:
        with connection.transaction():
            rows = connection.execute(
                "SELECT subject, wrapped FROM keys.person_key WHERE subject > %s ORDER BY subject LIMIT %s FOR UPDATE",
                (place, batch),
            ).fetchall()
            changed = [(subject, anew) for subject, wrapped in rows if (anew := _anew(wrapped, old, new))]
            if changed:
                connection.execute(
                    "UPDATE keys.person_key AS k SET wrapped = n.wrapped"
                    " FROM unnest(%s::uuid[], %s::bytea[]) AS n (subject, wrapped) WHERE k.subject = n.subject",
                    ([subject for subject, _ in changed], [wrapped for _, wrapped in changed]),
                )
        if not rows:
            return
        place = rows[-1][0]
        yield len(changed)


def _anew(wrapped: bytes, old: bytes, new: bytes) -> bytes | None:
    """A key wrapped anew, or None where it is under the new wrapping key already."""
    try:
        aes_key_unwrap(new, wrapped)
    except InvalidUnwrap:
        try:
            return aes_key_wrap(new, aes_key_unwrap(old, wrapped))
        except InvalidUnwrap:
            raise UnderNeither(UnderNeither.__doc__) from None
    return None
