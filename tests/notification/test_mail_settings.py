"""How an installation says where its mail goes."""

from __future__ import annotations

import pytest

from services.notification.delivery import MailServer, Post
from services.notification.delivery.outcome import can_be_mailed, of_mail


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.test", MailServer("mail.test", 25, None, None, use_tls=False, start_tls=None)),
        ("smtps://u:p%40ss@mail.test", MailServer("mail.test", 465, "u", "p@ss", use_tls=True, start_tls=False)),
        ("smtp+starttls://mail.test:25", MailServer("mail.test", 25, None, None, use_tls=False, start_tls=True)),
    ],
)
def test_the_mail_server_is_named_by_its_address(url: str, expected: MailServer) -> None:
    assert MailServer.at(url) == expected


@pytest.mark.parametrize("url", ["http://secret:word@mail.test", "smtp://", "mail.test:25"])
def test_an_address_of_another_kind_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="CANDOUR_SMTP_URL") as refusal:
        MailServer.at(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "address", ["", "ann", "@", "ann@", "a n@elm.test", "ann@elm.test\r\nRCPT TO:<x@y.test>", "a@b\x00"]
)
def test_what_can_be_no_address_is_not_handed_to_the_mail_server(address: str) -> None:
    assert not can_be_mailed(address)
    assert can_be_mailed("ann.o'hara+elm@mail.elm.test")


def test_a_message_that_the_mail_library_itself_will_not_send_is_given_up_and_not_tried_for_ever() -> None:
    reason, for_good = of_mail(ValueError("contains characters not permitted: ann o'hara"))
    assert (for_good, "hara" in reason) == (True, False)


def test_the_settings_may_be_left_out() -> None:
    assert Post.of({}) == Post(None, "candour@localhost", "http://127.0.0.1:8000")
