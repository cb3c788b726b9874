"""The steps of a written story, played by hand: each on the page where whoever's step it is takes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from contracts.taxonomy import OpportunityKind, ResponseKind, Theme
from deploy.demo.telling import Line, Story
from libs.calendar import WorkingDays
from tests.browser.hand import Hand
from tests.journeys.outside import TEAM

MONDAY = date(2026, 3, 2)
"""The day on which these houses begin."""
PRESSED = {
    "reviewed": "Record what it asks",
    "actioned": "Record that it is in place",
    "communicated": "Record that staff know",
}
WEEK = 7


class StageHand:
    """Plays a story's lines at one device, as one person after another."""

    def __init__(self, hand: Hand, story: Story, site: str) -> None:
        self.hand, self.story, self.site = hand, story, site
        self.today = self.began = MONDAY
        self.journey = ""
        self.changes: list[str] = []
        self._who = self._service = ""

    async def play(self, lines: Sequence[Line]) -> None:
        """Play these from today on, each on its own day."""
        self.began = self.today
        for line in lines:
            await self._reach(line)
            for who in TEAM if line.who == "$member" else [line.who]:
                await getattr(self, f"_{line.service}_{line.command}")(_called(who), line.fields, line)
            self._who, self._service = line.who, line.service

    async def pass_to(self, day: date) -> None:
        """Let time pass until the first working morning from a day on."""
        weeks = max(0, (day - self.today).days // WEEK)
        steps = ["One week on"] * weeks
        self.today += timedelta(days=WEEK * weeks)
        while self.today < day:
            steps.append("To the next working morning")
            self.today = WorkingDays("ENG").add(self.today, 1)
        await self.hand.clock(*steps)

    async def _reach(self, line: Line) -> None:
        day = self.began + timedelta(days=line.day)
        if day > self.today:
            await self.pass_to(day)
        elif self._service and (line.who, line.service) != (self._who, self._service):
            await self.hand.clock("One hour on")  # the next person comes to it when the house has heard of it

    async def _intake_raise_opportunity(self, who: str, said: dict[str, Any], line: Line) -> None:
        hand = self.hand
        await hand.become(who, "/report")
        await hand.page.get_by_label(OpportunityKind(said["kind"]).label, exact=True).check()
        await hand.press("Continue")
        await hand.page.get_by_label("Date", exact=True).fill(self.today.isoformat())
        await hand.page.get_by_label("Time", exact=True).fill("08:30")
        await hand.write("What happened?", said["summary"])
        await hand.write("What was done at once to keep people safe?", said["immediate_action"])
        await hand.press("Send")
        await hand.says("Your number is")
        self.journey, self.changes = "", []

    async def _intake_triage(self, who: str, said: dict[str, Any], line: Line) -> None:
        hand = self.hand
        await self._come_to(who, "intake")
        await hand.press("Weigh it")
        response = ResponseKind(said["response"]).label if said["response"] else "No review of its own"
        await hand.page.get_by_label(response).check()
        await hand.page.get_by_text("Themes it belongs to").click()
        for theme in said["themes"]:
            await hand.page.get_by_label(Theme(theme).label, exact=True).check()
        await hand.write("Your reasons", line.because)
        await hand.press("Decide")
        await hand.says("What follows")

    async def _intake_step_update(self, who: str, said: dict[str, Any], line: Line) -> None:
        await self._come_to(who, "intake")
        if said["decision"]:
            await self.hand.write("What does it ask of us?", said["decision"])
        await self.hand.press(PRESSED[said["step"]])

    async def _come_to(self, who: str, room: str) -> None:
        """The journey's page in a room; of a new one, from the list of what came in."""
        if self.journey:
            await self.hand.become(who, f"/{room}/{self.journey}")
            return
        await self.hand.become(who, "/intake")
        await self.hand.led_on(self.hand.page.locator("main h3 a[href^='/intake/']").first)
        self.journey = self.hand.page.url.split("/intake/")[1].split("?")[0]

    async def _review_answer(self, who: str, said: dict[str, Any], line: Line) -> None:
        await self._come_to(who, "review")
        await self.hand.follow(f"{said['step']}. ")
        await self.hand.page.locator(f"[name='{said['question']}']").fill(said["words"])
        await self.hand.press("Save and continue")

    async def _review_identify_factor(self, who: str, said: dict[str, Any], line: Line) -> None:
        await self._come_to(who, "review")
        kind = self.hand.page.get_by_label("What kind of thing was it?")
        if not await kind.is_visible():  # after the first, the form is folded away
            await self.hand.page.get_by_text("Name something that contributed").click()
        await kind.select_option(value=said["category"])
        await self.hand.write("What contributed?", said["words"])
        await self.hand.press("Add it")

    async def _review_state_learning(self, who: str, said: dict[str, Any], line: Line) -> None:
        await self._come_to(who, "review")
        await self.hand.write("What was learned?", said["words"])
        await self.hand.press("Save what was learned")
        await self.hand.says("so somebody else signs it off")

    async def _review_sign_off(self, who: str, said: dict[str, Any], line: Line) -> None:
        await self._come_to(who, "review")
        await self.hand.page.get_by_label("I have read what was learned").check()
        await self.hand.press("Sign off")
        await self.hand.says("Someone other than the author agreed")

    async def _action_agree(self, who: str, said: dict[str, Any], line: Line) -> None:
        hand = self.hand
        await self._come_to(who, "action")
        await hand.press("Answer this")
        await hand.write("What will staff do, or find, that is different?", said["what"])
        await hand.page.get_by_label("What kind of change is it?").select_option(value=said["change_kind"])
        owner = f"{self.site}.{said['owner']}"
        await hand.page.get_by_label("Which post sees it through?").select_option(value=owner)
        await hand.write("By when?", (self.began + timedelta(days=said["due_day"])).isoformat())
        measure = hand.page.get_by_label("Which measure will show whether it worked?")
        await measure.select_option(value=self.story.measure)
        await hand.write("What do you expect to see", said["expected_effect"])
        if said["affects_people"]:
            await hand.page.get_by_label("Yes, so the people affected are told").check()
        await hand.press("Agree it")
        self.changes.append(said["what"])

    async def _come_to_change(self, who: str, said: dict[str, Any]) -> None:
        await self._come_to(who, "action")
        await self.hand.follow(self.changes[int(said["action"].removeprefix("$action.")) - 1])

    async def _action_start(self, who: str, said: dict[str, Any], line: Line) -> None:
        await self._come_to_change(who, said)
        await self.hand.press("Work on it has begun")

    async def _action_implement(self, who: str, said: dict[str, Any], line: Line) -> None:
        await self._come_to_change(who, said)
        proof = self.hand.page.get_by_label("Where can the proof be found?")
        await proof.select_option(value=said["evidence_kind"])
        await self.hand.write("What shows it?", said["evidence"])
        await self.hand.press("It is made")

    async def _action_verify(self, who: str, said: dict[str, Any], line: Line) -> None:
        await self._come_to_change(who, said)
        await self.hand.write("What did you see?", said["seen"])
        await self.hand.press("I have seen it")

    async def _notification_ask(self, who: str, said: dict[str, Any], line: Line) -> None:
        hand = self.hand
        await hand.become(who, "/briefings")
        await hand.follow(self.changes[0])
        await hand.follow("Put another question")
        await hand.write("The question", said["question"])
        for number, option in enumerate(said["options"], start=1):
            await hand.page.get_by_label(f"Answer {number}").first.fill(option)
        await hand.page.get_by_role("radio", name=f"Answer {said['right'] + 1}").check()
        await hand.press("Ask this")

    async def _notification_read(self, who: str, said: dict[str, Any], line: Line) -> None:
        await self._come_to_briefing(who)
        await self.hand.press("I have read this")

    async def _notification_answer(self, who: str, said: dict[str, Any], line: Line) -> None:
        await self._come_to_briefing(who)
        await self.hand.page.locator("input[type=radio][name=option]").nth(said["option"]).check()
        await self.hand.press("Send my answer")
        await self.hand.says("You have read and understood this.")

    async def _come_to_briefing(self, who: str) -> None:
        await self.hand.become(who)
        await self.hand.follow("Read and answer")
        await self.hand.follow(self.changes[0])

    async def _assurance_observe(self, who: str, said: dict[str, Any], line: Line) -> None:
        hand = self.hand
        await self._come_to(who, "assurance")
        await hand.write("How often did you look?", str(said["of"]))
        await hand.write("How often was it done the new way?", str(said["seen"]))
        await hand.page.get_by_label("Where did you look?").select_option(value=said["source_kind"])
        await hand.write("What you saw (optional)", said["note"])
        await hand.press("Record what I saw")
        await hand.says(f"{said['seen']} of {said['of']}")


def _called(who: str) -> str:
    """The name at the door: care workers go by the part of the team they are in."""
    return "Day carer" if who == "care_worker" else who.replace("_", " ").capitalize()
