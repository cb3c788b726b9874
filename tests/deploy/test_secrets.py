"""Nothing in the sources opens anything: no seed, no private key, no password of a server that somebody runs."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ("contracts", "libs", "services", "deploy", "tests", ".ci")
SECRET = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bS[AOUNCX][A-Z2-7]{56}\b|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}"
    rb"|\bpostgres(?:ql)?://[^\s:/]+:[^\s@{]+@|\bwhsec_[A-Za-z0-9+/]{32,}"
)
PUBLISHED = {b"SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"}
"""The seed of NATS' own documentation, by which a test knows that keys are written as NATS writes them."""


def test_no_secret_stands_in_the_sources() -> None:
    files = [path for folder in KEPT for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    assert len(files) > 1000
    found = {
        (str(path.relative_to(ROOT)), hit.group()[:12])
        for path in files
        if "__pycache__" not in path.parts and "node_modules" not in path.parts and path.stat().st_size < 2_000_000
        for hit in SECRET.finditer(path.read_bytes())
        if hit.group() not in PUBLISHED
    }
    assert found == set()


def test_what_holds_secrets_is_left_out_of_the_sources_and_of_the_image() -> None:
    assert "var/" in (ROOT / ".gitignore").read_text().split()
    copied = re.findall(r"^COPY (?!--from)(\S+)", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    assert set(copied) == {"deploy/requirements/runtime.txt", "contracts", "libs", "services", "deploy"}
