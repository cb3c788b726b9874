"""A checkpoint's note: whoever has the verifier key can tell a changed one."""

from pathlib import Path

import pytest

from services.audit.ledger import NotSigned, Signer, opened
from services.audit.ledger.note import signed_text

SIGNER = Signer(bytes(range(32)))
ROOT = bytes(reversed(range(32)))


def test_a_note_says_what_was_signed() -> None:
    note = SIGNER.sign("intake", 42, ROOT)
    assert opened(note, SIGNER.verifier) == ("intake", 42, ROOT)
    assert note.startswith("candour/intake\n42\n")
    assert opened(note, SIGNER.verifier_for("intake")) == ("intake", 42, ROOT)
    assert "\n\n\u2014 candour/intake " in note  # the key's name is the note's first line, as that form asks


@pytest.mark.parametrize(
    "change", [("\n42\n", "\n43\n"), ("intake\n42", "review\n42"), ("\u2014 candour ", "\u2014 someone ")]
)
def test_a_changed_note_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(NotSigned):
        opened(SIGNER.sign("intake", 42, ROOT).replace(*change), SIGNER.verifier)


def test_another_key_is_refused() -> None:
    with pytest.raises(NotSigned):
        opened(SIGNER.sign("intake", 42, ROOT), Signer(bytes(32)).verifier)


@pytest.mark.parametrize("note", ["", "nothing", "a\n1\nx\n\n\u2014 candour !!\n", "a\n1\nx\n\n\u2014 candour AAAA\n"])
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NotSigned):
        opened(note, SIGNER.verifier)


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "signing" / "key"
    first = Signer.kept(file)
    assert Signer.kept(file).verifier == first.verifier == Signer.of_file(file).verifier
    assert file.stat().st_mode & 0o077 == 0
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_is_no_key_is_not_replaced_by_one(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(ValueError, match="should hold 32 bytes, and holds 5"):
        Signer.kept(tmp_path / "key")


PUBLISHED = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_the_note_that_the_form_s_own_description_shows_is_read_as_signed() -> None:
    """The example of the Go module golang.org/x/mod/sumdb/note, from which C2SP signed-note comes."""
    assert signed_text(PUBLISHED, KEY).endswith("what your problem is.\n")
    with pytest.raises(NotSigned):
        signed_text(PUBLISHED.replace("answer", "end"), KEY)
