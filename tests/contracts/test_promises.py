"""The written language is what the models say, examples are readable for ever, and the gate says so when not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import BaseModel, Field, create_model
from typer.testing import CliRunner

from contracts import taxonomy
from contracts.sealed import is_sealed
from contracts.written import gate
from contracts.written.examples import INDEX, RUN, NoWords, digest, example_faults, read_example, versions
from contracts.written.listeners import listeners
from contracts.written.promises import OUTSIDE, Schema, alternatives, promises, publisher_of, schema_of
from deploy import contracts_cli

FOLDER = contracts_cli.FOLDER
SERVICES = contracts_cli.SERVICES
REAL = Path(os.environ.get("CANDOUR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
OFFICIAL = REAL / "asyncapi" / "3.0.0-without-id.json"
NAMES = sorted(promises())
RAISED = "review.review_reopened.v1"

cli = typer.Typer()
cli.command()(contracts_cli.contracts)


class Copy:
    """A copy of the written language in which a promise can be broken without harm."""

    def __init__(self, written: Path, folder: Path) -> None:
        self.folder, self.services = folder / "contracts", folder / "services"
        shutil.copytree(written, folder, dirs_exist_ok=True)
        self.models = promises()
        self.published = gate.published_in(self.folder)

    def faults(self) -> list[str]:
        return gate.faults(self.models, self.folder, self.services, self.published)

    def write(self) -> list[str]:
        return gate.write(self.models, self.folder, self.services)

    def example(self, name: str = f"{RAISED}.json") -> Path:
        return self.folder / "examples" / name


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The language written from nothing, as it stands beside services that listen to nothing."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "services").mkdir()
    gate.write(promises(), folder / "contracts", folder / "services")
    return folder


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Copy:
    return Copy(written, tmp_path)


def test_the_documents_say_what_the_models_say() -> None:
    published = gate.published_in(FOLDER)
    assert gate.faults(promises(), FOLDER, SERVICES, published) == []


def test_nothing_speaks_against_a_fresh_copy_and_writing_again_changes_nothing(copy: Copy) -> None:
    assert copy.faults() == []
    assert copy.write() == []


@pytest.mark.parametrize("name", NAMES)
def test_every_example_ever_published_is_still_readable(name: str) -> None:
    files = versions(FOLDER / "examples", name)
    assert files
    for file in files:
        example = json.loads(file.read_bytes())
        event = read_example(example, promises()[name])
        schema = json.loads((FOLDER / "schemas" / f"{name}.json").read_bytes())
        jsonschema.Draft202012Validator(schema).validate(example["data"])
        again = type(event).model_validate(event.model_dump(mode="json"))
        assert again.model_dump() == event.model_dump()
        assert JSONFormat().read(CloudEvent, file.read_bytes()).get_type() == name


@pytest.mark.parametrize("name", NAMES)
def test_examples_use_the_codes_of_the_taxonomy_and_seal_what_is_personal(name: str) -> None:
    schema = schema_of(name, promises()[name])
    example = json.loads(versions(FOLDER / "examples", name)[-1].read_bytes())
    for path, field, value in _fields(schema, example["data"], schema):
        if field.get("x-sealed"):
            assert is_sealed(value), path
        listed = re.match(r"taxonomy\.(\w+)", field.get("description", ""))
        codes = getattr(taxonomy, listed[1], None) if listed and listed[1] != "Fact" else None
        if codes:
            assert set(value if isinstance(value, list) else [value]) <= {str(code) for code in codes}, path


def _fields(schema: Schema, data: Any, root: Schema) -> Iterator[tuple[str, Schema, Any]]:
    for option in alternatives(schema, root):
        if isinstance(data, dict):
            for name, inner in option.get("properties", {}).items():
                yield name, inner, data[name]
                yield from _fields(inner, data[name], root)
        elif isinstance(data, list) and "items" in option:
            for member in data:
                yield from _fields(option["items"], member, root)


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official AsyncAPI schema is not on this machine")
def test_the_asyncapi_document_is_valid_by_the_official_schema() -> None:
    official = jsonschema.Draft7Validator(json.loads(OFFICIAL.read_bytes()))
    document = json.loads((FOLDER / "asyncapi.json").read_bytes())
    assert [error.message for error in official.iter_errors(document)] == []
    document["operations"]["publish." + RAISED]["action"] = "shout"
    assert not official.is_valid(document)


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = json.loads((FOLDER / "asyncapi.json").read_bytes())
    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))
    assert references
    for reference in set(references):
        place = document
        for part in reference.split("/"):
            place = place[part]
    assert set(document["channels"]) == set(NAMES)
    addresses = {name: channel["address"] for name, channel in document["channels"].items()}
    assert addresses[RAISED] == f"events.{RAISED}.{{partition}}"
    assert addresses["intake.external_incident_answered.v1"] == "answers.incidents.{source}"
    assert addresses["care.incident_reported.v1"] == "external.incidents.{source}"


def test_the_examples_of_the_asyncapi_document_are_what_its_schemas_allow() -> None:
    document = json.loads((FOLDER / "asyncapi.json").read_bytes())
    for name, message in document["components"]["messages"].items():
        for example in message["examples"]:
            for part in {"headers", "payload"} & message.keys():
                jsonschema.Draft202012Validator({**document, **message[part]}).validate(example[part])
        assert publisher_of(name) == OUTSIDE or "correlationId" in message


def test_a_model_that_differs_from_its_document_is_named(copy: Copy) -> None:
    copy.models[RAISED] = _grown(copy.models[RAISED])
    copy.models[RAISED].__doc__ = "Said in other words."
    copy.models[RAISED].model_rebuild(force=True)
    found = copy.faults()
    assert f"schemas/{RAISED}.json: it differs from the models. " + RUN in found
    assert "catalogue.md: it differs from the models. " + RUN in found


def test_a_document_altered_by_hand_or_never_written_is_named(copy: Copy) -> None:
    (copy.folder / "asyncapi.json").write_text("{}\n")
    (copy.folder / "catalogue.md").unlink()
    assert copy.faults() == [
        f"asyncapi.json: it differs from the models. {RUN}",
        f"catalogue.md: it was never written. {RUN}",
    ]


def test_a_required_field_more_is_refused_even_after_the_documents_were_written_again(copy: Copy) -> None:
    copy.models[RAISED] = _grown(copy.models[RAISED], urgent=(bool, ...))
    copy.write()
    (first, *_) = copy.faults()
    assert first == (
        f"{RAISED}: 'urgent' is now required, and events already sent may lack it. "
        "Readers rely on it: make it a new version, review.review_reopened.v2."
    )
    assert any("can no longer be read ('urgent')" in sentence for sentence in copy.faults())


def test_a_name_that_is_dropped_is_refused_and_its_examples_are_named(copy: Copy) -> None:
    del copy.models[RAISED]
    assert f"{RAISED}: this name is no longer promised. A name once published is kept for ever." in copy.faults()
    copy.write()
    assert any(sentence.startswith(f"{RAISED}.json: nobody can read") for sentence in copy.faults())
    assert not (copy.folder / "schemas" / f"{RAISED}.json").exists()


def test_an_optional_field_more_asks_for_an_example_of_the_new_shape(copy: Copy) -> None:
    copy.models[RAISED] = _grown(copy.models[RAISED], urgent=(bool, False))
    assert f"{RAISED}: no example shows 'urgent'. {RUN}" in copy.faults()
    before = copy.example().read_bytes()
    assert f"examples/{RAISED}.2.json" in copy.write()
    assert copy.faults() == []
    assert copy.example().read_bytes() == before
    assert json.loads(copy.example(f"{RAISED}.2.json").read_bytes())["data"]["urgent"] is True


def test_a_new_text_field_is_not_shown_with_invented_words(copy: Copy) -> None:
    copy.models[RAISED] = _grown(copy.models[RAISED], mood=(str, Field(default="", max_length=10)))
    with pytest.raises(NoWords, match=r"ReviewReopened\.mood: say what"):
        copy.write()


def test_an_example_that_is_missing_altered_or_unlisted_is_named(copy: Copy) -> None:
    copy.example().write_text(copy.example().read_text().replace("willow-house", "elm-house"))
    assert copy.faults()[0] == (
        f"{RAISED}.json: this example was altered. Put it back as it was and add another beside it."
    )
    copy.example().unlink()
    assert f"{RAISED}: it has no example. {RUN}" in copy.faults()
    assert f"{RAISED}.json: this example was removed. Examples are only ever added: put it back." in copy.faults()
    copy.example(f"{RAISED}.json").write_text("[]")
    assert f"{RAISED}.json: this file is not a CloudEvent in JSON." in _example_faults(copy)


def test_an_altered_example_is_named_even_where_the_index_was_altered_with_it(copy: Copy) -> None:
    copy.example().write_text(copy.example().read_text().replace("willow-house", "elm-house"))
    index = json.loads(copy.example(INDEX).read_text())
    copy.example(INDEX).write_text(json.dumps({**index, f"{RAISED}.json": digest(copy.example())}))
    assert any(f"{RAISED}.json: this example was altered" in sentence for sentence in copy.faults())


def test_an_entry_taken_out_of_the_index_is_named(copy: Copy) -> None:
    index = json.loads(copy.example(INDEX).read_text())
    del index[f"{RAISED}.json"]
    copy.example(INDEX).write_text(json.dumps(index))
    assert f"{INDEX}: its entry for {RAISED}.json was removed or altered. Put it back." in copy.faults()
    assert f"{RAISED}.json: this example is not in {INDEX}. {RUN}" in copy.faults()


def test_a_listener_is_whoever_registered_a_function_for_the_event(copy: Copy) -> None:
    (copy.services / "action").mkdir()
    (copy.services / "action" / "policy.py").write_text(
        "from contracts import intake\nfrom contracts.review import ReviewOpened, ReviewReopened\n"
        "from services.action.domain import ReviewSignedOff, Plan\n"
        "@react.register\ndef _(event: ReviewReopened | ReviewOpened, service): ...\n"
        "@react.register\ndef _(event: ReviewSignedOff): ...\n"
        "@react.register\ndef _(event: Plan.ClosedWithoutReview): ...\n"
        "@react.register(intake.OpportunityRaised)\ndef _(event, service): ...\n"
        "def _(event: intake.ClosedWithoutReview): ...\n"
    )
    heard = listeners(copy.services, copy.models)
    assert heard == {name: ["action"] for name in (RAISED, "review.review_opened.v1", "intake.opportunity_raised.v1")}
    copy.write()
    assert "Heard by action." in (copy.folder / "catalogue.md").read_text()


def test_what_git_holds_at_a_revision_is_what_was_published(copy: Copy) -> None:
    def git(*words: str) -> None:
        author = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *author, *words], cwd=copy.folder.parent, check=True, capture_output=True)

    assert gate.published_at(copy.folder, "HEAD") == copy.published
    git("init")
    git("add", "contracts")
    git("commit", "-m", "published")
    shutil.rmtree(copy.folder / "schemas")
    assert gate.published_at(copy.folder, "HEAD") == copy.published
    with pytest.raises(gate.NoSuchRevision):
        gate.published_at(copy.folder, "no-such-revision")


def test_the_command_fails_and_lists_every_fault(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contracts_cli, "FOLDER", copy.folder)
    monkeypatch.setattr(contracts_cli, "SERVICES", copy.services)
    kept = CliRunner().invoke(cli, ["--check"])
    assert (kept.exit_code, kept.output) == (0, "Every promise is kept.\n")
    (copy.folder / "asyncapi.json").unlink()
    broken = CliRunner().invoke(cli, ["--check"])
    assert (broken.exit_code, broken.output) == (1, f"asyncapi.json: it was never written. {RUN}\n")
    assert CliRunner().invoke(cli, []).output == "asyncapi.json\n"
    assert CliRunner().invoke(cli, ["--check"]).exit_code == 0


def _grown(model: type[BaseModel], **fields: Any) -> type[BaseModel]:
    """The model with more fields, apart from the published one."""
    kept = {name: (field.annotation, field) for name, field in model.model_fields.items()}
    every: dict[str, Any] = {**kept, **fields}
    return create_model(model.__name__, __doc__=model.__doc__, __module__=model.__module__, **every)


def _example_faults(copy: Copy) -> list[str]:
    return example_faults(copy.models, copy.folder / "examples", copy.published.examples)
