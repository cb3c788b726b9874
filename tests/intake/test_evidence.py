"""Files of a record: told by their content, of a day of their own, kept outside the store under seal."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from libs.domain import Refused
from libs.service import NotFound
from services.intake.application.vault import Vault
from services.intake.domain import Evidence, Opportunity
from services.intake.domain.evidence import LARGEST, File, examined
from services.intake.domain.refusals import (
    FileActive,
    FileEmpty,
    FileKindNotTaken,
    FileTooLarge,
    FileTwice,
    NotYetHappened,
    TooManyFiles,
)
from tests.given import NOW, event, given
from tests.hands import CARER, ELSEWHERE, MANAGER, Reception, received
from tests.servers import Backend, Messaging

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
A_FILE = File("ab" * 32, "application/pdf", 30)
OPENED = event(Evidence.Opened)


def zipped(*parts: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as file:
        for part in parts:
            file.writestr(part, "x")
    return kept.getvalue()


def of_version(number: int) -> bytes:
    """A document whose list says that a later version of the format is needed."""
    kept = zipped("word/document.xml")
    place = kept.index(b"PK\x01\x02") + 6
    return kept[:place] + number.to_bytes(2, "little") + kept[place + 2 :]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        ("Seen at tea – quiet.\n".encode(), "text/plain"),
        (zipped("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_what_a_file_is_is_told_by_its_content(content: bytes, kind: str) -> None:
    assert (examined(content).media_type, examined(content).size) == (kind, len(content))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (PDF + b"x" * LARGEST, FileTooLarge),
        (b"MZ\x90\x00", FileKindNotTaken),
        (b"<html><script>", FileKindNotTaken),
        (b"\x00text", FileKindNotTaken),
        (b"PK\x03\x04broken", FileKindNotTaken),
        (zipped("evil.txt"), FileKindNotTaken),
        (of_version(99), FileKindNotTaken),
        (zipped("word/document.xml", "word/vbaProject.bin"), FileKindNotTaken),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(content: bytes, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        examined(content)


def test_a_file_goes_on_record_with_its_digest_and_the_day_it_is_of() -> None:
    given(Evidence, OPENED).when(lambda it: it.attach(A_FILE, date(2026, 2, 20), " Body map ") and None).then(
        event(Evidence.Attached, sha256="ab" * 32, evidence_date=date(2026, 2, 20), title="Body map")
    )


def test_evidence_is_not_of_a_day_to_come() -> None:
    given(Evidence, OPENED).when(lambda it: it.attach(A_FILE, NOW.date() + timedelta(days=1), "")).refused(
        NotYetHappened
    )


def test_the_same_file_is_on_a_record_once() -> None:
    def twice(it: Evidence) -> None:
        it.attach(A_FILE, NOW.date(), "One")
        it.attach(A_FILE, NOW.date(), "Two")

    given(Evidence, OPENED).when(twice).refused(FileTwice)


def word_with(parts: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, said in ({"word/document.xml": "<w/>"} | parts).items():
            packed.writestr(name, said)
    return made.getvalue()


RELATION = '<Relationship Type="http://x/{0}" Target="https://evil.example/t.dotm" TargetMode="External"/>'


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7 1 0 obj <</OpenAction <</S /JavaScript /JS (app.alert(1))>>>> endobj",
        b"%PDF-1.7 1 0 obj <</S /J#61vaScript>> endobj",
        b"%PDF-1.7 1 0 obj <</S /Launch /F (cmd.exe)>> endobj",
        b"%PDF-1.7 1 0 obj <</Names <</EmbeddedFiles 2 0 R>>>> endobj",
        word_with({"word/_rels/settings.xml.rels": RELATION.format("attachedTemplate")}),
        word_with({"word/_rels/document.xml.rels": '<Relationship TargetMode="External" Type="http://x/oleObject"/>'}),
        word_with({"word/embeddings/oleObject1.bin": "x"}),
        word_with({"word/activeX/activeX1.xml": "<x/>"}),
        word_with({"word/_rels/document.xml.rels": "x" * (2 * 1024 * 1024)}),
    ],
)
def test_a_file_that_runs_or_fetches_something_when_it_is_opened_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(FileActive):
        examined(content)


def test_a_link_in_a_document_and_a_plain_form_are_no_reason_to_refuse_it() -> None:
    examined(word_with({"word/_rels/document.xml.rels": RELATION.format("hyperlink")}))
    examined(b"%PDF-1.7 1 0 obj <</Type /Catalog /AcroForm 2 0 R /JSON 1>> endobj")


def test_a_record_takes_as_many_files_as_the_rules_allow() -> None:
    def more(it: Evidence) -> None:
        for number in range(3):
            it.attach(replace(A_FILE, sha256=f"{number}" * 64), NOW.date(), "", most=2)

    given(Evidence, OPENED).when(more).refused(TooManyFiles)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(
    backend: Backend, messaging: Messaging, wrapping_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with received(database, messaging, wrapping_key) as opened:
            intake = opened.platform.service("intake")
            intake.vault = Vault(tmp_path_factory.mktemp("evidence"), intake.mapper.keys)
            yield opened


async def begun(reception: Reception) -> str:
    async with await reception.program(MANAGER, "person:ann") as program:
        said = {"site": "elm", "kind": "near_miss", "summary": "The hoist slipped."}
        return str((await program.post("/api/intake/opportunities", json=said)).json()["id"])


@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_is_sent_in_and_read_again_by_those_who_may(reception: Reception) -> None:
    journey = await begun(reception)
    here = f"/intake/evidence/{journey}"
    ann = await reception.browser(MANAGER)
    await ann.get(here)

    async def sent(**more: Any) -> Any:
        typed = {"title": "Body map", "evidence_date": "2026-02-20"} | more
        carried = {name: ann.hidden(name) for name in ("csrf_token", "key")}
        return await ann.client.post(here, data=carried | typed, files={"file": ("x.exe", PDF, "text/html")})

    assert (await ann.post(here, title="Body map", evidence_date="2026-02-20")).status_code == 422
    assert "Choose a file." in ann.page
    late = await sent(evidence_date="2026-12-20")
    assert (late.status_code, "lies in the future" in late.text) == (409, True)
    intake = reception.platform.service("intake")
    about = (await intake.get(Opportunity, UUID(journey))).about
    assert not (intake.vault.folder / about.hex).exists(), "what was refused left no file"
    await ann.get(here)
    assert (await sent()).status_code == 303
    page = (await ann.get(here)).text
    assert "Of 20 February 2026" in page or "20 Feb 2026" in page
    file = re.findall(rf'href="({here}/[0-9a-f-]+)"', page)[0]
    answer = await ann.get(file)
    assert (answer.content, answer.headers["Content-Type"]) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    for post, status in ((CARER, 409), (ELSEWHERE, 404)):
        assert (await (await reception.browser(post, "person:bo")).get(file)).status_code == status


@pytest.mark.asyncio(loop_scope="module")
async def test_a_program_sends_a_file_and_lists_it_with_its_digest(reception: Reception) -> None:
    here = f"/api/intake/evidence/{await begun(reception)}"
    async with await reception.program(MANAGER, "person:ann") as program:
        told = {"evidence_date": "2026-02-20", "title": "Notes"}
        assert (await program.post(here, data=told, files={"file": ("n.txt", b"Quiet night.")})).status_code == 201
        [item] = (await program.get(here)).json()["items"]
        assert (item["title"], item["size"], item["sha256"]) == ("Notes", 12, examined(b"Quiet night.").sha256)
        assert (await program.get(f"{here}/{item['id']}")).content == b"Quiet night."
        large = await program.post(here, data=told, files={"file": ("n.txt", b"x" * (LARGEST + 1))})
        assert (large.status_code, large.json()["type"]) == (409, "urn:candour:problem:file-too-large")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_lies_sealed_and_cannot_be_swapped_or_opened_once_its_key_is_gone(reception: Reception) -> None:
    intake = reception.platform.service("intake")
    about, digest = uuid4(), examined(PDF).sha256
    await asyncio.gather(*(intake.vault.keep(about, digest, PDF) for _ in range(8)))
    path = intake.vault.folder / about.hex / digest
    assert b"PDF" not in path.read_bytes()
    assert await intake.vault.fetch(about, digest) == PDF
    other = examined(b"Other words.").sha256
    (path.parent / other).write_bytes(path.read_bytes())
    with pytest.raises(NotFound):
        await intake.vault.fetch(about, other)
    await intake.mapper.keys.forget(about)
    with pytest.raises(NotFound):
        await intake.vault.fetch(about, digest)
    opportunity = await intake.get(Opportunity, UUID(await begun(reception)))
    with pytest.raises(NotFound):
        await intake.content_of(opportunity, uuid4())
    assert [await intake.vault.destroy(about) for _ in range(2)] == [2, 2], "a retry still says how many there were"
    assert not path.parent.exists()
