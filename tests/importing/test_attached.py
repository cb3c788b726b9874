"""A command finds the servers of the run that is up, starts its own where none is, and never ends another's."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from deploy.attached import ANNOUNCED, AlreadyRunning, InUse, alone, announced, settings
from deploy.embedded.servers import Servers


@pytest.fixture(autouse=True)
def _no_servers_of_anybody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CANDOUR_PG_ADMIN", raising=False)


def test_data_is_held_by_one_alone(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(AlreadyRunning, match="Use that one, or stop it first"), alone(tmp_path):
        pass
    with alone(tmp_path):
        assert (tmp_path / "run.lock").exists()


def test_the_settings_of_the_run_that_is_up_are_joined(tmp_path: Path) -> None:
    told = {"CANDOUR_PG_INTAKE": "host=there", "HOME": "/nobody", "CANDOUR_NATS_URL": "nats://there"}
    with alone(tmp_path), announced(tmp_path, told), settings(tmp_path, []) as (env, shared):
        assert shared
        assert env["CANDOUR_PG_INTAKE"] == "host=there"
        assert env["CANDOUR_NATS_URL"] == "nats://there"
        assert env.get("HOME") == os.environ.get("HOME")


def test_only_their_owner_reads_the_announced_settings_and_they_go_with_the_run(tmp_path: Path) -> None:
    with announced(tmp_path, {"CANDOUR_PG_KEYS": "password=x", "PATH": "/bin"}):
        assert (tmp_path / ANNOUNCED).stat().st_mode & 0o777 == 0o600
        assert json.loads((tmp_path / ANNOUNCED).read_text()) == {"CANDOUR_PG_KEYS": "password=x"}
    assert not (tmp_path / ANNOUNCED).exists()


def test_data_that_another_command_works_on_is_left_to_it(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(InUse, match="Nothing was done; try again"), settings(tmp_path, []):
        pass


def test_settings_from_outside_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDOUR_PG_ADMIN", "host=cluster")
    with settings(tmp_path, []) as (env, shared):
        assert shared
        assert env["CANDOUR_PG_ADMIN"] == "host=cluster"
    assert not (tmp_path / "run.lock").exists()


def test_where_nobody_runs_servers_are_started_whatever_a_killed_run_left_behind(reachable_directory: Path) -> None:
    var = reachable_directory / "var"
    var.mkdir()
    (var / ANNOUNCED).write_text('{"CANDOUR_PG_ADMIN": "host=gone"}')
    try:
        with settings(var, ["careplan"]) as (env, shared):
            assert not shared
            assert env["CANDOUR_PG_ADMIN"] != "host=gone"
            with pytest.raises(InUse), settings(var, []):
                pass
        with alone(var):
            assert not (var / ANNOUNCED).exists()
    finally:
        Servers(var, sources=["careplan"]).remove()
