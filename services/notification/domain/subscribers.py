"""Other systems that a provider has told when something waits for it: at which address, under which secret, of what."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from contracts.taxonomy import Role
from libs.domain import Aggregate, Created, Event, Refused, Sealed, event, follows
from services.notification.domain.message import About

SECRET_BYTES = 32
PREFIX = "whsec_"
"""How Standard Webhooks marks a signing secret."""
MOST = 20
LONGEST = 500
KEEPERS = frozenset(
    {
        Role.REGISTERED_PERSON, Role.PROVIDER_REPRESENTATIVE, Role.NOMINATED_INDIVIDUAL, Role.PROVIDER_QUALITY_LEAD,
    }
)  # fmt: skip
"""Who may say which other system is told: posts that answer for the provider, never one site's alone."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where another system listens. `kinds` are codes of `About`; none means every kind."""

    url: str
    secret: str
    kinds: tuple[str, ...]


class Subscribers(Aggregate):
    """One list for each provider."""

    TOPIC = "notification.Subscribers"

    class Opened(Created):
        TOPIC = "notification.Subscribers.Opened"

    class EndpointAdded(Event):
        TOPIC = "notification.Subscribers.EndpointAdded"
        endpoint_id: UUID
        url: str
        secret: Sealed
        kinds: list[str]

    class EndpointRemoved(Event):
        TOPIC = "notification.Subscribers.EndpointRemoved"
        endpoint_id: UUID
        because: str

    @staticmethod
    def create_id(provider: str) -> UUID:
        return follows("notification.Subscribers", provider)

    @event(Opened)
    def __init__(self, *, provider: str, site: str, journey: UUID, about: UUID) -> None:
        self.endpoints: dict[UUID, Endpoint] = {}

    def add(self, url: str, kinds: list[str], role: str) -> None:
        """Tell another system from now on. A new secret is made; the address says https and holds no password."""
        self._keeper(role)
        if not usable(url) or not set(kinds) <= set(About):
            raise AddressNotUsable
        if any(each.url == url for each in self.endpoints.values()):
            raise AddressOnTheList
        if len(self.endpoints) >= MOST:
            raise TooManyAddresses
        secret = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        identity = follows("notification.Endpoint", f"{self.id}/{self.version}")
        self.trigger_event(self.EndpointAdded, endpoint_id=identity, url=url, secret=secret, kinds=sorted(set(kinds)))

    @event(EndpointAdded)
    def _(self, endpoint_id: UUID, url: str, secret: str, kinds: list[str]) -> None:
        self.endpoints[endpoint_id] = Endpoint(url, secret, tuple(kinds))

    def remove(self, endpoint_id: UUID, because: str, role: str) -> None:
        """Tell it no longer; what was not taken yet is given up."""
        self._keeper(role)
        if endpoint_id not in self.endpoints:
            raise NotOnTheList
        if not because.strip():
            raise ReasonMissing
        self.trigger_event(self.EndpointRemoved, endpoint_id=endpoint_id, because=because)

    @event(EndpointRemoved)
    def _(self, endpoint_id: UUID) -> None:
        del self.endpoints[endpoint_id]

    def for_kind(self, about: str) -> list[UUID]:
        """Who is told of this kind of thing, in a fixed order."""
        return [identity for identity, each in self.endpoints.items() if not each.kinds or about in each.kinds]

    @staticmethod
    def _keeper(role: str) -> None:
        if role not in KEEPERS:
            raise NotYoursToConnect


def usable(url: str) -> bool:
    """Whether this is a web address that can be called: plain characters, a host, no password and no fragment."""
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    whole = parts.scheme in {"https", "http"} and bool(parts.hostname) and not parts.username and not parts.fragment
    return whole and has_port and url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST


class NotYoursToConnect(Refused):
    """Which other system is told is for those who answer for the provider. Ask the provider's quality lead."""


class AddressNotUsable(Refused):
    """Give a web address that begins with https://, without a password in it, and kinds of news from the list."""


class AddressOnTheList(Refused):
    """This address is on the list already."""


class TooManyAddresses(Refused):
    """There are twenty addresses already. Take one off the list first."""


class NotOnTheList(Refused):
    """This address is not on the list, or no longer."""


class ReasonMissing(Refused):
    """Say in a sentence why it is told no longer."""
