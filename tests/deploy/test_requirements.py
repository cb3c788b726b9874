"""The lock installs the same everywhere, and says nothing about where packages come from."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "deploy" / "requirements"
FILES = [LOCK / name for name in ("dev.txt", "runtime.txt", "uv.txt")]


def pins(file: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9.-]+==\S+)", file.read_text(), re.MULTILINE))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_package_is_pinned_by_hash_and_no_host_is_named(file: Path) -> None:
    text = file.read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert all(re.match(r"[a-z0-9.-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "--index" not in text


def test_what_runs_in_production_is_what_was_tested() -> None:
    assert pins(LOCK / "runtime.txt") <= pins(LOCK / "dev.txt")


def test_the_lock_holds_everything_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"]
    names = {re.split(r"[\[<>=;~! ]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names <= {pin.split("==")[0] for pin in pins(LOCK / "runtime.txt")}


def test_make_explains_every_command() -> None:
    said = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    for command in ("setup", "run", "test", "check", "bench", "lock", "assets", "demo-down", "clean"):
        assert re.search(rf"^  make {command} +\S", said, re.MULTILINE)


def test_setup_refuses_a_python_that_is_too_old_in_words() -> None:
    tried = subprocess.run(["make", "-B", "-C", ROOT, "setup", "PYTHON="], capture_output=True, text=True, check=False)
    assert tried.returncode != 0
    assert "Python 3.11, 3.12 or 3.13 is needed" in tried.stdout + tried.stderr
