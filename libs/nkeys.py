"""Signing in to NATS by a key pair: the server knows the public half, whoever connects signs its challenge with the seed.

Keys are written as NATS writes them (base32 of a prefix, the 32 bytes of an Ed25519 key, and a CRC-16/XMODEM), so that its
own tools read them and make them. The seed is a secret; the public key is none.
"""

from __future__ import annotations

import base64
import binascii
import re
import ssl
from pathlib import Path
from typing import Any, Self

import nats.errors
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client, ErrorCallback

SEED, USER = 18 << 3, 20 << 3
"""The prefixes by which a seed begins with S and a user's key with U."""
LENGTH = 32
_TOKEN, _BLANKS = re.compile("[A-Za-z0-9_-]+").fullmatch, " \t\n\r\x0b\x0c"
UNKNOWN_HERE = "authorization violation"
"""What the server says, in whatever case, to a key that its configuration does not hold."""


def inbox_prefix(user: str) -> str:
    """The private reply prefix, the only one on which a user may hear answers.

    A FastStream pull subscriber needs it again, as bytes with a dot behind: it does not ask its connection.
    """
    return f"_INBOX_{user}"


class NotASeed(nats.errors.Error):
    """What should be a NATS user's seed is none, or cannot be read. Nothing was sent."""


class KeyRefused(nats.errors.Error):
    """The NATS server does not know this key."""


class NotTrusted(nats.errors.Error):
    """The NATS server's certificate is not believed. Nothing was sent."""


class NKey:
    """A user's key pair."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self._secret = secret

    @classmethod
    def new(cls) -> Self:
        """A pair that nobody had before."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def of(cls, credential: str) -> Self:
        """The pair of a seed, given as it is or as the path of a file that holds it. Raises NotASeed, never repeating it."""
        text = credential.strip()
        if "/" in text:
            try:
                text = Path(text).read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                raise NotASeed(f"The NATS seed in {credential} cannot be read: {type(error).__name__}.") from None
        return cls(_seed(text))

    @property
    def seed(self) -> str:
        """The secret half, as a seed file holds it."""
        return _written(bytes((SEED | USER >> 5, (USER & 31) << 3)) + self._secret)

    @property
    def public(self) -> str:
        """The half that the server's configuration names."""
        return _written(bytes((USER,)) + self._key.public_key().public_bytes_raw())

    def signature(self, challenge: str) -> bytes:
        """Of the server's challenge, in base64."""
        return base64.b64encode(self._key.sign(challenge.encode()))


def is_public(text: str) -> bool:
    """Whether this is the public key of a NATS user."""
    try:
        raw = _read(text)
    except ValueError:
        return False
    return len(raw) == 1 + LENGTH and raw[0] == USER


class Signed(Client):
    """NATS' client, signed in as `user` by a key, with a private inbox.

    `credential` (a seed, or the path of its file) is read anew at each connection. The server ends a connection whose key it
    no longer knows; we come back with whatever key is there by then, where the client would give up for good.
    """

    def __init__(self, user: str, credential: str) -> None:
        super().__init__()
        self._user, self._credential, self._known = user, credential, False

    async def connect(self, *servers: Any, error_cb: ErrorCallback | None = None, **options: Any) -> None:
        """As the client does. Raises NotASeed; KeyRefused where the server does not know the key; NotTrusted, where it is not
        the one that it should be.

        What happens so later goes to `error_cb`, and is tried again: somebody may be changing keys or certificates.
        """
        NKey.of(self._credential)

        async def heard(error: Exception) -> None:
            if refused(error):
                if self._transport:
                    self._transport.close()  # type: ignore[no-untyped-call]  # the client leaves it open and takes another
                error = KeyRefused(self._refusal())
            elif isinstance(error, ssl.SSLCertVerificationError):
                error = NotTrusted(f"{self._user} does not trust NATS, whose certificate fails: {error.verify_message}")
            if isinstance(error, KeyRefused | NotTrusted) and not self._known:
                raise error
            if error_cb:
                await error_cb(error)

        try:
            signing = {"error_cb": heard, "signature_cb": self._answer, "inbox_prefix": inbox_prefix(self._user)}
            await super().connect(*servers, **(options | signing))
        except KeyRefused:  # not so for NotTrusted: what began to speak TLS and failed is closed already
            await self.close()
            raise
        self._known = True

    def _answer(self, challenge: str) -> bytes:
        key = NKey.of(self._credential)
        self._public_nkey = key.public
        return key.signature(challenge)

    def _refusal(self) -> str:
        return (
            f"NATS does not let {self._user} in: the public key {self._public_nkey} is not in its configuration. "
            "`candour wire list` shows which keys are; after a change of keys NATS must read its configuration again."
        )

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        """As the client reads a message's headers, in half the time: it looks at each letter of each name, though
        nearly all blocks are plain ASCII whose names hold no space."""
        try:
            text = raw.decode("ascii")
        except UnicodeDecodeError:
            return Client._parse_header_lines(raw)
        found = {}
        for line in text.split("\r\n"):
            name, colon, value = line.partition(":")
            if not colon:
                continue
            if not _TOKEN(name):
                return Client._parse_header_lines(raw)
            found[name] = value.strip(_BLANKS)
        return found

    async def _process_err(self, err_msg: str) -> None:
        if UNKNOWN_HERE in err_msg.lower() and self._known:
            await self._error_cb(nats.errors.AuthorizationError())
            await self._process_op_err(nats.errors.AuthorizationError())
        else:
            await super()._process_err(err_msg)


async def signed_in(url: str, user: str, credential: str, **options: Any) -> Client:
    """A connection as `user`. Raises what `Signed.connect` raises."""
    client = Signed(user, credential)
    await client.connect(url, **options)
    return client


def refused(error: Exception) -> bool:
    """Whether the server says that it does not know who signs in."""
    return isinstance(error, KeyRefused) or UNKNOWN_HERE in str(error).lower()


def _seed(text: str) -> bytes:
    try:
        raw = _read(text)
    except ValueError:
        raw = b""
    if len(raw) != 2 + LENGTH or raw[0] != SEED | USER >> 5 or raw[1] != (USER & 31) << 3:
        raise NotASeed("This is not the seed of a NATS user: one begins with SU and has 58 letters and digits.")
    return raw[2:]


def _written(raw: bytes) -> str:
    return base64.b32encode(raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")).decode().rstrip("=")


def _read(text: str) -> bytes:
    """Raises ValueError where it is no base32, or a letter was mistyped."""
    raw = base64.b32decode(text + "=" * (-len(text) % 8))
    if binascii.crc_hqx(raw[:-2], 0).to_bytes(2, "little") != raw[-2:]:
        raise ValueError("checksum")
    return raw[:-2]
