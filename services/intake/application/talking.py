"""Talking with somebody who gave no name, through a receipt number and a secret word that only they were shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from libs.deciding import Act, Saved
from libs.service import command
from services.intake.application.opportunities import Opportunities
from services.intake.application.reporting import plain, receipt
from services.intake.application.secret_word import door, former_door, is_word_of
from services.intake.domain import Opportunity, Talk, WayBack
from services.intake.domain.refusals import NoWayBack, TooManyTries, WordNotKnown
from services.intake.projection import Tries

TRIES, WITHIN = 5, timedelta(minutes=15)
"""How many wrong words for one number are listened to, and within what time."""


@dataclass(frozen=True, slots=True)
class LetIn:
    """What somebody with the number and its word may see: where it stands, and what was said. Nobody's words but those."""

    opportunity: Opportunity
    talk: Talk


class Talking(Opportunities):
    """Asks, listens, and lets in whoever has the number and the word."""

    tries: Tries

    async def talk_of(self, journey: UUID) -> Talk | None:
        """What was said with whoever reported it without a name; None where they gave one, or have no way back."""
        return await self.find(Talk, Talk.create_id(journey))

    @command
    async def ask_reporter(self, act: Act, opportunity: UUID, words: str) -> Saved:
        """Leave a question for whoever reported it. Raises NoWayBack, NothingSaid, TalkFull."""
        talk = await self._talk(act, opportunity)
        talk.ask(words)
        return await self.save(act, talk)

    @command
    async def read_answers(self, act: Act, opportunity: UUID) -> Saved:
        """Take note of what was answered. Raises NoWayBack, NothingNewToRead."""
        talk = await self._talk(act, opportunity)
        talk.read_answers()
        return await self.save(act, talk)

    @command
    async def answer_back(self, act: Act, journey: UUID, words: str, question: UUID | None = None) -> Saved:
        """What somebody who was let in answers, or adds. Raises NoWayBack, QuestionNotKnown, AnsweredAlready, NothingSaid."""
        talk = await self.talk_of(journey)
        if talk is None:
            raise NoWayBack
        talk.answer(words, question)
        return await self.save(act, talk)

    async def let_in(self, number: str, word: str) -> LetIn:
        """Where a number and its word lead. Raises WordNotKnown, and TooManyTries after too many wrong words for a number.

        A number that was never given is answered as one with another word. Only a keyed digest of the number is kept,
        and only of those that were tried in vain.
        """
        keys, now = self.mapper.keys, self.clock.now()
        place = keys.pseudonym("tried", plain(number))
        if await self.tries.count(place, now - WITHIN) >= TRIES:
            raise TooManyTries
        way = await self._way(number, word)
        talk = await self.talk_of(way.journey) if way else None
        if way is None or talk is None:
            await self.tries.note(place, now, now - WITHIN)
            raise WordNotKnown
        return LetIn(await self.get(Opportunity, way.journey), talk)

    async def opens(self, journey: UUID, word: str) -> bool:
        """Whether this is the word that was given for a report: what is sent again with another is told none."""
        return await self._way(receipt(journey), word) is not None

    async def _way(self, number: str, word: str) -> WayBack | None:
        keys = self.mapper.keys
        way = await self.find(WayBack, WayBack.create_id(door(keys, number)))
        if await is_word_of(keys, word, way):
            return way
        return await self.find(WayBack, WayBack.create_id(former_door(keys, number, word)))

    async def _talk(self, act: Act, opportunity: UUID) -> Talk:
        await self.decidable(act, opportunity)
        talk = await self.talk_of(opportunity)
        if talk is None:
            raise NoWayBack
        return talk
