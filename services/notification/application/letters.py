"""Letters to people outside: written, looked over, and sent once."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.domain import Aggregate
from libs.reaching import LetterTemplate
from libs.service import NotFound, command
from services.notification.application.asking import Asked, require_teller
from services.notification.domain.account import Account
from services.notification.domain.candour import Candour, Step
from services.notification.domain.letter import How, Letter, LetterNotInForce
from services.notification.domain.wording import Confirmed, Wordings, WordsNotConfirmed, fingerprint
from services.notification.policy.letters import discharged_by_letter, step_taken


class Letters(Asked):
    """One draft of a kind on a journey at a time."""

    async def letter_open(self, journey: UUID, template: str) -> tuple[Letter | None, int]:
        """The letter of this kind that has not left yet, and the number it has or would have."""
        number = 1
        while letter := await self.find(Letter, Letter.create_id(journey, template, number)):
            if letter.state != "sent":
                return letter, number
            number += 1
        return None, number

    async def templates(self) -> tuple[LetterTemplate, ...]:
        """The kinds of letter that the rules in force have."""
        try:
            return (await self.directory.rules(local_day(self.clock.now()))).letters
        except NotFound:
            return ()

    async def template_in_force(self, template: str) -> tuple[LetterTemplate, str]:
        """A kind of letter as the rules in force have it, with the pack. Raises LetterNotInForce."""
        try:
            pack = await self.directory.rules(local_day(self.clock.now()))
        except NotFound:
            raise LetterNotInForce from None
        found = pack.letter(template)
        if found is None:
            raise LetterNotInForce
        return found, f"{pack.id}/{pack.version}"

    async def template_of(self, letter: Letter) -> LetterTemplate:
        """The template a letter was written from, in the version of then. Raises LetterNotInForce."""
        pack, _, version = letter.pack.partition("/")
        found = (await self.directory.rules_version(pack, version)).letter(letter.template)
        if found is None:
            raise LetterNotInForce
        return found

    async def newer_than(self, letter: Letter) -> LetterTemplate | None:
        """The kind of a draft as the rules in force have it, where it is another than the draft was begun with."""
        try:
            now, _ = await self.template_in_force(letter.template)
        except LetterNotInForce:
            return None
        return None if now == await self.template_of(letter) else now

    async def confirmations(self, provider: str) -> dict[str, Confirmed]:
        """Which words were confirmed for a provider, by their fingerprint."""
        listed = await self.find(Wordings, Wordings.create_id(provider))
        return listed.confirmed if listed else {}

    async def may_go_out(self, provider: str, kind: LetterTemplate) -> bool:
        """Whether the words of a kind of letter were confirmed, by the rules as they were adopted or by a decision here."""
        return kind.confirmed or fingerprint(kind) in await self.confirmations(provider)

    @command
    async def write_letter(self, act: Act, journey: UUID, template: str, words: str) -> Saved:
        """Write a letter, or write it anew before it leaves."""
        require_teller(act.role)
        account = await self.get(Account, Account.create_id(journey))
        letter, number = await self.letter_open(journey, template)
        if letter:
            letter = await self.get(Letter, letter.id, act)
            letter.rewrite(words)
            return await self.save(act, letter)
        found, pack = await self.template_in_force(template)
        letter = Letter(
            provider=account.provider, site=account.site, journey=journey, about=account.about, template=template,
            number=number, template_version=found.version, pack=pack, recipient=found.recipient,
            rules=list(found.rules), step=found.step, apologises=bool(found.apology), words=words,
        )  # fmt: skip
        return await self.save(act, letter)

    @command
    async def move_letter_on(self, act: Act, journey: UUID, template: str) -> Saved:
        """The draft is of the kind that the rules in force have, from now on. Raises LetterNotInForce, NotFound."""
        require_teller(act.role)
        letter, _ = await self.letter_open(journey, template)
        if letter is None:
            raise NotFound("There is no letter of this kind that has not left yet.")
        letter = await self.get(Letter, letter.id, act)
        letter.move_on(*await self.template_in_force(template))
        return await self.save(act, letter)

    @command
    async def send_letter(self, act: Act, letter: UUID, how: How, dated: date, sha256: str) -> Saved:
        """It left; the step and the duties that it stands for are on record with it. Raises WordsNotConfirmed."""
        require_teller(act.role)
        found = await self.get(Letter, letter, act)
        if found.state != "sent" and not await self.may_go_out(found.provider, await self.template_of(found)):
            raise WordsNotConfirmed
        found.send(how, dated, sha256)
        candour = await self.find(Candour, Candour.create_id(found.journey))
        changed: list[Aggregate] = [found]
        if candour and found.step:
            changed += step_taken(candour, Step(found.step), found)
        return await self.save(act, *changed, *await discharged_by_letter(self, found))
