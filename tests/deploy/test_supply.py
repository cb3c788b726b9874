"""What Candour is made of is on record as it is locked, and a known weakness of it is never passed over in silence."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import httpx2
import pytest
from typer.testing import CliRunner

from deploy.advisories import NotAsked, Weakness, ask
from deploy.cli import app
from deploy.sbom import BOM, LOCKS, Locked, drift, locked, written

PACKAGES = [Locked("starlette", "1.0"), Locked("Ruamel.Yaml", "0.18")]


def answering(*results: object, status: int = 200) -> httpx2.Client:
    return httpx2.Client(
        transport=httpx2.MockTransport(lambda _: httpx2.Response(status, json={"results": list(results)}))
    )


def test_the_bill_of_materials_is_that_of_the_lock() -> None:
    assert drift() == []


def test_the_bill_holds_everything_that_is_shipped_with_its_digests() -> None:
    bill = json.loads(BOM.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    required = {each["purl"]: each for each in bill["components"] if each["scope"] == "required"}
    assert set(required) == {package.purl for package in locked("runtime")}
    assert all(each["externalReferences"] for each in required.values())
    assert {p.purl for p in locked("dev")} <= {each["bom-ref"] for each in bill["components"]}


def test_another_version_in_the_lock_is_told_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    copytree(LOCKS, folder)
    lock = folder / "runtime.txt"
    lock.write_text(lock.read_text().replace("anyio==", "anyio==99."))
    said = drift(folder)
    assert any(line.startswith("pkg:pypi/anyio@99.") for line in said)
    assert written(folder) != BOM.read_text()
    assert "no bill" in drift(folder, tmp_path / "none.json")[0]


def test_an_advisory_is_told_with_the_package_it_names() -> None:
    found = ask(PACKAGES, client=answering({}, {"vulns": [{"id": "GHSA-1"}]}))
    assert found == [Weakness("Ruamel.Yaml", "0.18", "GHSA-1")]
    assert PACKAGES[1].purl == "pkg:pypi/ruamel-yaml@0.18"


@pytest.mark.parametrize("client", [answering(status=503), answering({}), answering("x", "y", "z")])
def test_an_answer_that_is_none_is_not_taken_for_a_clean_one(client: httpx2.Client) -> None:
    with pytest.raises(NotAsked):
        ask(PACKAGES, client=client)


def test_where_nobody_can_be_asked_the_audit_says_so_by_name_and_fails_nothing() -> None:
    ran = CliRunner().invoke(app, ["advisories"], env={"CANDOUR_ADVISORIES": "http://127.0.0.1:1"})
    assert ran.exit_code == 0
    assert ran.output.startswith("NOT RUN: the audit of dependencies. http://127.0.0.1:1 did not answer")
