"""Bring the locked dependencies and the `candour` command into this checkout; nothing happens when they are
there already.

Needs only Python and pip: a pinned, hash-checked uv goes into `.tools`, then everything in `dev.txt` into
`.venv`.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOOLS, ENVIRONMENT = ROOT / ".tools", ROOT / ".venv"
STAMP = ENVIRONMENT / "candour-lock.sha256"
# uv reads its own settings, not pip's: what this machine says to pip must hold for uv as well.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_EXTRA_INDEX_URL",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}
SCRIPT = """#!/bin/sh
exec "{python}" -P -c 'from deploy.cli import app; app(prog_name="candour")' "$@"
"""


def main() -> None:
    """Install what the lock names, unless the stamp says that this very lock is installed."""
    wanted = _fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and (ENVIRONMENT / "bin" / "candour").exists():
        STAMP.touch()
        return
    uv = _uv()
    settings = _settings()
    if not (ENVIRONMENT / "bin" / "python").exists():
        _run(
            [uv, "venv", "--quiet", "--no-python-downloads", "--python", sys.executable, ENVIRONMENT],
            settings,
        )
    python = ENVIRONMENT / "bin" / "python"
    _run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, HERE / "dev.txt"], settings)
    _install_command(python)
    STAMP.write_text(wanted)
    print(f"installed {HERE / 'dev.txt'} into {ENVIRONMENT}")  # noqa: T201


def _fingerprint() -> str:
    parts = [file.read_bytes() for file in (HERE / "dev.txt", HERE / "uv.txt", Path(__file__))]
    parts.append(f"{sys.version_info[:2]} {ROOT}".encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _uv() -> Path:
    uv, stamp = TOOLS / "bin" / "uv", TOOLS / "candour-uv.sha256"
    wanted = hashlib.sha256((HERE / "uv.txt").read_bytes()).hexdigest()
    if not (uv.exists() and stamp.exists() and stamp.read_text() == wanted):
        venv.create(TOOLS, with_pip=True, clear=True)
        quiet = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--no-deps"]
        _run(
            [
                TOOLS / "bin" / "python",
                "-m",
                "pip",
                "install",
                *quiet,
                "--require-hashes",
                "-r",
                HERE / "uv.txt",
            ],
            {},
        )
        stamp.write_text(wanted)
    return uv


def _settings() -> dict[str, str]:
    """What pip is told on this machine, in uv's words; what uv is told itself goes first."""
    told = subprocess.run(
        [TOOLS / "bin" / "python", "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    settings = {}
    for line in told.splitlines():
        key, _, value = line.partition("=")
        name = PIP_TO_UV.get(key.rpartition(".")[2])
        if name and name not in os.environ:
            settings[name] = value.strip("'\"").replace("\\n", " ").strip()
    return settings


def _install_command(python: Path) -> None:
    """Make this checkout importable and `candour` callable: no build, so nothing to fetch."""
    question = "import sysconfig; print(sysconfig.get_path('purelib'))"
    asked = subprocess.run([python, "-c", question], capture_output=True, text=True, check=True)
    (Path(asked.stdout.strip()) / "candour-checkout.pth").write_text(f"{ROOT}\n")
    command = ENVIRONMENT / "bin" / "candour"
    command.write_text(SCRIPT.format(python=python))
    command.chmod(0o755)


def _run(argv: list[Path | str], settings: dict[str, str]) -> None:
    # Every index counts alike, as it does for pip: the hashes say what may be installed.
    fixed = {"UV_LINK_MODE": "copy", "UV_NO_CONFIG": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    subprocess.run(argv, check=True, env=os.environ | fixed | settings, cwd=ROOT)


def choose(upgrade: list[str]) -> None:
    """Write the lock anew from pyproject.toml, for every platform and Python, with hashes and no hosts."""
    uv, settings = _uv(), _settings()
    silent = ["--quiet", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    asked: list[Path | str] = [
        uv,
        "pip",
        "compile",
        "pyproject.toml",
        "--universal",
        "--python-version",
        "3.11",
    ]
    asked += ["--generate-hashes", *silent, *upgrade]
    everything, runtime = HERE / "dev.txt", HERE / "runtime.txt"
    _run([*asked, "--extra", "embedded", "--group", "dev", "--output-file", everything], settings)
    _run([*asked, "--constraints", everything, "--output-file", runtime], settings)


if __name__ == "__main__":
    try:
        if sys.argv[1:2] == ["lock"]:
            choose(sys.argv[2:])
        else:
            main()
    except subprocess.CalledProcessError as failed:
        command = " ".join(map(str, failed.cmd))
        sys.exit(f"stopped: `{command}` ended with {failed.returncode}; what it said stands above")
