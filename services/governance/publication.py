"""What leaves governance. Nothing leaves that is not named here."""

from __future__ import annotations

from functools import singledispatch

from contracts import governance as said
from contracts.envelope import PublishedEvent
from services.governance.domain import Admission, Challenge, EmergencyAccess, Post, RuleBook, Site, Trend


@singledispatch
def publish(event: object) -> PublishedEvent | None:
    return None


@publish.register
def site_registered(event: Site.Registered) -> PublishedEvent:
    return said.SiteRegistered(
        site_id=event.site,
        title=event.title,
        region=event.region,
        nation=event.nation,
        service_kind=event.service_kind,
        opened_on=event.opened_on,
    )


@publish.register
def capacity_stated(event: Site.CapacityStated) -> PublishedEvent:
    return said.CapacityStated(
        site_id=event.site,
        month=event.month,
        beds=event.beds,
        exposure=event.exposure,
        exposure_unit=event.exposure_unit,
    )


@publish.register
def member_joined(event: Site.TeamMemberJoined) -> PublishedEvent:
    return said.TeamMemberJoined(
        site_id=event.site, person_id=event.person_id, part=event.part, joined_on=event.joined_on
    )


@publish.register
def member_left(event: Site.TeamMemberLeft) -> PublishedEvent:
    return said.TeamMemberLeft(site_id=event.site, person_id=event.person_id)


@publish.register
def post_established(event: Post.Established) -> PublishedEvent:
    return said.PostCreated(
        post_id=event.post_id,
        role=event.role,
        scope=event.scope,
        title=event.title,
        deputy_post_id=event.deputy_post_id,
    )


@publish.register
def person_appointed(event: Post.PersonAppointed) -> PublishedEvent:
    return said.PersonAppointed(
        post_id=event.post_id, person_id=event.person_id, person_name=event.person_name, email=event.email,
        until=event.until,
    )  # fmt: skip


@publish.register
def person_left(event: Post.PersonLeft) -> PublishedEvent:
    return said.PersonLeftPost(post_id=event.post_id, person_id=event.person_id)


@publish.register
def holder_away(event: Post.HolderAway) -> PublishedEvent:
    return said.HolderAway(
        post_id=event.post_id, person_id=event.person_id, from_day=event.from_day, until_day=event.until_day,
        deputy_post_id=event.deputy_post_id,
        known_by=event.known_by,
    )  # fmt: skip


@publish.register
def holder_back(event: Post.HolderBack) -> PublishedEvent:
    return said.HolderBack(
        post_id=event.post_id, person_id=event.person_id, back_on=event.back_on, known_by=event.known_by
    )


@publish.register
def pack_adopted(event: RuleBook.PackAdopted) -> PublishedEvent:
    return said.RulePackAdopted(
        pack_id=event.pack_id,
        version=event.version,
        title=event.title,
        adopted_from=event.adopted_from,
        content=event.content,
    )


@publish.register
def challenge_raised(event: Challenge.Raised) -> PublishedEvent:
    return said.ChallengeRaised(
        challenge_id=event.originator_id, post_id=event.post_id, measure_id=event.measure_id, words=event.words
    )


@publish.register
def challenge_answered(event: Challenge.Answered) -> PublishedEvent:
    return said.ChallengeAnswered(challenge_id=event.originator_id, words=event.words)


@publish.register
def baseline_reset(event: Trend.BaselineReset) -> PublishedEvent:
    return said.BaselineReset(
        site_id=event.site,
        kind=event.kind,
        theme=event.theme,
        measure_id=event.measure_id,
        from_month=event.from_month,
        because=event.because,
    )


@publish.register
def subject_shut_out(event: Admission.SubjectShutOut) -> PublishedEvent:
    return said.SubjectShutOut(subject=event.subject)


@publish.register
def subject_let_in(event: Admission.SubjectLetIn) -> PublishedEvent:
    return said.SubjectLetIn(subject=event.subject)


@publish.register
def restricted(event: Admission.Restricted) -> PublishedEvent:
    return said.JourneyRestricted(posts=event.posts)


@publish.register
def restriction_lifted(event: Admission.RestrictionLifted) -> PublishedEvent:
    return said.RestrictionLifted()


@publish.register
def granted(event: EmergencyAccess.Granted) -> PublishedEvent:
    return said.EmergencyAccessGranted(access_id=event.originator_id, reader=event.reader, until=event.until)


@publish.register
def reviewed(event: EmergencyAccess.Reviewed) -> PublishedEvent:
    return said.EmergencyAccessReviewed(access_id=event.originator_id, justified=event.justified)
