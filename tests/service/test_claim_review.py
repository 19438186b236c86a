"""A claim under review: who decides, what a decision does, what two at once do, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server import events
from server.claims import counted, queries, review, reviewers, service, sources
from server.claims.contents import Participant
from server.claims.events import ClaimReviewed
from server.claims.models import Claim, ClaimEvent, EventKind, OpinionKind
from server.claims.rules import ClaimStatus
from server.days import shanghai_date
from server.identity import service as identity
from server.identity.models import Grant
from server.identity.rules import Role
from server.organizations import transfers
from server.organizations.models import Category, Member, Organization
from server.points import service as points
from server.points.models import PointEntry, SourceKind
from server.points.service import Posting
from tests.at_once import race
from tests.cast import NOW, Cast, Person
from tests.claiming import (
    AWARD,
    VOLUNTEERING,
    approved,
    decide,
    kinds,
    paid,
    returned,
    section_points,
    submitted,
)
from tests.exempting import exempt
from tests.refusing import refused

# Who reviews


def test_nobody_reviews_himself_and_a_colleague_of_the_committee_does(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.li_wei)
    refused("own_claim", lambda: review.open_for_review(session, claim_id=claim.id, actor=cast.li_wei.actor, now=NOW))
    refused("other_reviewer", lambda: approved(session, claim, cast.chen_jing))
    approved(session, claim, cast.wang_fang)
    assert paid(session, claim.id)


@pytest.mark.parametrize("again", [False, True])
def test_who_only_handed_in_what_another_wrote_does_not_decide_it(session: Session, cast: Cast, again: bool) -> None:
    member_id, wang_fang, sun_li = cast.zhang_min.member_id, cast.wang_fang.actor, cast.sun_li.actor
    claim = service.create_draft(
        session, member_id=member_id, actor=wang_fang, contents=VOLUNTEERING, now=NOW, on_behalf_reason="不用手机"
    )
    if again:
        service.submit(session, claim_id=claim.id, actor=wang_fang, version=claim.version, now=NOW)
        returned(session, claim, cast.li_wei)
    service.submit(session, claim_id=claim.id, actor=sun_li, version=claim.version, now=NOW)
    refused("own_entry", lambda: approved(session, claim, cast.sun_li))
    assert queue_of(session, cast, cast.branch, cast.sun_li) == []
    assert queue_of(session, cast, cast.branch, cast.li_wei) == [claim]


def queue_of(session: Session, cast: Cast, place: int, reviewer: Person) -> list[Claim]:
    organization = session.get_one(Organization, place)
    return reviewers.queue(session, organization=organization, actor=reviewer.actor, now=NOW, limit=10)


def test_what_the_only_officer_of_a_branch_wrote_waits_above(session: Session, cast: Cast) -> None:
    member_id, zhao_qiang = cast.zhou_yu.member_id, cast.zhao_qiang.actor
    claim = service.create_draft(
        session, member_id=member_id, actor=zhao_qiang, contents=VOLUNTEERING, now=NOW, on_behalf_reason="不用手机"
    )
    service.submit(session, claim_id=claim.id, actor=zhao_qiang, version=claim.version, now=NOW)
    assert queue_of(session, cast, cast.other_branch, cast.zhao_qiang) == []
    assert queue_of(session, cast, cast.general_branch, cast.chen_jing) == [claim]


def test_a_joint_work_waits_for_nobody_whom_it_pays(session: Session, cast: Cast) -> None:
    """Neither in the branch, where others may, nor where the only officer shares in it: there it waits above."""
    shared = submitted(session, cast.zhang_min, people=2, participants=(Participant(cast.li_wei.member_id, 2),))
    assert queue_of(session, cast, cast.branch, cast.li_wei) == []
    assert queue_of(session, cast, cast.branch, cast.wang_fang) == [shared]
    above = submitted(session, cast.zhou_yu, people=2, participants=(Participant(cast.zhao_qiang.member_id, 2),))
    assert queue_of(session, cast, cast.other_branch, cast.zhao_qiang) == []
    assert queue_of(session, cast, cast.general_branch, cast.chen_jing) == [above]


def test_where_the_branch_has_nobody_else_the_organization_above_reviews(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhao_qiang)
    home = reviewers.reviewing_organization(session, claim, now=cast.now)
    assert home is not None
    assert home.id == cast.general_branch
    refused("other_reviewer", lambda: approved(session, claim, cast.organization_department))
    approved(session, claim, cast.chen_jing)
    assert paid(session, claim.id)


def test_a_direct_branch_without_officers_is_reviewed_by_the_organization_department(
    session: Session, cast: Cast
) -> None:
    claim = submitted(session, cast.he_hua)
    approved(session, claim, cast.organization_department)
    assert paid(session, claim.id)


def test_a_work_of_the_only_officers_of_branch_and_general_branch_goes_up_to_the_top(
    session: Session, cast: Cast
) -> None:
    claim = submitted(session, cast.zhao_qiang, people=2, participants=(Participant(cast.chen_jing.member_id, 2),))
    refused("own_claim", lambda: approved(session, claim, cast.chen_jing))
    approved(session, claim, cast.organization_department)
    assert len(paid(session, claim.id)) == 2


def test_work_waiting_with_someone_whose_grant_ended_moves_to_the_successor(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhou_yu)
    grant = session.scalars(select(Grant).where(Grant.account_id == cast.zhao_qiang.account_id)).one()
    queue_above = {"organization": session.get_one(Organization, cast.general_branch), "now": NOW, "limit": 10}
    assert reviewers.queue(session, actor=cast.chen_jing.actor, **queue_above) == []  # type: ignore[arg-type]
    grant.until_date = cast.today
    session.flush()
    assert reviewers.queue(session, actor=cast.chen_jing.actor, **queue_above) == [claim]  # type: ignore[arg-type]


def test_who_begins_tomorrow_decides_tomorrow(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhao_qiang)
    tomorrow = NOW + timedelta(days=1)
    appoint(session, cast.zhou_yu, Role.deputy_secretary, cast.other_branch, shanghai_date(tomorrow))

    def home_and_queue(now: datetime) -> tuple[int, list[Claim]]:
        home = reviewers.reviewing_organization(session, claim, now=now)
        above = session.get_one(Organization, cast.general_branch)
        waiting = reviewers.queue(session, organization=above, actor=cast.chen_jing.actor, now=now, limit=10)
        return (home.id if home else 0), waiting

    assert home_and_queue(NOW) == (cast.general_branch, [claim])
    assert home_and_queue(tomorrow) == (cast.other_branch, [])


def appoint(session: Session, person: Person, role: Role, place: int, on: date) -> None:
    identity.grant(
        session,
        account_id=person.account_id,
        role=role,
        organization_id=place,
        from_date=on,
        until_date=None,
        granted_by=None,
        now=NOW,
    )


def test_who_edited_what_another_entered_does_not_decide_it(session: Session, cast: Cast) -> None:
    member_id, wang_fang, sun_li = cast.zhang_min.member_id, cast.wang_fang.actor, cast.sun_li.actor
    claim = service.create_draft(
        session, member_id=member_id, actor=wang_fang, contents=VOLUNTEERING, now=NOW, on_behalf_reason="不用手机"
    )
    service.edit(session, claim_id=claim.id, actor=sun_li, version=1, contents=VOLUNTEERING, now=NOW)
    service.submit(session, claim_id=claim.id, actor=wang_fang, version=2, now=NOW)
    refused("own_entry", lambda: approved(session, claim, cast.sun_li))
    assert queue_of(session, cast, cast.branch, cast.sun_li) == []
    approved(session, claim, cast.li_wei)


def test_the_queue_holds_what_waits_for_this_reviewer_the_oldest_first(session: Session, cast: Cast) -> None:
    first = submitted(session, cast.zhang_min, now=datetime(2026, 6, 10, tzinfo=UTC))
    second = submitted(session, cast.wang_fang, now=datetime(2026, 6, 11, tzinfo=UTC))
    third = submitted(session, cast.li_wei, now=datetime(2026, 6, 12, tzinfo=UTC))
    submitted(session, cast.zhou_yu, now=datetime(2026, 6, 12, tzinfo=UTC))
    branch = session.get_one(Organization, cast.branch)

    def queue(person: Person, limit: int = 10, after: tuple[datetime, int] | None = None) -> list[Claim]:
        return reviewers.queue(session, organization=branch, actor=person.actor, now=NOW, limit=limit, after=after)

    assert queue(cast.li_wei) == [first, second]
    assert queue(cast.wang_fang) == [first, third]
    assert queue(cast.sun_li) == [first, second, third]
    assert queue(cast.chen_jing) == []
    assert first.submitted_at
    assert queue(cast.sun_li, 1, (first.submitted_at, first.id)) == [second]


# Deciding


def test_a_decision_is_only_taken_on_what_was_opened(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    refused("not_opened", lambda: decide(session, claim, cast.li_wei))
    review.open_for_review(session, claim_id=claim.id, actor=cast.wang_fang.actor, now=NOW)
    refused("not_opened", lambda: decide(session, claim, cast.li_wei))


def test_a_decision_on_an_older_version_is_refused(session: Session, cast: Cast) -> None:
    claim = returned(session, submitted(session, cast.zhang_min), cast.li_wei)
    seen = claim.version
    service.submit(session, claim_id=claim.id, actor=cast.zhang_min.actor, version=claim.version, now=NOW)
    refused("stale_version", lambda: decide(session, claim, cast.li_wei, version=seen))
    refused("not_opened", lambda: decide(session, claim, cast.li_wei))


def test_opening_twice_is_one_line_of_the_story(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    for _ in range(2):
        review.open_for_review(session, claim_id=claim.id, actor=cast.li_wei.actor, now=NOW)
    assert kinds(session, claim).count("opened") == 1


def test_a_replayed_approval_pays_nothing_more_and_says_who_decided(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    version = claim.version
    approved(session, claim, cast.li_wei)
    error = refused("already_decided", lambda: decide(session, claim, cast.li_wei, version=version))
    assert error.detail["by"] == "李伟"
    assert error.detail["at"] == "2026-06-18T00:30:00+08:00"
    assert len(paid(session, claim.id)) == 1


def test_a_reviewer_may_lower_the_points_with_a_reason(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min, AWARD)
    review.open_for_review(session, claim_id=claim.id, actor=cast.li_wei.actor, now=NOW)
    refused("adjusted_upwards", lambda: decide(session, claim, cast.li_wei, approved_points=Decimal("6.01")))
    refused("reason_missing", lambda: decide(session, claim, cast.li_wei, approved_points=Decimal(4)))
    decide(session, claim, cast.li_wei, approved_points=Decimal(4), reason="证书为市厅级")
    assert paid(session, claim.id) == [(cast.zhang_min.member_id, Decimal(4))]
    last = queries.timeline(session, claim.id)[-1]
    assert (last.points_before, last.points_after, last.words) == (Decimal(6), Decimal(4), "证书为市厅级")


def test_a_rejected_claim_pays_nothing_and_stays_so(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    review.open_for_review(session, claim_id=claim.id, actor=cast.li_wei.actor, now=NOW)
    review.reject(
        session, claim_id=claim.id, actor=cast.li_wei.actor, version=claim.version, reason="与本人无关", now=NOW
    )
    assert paid(session, claim.id) == []
    refused("already_decided", lambda: decide(session, claim, cast.sun_li, version=claim.version))


def test_features_above_hear_of_every_decision(session: Session, cast: Cast) -> None:
    heard: list[ClaimReviewed] = []

    def listen(_session: Session, event: ClaimReviewed) -> None:
        heard.append(event)

    events.subscribe(ClaimReviewed, listen)
    try:
        claim = approved(session, submitted(session, cast.zhang_min), cast.li_wei)
    finally:
        events._handlers[ClaimReviewed].remove(listen)
    assert heard == [ClaimReviewed(claim.id, cast.zhang_min.member_id, ClaimStatus.approved, NOW)]


def test_a_revoked_approval_is_reversed_and_can_be_approved_anew(session: Session, cast: Cast) -> None:
    claim = approved(session, submitted(session, cast.zhang_min), cast.wang_fang)
    version = claim.version

    def revoke(person: Person) -> Claim:
        return review.revoke(
            session, claim_id=claim.id, actor=person.actor, version=version, reason="证明材料有误", now=NOW
        )

    refused("forbidden", lambda: revoke(cast.wang_fang))
    revoke(cast.li_wei)
    assert (claim.status, claim.revision, claim.approved_points) == ("submitted", 2, None)
    assert paid(session, claim.id) == []
    assert section_points(session, cast.zhang_min.member_id) == 0
    refused("wrong_status", lambda: revoke(cast.li_wei))
    approved(session, claim, cast.wang_fang)
    assert paid(session, claim.id) == [(cast.zhang_min.member_id, Decimal(1))]
    assert section_points(session, cast.zhang_min.member_id) == 1
    assert kinds(session, claim)[-3:] == ["reopened", "opened", "approved"]


def test_a_secretary_does_not_revoke_his_own(session: Session, cast: Cast) -> None:
    claim = approved(session, submitted(session, cast.li_wei), cast.wang_fang)
    refused(
        "own_claim",
        lambda: review.revoke(
            session, claim_id=claim.id, actor=cast.li_wei.actor, version=claim.version, reason="重审", now=NOW
        ),
    )


# Counted once


def attendance(session: Session, person: Person, day: date) -> PointEntry:
    posting = Posting(
        member_id=person.member_id,
        item_code="C04",
        occurred_on=day,
        source_kind=SourceKind.meeting,
        source_id=77,
        points=Decimal(1),
    )
    return points.post(session, [posting], now=NOW)[0]


def test_what_was_counted_by_qr_is_not_approved_unless_it_was_another_activity(session: Session, cast: Cast) -> None:
    attendance(session, cast.zhang_min, date(2026, 6, 1))
    claim = submitted(session, cast.zhang_min)
    (found,) = counted.counted_elsewhere(session, claim)
    assert (found.kind, found.source_id, found.same) == (SourceKind.meeting, 77, False)
    review.open_for_review(session, claim_id=claim.id, actor=cast.li_wei.actor, now=NOW)
    refused("already_counted", lambda: decide(session, claim, cast.li_wei))
    decide(session, claim, cast.li_wei, distinct_reason="上午签到，下午另一社区")
    assert section_points(session, cast.zhang_min.member_id) == 2


def test_what_a_co_author_was_counted_for_by_qr_stands_in_the_way_too(session: Session, cast: Cast) -> None:
    attendance(session, cast.sun_li, date(2026, 6, 1))
    claim = submitted(session, cast.zhang_min, people=2, participants=(Participant(cast.sun_li.member_id, 2),))
    assert [found.member_id for found in counted.counted_elsewhere(session, claim)] == [cast.sun_li.member_id]
    refused("already_counted", lambda: approved(session, claim, cast.li_wei))


def test_attendance_that_was_taken_back_no_longer_stands_in_the_way(session: Session, cast: Cast) -> None:
    entry = attendance(session, cast.zhang_min, date(2026, 6, 1))
    points.reverse(session, member_id=entry.member_id, seq=entry.seq, reason="误签", decided_by=None, now=NOW)
    claim = submitted(session, cast.zhang_min)
    assert counted.counted_elsewhere(session, claim) == []


def test_an_equal_claim_is_never_paid_twice(session: Session, cast: Cast) -> None:
    first, second = submitted(session, cast.zhang_min), submitted(session, cast.zhang_min)
    approved(session, first, cast.li_wei)
    review.open_for_review(session, claim_id=second.id, actor=cast.li_wei.actor, now=NOW)
    error = refused("already_counted", lambda: decide(session, second, cast.li_wei, distinct_reason="不是同一次"))
    assert error.detail == {"kind": "claim", "source_id": first.id, "may_be_distinct": False}


def test_another_title_on_the_same_day_is_only_shown(session: Session, cast: Cast) -> None:
    approved(session, submitted(session, cast.zhang_min), cast.li_wei)
    other = submitted(session, cast.zhang_min, title="结对帮扶学生")
    assert [found.same for found in counted.counted_elsewhere(session, other)] == [False]
    approved(session, other, cast.li_wei)


# Joint works


def test_a_joint_work_pays_everyone_named_once(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min, AWARD, people=2, participants=(Participant(cast.li_wei.member_id, 2),))
    refused("own_claim", lambda: approved(session, claim, cast.li_wei))
    approved(session, claim, cast.wang_fang)
    assert sorted(paid(session, claim.id)) == sorted(
        [(cast.zhang_min.member_id, Decimal(6)), (cast.li_wei.member_id, Decimal(6))]
    )
    assert claim in queries.claims_of_member(session, member_id=cast.li_wei.member_id, own=True, limit=10)
    own = submitted(session, cast.li_wei, AWARD)
    review.open_for_review(session, claim_id=own.id, actor=cast.wang_fang.actor, now=NOW)
    refused("already_counted", lambda: decide(session, own, cast.wang_fang))


def test_there_are_no_more_names_than_people(session: Session, cast: Cast) -> None:
    named = (Participant(cast.sun_li.member_id, 1),)
    refused("too_many_participants", lambda: submitted(session, cast.zhang_min, AWARD, participants=named))


@pytest.mark.parametrize("who", ["zhao_qiang", "zhang_min"])
def test_participants_are_others_of_the_same_branch(session: Session, cast: Cast, who: str) -> None:
    member_id = cast.people[who].member_id
    code = "participant_repeated" if who == "zhang_min" else "participant_elsewhere"
    refused(
        code,
        lambda: submitted(session, cast.zhang_min, AWARD, people=2, participants=(Participant(member_id, 2),)),
    )


def test_a_co_author_is_paid_by_the_same_rules_as_who_claims(session: Session, cast: Cast) -> None:
    """Outside the managed range, or of a category to which the item does not apply: the work is refused, not paid."""
    sun_li = cast.sun_li.member_id
    work = partial(
        submitted, session, cast.zhang_min, AWARD, people=2, participants=(Participant(sun_li, 2),)
    )  # 4 May 2026
    named = session.get_one(Member, sun_li)
    named.category = Category.retired
    session.flush()
    refused("item_not_applicable", work)
    named.category = Category.staff
    exempt(session, cast, sun_li, date(2026, 5, 4), until=date(2026, 5, 5))
    refused("member_exempt", work)
    work(occurred_on=date(2026, 5, 5))


def test_a_co_author_who_has_moved_since_it_was_drafted_claims_for_himself(session: Session, cast: Cast) -> None:
    me, sun_li = cast.zhang_min, cast.sun_li.member_id
    joint = replace(AWARD, people=2, participants=(Participant(sun_li, 2),))
    draft = service.create_draft(session, member_id=me.member_id, actor=me.actor, contents=joint, now=NOW)
    moved(session, sun_li, cast.other_branch, on=date(2026, 5, 4))
    refused(
        "participant_elsewhere",
        lambda: service.submit(session, claim_id=draft.id, actor=me.actor, version=draft.version, now=NOW),
    )


def moved(session: Session, member_id: int, to: int, *, on: date) -> None:
    transfers.transfer(session, member_id=member_id, to_organization_id=to, on=on, account_id=None, now=NOW)


def test_a_joint_work_that_is_only_drafted_is_its_writers_own(session: Session, cast: Cast) -> None:
    me, shares = cast.zhang_min, partial(queries.claims_of_member, session, own=True, limit=10)
    joint = replace(AWARD, people=2, participants=(Participant(cast.sun_li.member_id, 2),))
    draft = service.create_draft(session, member_id=me.member_id, actor=me.actor, contents=joint, now=NOW)
    assert shares(member_id=cast.sun_li.member_id) == []
    service.submit(session, claim_id=draft.id, actor=me.actor, version=draft.version, now=NOW)
    assert shares(member_id=cast.sun_li.member_id) == [draft]


def test_revoking_a_joint_work_takes_it_back_from_everyone(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min, AWARD, people=2, participants=(Participant(cast.sun_li.member_id, 2),))
    approved(session, claim, cast.wang_fang)
    review.revoke(
        session, claim_id=claim.id, actor=cast.li_wei.actor, version=claim.version, reason="奖项撤销", now=NOW
    )
    assert paid(session, claim.id) == []


def test_who_shares_in_a_joint_work_neither_revokes_nor_comments_on_it(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min, AWARD, people=2, participants=(Participant(cast.li_wei.member_id, 2),))
    opinion = {"claim_id": claim.id, "kind": OpinionKind.note, "words": "属实", "now": NOW}
    refused("own_claim", lambda: review.add_opinion(session, actor=cast.li_wei.actor, **opinion))  # type: ignore[arg-type]
    approved(session, claim, cast.wang_fang)
    revoke = {"claim_id": claim.id, "version": claim.version, "reason": "重审", "now": NOW}
    refused("own_claim", lambda: review.revoke(session, actor=cast.li_wei.actor, **revoke))  # type: ignore[arg-type]
    assert len(paid(session, claim.id)) == 2


# Opinions


def test_representatives_comment_only_while_a_claim_is_under_verification(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)

    def comment() -> object:
        return review.add_opinion(
            session,
            claim_id=claim.id,
            kind=OpinionKind.opinion,
            actor=cast.representative.actor,
            words="属实",
            now=NOW,
        )

    comment()
    approved(session, claim, cast.li_wei)
    refused("wrong_status", comment)
    assert [opinion.words for opinion in queries.opinions_of(session, [claim.id])] == ["属实"]


def test_the_ledgers_explanation_reaches_the_claim_and_its_reviewer(session: Session, cast: Cast) -> None:
    claim = approved(session, submitted(session, cast.zhang_min), cast.li_wei)
    found = sources.describe(session, [claim.id, 10**9])
    assert found.keys() == {claim.id}
    assert found[claim.id].title == "个人申报：社区志愿服务"
    assert ("审核人", "李伟") in found[claim.id].details


# Two at once


def test_of_two_reviewers_at_once_one_wins_and_the_other_learns_who(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        claim = submitted(session, cast.zhang_min)
        for reviewer in (cast.li_wei, cast.wang_fang):
            review.open_for_review(session, claim_id=claim.id, actor=reviewer.actor, now=NOW)
        session.commit()
        claim_id, version = claim.id, claim.version

    def approve(person: Person) -> Callable[[Session], object]:
        return lambda session: review.approve(session, claim_id=claim_id, actor=person.actor, version=version, now=NOW)

    outcomes = race(engine, approve(cast.li_wei), approve(cast.wang_fang), approve(cast.li_wei))
    assert outcomes == ["already_decided", "already_decided", "done"]
    with Session(engine) as session:
        assert paid(session, claim_id) == [(cast.zhang_min.member_id, Decimal(1))]
        approvals = select(func.count()).where(ClaimEvent.claim_id == claim_id, ClaimEvent.kind == EventKind.approved)
        assert session.scalar(approvals) == 1


def test_approving_and_withdrawing_at_once_leaves_one_outcome(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        claim = submitted(session, cast.zhang_min)
        review.open_for_review(session, claim_id=claim.id, actor=cast.li_wei.actor, now=NOW)
        session.commit()
        claim_id, version = claim.id, claim.version
    outcomes = race(
        engine,
        lambda s: review.approve(s, claim_id=claim_id, actor=cast.li_wei.actor, version=version, now=NOW),
        lambda s: service.withdraw(s, claim_id=claim_id, actor=cast.zhang_min.actor, version=version, now=NOW),
    )
    assert outcomes == ["done", "wrong_status"]
    with Session(engine) as session:
        status = session.get_one(Claim, claim_id).status
        assert len(paid(session, claim_id)) == (1 if status == ClaimStatus.approved else 0)


def test_two_equal_claims_approved_at_once_pay_once(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        ids = []
        for reviewer in (cast.li_wei, cast.wang_fang):
            claim = submitted(session, cast.zhang_min)
            review.open_for_review(session, claim_id=claim.id, actor=reviewer.actor, now=NOW)
            ids.append((claim.id, claim.version, reviewer))
        session.commit()

    def approve(claim_id: int, version: int, person: Person) -> Callable[[Session], object]:
        return lambda session: review.approve(session, claim_id=claim_id, actor=person.actor, version=version, now=NOW)

    assert race(engine, *(approve(*each) for each in ids)) == ["already_counted", "done"]


def test_an_exempt_members_facts_are_not_claimed(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.claims.worth.is_exempt", lambda *_: True)
    refused("member_exempt", lambda: submitted(session, cast.zhang_min))


def test_an_item_for_others_is_refused_even_if_the_category_changed(session: Session, cast: Cast) -> None:
    session.get_one(Member, cast.zhang_min.member_id).category = "retired"  # type: ignore[assignment]
    session.flush()
    refused("item_not_applicable", lambda: submitted(session, cast.zhang_min, AWARD))


def test_beside_a_claim_stands_what_else_of_the_item_came_in_that_year(session: Session, cast: Cast) -> None:
    earlier = submitted(session, cast.zhang_min, title="植树护绿", occurred_on=date(2026, 4, 19))
    submitted(session, cast.zhang_min, AWARD)
    submitted(session, cast.wang_fang)
    own = cast.zhang_min
    service.create_draft(session, member_id=own.member_id, actor=own.actor, contents=VOLUNTEERING, now=NOW)
    claim = submitted(session, cast.zhang_min)
    assert [other.id for other in review.history(session, claim)] == [earlier.id]
