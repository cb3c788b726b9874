"""The commands of audit, over servers of their own: checking, signing, changing the key, and looking back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.embedded.servers import Servers
from deploy.house import Platform, statements
from libs.clock import SystemClock
from tests.house import with_sites


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data of a run with three sites, stopped again."""
    import asyncio

    folder = tmp_path_factory.mktemp("audit-commands")
    folder.chmod(0o711)
    folder.parent.chmod(0o711)
    with Servers(folder / "var", ddl=statements(), durable=False) as servers:

        async def begin() -> None:
            platform = Platform(os.environ | servers.environment(), SystemClock(), ["governance", "audit"])
            await platform.open()
            try:
                await platform.start()
                await with_sites(platform, "elm", "oak")
            finally:
                await platform.close()

        asyncio.run(begin())
        with pytest.MonkeyPatch.context() as patch:
            for name, value in servers.environment().items():
                patch.setenv(name, value)
            yield folder / "var"


def test_the_record_is_signed_checked_looked_back_on_and_its_tampering_told(var: Path) -> None:
    run = CliRunner()
    signed = run.invoke(app, ["audit", "checkpoint", "--ledger", "governance"])
    assert signed.exit_code == 0, signed.output
    assert signed.stdout.startswith("candour/governance\n")
    assert len(list((var / "checkpoints" / "governance").iterdir())) == 1
    assert "Signing with a new key: candour+" in run.invoke(app, ["audit", "change-key"]).output
    sound = run.invoke(app, ["audit", "verify"])
    assert sound.exit_code == 0, sound.output
    assert "governance: sound (" in sound.stdout
    shown = run.invoke(app, ["audit", "as-of", "--site", "elm", "--known-at", "2100-01-01T00:00:00Z"])
    assert shown.exit_code == 0, (shown.output, shown.exception)
    assert json.loads(shown.stdout)["title"] == "Elm"
    assert run.invoke(app, ["audit", "as-of", "--site", "elm", "--known-at", "2001-01-01T00:00:00Z"]).exit_code == 1
    assert run.invoke(app, ["audit", "as-of", "--known-at", "yesterday"]).exit_code == 2
    assert run.invoke(app, ["audit", "verify", "--ledger", "nothing"]).exit_code == 2
    with psycopg.connect(os.environ["CANDOUR_PG_ADMIN"], dbname="candour") as administrator:
        administrator.execute("DELETE FROM governance.events WHERE notification_id = 2")
    told = run.invoke(app, ["audit", "verify", "--ledger", "governance"])
    assert told.exit_code == 1
    assert "governance, position 2: " in told.stdout
    assert " was removed (event " in told.stdout
    [found] = json.loads(run.invoke(app, ["audit", "verify", "--ledger", "governance", "--json"]).stdout)
    assert [fault["position"] for fault in found["faults"]] == [2]
