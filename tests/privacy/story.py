"""A journey on which everybody writes something personal wherever words are sealed, by the commands of every room."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

import orjson

from contracts.taxonomy import EvidenceSource
from deploy.house import Platform
from libs.clock import HandClock
from libs.deciding import Act
from services.action.domain.action import Terms
from services.intake.application import Choice, Received, Report, Sent
from services.notification.domain.candour import Step
from services.review.application.records import Contribution
from services.review.domain import Material, Scrutiny
from services.review.domain.sample import Query
from services.review.domain.values import Reply
from tests.house import MONDAY, OPERATOR
from tests.privacy.markers import Markers

ANN, BEN = UUID(int=1), UUID(int=2)
CARER = Act("person:carer", "care_worker", "site:elm")
MANAGER = Act(f"person:{ANN}", "registered_manager", "site:elm")
LEAD = Act("person:lead", "safeguarding_lead", "provider:acme")
QUALITY = Act("person:quality", "provider_quality_lead", "provider:acme")
FACTS = {"candour_applies": True, "council_funded": True, "allegation_against_staff": True}


@dataclass
class Story:
    """The house it plays in, the words that are planted, and the person it is about."""

    house: Platform
    mark: Markers
    name: str = ""
    journey: UUID = field(default_factory=uuid4)

    def because(self, act: Act, where: str) -> Act:
        """An act whose reason holds a marker."""
        return replace(act, rationale=self.mark(where), rules="")

    async def found(self) -> None:
        """A manager with a name and an address, and a team of two."""
        governance = self.house.service("governance")
        for post, role in (("elm.manager", "registered_manager"), ("elm.leader", "team_leader")):
            await governance.establish_post(OPERATOR, "acme", "elm", post, role, "site:elm", role, None)
        await governance.appoint(OPERATOR, "elm.manager", ANN, "Ann Example", "ann@elm.test")
        for person, part in ((ANN, "day"), (BEN, "night")):
            await governance.join_team(OPERATOR, "acme", "elm", person, part, date(2024, 1, 1))
        await self.house.settle()

    async def take_in(self) -> None:
        """Reported, corrected, made safe; files, findings, and what another system could not say clearly."""
        intake, mark = self.house.service("intake"), self.mark
        self.name = mark.name("person_name")
        report = Report(
            "elm", "abuse_or_neglect", mark("summary"), ["medication"], mark("immediate_action"), "moderate",
            self.name, None, mark.name("reporter"), source_key="careplan:7",
        )  # fmt: skip
        self.journey = (await intake.raise_opportunity(CARER, report)).id
        await intake.raise_opportunity(CARER, replace(report, summary=mark("corrected")))
        journey, manager = self.journey, MANAGER
        await intake.confirm_safety(self.because(manager, "safety rationale"), journey, mark("measures"))
        await intake.attach(manager, journey, mark("evidence content").encode(), date(2026, 3, 1), mark("title"))
        await intake.name_subject(manager, journey, "", mark.name("subject"))
        await intake.take_employment_step(manager, journey, "other_duties", date(2026, 3, 1), mark("step"))
        body = Received("local_authority", mark("findings"), "", date(2026, 2, 1), (mark("recommendation"),))
        await intake.receive_findings(manager, journey, body)
        await intake.receive_decision(manager, journey, "police", "no_further_action", mark("decision"))
        await self.linked()
        await self.quarantined()

    async def linked(self) -> None:
        """Held to be the same event as another report, and then not."""
        intake = self.house.service("intake")
        other = await intake.raise_opportunity(
            CARER, Report("elm", "near_miss", "A wheel came loose; nobody was hurt.", person_name=self.name)
        )
        await intake.link(self.because(MANAGER, "link"), self.journey, other.id, "same_event")
        await intake.unlink(self.because(MANAGER, "unlink"), self.journey, other.id, "same_event")

    async def quarantined(self) -> None:
        """A message whose site nobody knows is kept apart, mended, and taken after all."""
        intake, said, code = self.house.service("intake"), self.mark("payload"), self.mark.name("code")
        incident = {
            "incident_id": "77", "site": code, "kind": "near_miss", "occurred_at": "2026-03-01T10:00:00Z",
            "summary": said, "person": {"reference": "p-1", "name": self.name},
        }  # fmt: skip
        headers = {
            "ce-id": "77", "ce-type": "care.incident_reported.v1", "ce-source": "/careplan", "ce-specversion": "1.0",
            "ce-time": "2026-03-01T10:00:00Z", "content-type": "application/json",
            "ce-note": self.mark("headers"),
        }  # fmt: skip
        sent = Sent("careplan", headers, orjson.dumps(incident), MONDAY)
        kept = await intake.take_external(Act("source:careplan", "system"), sent)
        await intake.map_code(QUALITY, "careplan", "site", code, "elm")
        await intake.try_again(QUALITY, kept.id)
        await self.house.settle()

    async def weigh(self) -> None:
        """A manager goes another way than the rules once, and says why."""
        intake = self.house.service("intake")
        found = await intake.get(intake.aggregates[0], self.journey)
        proposed = await intake.proposals(found, FACTS)
        first = next(each for each in proposed if not each.rule_id.startswith("candour"))
        choice = Choice(first.rule_id, agreed=False, reason=self.mark("overruled"))
        act = self.because(MANAGER, "triage rationale")
        await intake.triage(act, self.journey, "after_action_review", [choice], FACTS, ["medication"])
        await self.house.settle()

    async def learn(self) -> None:
        """Everything that a review is made of."""
        review, journey, mark = self.house.service("review"), self.journey, self.mark
        await review.add_question(MANAGER, journey, 1, mark("question"))
        reflection = (await review.directory.rules(date(2026, 3, 2))).reflection
        for step in reflection.steps[:-1]:
            await review.answer(MANAGER, journey, step.step, [Reply(step.questions[0].id, mark("answer"))])
        await review.pass_over(MANAGER, journey, reflection.steps[-1].step, mark("passed over"))
        await self.gather()
        for words in ("factor", "factor to leave"):
            await review.identify_factor(MANAGER, journey, "recording_prompts", mark(words), expected=mark("expected"))
        await review.identify_factor(MANAGER, journey, "staffing", mark("taken back"))
        found = await review.review(journey)
        await review.withdraw_factor(MANAGER, journey, list(found.factors)[-1], mark("factor withdrawn"))
        await review.question_system(MANAGER, journey, mark("system"))
        await review.challenge(LEAD, journey, mark("challenge"))
        scrutiny = await review.find(Scrutiny, Scrutiny.create_id(journey))
        await review.answer_challenge(MANAGER, journey, next(iter(scrutiny.challenges)), mark("challenge answered"))
        for advice in list(scrutiny.advice):
            await review.decide(MANAGER, journey, advice, "accepted", mark("advice answered"))
        await review.state_learning(MANAGER, journey, "The form did not prompt for marks, so they were not seen.")
        await review.sign_off(self.because(LEAD, "sign-off rationale"), journey)
        await self.house.settle()

    async def gather(self) -> None:
        """Who took part, what was seen, and what was found."""
        review, journey, mark = self.house.service("review"), self.journey, self.mark
        await review.invite(MANAGER, journey, ["elm.leader"])
        await review.record_contribution(MANAGER, journey, Contribution("elm.leader", mark("could not")))
        await review.ask_specialist(MANAGER, journey, mark("discipline"), mark("specialist"))
        asked = (await review.find(Material, Material.create_id(journey))).participants
        for specialist in [post for post, state in asked.items() if state == "invited"]:
            await review.record_contribution(MANAGER, journey, Contribution(specialist))
        await review.hold_session(MANAGER, journey, "swarm", date(2026, 3, 2), ["elm.leader"], mark("session"))
        await review.add_timeline_entry(MANAGER, journey, MONDAY - timedelta(days=2), "care_records", mark("timeline"))
        for source in ("care_records", "practice_observation"):
            await review.add_evidence(MANAGER, journey, source, date(2026, 3, 1), mark("evidence"))
        material = await review.find(Material, Material.create_id(journey))
        for words in ("finding", "finding taken back"):
            await review.make_finding(MANAGER, journey, mark(words), list(material.evidence))
        material = await review.find(Material, Material.create_id(journey))
        await review.withdraw_finding(MANAGER, journey, list(material.findings)[-1], mark("finding withdrawn"))
        query = Query(date(2026, 1, 1), date(2026, 3, 2), ("elm",))
        await review.draw_sample(MANAGER, journey, query, 1, mark("sample"))

    async def change(self) -> None:
        """One factor is left; the other changed with every stop on the way, and seen by someone else."""
        action, journey, mark = self.house.service("action"), self.journey, self.mark
        first, second = (await action.plan_of(journey)).factors
        await action.leave_factor(MANAGER, journey, second, mark("factor left"))
        terms = Terms(
            "The note asks about marks.", "recording_prompt", "elm.manager", date(2026, 3, 20), first, "stronger",
            mark("strength"), "", mark("no measure"), "Seen the same day.",
        )  # fmt: skip
        agreed = (await action.agree(MANAGER, journey, terms)).id
        await action.start(MANAGER, agreed)
        await action.block(MANAGER, agreed, mark("blocked"))
        await action.unblock(MANAGER, agreed)
        await action.extend(LEAD, agreed, date(2026, 4, 20), mark("extended"))
        await action.hand_over(LEAD, agreed, "elm.leader", mark("handed over"))
        made = (agreed, date(2026, 3, 2), "care_records", mark("implemented"), mark("named"))
        await action.implement(MANAGER, *made)
        await action.send_back(LEAD, agreed, mark("sent back"))
        await action.implement(MANAGER, *made)
        await action.verify(LEAD, agreed, mark("seen"))
        await self.house.settle()

    async def tell(self) -> None:
        """Accounts are given, tried and declined; the team says what it would do."""
        notification, mark, house = self.house.service("notification"), self.mark, self.house
        await notification.take_candour_step(
            MANAGER, self.journey, Step.TOLD_IN_PERSON, mark("candour"), apologised=True
        )
        owed = (
            await house.rooms["notification"]
            .kept["duties"]
            .rows(
                "SELECT duty_id, rule_id FROM duty WHERE journey = %s AND state = 'owed' AND rule_id NOT LIKE 'candour%%'",
                (self.journey,),
            )
        )
        await notification.record_contact(MANAGER, owed[0]["duty_id"], mark("tried"))
        await notification.discharge(MANAGER, owed[0]["duty_id"], "phone", mark("discharged"))
        await notification.record_contact(MANAGER, owed[1]["duty_id"], mark("declined"), declined=True)
        (briefing,) = await notification.briefings.of_journey(self.journey)
        for person in (ANN, BEN):
            reader = Act(f"person:{person}", "care_worker", "site:elm")
            await notification.read(reader, briefing["briefing_id"])
            await notification.answer(reader, briefing["briefing_id"], words=mark("understood"))
            await notification.mark(LEAD, briefing["briefing_id"], person, understood=True)
        await house.settle()

    async def look(self) -> None:
        """A round of looking, and the doubt that follows it."""
        assurance = self.house.service("assurance")
        await assurance.observe(LEAD, self.journey, 10, 10, EvidenceSource.PRACTICE_OBSERVATION, self.mark("observed"))
        await assurance.report_lapse(self.because(LEAD, "lapse"), self.journey, "practised")
        cast(HandClock, self.house.clock).move_to(datetime(2026, 3, 3, 9, 0, tzinfo=MONDAY.tzinfo))
        await self.house.settle()
