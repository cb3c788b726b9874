"""Other systems that a provider has told when something waits for it: at which address, under which secret, of what."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
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
    paused: bool = False
    old_secret: str = ""
    old_until: datetime | None = None

    def secrets(self, now: datetime) -> list[str]:
        """What a call is signed with at a moment: the secret, and the one before it as long as that still counts."""
        still = self.old_secret and self.old_until and now < self.old_until
        return [self.secret, self.old_secret] if still else [self.secret]


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

    class EndpointPaused(Event):
        TOPIC = "notification.Subscribers.EndpointPaused"
        endpoint_id: UUID
        because: Sealed

    class EndpointResumed(Event):
        TOPIC = "notification.Subscribers.EndpointResumed"
        endpoint_id: UUID

    class SecretRotated(Event):
        TOPIC = "notification.Subscribers.SecretRotated"
        endpoint_id: UUID
        secret: Sealed
        old_until: datetime

    class EndpointRemoved(Event):
        TOPIC = "notification.Subscribers.EndpointRemoved"
        endpoint_id: UUID
        because: Sealed

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
        identity = follows("notification.Endpoint", f"{self.id}/{self.version}")
        self.trigger_event(
            self.EndpointAdded, endpoint_id=identity, url=url, secret=new_secret(), kinds=sorted(set(kinds))
        )

    @event(EndpointAdded)
    def _(self, endpoint_id: UUID, url: str, secret: str, kinds: list[str]) -> None:
        self.endpoints[endpoint_id] = Endpoint(url, secret, tuple(kinds))

    def pause(self, endpoint_id: UUID, because: str, role: str) -> None:
        """Call it no longer for now. What it should have been told is kept, to be sent when it is called again."""
        if not self._listed(endpoint_id, role).paused:
            if not because.strip():
                raise ReasonMissing
            self.trigger_event(self.EndpointPaused, endpoint_id=endpoint_id, because=because)

    @event(EndpointPaused)
    def _(self, endpoint_id: UUID) -> None:
        self.endpoints[endpoint_id] = replace(self.endpoints[endpoint_id], paused=True)

    def resume(self, endpoint_id: UUID, role: str) -> None:
        """Call it again."""
        if self._listed(endpoint_id, role).paused:
            self.trigger_event(self.EndpointResumed, endpoint_id=endpoint_id)

    @event(EndpointResumed)
    def _(self, endpoint_id: UUID) -> None:
        self.endpoints[endpoint_id] = replace(self.endpoints[endpoint_id], paused=False)

    def rotate(self, endpoint_id: UUID, old_until: datetime, role: str) -> None:
        """Make a new secret. Calls are signed with the old one as well until then, so that nothing is missed."""
        self._listed(endpoint_id, role)
        self.trigger_event(self.SecretRotated, endpoint_id=endpoint_id, secret=new_secret(), old_until=old_until)

    @event(SecretRotated)
    def _(self, endpoint_id: UUID, secret: str, old_until: datetime) -> None:
        was = self.endpoints[endpoint_id]
        self.endpoints[endpoint_id] = replace(was, secret=secret, old_secret=was.secret, old_until=old_until)

    def remove(self, endpoint_id: UUID, because: str, role: str) -> None:
        """Tell it no longer; what was not taken yet is given up."""
        self._listed(endpoint_id, role)
        if not because.strip():
            raise ReasonMissing
        self.trigger_event(self.EndpointRemoved, endpoint_id=endpoint_id, because=because)

    @event(EndpointRemoved)
    def _(self, endpoint_id: UUID) -> None:
        del self.endpoints[endpoint_id]

    def for_kind(self, about: str) -> list[UUID]:
        """Who is told of this kind of thing, in a fixed order."""
        return [identity for identity, each in self.endpoints.items() if not each.kinds or about in each.kinds]

    def _listed(self, endpoint_id: UUID, role: str) -> Endpoint:
        self._keeper(role)
        if endpoint_id not in self.endpoints:
            raise NotOnTheList
        return self.endpoints[endpoint_id]

    @staticmethod
    def _keeper(role: str) -> None:
        if role not in KEEPERS:
            raise NotYoursToConnect


def provider_kept_by(role: str, scope: str) -> str:
    """The provider whose list a post keeps. Raises NotYoursToConnect for one site's post, or another role."""
    kind, _, provider = scope.partition(":")
    if kind != "provider" or role not in KEEPERS:
        raise NotYoursToConnect
    return provider


def new_secret() -> str:
    """A signing secret as Standard Webhooks writes one."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


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
    """Say in a sentence why."""


class ReasonNamesSomebody(Refused):
    """Say why without naming anybody: this reason outlives what is held about people."""
