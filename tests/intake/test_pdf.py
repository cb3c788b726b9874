"""What a PDF would do when it is opened is found however it is written and packed, and looking for it has an end."""

import base64
import io
import zlib
from typing import Any

import pikepdf
import pytest

from services.intake.domain.pdf import require_still
from services.intake.domain.refusals import FileActive, FileShut


def pdf_with(opens: str, **saved: Any) -> bytes:
    """A PDF as programs save it today: what it says lies in packed streams of objects."""
    file, written = pikepdf.new(), io.BytesIO()
    file.add_blank_page()
    for number in range(30):
        file.pages[0][f"/Note{number}"] = file.make_indirect(pikepdf.Dictionary(Said=pikepdf.String("x" * 200)))
    if opens:
        file.Root.OpenAction = file.make_indirect(pikepdf.Dictionary(S=pikepdf.Name(opens), JS=pikepdf.String("x()")))
    file.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate, **saved)
    return written.getvalue()


def a_stream_of_objects(packed: bytes, filters: bytes = b"/FlateDecode", name: bytes = b"/ObjStm") -> bytes:
    said = b"%%PDF-1.7\n5 0 obj\n<</Type %s /N 1 /First 4 /Filter %s /Length %d>>\nstream\n%s\nendstream\nendobj\n"
    return said % (name, filters, len(packed), packed)


HIDDEN = b"7 0 <</S /JavaScript /JS (app.alert(1))>>"


@pytest.mark.parametrize(
    "content",
    [
        pdf_with("/JavaScript"),
        pdf_with("/Launch"),
        a_stream_of_objects(zlib.compress(HIDDEN)),
        a_stream_of_objects(zlib.compress(HIDDEN), name=b"/Other"),
        a_stream_of_objects(zlib.compress(HIDDEN.replace(b"Java", b"J#61va"))),
        a_stream_of_objects(zlib.compress(b"7 0 " + b"1 " * 5000 + HIDDEN[4:])),
    ],
)
def test_what_runs_is_found_where_it_is_packed(content: bytes) -> None:
    assert b"/JavaScript" not in content
    assert b"/Launch" not in content
    with pytest.raises(FileActive):
        require_still(content)


@pytest.mark.parametrize(
    "content",
    [
        pdf_with("/JavaScript", encryption=pikepdf.Encryption(owner="o", user="")),
        a_stream_of_objects(HIDDEN.hex().encode(), b"/ASCIIHexDecode"),
        a_stream_of_objects(HIDDEN.hex().encode(), b"/ASCIIHexDecode", b"/Obj#53tm"),
        a_stream_of_objects(base64.a85encode(zlib.compress(HIDDEN)), b"[/ASCII85Decode /FlateDecode]"),
        a_stream_of_objects(zlib.compress(HIDDEN.hex().encode()), b"[/FlateDecode /ASCIIHexDecode]"),
        a_stream_of_objects(zlib.compress(b"1" + b"7 0 <<".ljust(50) + b"\x00x"), b"[/FlateDecode /RunLengthDecode]"),
        a_stream_of_objects(b"broken"),
        a_stream_of_objects(zlib.compress(b"7 0 << /Said (" + b"x" * (60 * 1024 * 1024) + b")>>")),
    ],
)
def test_what_cannot_be_looked_into_is_refused(content: bytes) -> None:
    with pytest.raises(FileShut):
        require_still(content)


def test_a_pdf_that_only_shows_something_is_kept_however_it_is_packed() -> None:
    require_still(pdf_with(""))
    require_still(pdf_with("/GoTo"))
    require_still(a_stream_of_objects(zlib.compress(b"BT (/JavaScript) Tj ET"), name=b"/Page"))


def test_a_pdf_made_to_be_looked_at_for_hours_is_done_with_at_once() -> None:
    """Before, each of these would have taken minutes, and this test with it."""
    objects = a_stream_of_objects(zlib.compress(b"7 0 <</A 1>>"))
    require_still(b"/ObjStm " * 400_000 + objects)
    for nearly in (b"1 1" + b" " * 4090, b"1 " * 2047, b"11111   " * 511):
        require_still((b"stream\n" + zlib.compress(nearly + b"x") + b"\nendstream\n") * 1000 + objects)
    require_still((b"stream\n" + zlib.compress(b"7 0 <</A 1>>") + b"\nendstream\n") * 20_000 + b"x" * 5_000_000)
    with pytest.raises(FileShut):
        require_still(b"stream\n" * 50_001)
