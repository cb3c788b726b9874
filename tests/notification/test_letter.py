"""Letters to people outside: accessible, in plain English, with an apology where the law asks, and stored by no page."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from libs.policytext import read
from libs.reaching import LetterTemplate
from services.notification.domain.letter import How, Letter, LetterErased, LetterSentAlready
from services.notification.domain.wording import (
    CheckedAgainstNothing,
    NotYoursToConfirm,
    Wordings,
    WordsChangedMeanwhile,
    provider_worded_by,
)
from services.notification.domain.wording import fingerprint as wording
from services.notification.pages.paper import ADDRESS, SIGNED, TO, fingerprint, made, words_of, written
from tests.given import event, given
from tests.notification.samples import pack

TEMPLATES = {
    each["id"]: LetterTemplate.model_validate(each) for each in read(Path("deploy/rules/letters.yaml"))["letters"]
}
FOLLOW_UP = TEMPLATES["candour-written-follow-up"]
DAY = date(2026, 3, 2)
WORDS = {
    TO: "Mrs Okafor",
    ADDRESS: "3 High Street\nLeeds",
    SIGNED: "Ann Achebe",
    "account": "Your mother fell.\n\n#panic() was not run.",
    "enquiries": "Why the bell was not heard.",
    "contact": "Ann Achebe, 0113 496 0000.",
}
WRITTEN = event(
    Letter.Written, template=FOLLOW_UP.id, number=1, template_version="2026.1", pack="england/2026.1",
    recipient="relevant_person", rules=["candour-written-account"], step="written_follow_up", apologises=True,
    words=written(WORDS),
)  # fmt: skip
SENT = event(
    Letter.Sent, template=FOLLOW_UP.id, template_version="2026.1", recipient="relevant_person", how=How.POST, dated=DAY,
    sha256="ab" * 32,
)  # fmt: skip


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))
def test_a_letter_is_an_accessible_pdf_with_a_title_a_language_and_tags_to_read_it_by(template: LetterTemplate) -> None:
    words = WORDS | {part.id: f"About {part.title}." for part in template.parts}
    with pikepdf.open(io.BytesIO(made(template, words, "Elm House", DAY))) as pages:
        assert bool(pages.Root.MarkInfo.Marked)
        assert str(pages.Root.Lang).startswith("en")
        assert bool(pages.Root.ViewerPreferences.DisplayDocTitle)
        tags = roles(pages.Root.StructTreeRoot)
        assert {"/H1", "/H2", "/P"} <= tags or {"/Title", "/H1", "/P"} <= tags, tags
        with pages.open_metadata() as metadata:
            assert metadata["dc:title"] == template.title
            assert metadata["pdfuaid:part"] == "1"


def roles(tree: Any) -> set[str]:
    """Every kind of tag in a document."""
    found: set[str] = set()
    for kid in tree.get("/K", []) if isinstance(tree.get("/K"), pikepdf.Array) else [tree.get("/K")]:
        if isinstance(kid, pikepdf.Dictionary):
            found |= {str(kid.get("/S", ""))} | roles(kid)
    return found


def test_the_same_words_of_a_day_give_the_same_bytes_and_other_words_do_not() -> None:
    same = fingerprint(made(FOLLOW_UP, WORDS, "Elm House", DAY))
    assert same == fingerprint(made(FOLLOW_UP, dict(reversed(WORDS.items())), "Elm House", DAY))
    assert same != fingerprint(made(FOLLOW_UP, WORDS | {TO: "Mr Okafor"}, "Elm House", DAY))


def test_every_letter_of_the_duty_of_candour_says_sorry_and_admits_nothing() -> None:
    for template in TEMPLATES.values():
        if template.step in {"written_follow_up", "outcome_letter"}:
            assert any("sorry" in words for words in template.apology)
            assert not any(
                word in " ".join(template.apology).lower() for word in ("fault", "negligen", "liab", "blame")
            )
    with pytest.raises(ValueError, match="apology"):
        LetterTemplate.model_validate(FOLLOW_UP.model_dump() | {"apology": ()})


def test_a_letter_answers_rules_that_ship_and_asks_for_what_the_regulation_asks() -> None:
    for template in TEMPLATES.values():
        for rule in template.rules:
            duty = pack().rule(rule).duty
            assert duty
            assert duty.owed_to == template.recipient
    assert {"account", "enquiries"} <= {part.id for part in FOLLOW_UP.parts if part.required}


def test_the_fixed_words_are_plain_english() -> None:
    for template in TEMPLATES.values():
        for paragraph in (*template.opening, *template.apology, *template.closing):
            for sentence in paragraph.replace("www.lgo.org.uk", "").split(". "):
                assert len(sentence.split()) <= 30, sentence


def test_what_was_sent_stays_as_it_was() -> None:
    given(Letter, WRITTEN).when(lambda m: m.send(How.POST, DAY, "ab" * 32)).then(SENT)
    given(Letter, WRITTEN, SENT).when(lambda m: m.send(How.POST, DAY, "cd" * 32)).refused(LetterSentAlready)
    given(Letter, WRITTEN, SENT).when(lambda m: m.rewrite("{}")).refused(LetterSentAlready)


def test_a_draft_stays_of_the_version_it_was_begun_with_until_somebody_moves_it_on() -> None:
    newer = FOLLOW_UP.model_copy(update={"version": "2027.1", "rules": ("candour-support",)})
    moved = event(Letter.MovedOn, template_version="2027.1", pack="england/2027.1", rules=["candour-support"])
    given(Letter, WRITTEN).when(lambda m: m.move_on(newer, "england/2027.1")).then(moved)
    same = FOLLOW_UP.model_copy(update={"version": "2026.1"})
    given(Letter, WRITTEN).when(lambda m: m.move_on(same, "england/2026.1")).nothing()
    given(Letter, WRITTEN, SENT).when(lambda m: m.move_on(newer, "england/2027.1")).refused(LetterSentAlready)
    full = dict(moved[1]) | {"recipient": "relevant_person", "step": "written_follow_up", "apologises": True}
    on = given(Letter, WRITTEN, (moved[0], full)).aggregate
    assert (on.template_version, on.pack, on.words) == ("2027.1", "england/2027.1", written(WORDS))


def test_the_same_words_again_are_no_news() -> None:
    given(Letter, WRITTEN).when(lambda m: m.rewrite(written(WORDS))).nothing()
    given(Letter, WRITTEN).when(lambda m: m.rewrite("{}")).then(event(Letter.Rewritten, words="{}"))


def test_a_letter_whose_words_were_erased_says_so_and_is_still_on_record_as_sent() -> None:
    letter = given(Letter, (WRITTEN[0], dict(WRITTEN[1]) | {"words": "[erased]"}), SENT).aggregate
    assert letter.sha256
    with pytest.raises(LetterErased):
        words_of(letter)


OPENED = event(Wordings.Opened)
CHECKED = event(
    Wordings.WordsConfirmed, template=FOLLOW_UP.id, version=FOLLOW_UP.version, fingerprint=wording(FOLLOW_UP),
    role="nominated_individual", on=DAY, against=["source"],
)  # fmt: skip


def test_the_words_of_a_version_are_confirmed_as_they_were_read_and_against_something() -> None:
    def confirm(words: Any, seen: str = wording(FOLLOW_UP), against: tuple[str, ...] = ("source", "source")) -> None:
        words.confirm(FOLLOW_UP, seen, list(against), "nominated_individual", DAY)

    given(Wordings, OPENED).when(confirm).then(CHECKED)
    given(Wordings, OPENED, CHECKED).when(confirm).nothing()
    given(Wordings, OPENED).when(lambda w: confirm(w, against=())).refused(CheckedAgainstNothing)
    given(Wordings, OPENED).when(lambda w: confirm(w, against=("hearsay",))).refused(CheckedAgainstNothing)
    given(Wordings, OPENED).when(lambda w: confirm(w, seen="0" * 64)).refused(WordsChangedMeanwhile)


@pytest.mark.parametrize(
    "other", [{"version": "2027.1"}, {"apology": ["Sorry."]}, {"closing": []}, {"opening": ["Hello."]}]
)
def test_other_words_are_not_confirmed_by_what_was_said_of_these(other: dict[str, Any]) -> None:
    changed = LetterTemplate.model_validate(FOLLOW_UP.model_dump() | other)
    assert wording(changed) not in given(Wordings, OPENED, CHECKED).aggregate.confirmed
    assert wording(LetterTemplate.model_validate(FOLLOW_UP.model_dump())) == wording(FOLLOW_UP)


def test_a_confirmation_is_taken_back_once_and_may_be_given_again() -> None:
    back = event(
        Wordings.ConfirmationTakenBack, template=FOLLOW_UP.id, version=FOLLOW_UP.version, fingerprint=wording(FOLLOW_UP)
    )
    given(Wordings, OPENED, CHECKED).when(lambda w: w.take_back(wording(FOLLOW_UP))).then(back)
    given(Wordings, OPENED, CHECKED, back).when(lambda w: w.take_back(wording(FOLLOW_UP))).nothing()
    assert given(Wordings, OPENED, CHECKED, back).aggregate.confirmed == {}


@pytest.mark.parametrize(
    ("role", "scope"),
    [("registered_manager", "site:elm"), ("board", "provider:acme"), ("nominated_individual", "site:elm")],
)
def test_only_who_answers_for_the_whole_provider_confirms_words(role: str, scope: str) -> None:
    with pytest.raises(NotYoursToConfirm):
        provider_worded_by(role, scope)
    assert provider_worded_by("nominated_individual", "provider:acme") == "acme"
