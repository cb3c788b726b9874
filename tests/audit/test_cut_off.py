"""Signing and changing keys, cut off at each step: after a new start there is one line of checkpoints, and one of keys."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

from deploy.house import Platform
from libs.clock import HandClock
from services.audit.application import Audit
from services.audit.ledger import Outside, Signer
from tests.audit.world import AUDITOR, LEDGER, more
from tests.house import MONDAY, with_sites
from tests.servers import Database, Messaging


class Killed(BaseException):
    """The process is gone."""


def killed(*_: Any, **__: Any) -> NoReturn:
    raise Killed


@dataclass
class Life:
    """Where a house lives: every start finds what the one before left."""

    env: dict[str, str]
    folder: Path

    @property
    def key(self) -> Path:
        """Where the key in use lies."""
        return Path(self.env["CANDOUR_AUDIT_KEY_FILE"])

    def killed(self, step: str) -> None:
        """Another process changes the key, or takes it up, and is killed at a step."""
        argv = [sys.executable, "-m", "tests.audit.killed", step]
        done = subprocess.run(argv, input=json.dumps(self.env), text=True, capture_output=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr

    @property
    def next_key(self) -> Path:
        """Where a key lies that is not in use yet."""
        return Path(f"{self.env['CANDOUR_AUDIT_KEY_FILE']}.next")

    @asynccontextmanager
    async def begun(self, *rooms: str, start: bool = True) -> AsyncIterator[tuple[Platform, Audit]]:
        platform = Platform(self.env, HandClock(MONDAY), list(rooms))
        await platform.open()
        audit: Audit = platform.service("audit")
        audit.outside = Outside(self.folder)
        try:
            if start:
                await platform.start()
                await platform.settle()
            for book in audit.books.values():
                await book.load()
            yield platform, audit
        finally:
            await platform.close()


@pytest.fixture
def life(database: Database, fresh_messaging: Messaging, wrapping_key: Path, tmp_path: Path) -> Life:
    key = shutil.copy(wrapping_key, tmp_path / "audit_key")
    keys = {"CANDOUR_KEK_FILE": str(wrapping_key), "CANDOUR_AUDIT_KEY_FILE": str(key)}
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    return Life(database.environment() | fresh_messaging.environment() | keys, folder)


async def test_whatever_step_is_cut_off_one_line_of_checkpoints_and_of_keys_goes_on(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with life.begun("governance", "audit") as (platform, audit):
        await with_sites(platform, "elm")
        first = audit.signer.verifier
    await _signed_and_killed_before_anyone_heard(life)
    await _killed_before_the_new_key_is_on_record(life, first)
    await _killed_before_the_new_key_is_in_place(life)
    async with life.begun("governance", "audit") as (platform, audit):
        assert audit.signer.verifier != first
        assert [key.verifier for key in await audit.keys_to_trust()] == [audit.signer.verifier, first]
        await more(platform, "oak")
        await audit.sign_checkpoint(AUDITOR, LEDGER)
        await platform.settle()
        await _killed_while_the_folder_is_written(audit, monkeypatch)
        notes = list(audit.outside.notes(LEDGER)) if audit.outside else []
        assert audit.witness is not None
        assert [note for _, note in await audit.witness.notes(LEDGER)] == notes
        told = await audit.verify(LEDGER)
        assert (told.sound, told.checkpoints, len(notes)) == (True, 2, 2), told


async def _signed_and_killed_before_anyone_heard(life: Life) -> None:
    async with life.begun("audit", start=False) as (_, audit):
        await audit.sign_checkpoint(AUDITOR, LEDGER)
        assert list(life.folder.iterdir()) == []
        assert audit.witness is not None
        assert await audit.witness.notes(LEDGER) == []


async def _killed_before_the_new_key_is_on_record(life: Life, first: str) -> None:
    """With the new key's seed written, the old key is still the one, and what was written is taken away."""
    life.killed("seed written")
    assert life.next_key.exists()
    assert Signer.of_file(life.key).verifier == first
    async with life.begun("audit", start=False) as (_, audit):
        await audit.take_up_key()
        assert audit.signer.verifier == first
        assert not life.next_key.exists()


async def _killed_before_the_new_key_is_in_place(life: Life) -> None:
    """Once with the new key on record, once more while its file is put in place: the new key is the one."""
    for step in ("on record", "taking it up"):
        life.killed(step)
        waiting = Signer.of_file(life.next_key)
    async with life.begun("audit", start=False) as (_, audit):
        await audit.take_up_key()
        assert audit.signer.verifier == waiting.verifier
        assert not life.next_key.exists()


async def _killed_while_the_folder_is_written(audit: Audit, patch: pytest.MonkeyPatch) -> None:
    assert audit.outside is not None
    before = list(audit.outside.notes(LEDGER))
    with patch.context() as cut:
        cut.setattr(os, "link", killed)
        with pytest.raises(Killed):
            audit.outside.keep(LEDGER, 99, "half")
    assert list(audit.outside.notes(LEDGER)) == before
    await audit.keep_outside()
