"""Which calls to other systems follow from a message to a post."""

from __future__ import annotations

from typing import Any

from libs.domain import Aggregate
from services.notification.domain.message import Message
from services.notification.domain.subscribers import Subscribers


async def with_calls(service: Any, letters: list[Message]) -> list[Aggregate]:
    """The letters, and for each thing they tell of one call to every system that the provider has told of its kind."""
    if not letters:
        return []
    provider = letters[0].provider
    listed: Subscribers | None = await service.find(Subscribers, Subscribers.create_id(provider))
    found: dict[Any, Message] = {}
    for each in letters if listed else ():
        for endpoint in listed.for_kind(each.subject) if listed else ():
            thing = each.cause.rpartition("/")[0]  # the cause of a letter ends in the post it goes to
            call = Message(
                provider=provider, site=each.site, journey=each.journey, about=each.about,
                cause=f"{thing}/call/{endpoint}", subject=each.subject, to_post="", to_role="", endpoint=str(endpoint),
            )  # fmt: skip
            found.setdefault(call.id, call)
    return [*letters, *found.values()]
