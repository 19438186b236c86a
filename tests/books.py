"""A branch's books with something of every kind in them: claims, dues, meetings, decisions, the negative list."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from server.claims import review
from server.claims.contents import Participant
from server.dues import service as dues
from server.dues.service import Payment
from server.organizations.models import Member
from server.points import service as points
from server.points.decisions import negatives
from server.points.decisions import service as decisions
from server.points.models import PointEntry
from server.points.scores.rules import NegativeAction
from tests.cast import NOW, Cast, Person
from tests.claiming import AWARD, VOLUNTEERING, approved, submitted
from tests.meeting import make_meeting
from tests.settling import came, confirmed, excused, roster_of, settled

HELD = NOW - timedelta(days=3)
"""When the meeting of these books began."""


@dataclass(frozen=True, slots=True)
class Books:
    """The ids by which a test finds its way: the claims alone, joint and taken back, the month that deducted, …"""

    claim: int
    joint: int
    taken_back: int
    dues: int
    meeting: int
    decision: int
    negative: int


def keep_books(session: Session, cast: Cast) -> Books:
    """Fill an opened year of the cast's branch and commit."""
    session.execute(update(Member).values(updated_at=HELD - timedelta(days=1)))
    member_ids = [each.member_id for each in cast.people.values() if each.member_id]
    points.open_year(session, member_ids=member_ids, year=2026, now=NOW)
    session.commit()
    claim = approved(session, submitted(session, cast.zhang_min), cast.li_wei)
    shared = [Participant(cast.wang_fang.member_id, 2)]
    together = replace(VOLUNTEERING, people=2, participants=shared, occurred_on=date(2026, 6, 2))
    joint = approved(session, submitted(session, cast.zhang_min, together), cast.li_wei)
    taken_back = approved(session, submitted(session, cast.wang_fang, AWARD), cast.li_wei)
    review.take_back(session, claim_id=taken_back.id, actor=cast.li_wei.actor, version=taken_back.version, now=NOW)
    record = _dues(session, cast)
    meeting_id = _meeting(session, cast)
    decision = _decision(session, cast)
    negative = _negative(session, cast)
    session.commit()
    return Books(claim.id, joint.id, taken_back.id, record, meeting_id, decision.source_id, negative)


def _dues(session: Session, cast: Cast) -> int:
    """张敏 paid May late, 王芳 in time; 张敏's April was corrected from short to paid."""
    account_id = cast.li_wei.account_id

    def register(person: Person, month: str, paid_on: date, cents: int = 2000) -> int:
        told = Payment(2000, cents, paid_on)
        found = dues.register(
            session, member_id=person.member_id, month=month, payment=told, account_id=account_id, now=NOW
        )
        return found.id

    register(cast.wang_fang, "2026-05", date(2026, 5, 20))
    register(cast.zhang_min, "2026-04", date(2026, 4, 20), 1000)
    dues.correct(
        session,
        member_id=cast.zhang_min.member_id,
        month="2026-04",
        payment=Payment(2000, 2000, date(2026, 4, 20)),
        reason="登记有误",
        actor=cast.li_wei.actor,
        now=NOW,
    )
    return register(cast.zhang_min, "2026-05", date(2026, 6, 2))


def _meeting(session: Session, cast: Cast) -> int:
    """张敏 came, 王芳 was late, 李伟 is excused, 孙丽 missed it."""
    meeting = make_meeting(session, cast, starts_at=HELD, items=[("B04", "1"), ("C04", "1")])
    came(session, meeting, cast.zhang_min, cast.wang_fang)
    excused(session, meeting, cast.li_wei)
    confirmed(session, cast, roster_of(session, meeting), now=HELD + timedelta(hours=1))
    settled(session, meeting, now=HELD + timedelta(hours=25))
    return meeting.id


def _decision(session: Session, cast: Cast) -> PointEntry:
    return decisions.record(
        session,
        actor=cast.li_wei.actor,
        account_id=cast.li_wei.account_id,
        member_id=cast.zhang_min.member_id,
        item_code="B08",
        occurred_on=date(2026, 6, 10),
        times=1,
        figure=None,
        level=None,
        reason="经支委会研究",
        document_number="支〔2026〕3号",
        now=NOW,
    )


def _negative(session: Session, cast: Cast) -> int:
    """周宇's was confirmed and suspended."""
    decision = negatives.record(
        session,
        actor=cast.chen_jing.actor,
        account_id=cast.chen_jing.account_id,
        member_id=cast.zhou_yu.member_id,
        year=2026,
        category_code="N01",
        document_number="党发〔2026〕12号",
        decided_on=date(2026, 6, 1),
        reason="生效决定",
        now=NOW,
    )
    session.commit()
    first, second = (
        dict[str, Any](actor=each.actor, account_id=each.account_id, decision_id=decision.id, now=NOW)
        for each in (cast.chen_jing, cast.organization_department)
    )
    negatives.confirm(session, document_number="党发〔2026〕12号", decided_on=date(2026, 6, 1), **second)
    negatives.propose(session, action=NegativeAction.suspend, reason="复议期间", **first)
    assert decision.proposal_id is not None
    negatives.confirm_change(session, change_id=decision.proposal_id, **second)
    return decision.id
