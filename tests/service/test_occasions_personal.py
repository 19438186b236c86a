"""What one person is told of: his claims, his leaves, decisions about him; in the transaction of the cause."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.claims import review, service
from server.claims.contents import Participant
from server.claims.events import ClaimReviewed
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.db import transaction
from server.events import emit
from server.meetings.leave import service as leave_service
from server.meetings.leave.service import LeaveRequest, LeaveTerms
from server.meetings.models import Leave
from server.organizations.models import Membership
from server.points.decisions import negatives
from server.points.models import NegativeDecision
from server.points.scores.rules import NegativeAction
from server.pushes.occasions import objections, year_end
from server.pushes.occasions.drafting import HomePlace
from server.pushes.occasions.objections import ToldStep
from server.pushes.occasions.year_end import YearStep
from server.pushes.rules import Occasion
from server.standards.rules import LeaveKind
from tests.at_once import race
from tests.cast import NOW, TODAY, Cast, Person
from tests.claiming import approved, submitted
from tests.meeting import make_meeting
from tests.pushing import SECRET_WORDS, all_pushes, told
from tests.refusing import refused


def nothing_leaks(session: Session) -> None:
    """Assert that no reason and none of the member's own words stand in any push."""
    found = all_pushes(session)
    assert found
    for push in found:
        said = f"{push.title}{push.content}{push.page}{push.subject}"
        for words in (SECRET_WORDS, "社区志愿服务", "协助核酸登记"):
            assert words not in said


def decided(session: Session, cast: Cast, claim: Claim, how: Callable[..., Claim]) -> Claim:
    actor = cast.li_wei.actor
    review.open_for_review(session, claim_id=claim.id, actor=actor, now=NOW)
    return how(session, claim_id=claim.id, actor=actor, version=claim.version, reason=SECRET_WORDS, now=NOW)


def test_an_approval_tells_the_member_his_points_and_nobody_else(session: Session, cast: Cast) -> None:
    claim = approved(session, submitted(session, cast.zhang_min), cast.li_wei)
    (push,) = all_pushes(session)
    assert told(session, cast, Occasion.claim_reviewed) == ["zhang_min"]
    assert push.title == "申报审核结果"
    assert push.content == {
        "item": "联系服务师生群众（志愿、结对）",
        "result": "已通过",
        "points": "1.00 分",
        "hint": "6月1日的事项，请打开查看",
    }
    assert (push.page, push.organization_id, push.due_at) == (f"pages/claim/claim?id={claim.id}", cast.branch, NOW)
    nothing_leaks(session)


@pytest.mark.parametrize(
    ("how", "occasion", "result"),
    [(review.send_back, Occasion.claim_returned, "已退回"), (review.reject, Occasion.claim_reviewed, "未通过")],
)
def test_a_refusal_is_told_without_its_reason(
    session: Session, cast: Cast, how: Callable[..., Claim], occasion: Occasion, result: str
) -> None:
    decided(session, cast, submitted(session, cast.zhang_min), how)
    (push,) = all_pushes(session)
    assert (push.occasion, push.content["result"]) == (occasion, result)
    assert told(session, cast, occasion) == ["zhang_min"]
    nothing_leaks(session)


