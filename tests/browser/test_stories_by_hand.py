"""The delayed-escalation story, played by hand in a browser to its end: the figure on the provider's page changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.hand import Hand, Served
from tests.browser.lane import DESK, PHONE, opened, serving
from tests.journeys.outside import TEAM
from tests.servers import Database, Messaging

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")
POSTS = ("registered_manager", "deputy_manager", "field_supervisor")
LEARNED = "Early signs were written down and not passed on, because the form and the routine gave them no place."
CHANGE = "The note form asks whether someone needs to know today, and who was told."
QUESTION = "You notice something small that does not feel right. What do you do?"
RIGHT, WRONG = "Tick the prompt and tell whoever is in charge.", "Wait whether it happens again."


@pytest.fixture(scope="module")
def site(module_database: Database, messaging: Messaging, wrapping_key: Path) -> Iterator[str]:
    with serving(
        Served(module_database, messaging, wrapping_key, site="elm", kind="homecare", posts=POSTS), patience=90
    ) as address:
        yield address


async def test_the_delayed_escalation_story_is_played_by_hand(browser: Browser, site: str) -> None:
    async with opened(browser, PHONE) as phone, opened(browser, DESK) as desk:
        for watched in (phone, desk):
            watched.page.set_default_timeout(30_000)
        hand, office = Hand(phone.page, site), Hand(desk.page, site)
        await _a_month_with_a_late_sign(hand)
        await _the_figure_is_seen_and_challenged(office, "1 of 2")
        journey = await _the_manager_answers_and_reviews(hand)
        await _another_signs_off(office)
        await _practice_changes(hand)
        await _the_team_understands(hand, office)
        await _a_month_in_time(hand)
        await _the_figure_has_changed(office, journey)
        assert (phone.strayed, phone.complaints, desk.strayed, desk.complaints) == ([], [], [], [])


async def _report(hand: Hand, day: str, words: str) -> None:
    """A carer reports a sign on the phone."""
    await hand.become("Night carer", "/report")
    await hand.page.get_by_label("Low-level sign").check()
    await hand.press("Continue")
    await hand.page.get_by_label("Date").fill(day)
    await hand.page.get_by_label("Time", exact=True).fill("08:30")
    await hand.write("What happened?", words)
    await hand.write("What was done at once to keep people safe?", "Stayed with the person and told a colleague.")
    await hand.stays_narrow()
    await hand.press("Send")
    await hand.says("Your number is")


async def _weigh(hand: Hand, response: str, reasons: str) -> str:
    """The manager finds it in the work list and decides; the journey's id."""
    await hand.become("Registered manager")
    await hand.follow("Weigh it")
    await hand.press("Weigh it")
    await hand.page.get_by_label(response).check()
    await hand.write("Your reasons", reasons)
    await hand.stays_narrow()
    await hand.press("Decide")
    await hand.says("What follows")
    return hand.page.url.split("/intake/")[1].split("?")[0]


async def _a_month_with_a_late_sign(hand: Hand) -> None:
    await _report(hand, "2026-03-02", "A bruise on the arm, noted at the visit.")
    await _weigh(hand, "No review of its own", "Seen the same day; nothing more to learn from it alone.")
    await _report(hand, "2026-03-02", "The person did not want to say how the cup broke.")
    await hand.clock("One week on")
    await _weigh(hand, "After-action review", "Written down, and read a week later. We look at how that could be.")
    await hand.clock("One month on")


async def _the_figure_is_seen_and_challenged(office: Hand, figure: str) -> None:
    await office.become("Nominated individual", "/provider")
    await office.figure(f"{figure} (50%)", "March 2026", "100%: met at 0 of 1 site")
    await office.follow("1 case that missed")
    await office.says("1 journey")
    await office.become("Nominated individual", "/provider")
    await office.follow("Elm")
    await office.page.get_by_label("Who is asked").select_option(value="elm.registered_manager")
    await office.page.get_by_label("About which measure").select_option(index=1)
    await office.write("What you ask", "Why was one of two signs seen late?")
    await office.press("Ask")
    await office.says("It has not been answered yet")


