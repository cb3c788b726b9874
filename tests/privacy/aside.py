"""What is written beside the journey and may tell of the same person: other records, other sites, rounds, requests, keeping."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.intake import OpportunityCorrected
from contracts.taxonomy import IntakeRoute, Register
from services.action.domain.action import Terms
from services.assurance.domain import AuditRound
from services.intake.application import Choice, ErasureRequest, Report, Word, new_word
from services.intake.application.reporting import UNNAMED
from services.notification.application.telling import Contact
from services.notification.domain.subscribers import ReasonNamesSomebody, Subscribers
from services.notification.domain.transfer import Decision
from services.notification.policy import react
from services.review.domain.values import Reply
from tests.given import heard
from tests.house import OPERATOR
from tests.privacy.story import BEN, CARER, LEAD, MANAGER, QUALITY, Story

OAK = replace(MANAGER, actor="person:oak", scope="site:oak")
AWAY = replace(MANAGER, actor="person:far", scope="site:far")
COOK = UUID(int=3)
LATER = date(2026, 4, 1)
TODAY = date(2026, 3, 2)


@dataclass
class Aside:
    """Plays around a story, in the same house."""

    story: Story
    unnamed: UUID = field(default_factory=lambda: UUID(int=0))
    update: UUID = field(default_factory=lambda: UUID(int=0))

    @property
    def rooms(self) -> Any:
        """A service by name."""
        return self.story.house.service

    async def play(self) -> None:
        """The story from the report to the round of looking, with all that is written around it."""
        story = self.story
        for part in (
            story.found, self.employ, story.take_in, self.report_besides, self.learn_elsewhere, story.weigh, story.learn,
            story.change, story.tell, self.carry, story.look, self.go_round, self.reopen, self.keep_records,
        ):  # fmt: skip
            await part()

    async def employ(self) -> None:
        governance, mark = self.rooms("governance"), self.story.mark
        await governance.establish_post(
            OPERATOR, "acme", "oak", "oak.manager", "registered_manager", "site:oak", "", None
        )
        await governance.establish_post(OPERATOR, "acme", "elm", "elm.cook", "administrator", "site:elm", "Cook", None)
        name = mark.name("holder's name")
        await governance.appoint(OPERATOR, "elm.cook", COOK, name, f"{mark.name('holder address').lower()}@elm.test")

    async def report_besides(self) -> None:
        """Somebody who gives no name is asked and answers; a professional writes; both about the same person."""
        intake, mark, name = self.rooms("intake"), self.story.mark, self.story.name
        report = Report("elm", "near_miss", mark("unnamed summary"), person_name=name, route=IntakeRoute.FORM)
        self.unnamed = (
            await intake.raise_opportunity(replace(CARER, actor=UNNAMED, role=""), report, Word(new_word()))
        ).id
        await intake.ask_reporter(MANAGER, self.unnamed, mark("asked back"))
        (question,) = (await intake.talk_of(self.unnamed)).open
        await intake.answer_back(replace(CARER, actor=UNNAMED, role=""), self.unnamed, mark("answered back"), question)
        update = Report("elm", "professional_update", mark("update"), ["feeling_unsafe"], person_name=name)
        self.update = (await intake.raise_opportunity(CARER, update)).id
        await intake.step_update(MANAGER, self.update, "reviewed", mark("update decided"))
        await self.reviewed(self.unnamed, MANAGER)
        await self.rooms("review").find_no_factor(MANAGER, self.unnamed, mark("no factor"))

    async def reviewed(self, journey: UUID, act: Any) -> None:
        """Made safe and weighed, so that a review begins."""
        intake = self.rooms("intake")
        await intake.confirm_safety(replace(act, rationale="Nobody was hurt."), journey, "Sat down together.")
        found = await intake.get(intake.aggregates[0], journey)
        choices = [Choice(each.rule_id, agreed=True) for each in await intake.proposals(found, {})]
        weighed = replace(act, rationale="It may happen again.", rules="")
        await intake.triage(weighed, journey, "after_action_review", choices, {}, ["medication", "feeling_unsafe"])
        await self.story.house.settle()

    async def learn_elsewhere(self) -> None:
        """At another site the same factor is found; what is agreed there rests on people remembering, and is not made."""
        journey = (await self.rooms("intake").raise_opportunity(OAK, Report("oak", "near_miss", "A form was full."))).id
        await self.reviewed(journey, OAK)
        review, action, mark = self.rooms("review"), self.rooms("action"), self.story.mark
        for step in (await review.directory.rules(TODAY)).reflection.steps:
            await review.answer(OAK, journey, step.step, [Reply(step.questions[0].id, "The form had no room.")])
        await review.identify_factor(OAK, journey, "recording_prompts", "No prompt.", expected="A prompt.")
        await review.question_system(OAK, journey, "Nobody looked at the form.")
        await review.recommend(OAK, journey, "Look at forms each year.")
        (advice,) = (await review.review(journey)).recommendations
        await review.withdraw_recommendation(OAK, journey, advice, mark("advice taken back"))
        await review.state_learning(OAK, journey, "The form did not prompt.")
        await review.sign_off(replace(LEAD, rationale="It is what we saw."), journey)
        await self.story.house.settle()
        (factor,) = (await action.plan_of(journey)).factors
        terms = Terms("Staff practise with the form.", "training", "oak.manager", LATER, factor, "", "", "", "Seen.")
        agreed = (await action.agree(OAK, journey, terms)).id
        await action.agree_weak(OAK, journey, mark("weak"))
        await action.name_people(OAK, agreed, [BEN])
        await action.excuse(OAK, agreed, BEN, mark("excused"))
        await action.withdraw(OAK, agreed, mark("withdrawn"))

    async def carry(self) -> None:
        """The other site is asked; letters are written; nobody is reached, is found again, and does not wish to hear."""
        notification, mark, journey = self.rooms("notification"), self.story.mark, self.story.journey
        (asked,) = await self.story.house.rooms["notification"].kept["transfers"].rows("SELECT * FROM transfer")
        await notification.decide_transfer(OAK, asked["transfer_id"], Decision.ADOPTED, mark("transfer decided"))
        await notification.follow_transfer(OAK, asked["transfer_id"], mark("transfer done"), seen=False)
        await notification.follow_transfer(LEAD, asked["transfer_id"], mark("transfer seen"), seen=True)
        for words in ("letter", "letter again"):
            await notification.write_letter(MANAGER, journey, "candour-written-follow-up", mark(words))
        for what in (Contact.TRIED, Contact.UNREACHABLE, Contact.RESUMED, Contact.DECLINED):
            await notification.record_candour_contact(MANAGER, journey, what, mark(f"candour {what}"))
        await self.rooms("action").reopen(MANAGER, journey, mark("plan reopened"))

    async def tell_others(self) -> None:
        """A source says why it words something anew; another system is called no longer, and taken off the list."""
        notification, mark, journey = self.rooms("notification"), self.story.mark, self.story.journey
        anew = heard(OpportunityCorrected(summary="", because=mark("corrected")), journey=journey, about=journey)
        await notification.receive(react, anew, consumer="test", message_id=str(anew.envelope.id), cause=anew.envelope)
        await notification.connect(QUALITY, "acme", "http://127.0.0.1:9/gone", ["duty_owed"])
        listed = await notification.get(Subscribers, Subscribers.create_id("acme"))
        (gone,) = [each for each, it in listed.endpoints.items() if it.url.endswith("/gone")]
        with pytest.raises(ReasonNamesSomebody):
            await notification.pause(QUALITY, "acme", gone, f"Mrs {self.story.name} asked for it.")
        await notification.pause(QUALITY, "acme", gone, mark("endpoint paused"))
        await notification.disconnect(QUALITY, "acme", gone, mark("endpoint removed"))

    async def go_round(self) -> None:
        """A cadence is kept, a sample looked at, a sign noted, and a trigger that rests on a record followed."""
        assurance, mark = self.rooms("assurance"), self.story.mark
        (cadence,) = [
            each
            for each in await assurance.standing.cadences(["elm"])
            if each["cadence_id"] == "daily-indicator-screen"
        ]
        await assurance.keep(
            MANAGER, cadence["id"], TODAY, Register.SAFEGUARDING_LOG, mark("cadence"), self.story.journey
        )
        drawn = (await assurance.draw_a_round(LEAD, "elm", "letters-passed-on", TODAY)).id
        found = await assurance.find(AuditRound, drawn)
        answers = {check.id: "yes" for check in found.tool.checks}
        await assurance.look_at(LEAD, drawn, next(iter(found.sample)), answers, mark("looked at"))
        await assurance.note_a_sign(MANAGER, "elm", "felt-unsupported", 3, TODAY, mark("sign"), self.story.journey)
        await self.story.house.settle()
        (fired,) = await assurance.vigilance.firings(["elm"], owed=True)
        await assurance.follow_a_trigger(MANAGER, fired["watch"], fired["id"], mark("followed"))

    async def reopen(self) -> None:
        """The review is taken up again; a drawn case is read, and then left out."""
        review, mark, journey = self.rooms("review"), self.story.mark, self.story.journey
        await review.reopen(LEAD, journey, mark("review reopened"))
        sample = await review.sample_for(MANAGER, journey)
        await review.read_case(MANAGER, journey, sample.cases[0], mark("case read"))
        await review.leave_case_out(MANAGER, journey, sample.cases[0], mark("case left out"))

    async def keep_records(self) -> None:
        """Read in an emergency, held, asked for and asked to be erased; and each time somebody says why."""
        governance, intake, audit = self.rooms("governance"), self.rooms("intake"), self.rooms("audit")
        mark, journey = self.story.mark, self.story.journey
        opened = (await governance.open_in_emergency(AWAY, journey, mark("emergency"))).id
        await governance.read_in_emergency(AWAY, opened, "/journeys/{journey}")
        await governance.review_emergency(LEAD, opened, mark("emergency looked at"), justified=True)
        await intake.place_hold(QUALITY, journey, mark("hold"), LATER)
        await intake.lift_hold(self.story.because(QUALITY, "hold lifted"), journey)
        await self.tell_others()
        asked = ErasureRequest(journey, (journey,), "person", "objected", mark("erasure asked"), TODAY)
        declined = await intake.ask_erasure(MANAGER, asked)
        await intake.decline_erasure(self.story.because(QUALITY, "erasure declined"), declined.id)
        access = await audit.ask_access(QUALITY, "acme", {journey: "elm"}, "person", TODAY)
        await audit.mask_others(QUALITY, access.id, [mark("masked")])
        await audit.decline_access(self.story.because(QUALITY, "access declined"), access.id)
        await audit.read(QUALITY, "decision", "acme", "elm", journey, words=True, because=mark("reading"))
        await self.story.house.settle()