def test_each_review_of_a_claim_is_told_and_a_replay_is_not(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    for _ in range(2):
        decided(session, cast, claim, review.send_back)
        claim = service.submit(session, claim_id=claim.id, actor=cast.zhang_min.actor, version=claim.version, now=NOW)
    claim = approved(session, claim, cast.li_wei)
    for _ in range(2):
        emit(session, ClaimReviewed(claim.id, claim.member_id, ClaimStatus.approved, NOW))
    found = [(push.occasion, push.subject) for push in all_pushes(session)]
    assert [occasion for occasion, _ in found] == ["claim_returned", "claim_returned", "claim_reviewed"]
    assert len(set(found)) == 3


def test_an_approval_taken_back_is_told_without_its_reason(session: Session, cast: Cast) -> None:
    claim = approved(session, submitted(session, cast.zhang_min), cast.wang_fang)
    review.revoke(
        session, claim_id=claim.id, actor=cast.li_wei.actor, version=claim.version, reason=SECRET_WORDS, now=NOW
    )
    last = all_pushes(session)[-1]
    assert (last.content["result"], last.content["points"]) == ("重新审核", "原核定分值已撤销")
    nothing_leaks(session)


def test_all_whom_a_joint_work_pays_are_told_each_his_own(session: Session, cast: Cast) -> None:
    joint = submitted(session, cast.zhang_min, participants=[Participant(cast.sun_li.member_id, 2)], people=2)
    decided(session, cast, joint, review.send_back)
    assert told(session, cast, Occasion.claim_returned) == ["zhang_min"]
    claim = service.submit(session, claim_id=joint.id, actor=cast.zhang_min.actor, version=joint.version, now=NOW)
    approved(session, claim, cast.li_wei)
    assert told(session, cast, Occasion.claim_reviewed) == ["sun_li", "zhang_min"]
    assert {push.content["points"] for push in all_pushes(session, Occasion.claim_reviewed)} == {"1.00 分"}


def test_who_has_left_is_not_written_to(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    review.open_for_review(session, claim_id=claim.id, actor=cast.li_wei.actor, now=NOW)
    held = select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.scalars(held).one().until_date = TODAY
    session.flush()
    review.reject(
        session, claim_id=claim.id, actor=cast.li_wei.actor, version=claim.version, reason=SECRET_WORDS, now=NOW
    )
    assert all_pushes(session) == []


def test_a_review_rolled_back_leaves_no_push(engine: Engine, session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    session.commit()

    def fail(session: Session) -> None:
        approved(session, session.get_one(Claim, claim.id), cast.li_wei)
        assert len(all_pushes(session)) == 1
        raise RuntimeError("the network is gone")

    with pytest.raises(RuntimeError):
        transaction(engine, fail)
    assert all_pushes(session) == []


def test_of_two_reviews_at_once_one_is_told(engine: Engine, session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    for person in (cast.li_wei, cast.wang_fang):
        review.open_for_review(session, claim_id=claim.id, actor=person.actor, now=NOW)
    session.commit()
    version = claim.version

    def approving(person: Person) -> Callable[[Session], object]:
        return partial(review.approve, claim_id=claim.id, actor=person.actor, version=version, now=NOW)

    assert race(engine, *map(approving, (cast.li_wei, cast.wang_fang))) == ["already_decided", "done"]
    assert told(session, cast, Occasion.claim_reviewed) == ["zhang_min"]


# Leave


def answer(session: Session, cast: Cast, *, makeup_until: date | None) -> Leave:
    meeting = make_meeting(session, cast)
    leave = leave_service.ask(
        session,
        member_id=cast.zhang_min.member_id,
        meeting_id=meeting.id,
        wish=LeaveRequest(LeaveKind.sick, SECRET_WORDS),
        actor=cast.zhang_min.actor,
        account_id=cast.zhang_min.account_id,
        now=NOW,
    )
    terms = LeaveTerms(makeup=makeup_until is not None, makeup_until=makeup_until, answer=SECRET_WORDS)
    officer = cast.li_wei
    for _ in range(2):
        leave_service.grant(
            session, leave_id=leave.id, terms=terms, actor=officer.actor, account_id=officer.account_id, now=NOW
        )
    return leave


@pytest.mark.parametrize(("until", "words"), [(None, "不用补课"), (date(2026, 7, 17), "2026年7月17日前补课")])
def test_a_leave_granted_names_the_makeup_and_no_reason(
    session: Session, cast: Cast, until: date | None, words: str
) -> None:
    answer(session, cast, makeup_until=until)
    (push,) = all_pushes(session)
    assert told(session, cast, Occasion.leave_answered) == ["zhang_min"]
    assert (push.content["result"], push.content["makeup"]) == ("已批准", words)
    assert "病" not in str(push.content)
    nothing_leaks(session)


def test_a_leave_decided_otherwise_is_told_again(session: Session, cast: Cast) -> None:
    leave, officer = answer(session, cast, makeup_until=None), cast.li_wei
    leave_service.refuse(
        session,
        leave_id=leave.id,
        answer=SECRET_WORDS,
        actor=officer.actor,
        account_id=officer.account_id,
        now=NOW,
        version=leave.version,
    )
    assert [push.content["result"] for push in all_pushes(session)] == ["已批准", "未批准"]
    nothing_leaks(session)


# Decisions


def recorded(
    session: Session, cast: Cast, decided_on: date = date(2026, 6, 1), now: datetime = NOW
) -> NegativeDecision:
    return negatives.record(
        session,
        actor=cast.chen_jing.actor,
        account_id=cast.chen_jing.account_id,
        member_id=cast.zhang_min.member_id,
        year=2026,
        category_code="N01",
        document_number="党发〔2026〕12号",
        decided_on=decided_on,
        reason=SECRET_WORDS,
        now=now,
    )


MOMENT = timedelta(seconds=1)


def test_a_decision_is_told_to_the_member_alone_once_it_is_in_force(session: Session, cast: Cast) -> None:
    decision = recorded(session, cast)
    assert all_pushes(session) == []
    second: dict[str, Any] = {
        "actor": cast.organization_department.actor,
        "account_id": cast.organization_department.account_id,
    }
    first: dict[str, Any] = {
        "actor": cast.chen_jing.actor,
        "account_id": cast.chen_jing.account_id,
        "decision_id": decision.id,
    }
    typed: dict[str, Any] = {"document_number": "党发〔2026〕12号", "decided_on": decision.decided_on}
    negatives.confirm(session, **second, decision_id=decision.id, **typed, now=NOW)
    steps = [NegativeAction.suspend, NegativeAction.resume, NegativeAction.suspend, NegativeAction.revoke]
    for minutes, action in enumerate(steps, 1):
        at = NOW + timedelta(minutes=minutes)
        told_before = len(all_pushes(session))
        negatives.propose(session, **first, action=action, reason=SECRET_WORDS, now=at)
        assert len(all_pushes(session)) == told_before
        change_id = decision.proposal_id
        assert change_id is not None
        negatives.confirm_change(session, **second, decision_id=decision.id, change_id=change_id, now=at + MOMENT)
    found = all_pushes(session)
    assert {push.member_id for push in found} == {cast.zhang_min.member_id}
    assert [push.content["result"] for push in found] == ["已生效", "已中止", "已生效", "已中止", "已撤销"]
    for push in found:
        assert "12号" not in str(push.content)
        assert "负面" not in f"{push.title}{push.content}"
    nothing_leaks(session)


def test_a_decision_withdrawn_before_it_was_confirmed_is_told_to_nobody(session: Session, cast: Cast) -> None:
    decision = recorded(session, cast)
    negatives.propose(
        session,
        actor=cast.chen_jing.actor,
        account_id=cast.chen_jing.account_id,
        decision_id=decision.id,
        action=NegativeAction.revoke,
        reason=SECRET_WORDS,
        now=NOW,
    )
    assert all_pushes(session) == []


@pytest.mark.at_the_edges_of_the_day
def test_the_day_of_a_decision_is_shanghais(session: Session, cast: Cast) -> None:
    refused("in_the_future", lambda: recorded(session, cast, TODAY + timedelta(days=1), cast.now))
    assert recorded(session, cast, TODAY, cast.now).decided_on == TODAY


# What later features announce


def test_a_step_of_the_year_is_told_once_to_each_member(session: Session, cast: Cast) -> None:
    """They belong to the branch since today."""
    session.execute(update(Membership).values(from_date=TODAY))
    members = [cast.zhang_min.member_id, cast.wang_fang.member_id]

    def announce(step: YearStep, round_number: int = 1) -> int:
        return year_end.announce(
            session,
            organization_id=cast.branch,
            year=2026,
            step=step,
            on=date(2027, 1, 22),
            member_ids=members,
            now=NOW,
            round_number=round_number,
        )

    assert [announce(YearStep.publicity) for _ in range(2)] == [2, 0]
    assert announce(YearStep.publicity, round_number=2) == 2
    assert announce(YearStep.stars_publicity) == 2
    first = all_pushes(session)[0]
    assert first.content == {
        "title": "2026年度积分公示",
        "organization": "教工第一党支部",
        "date": "2027年1月22日",
        "hint": "公示期内可提出异议",
    }


@pytest.mark.parametrize("step", ToldStep)
def test_the_progress_of_an_objection_goes_to_who_raised_it(session: Session, cast: Cast, step: ToldStep) -> None:
    place = HomePlace(cast.root, cast.branch)
    said = {"objection_id": 7, "version": 2, "step": step, "matter": "年度积分", "place": place, "now": NOW}
    for _ in range(2):
        objections.announce(session, **said, member_id=cast.zhang_min.member_id)  # type: ignore[arg-type]
        objections.announce(session, **said, account_id=cast.representative.account_id)  # type: ignore[arg-type]
    assert told(session, cast, Occasion.objection_progress) == ["representative", "zhang_min"]
    with pytest.raises(ValueError, match="for a member or for an account"):
        objections.announce(session, **said)  # type: ignore[arg-type]
