"""What each kind of opportunity asks for besides the way they all go: at intake, while it is reviewed, and before sign-off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contracts.taxonomy import OpportunityKind as Kind
from contracts.taxonomy import ResponseKind as How
from deploy.house import Platform
from tests.browser.hand import Hand
from tests.browser.lane import Watched


@dataclass
class Played:
    """A house with a manager at one phone and a deputy at another."""

    platform: Platform
    manager: Hand
    deputy: Hand
    phones: tuple[Watched, Watched]


async def at_intake(hand: Hand, action: str, **fields: str) -> None:
    """One of the smaller things to record about it: unfold it, fill it in, send it."""
    form = hand.page.locator(f"form[action$='/{action}']")
    await form.evaluate("each => each.closest('details')?.setAttribute('open', '')")
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if await field.evaluate("each => each.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)
    await hand.led_on(form.get_by_role("button").first)


async def safe_later(hand: Hand) -> None:
    """Nobody knew at first what was done; the manager finds out before anything is decided."""
    await hand.says("Safety not on record")
    await at_intake(hand, "safety", measures="She was helped up, and the floor was dried.")


async def told_the_council(hand: Hand) -> None:
    await at_intake(hand, "referral", referred_to="local_authority", reference="LA-77")
    await hand.says("their reference LA-77")


async def told_the_police(hand: Hand) -> None:
    await at_intake(hand, "referral", referred_to="police", reference="CAD-1234")
    await at_intake(hand, "decision", decided_by="police", decision="other", findings="Words of advice were given.")
    await hand.says("Words of advice were given.")


async def heard_from_the_board(hand: Hand) -> None:
    await at_intake(
        hand, "findings", found_by="safeguarding_board", found="Four services each knew a part.",
        recommended="Name one person who hears from all.",
    )  # fmt: skip
    await hand.says("Name one person who hears from all.")


async def the_employer_acts(hand: Hand) -> None:
    """The employment side is kept on a page of its own, and comes to its own end."""
    record = hand.page.url
    await hand.follow("Matters of employment")
    await at_intake(hand, "subject", name="Someone from an agency")
    await at_intake(hand, "step", step="other_duties", taken_on="2026-03-02", words="Works alongside a senior.")
    await hand.stays_narrow()
    await at_intake(hand, "outcome", outcome="inconclusive", reason="Accounts differ, and nobody else was there.")
    await hand.says("It ended: Inconclusive")
    await hand.page.goto(record)


async def three_steps(hand: Hand) -> None:
    await at_intake(hand, "reviewed", asked="Half the dose from today.")
    await at_intake(hand, "actioned")
    await at_intake(hand, "communicated")
    assert await hand.page.get_by_text("Done 2 Mar 2026").count() == len(("reviewed", "actioned", "communicated"))


async def boards_advice_is_decided(played: Played) -> None:
    hand = played.manager
    await hand.says("Next: decide on what others recommend")
    for _ in range(2):
        form = hand.page.locator(".candour-card--soon form[action$='/decision']").first
        await form.evaluate("each => each.closest('details').setAttribute('open', '')")
        await form.get_by_label("What is decided?").select_option("accepted")
        await form.get_by_label("Why?").fill("It would have helped here.")
        await hand.press("Put the decision on record")


async def the_system_is_questioned(played: Played) -> None:
    """So far every factor is about people: the page asks for what lies behind, and somebody else challenges it."""
    hand = played.manager
    await hand.says("So far every factor is about people")
    await hand.write("What was it about the system that allowed this?", "Nights are covered by one person alone.")
    await hand.press("Put on record")


async def it_is_challenged(played: Played) -> None:
    hand, deputy = played.manager, played.deputy
    await deputy.page.goto(hand.page.url)
    await deputy.says("Next: challenge it")
    await deputy.page.get_by_text("Challenge it", exact=True).click()
    await deputy.write("What is not convincing yet?", "Would anybody else have done the same?")
    await deputy.press("Put it on record")
    await hand.page.reload()
    await hand.says("Next: answer the challenge")
    await hand.write("Your answer", "Yes: two others told us so, and the rota shows why.")
    await hand.press("Put the answer on record")


async def cases_are_drawn(played: Played) -> None:
    hand = played.manager
    await hand.press("Draw the cases")
    await hand.page.get_by_label("How many cases?").fill("1")
    await hand.stays_narrow()
    await hand.press("Draw the sample")
    form = hand.page.locator("form[action*='/sample/']").first
    await form.evaluate("each => each.closest('details').setAttribute('open', '')")
    await form.get_by_role("textbox").fill("The first note says it all, and nobody read it.")
    await hand.press("It shows this")
    await hand.follow("Back to the review")


Hold = Callable[[Hand], Awaitable[None]]
Reflect = Callable[[Played], Awaitable[None]]


@dataclass(frozen=True)
class Way:
    """How one kind goes: the response chosen, and what it asks for besides at intake and in its review."""

    response: How | None
    at_intake: Hold | None = None
    before_factors: Reflect | None = None
    before_learning: Reflect | None = None
    before_sign_off: Reflect | None = None
    factor: str = "recording_prompts"
    who: str = "Yes, send it with my name"


WAYS = {
    Kind.COMPLAINT: Way(How.AFTER_ACTION_REVIEW),
    Kind.NEAR_MISS: Way(How.SWARM),
    Kind.ABUSE_OR_NEGLECT: Way(How.MULTIDISCIPLINARY, told_the_council),
    Kind.SAFEGUARDING_ADULT_REVIEW: Way(
        How.AFTER_ACTION_REVIEW, heard_from_the_board, before_sign_off=boards_advice_is_decided
    ),
    Kind.POLICE_INCIDENT: Way(How.REFLECTION_SMALL_GROUPS, told_the_police),
    Kind.ACCIDENT_OR_INJURY: Way(How.REFLECTION_ONE_TO_ONE, safe_later),
    Kind.WHISTLEBLOWING: Way(How.REFLECTION_WHOLE_TEAM, who="No, send it without my name"),
    Kind.INSPECTION_OR_AUDIT: Way(How.AFTER_ACTION_REVIEW),
    Kind.QUALITY_ASSURANCE: Way(How.THEMATIC, before_factors=cases_are_drawn),
    Kind.COMPLIMENT: Way(How.REFLECTION_WHOLE_TEAM),
    Kind.STAFF_ALLEGATION: Way(
        How.AFTER_ACTION_REVIEW,
        the_employer_acts,
        before_learning=the_system_is_questioned,
        before_sign_off=it_is_challenged,
        factor="training",
    ),
    Kind.PROFESSIONAL_UPDATE: Way(None, three_steps),
    Kind.SAFEGUARDING_INDICATOR: Way(How.SWARM),
}
