"""Calls other systems as Standard Webhooks asks: signed, ids only, and never to an address inside our own network."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

import httpx2

from libs.domain import Refused
from services.notification.domain.message import Message
from services.notification.domain.subscribers import PREFIX, Endpoint

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
PATIENCE = 15.0
"""Seconds for one call, as Standard Webhooks advises (15 to 30); shorter than the lease of a message."""
GONE = 410
NAT64 = ip_network("64:ff9b::/96")
"""Addresses that stand for an IPv4 address (RFC 6052) and are as private as that is."""
V4_BITS = 0xFFFFFFFF
GIVEN_OUT = ip_network("2000::/3")
"""Where every IPv6 address of the public internet lies (IANA). The rest (::a.b.c.d, 64:ff9b:1::, fec0:: …) leads elsewhere."""
NOT_PUBLIC = tuple(map(ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""What Python's lists call public, the older ones at least: clouds' own name services and metadata (192.0.0.192 is one, in what
RFC 6890 keeps for protocols), withdrawn 6to4 relays (RFC 7526), and addresses for documentation (RFC 9637)."""


class NotReachable(Exception):
    """A call did not come through; `for_good` where trying again is pointless."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.for_good = reason, for_good


class AddressInside(Refused):
    """This address lies inside a private network, which Candour does not call unless its settings allow it."""


@dataclass(frozen=True, slots=True)
class Fence:
    """Which networks may be called besides the public internet: `CANDOUR_WEBHOOK_ALLOW`, as "10.1.0.0/16, ::1/128"."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Self:
        """Raises ValueError for what is no network."""
        named = env.get("CANDOUR_WEBHOOK_ALLOW", "").split(",")
        return cls(tuple(ip_network(each.strip()) for each in named if each.strip()))

    def admits(self, text: str) -> bool:
        """Whether an address may be called: it is public, or a setting names its network."""
        address = plain(ip_address(text.partition("%")[0]))
        return self.lists(address) or public(address)

    def lists(self, address: Address) -> bool:
        """Whether a setting names the network of this address."""
        return any(address in network for network in self.allowed if network.version == address.version)

    async def resolve(self, url: str) -> str:
        """The one address to call, looked up now, so that what was looked at is what is called.

        Raises AddressInside where any of the host's addresses is not admitted, or where it is http to a public one;
        NotReachable where the name is not known.
        """
        parts = urlsplit(url)
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, ValueError):
            raise NotReachable("The name of the other system could not be looked up.") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not addresses or not all(self.admits(each) for each in addresses):
            raise AddressInside
        if parts.scheme != "https" and not all(self.lists(plain(ip_address(a.partition("%")[0]))) for a in addresses):
            raise AddressInside("A public address is called by https:// alone.")
        return addresses[0]


def public(address: Address) -> bool:
    """Whether an address (as `plain` gives it) is one of the public internet."""
    if isinstance(address, IPv6Address) and address not in GIVEN_OUT:
        return False
    never = any(address in network for network in NOT_PUBLIC if network.version == address.version)
    return address.is_global and not address.is_multicast and not never


def plain(address: Address) -> Address:
    """The IPv4 address behind an IPv6 form of one."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in NAT64:
        inner = IPv4Address(int(address) & V4_BITS)
    return inner or address


def body(message: Message) -> bytes:
    """What another system is told: the kind of thing, when, and ids by which it may ask. The same at every try."""
    data = {"message": str(message.id), "journey": str(message.journey), "site": message.site}
    told = {"type": f"candour.{message.subject}", "timestamp": message.created_on.isoformat(), "data": data}
    return json.dumps(told, separators=(",", ":")).encode()


def signed(secrets: Sequence[str], identity: str, now: datetime, content: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks: HMAC-SHA256 over id, time and body. The id stays the same at every try.

    While a secret is being changed there is a signature for each of the two, and whoever is called takes either.
    """
    seconds = str(int(now.timestamp()))
    said = b".".join((identity.encode(), seconds.encode(), content))
    marks = [hmac.new(base64.b64decode(each.removeprefix(PREFIX)), said, hashlib.sha256).digest() for each in secrets]
    return {
        "webhook-id": identity,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(mark).decode()}" for mark in marks),
        "content-type": "application/json",
        "user-agent": "Candour",
    }


async def call(message: Message, endpoint: Endpoint, now: datetime, fence: Fence) -> None:
    """Hand a message to another system. Raises NotReachable with what to record.

    No redirect is followed, no proxy asked and nothing of the answer read but its number: an answer must not lead us
    elsewhere, and it may hold anything.
    """
    try:
        address = await fence.resolve(endpoint.url)
    except AddressInside as inside:
        raise NotReachable(str(inside), for_good=True) from None
    parts = urlsplit(endpoint.url)
    content = body(message)
    headers = signed(endpoint.secrets(now), str(message.id), now, content) | {"host": parts.netloc}
    try:
        url = httpx2.URL(endpoint.url).copy_with(host=address)
        async with (
            asyncio.timeout(PATIENCE),
            httpx2.AsyncClient(timeout=PATIENCE, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", url, content=content, headers=headers, extensions={"sni_hostname": parts.hostname}
            ) as answer,
        ):
            status = answer.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError):
        raise NotReachable("The other system could not be reached, or did not answer in time.") from None
    if not answer.is_success:
        raise NotReachable(f"The other system did not take it ({status}).", for_good=status == GONE)