async def _the_manager_answers_and_reviews(hand: Hand) -> str:
    await hand.become("Registered manager")
    await hand.follow("Answer a challenge")
    await hand.write("Your answer", "Nobody reads the notes when the manager is away. A review is under way.")
    await hand.press("Answer")
    await hand.says("Answer")
    await hand.become("Registered manager")
    await hand.follow("Review it")
    journey = hand.page.url.split("/review/")[1].split("?")[0]
    await hand.follow("1. Description")
    for step in range(1, 6):
        await hand.page.locator("textarea").first.fill(f"What the team remembers of step {step}.")
        await hand.stays_narrow()
        await hand.press("Save and continue")
    await hand.says("Next: what contributed")
    await hand.page.get_by_label("What kind of thing was it?").select_option(value="recording_prompts")
    await hand.write("What contributed?", "The note form does not ask whether anyone needs to know.")
    await hand.press("Add it")
    await hand.write("What was learned?", LEARNED)
    await hand.press("Save what was learned")
    await hand.says("so somebody else signs it off")
    await hand.stays_narrow()
    return journey


async def _another_signs_off(office: Hand) -> None:
    await office.become("Safeguarding lead", "/review")
    await office.follow("Low-level sign")
    await office.page.get_by_label("I have read what was learned").check()
    await office.press("Sign off")
    await office.says("Someone other than the author agreed")


async def _practice_changes(hand: Hand) -> None:
    await hand.become("Registered manager")
    await hand.follow("Agree what changes")
    await hand.press("Answer this")
    await hand.write("What will staff do, or find, that is different?", CHANGE)
    await hand.page.get_by_label("What kind of change is it?").select_option(value="recording_prompt")
    await hand.page.get_by_label("Which post sees it through?").select_option(value="elm.field_supervisor")
    await hand.write("By when?", "2026-04-24")
    measure = hand.page.get_by_label("Which measure will show whether it worked?")
    await measure.select_option(value="indicator-reviewed-in-one-working-day")
    await hand.write("What do you expect to see", "Every sign is looked at within one working day.")
    await hand.stays_narrow()
    await hand.press("Agree it")
    await hand.become("Field supervisor")
    await hand.follow("Make the change")
    await hand.follow(CHANGE)
    await hand.press("Work on it has begun")
    await hand.page.get_by_label("Where can the proof be found?").select_option(value="care_records")
    await hand.write("What shows it?", "Ten notes of this week show the new prompt in use.")
    await hand.press("It is made")
    await hand.become("Registered manager")
    await hand.follow("See that the change was made")
    await hand.follow(CHANGE)
    await hand.write("What did you see?", "Read five notes of both rounds.")
    await hand.press("I have seen it")
    await hand.says("Practice has changed")


async def _the_team_understands(hand: Hand, office: Hand) -> None:
    await office.become("Field supervisor", "/briefings")
    await office.follow(CHANGE)
    await office.follow("Put another question")
    await office.write("The question", QUESTION)
    await office.page.get_by_label("Answer 1").first.fill(RIGHT)
    await office.page.get_by_label("Answer 2").first.fill(WRONG)
    await office.page.get_by_role("radio", name="Answer 1").check()
    await office.press("Ask this")
    for member in TEAM:
        await hand.become(member.replace("_", " ").capitalize())
        await hand.follow("Read and answer")
        await hand.follow(CHANGE)
        await hand.stays_narrow()
        await hand.press("I have read this")
        await hand.page.get_by_label(RIGHT).check()
        await hand.press("Send my answer")
        await hand.says("You have read and understood this.")
    await office.become("Deputy manager")
    await office.follow("Go and look")
    await office.write("How often did you look?", "10")
    await office.write("How often was it done the new way?", "10")
    await office.page.get_by_label("Where did you look?").select_option(value="practice_observation")
    await office.press("Record what I saw")
    await office.says("10 of 10")


async def _a_month_in_time(hand: Hand) -> None:
    """A month later a sign is reported, and weighed the same morning; then another month passes."""
    await hand.become("Registered manager")
    await hand.clock("One month on", "To the next working morning")
    await _report(hand, "2026-05-11", "A new mark on the wrist.")
    await _weigh(hand, "No review of its own", "Read this morning, from the prompt; talked over with the person.")
    await hand.clock("One month on")


async def _the_figure_has_changed(office: Hand, journey: str) -> None:
    await office.become("Nominated individual", "/provider")
    await office.figure("1 of 1 (100%)", "May 2026", "100%: met at 1 of 1 site")
    await office.says("Mar 1/2")
    await office.page.goto(f"{office.site}/journeys/{journey}")
    await office.says("It has not yet been shown to last")
    await office.says(CHANGE)
