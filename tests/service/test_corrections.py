"""What was upheld is put right at its source, by that source's own service, and the objection names what followed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.claims import review
from server.claims.models import Claim
from server.dues.models import DuesRecord
from server.identity import service as identity
from server.identity.rules import HeldRole, Role
from server.meetings.leave.queries import leave_of
from server.meetings.leave.service import LeaveRequest, ask
from server.meetings.leave.service import refuse as refuse_leave
from server.objections import queries, service
from server.objections.models import Inquiry, Objection
from server.objections.places import is_told
from server.objections.rules import AttendanceRemedy, Due, ObjectionAction, ObjectionOutcome, ObjectionSubject
from server.points.decisions import negatives
from server.points.models import NegativeDecision, PointEntry, SourceKind
from server.points.queries import live_entries_of
from server.points.scores.rules import NegativeStatus
from server.standards.rules import LeaveKind
from server.statements.models import Statement
from tests.at_once import race
from tests.boards import cast_statement
from tests.books import Books
from tests.cast import NOW, YEAR_START, Cast, Person
from tests.claiming import approved, paid, submitted
from tests.meeting import make_meeting
from tests.objecting import WORDS, answered, assigned, corrected, objected, raised, rejected, upheld
from tests.refusing import refused
from tests.settling import DUE, check_books, confirmed, roster_of, settled

ONE = Decimal(1)


def doubted(session: Session, person: Person, kind: ObjectionSubject, subject_id: int, **options: Any) -> Objection:
    arguments: dict[str, Any] = {"account_id": person.account_id, "words": WORDS, "now": NOW} | options
    return service.raise_objection(
        session, member_id=person.member_id, subject_kind=kind, subject_id=subject_id, **arguments
    )


def entry_of(session: Session, person: Person, kind: SourceKind, source_id: int) -> PointEntry:
    return next(
        each
        for each in live_entries_of(session, source_kind=kind, source_id=source_id)
        if each.member_id == person.member_id
    )


def followed_by(session: Session, objection: Objection) -> PointEntry:
    inquiry = queries.answering(session, objection)
    assert inquiry is not None
    return session.get_one(PointEntry, (objection.member_id, inquiry.correcting_seq))


def in_office(session: Session, person: Person, role: Role, place: int) -> None:
    identity.grant(
        session,
        account_id=person.account_id,
        role=role,
        organization_id=place,
        from_date=YEAR_START,
        until_date=None,
        granted_by=None,
        now=NOW - timedelta(days=300),
    )


def test_a_rejected_claim_is_decided_anew_in_one_step(session: Session, cast: Cast) -> None:
    objection = upheld(session, raised(session, cast), cast.li_wei, cast.sun_li)
    assert (objection.to_correct, queries.due_of(session, objection.id, Due.correction)) == (True, date(2026, 6, 26))
    refused("another_handles_it", lambda: assigned(session, raised_again(session, cast), cast.sun_li, cast.sun_li))
    objection = corrected(session, objection, cast.li_wei)
    assert paid(session, objection.subject_id) == [(cast.zhang_min.member_id, ONE)]
    entry = followed_by(session, objection)
    assert (entry.points, entry.source_kind, entry.decided_by) == (ONE, "claim", cast.li_wei.account_id)
    assert (objection.to_correct, queries.open_due_of(session, objection.id, correction=True)) == (None, None)
    assert queries.story_of(session, objection.id)[-1].words == "未通过，改为认定 1.00 分"
    check_books(session)


def raised_again(session: Session, cast: Cast) -> Objection:
    """Return an objection to another claim."""
    return objected(session, cast.zhang_min, rejected(session, cast.zhang_min, cast.wang_fang, title="另一次服务"))


def test_what_was_allowed_for_less_is_reversed_and_posted_anew(session: Session, cast: Cast) -> None:
    claim = approved(
        session,
        submitted(session, cast.zhang_min, quantity=Decimal(2)),
        cast.wang_fang,
        approved_points=ONE,
        reason="只认定一次",
    )
    lowered = doubted(session, cast.zhang_min, ObjectionSubject.rejection, claim.id)
    objection = corrected(session, upheld(session, lowered, cast.li_wei, cast.sun_li), cast.li_wei)
    assert paid(session, claim.id) == [(cast.zhang_min.member_id, Decimal(2))]
    assert followed_by(session, objection).points == Decimal(2)
    check_books(session)


def test_a_leave_that_was_refused_is_granted_and_the_absence_taken_back(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    wish = LeaveRequest(LeaveKind.official, "校外督导")
    asked = ask(
        session,
        member_id=cast.zhang_min.member_id,
        meeting_id=meeting.id,
        wish=wish,
        actor=cast.zhang_min.actor,
        account_id=cast.zhang_min.account_id,
        now=NOW,
    )
    refuse_leave(
        session,
        leave_id=asked.id,
        answer="说明不全",
        actor=cast.wang_fang.actor,
        account_id=cast.wang_fang.account_id,
        now=NOW,
    )
    meeting.planned_by = cast.wang_fang.account_id
    session.commit()
    confirmed(session, cast, roster_of(session, meeting), by=cast.wang_fang)
    settled(session, meeting)
    absence = entry_of(session, cast.zhang_min, SourceKind.meeting, meeting.id)
    objection = doubted(session, cast.zhang_min, ObjectionSubject.entry, absence.seq, now=DUE)
    objection = upheld(session, objection, cast.li_wei, cast.sun_li, now=DUE)
    refused("takes_part", lambda: corrected(session, objection, cast.wang_fang, now=DUE))
    objection = corrected(session, objection, cast.li_wei, now=DUE)
    found = leave_of(session, meeting_id=meeting.id, member_id=cast.zhang_min.member_id)
    assert found is not None
    assert (found.status, found.decided_by) == ("granted", cast.li_wei.account_id)
    assert followed_by(session, objection).posted_at == DUE
    who = (cast.wang_fang.account_id, cast.wang_fang.member_id)
    assert not is_told(session, objection, *who), "that the leave is granted takes their hand from nobody"
    assert is_told(session, objection, cast.li_wei.account_id, cast.li_wei.member_id), "they handled it"
    check_books(session)


@pytest.mark.parametrize("remedy", [None, AttendanceRemedy.late])
def test_who_came_and_was_not_seen_is_entered(
    session: Session, cast: Cast, books: Books, remedy: AttendanceRemedy | None
) -> None:
    """孙丽 missed the meeting of the books by the list that 李伟 confirmed."""
    absence = entry_of(session, cast.sun_li, SourceKind.meeting, books.meeting)
    objection = doubted(session, cast.sun_li, ObjectionSubject.entry, absence.seq)
    objection = upheld(session, objection, cast.chen_jing, cast.chen_jing)
    objection = corrected(session, objection, cast.chen_jing, attendance=remedy)
    standing = live_entries_of(session, source_kind=SourceKind.meeting, source_id=books.meeting)
    assert any(each.member_id == cast.sun_li.member_id and each.points > 0 for each in standing)
    inquiry = queries.answering(session, objection)
    assert inquiry is not None
    assert inquiry.correction == ("缺席改为迟到" if remedy else "缺席改为出席")
    check_books(session)


def test_dues_that_were_paid_in_time_deduct_nothing(session: Session, cast: Cast, books: Books) -> None:
    late = entry_of(session, cast.zhang_min, SourceKind.dues, books.dues)
    objection = doubted(session, cast.zhang_min, ObjectionSubject.entry, late.seq)
    objection = upheld(session, objection, cast.sun_li, cast.wang_fang)
    objection = corrected(session, objection, cast.sun_li, paid_on=date(2026, 5, 30))
    record = session.get_one(DuesRecord, books.dues)
    assert (record.state, record.paid_on) == ("paid", date(2026, 5, 30))
    assert followed_by(session, objection).reverses_seq == late.seq
    check_books(session)


@pytest.mark.parametrize("times", [None, 2])
def test_a_branchs_decision_is_taken_back_or_taken_anew(
    session: Session, cast: Cast, books: Books, times: int | None
) -> None:
    entry = entry_of(session, cast.zhang_min, SourceKind.decision, books.decision)
    objection = doubted(session, cast.zhang_min, ObjectionSubject.entry, entry.seq)
    objection = upheld(session, objection, cast.sun_li, cast.wang_fang)
    refused("forbidden", lambda: corrected(session, objection, cast.zhao_qiang))
    objection = corrected(session, objection, cast.sun_li, times=times)
    found = followed_by(session, objection)
    assert (
        (found.points, found.source_kind) == (-entry.points, "reversal")
        if times is None
        else (
            entry.points * 2,
            "decision",
        )
    )
    check_books(session)


def test_a_registration_is_revoked_by_two_and_entered_anew(session: Session, cast: Cast, books: Books) -> None:
    in_office(session, cast.wu_gang, Role.organization_department, cast.root)
    in_office(session, cast.inspector, Role.organization_department, cast.root)
    objection = doubted(session, cast.zhou_yu, ObjectionSubject.negative, books.negative)
    objection = upheld(session, objection, cast.zhao_qiang, cast.zhao_qiang)
    wu_gang = acting(cast.wu_gang, Role.organization_department, cast.root)
    objection = corrected(session, objection, wu_gang, document_number="党发〔2026〕21号")
    assert objection.to_correct, "another person has to confirm it"
    assert corrected(session, objection, wu_gang, document_number="党发〔2026〕21号").to_correct, "again nothing"
    decision = session.get_one(NegativeDecision, books.negative)
    assert decision.proposal_id is not None
    negatives.confirm_change(
        session,
        actor=cast.organization_department.actor,
        account_id=cast.organization_department.account_id,
        decision_id=decision.id,
        change_id=decision.proposal_id,
        now=NOW,
    )
    session.refresh(objection)
    assert decision.status == NegativeStatus.revoked
    assert not objection.to_correct
    numbers = session.scalars(select(NegativeDecision.document_number).order_by(NegativeDecision.id)).all()
    assert numbers == ["党发〔2026〕12号", "党发〔2026〕21号"]


def acting(person: Person, role: Role, place: int) -> Person:
    """Return a person as they are signed in with a role given to them since."""
    return replace(person, actor=replace(person.actor, grants=(*person.actor.grants, HeldRole(role, place))))


def test_of_a_month_an_entry_is_chosen(session: Session, cast: Cast, books: Books) -> None:
    statement = cast_statement(session, cast, period="2026-06")
    session.get_one(Statement, statement.id).until = date(2026, 6, 30)
    late = entry_of(session, cast.zhang_min, SourceKind.dues, books.dues)
    objection = doubted(session, cast.zhang_min, ObjectionSubject.month, statement.id)
    objection = upheld(session, objection, cast.sun_li, cast.wang_fang)
    refused("nothing_to_correct", lambda: corrected(session, objection, cast.sun_li))
    refused("nothing_to_correct", lambda: corrected(session, objection, cast.sun_li, seq=late.seq + 100))
    objection = corrected(session, objection, cast.sun_li, seq=late.seq)
    assert followed_by(session, objection).reverses_seq == late.seq


def test_what_was_put_right_there_before_only_has_to_be_noted(session: Session, cast: Cast) -> None:
    objection = upheld(session, raised(session, cast), cast.li_wei, cast.sun_li)
    review.decide_anew(
        session,
        claim_id=objection.subject_id,
        actor=cast.chen_jing.actor,
        version=session.get_one(Claim, objection.subject_id).version,
        approved_points=ONE,
        reason="重新核定",
        now=NOW,
    )
    objection = corrected(session, objection, cast.li_wei)
    assert (followed_by(session, objection).points, objection.to_correct) == (ONE, None)
    assert len(paid(session, objection.subject_id)) == 1, "nothing was posted twice"


def test_it_waits_for_who_may_and_had_no_hand_in_it(session: Session, cast: Cast) -> None:
    objection = upheld(session, raised(session, cast), cast.li_wei, cast.sun_li)
    refused("takes_part", lambda: corrected(session, objection, cast.wang_fang))
    refused("forbidden", lambda: corrected(session, objection, cast.sun_li))
    refused("forbidden", lambda: corrected(session, objection, cast.zhao_qiang))
    assert corrected(session, objection, cast.chen_jing).to_correct is None


def test_in_a_branch_with_one_officer_the_organization_above_does_it(session: Session, cast: Cast) -> None:
    objection = objected(session, cast.zhou_yu, rejected(session, cast.zhou_yu, cast.zhao_qiang))
    objection = upheld(session, objection, cast.chen_jing, cast.chen_jing)
    refused("takes_part", lambda: corrected(session, objection, cast.zhao_qiang))
    objection = corrected(session, objection, cast.chen_jing)
    assert paid(session, objection.subject_id) == [(cast.zhou_yu.member_id, ONE)]


def test_asking_above_puts_the_correction_off_and_taking_that_back_brings_it_again(
    session: Session, cast: Cast
) -> None:
    objection = upheld(session, raised(session, cast), cast.li_wei, cast.sun_li)
    objection = service.escalate(
        session,
        objection.id,
        version=objection.version,
        own=True,
        words="分值不对",
        account_id=cast.zhang_min.account_id,
        now=NOW,
    )
    assert objection.to_correct is None
    refused("nothing_to_correct", lambda: corrected(session, objection, cast.li_wei))
    back = partial(service.withdraw, session, objection.id, own=True, account_id=cast.zhang_min.account_id, now=NOW)
    objection = back(version=objection.version)
    assert (objection.status, objection.to_correct) == ("accepted", True)
    assert queries.open_due_of(session, objection.id, correction=True) is not None


def test_the_final_word_is_what_counts(session: Session, cast: Cast) -> None:
    objection = upheld(session, raised(session, cast), cast.li_wei, cast.sun_li)
    said = {"own": True, "words": "分值不对", "account_id": cast.zhang_min.account_id, "now": NOW}
    objection = service.escalate(session, objection.id, version=objection.version, **said)  # type: ignore[arg-type]
    objection = assigned(session, objection, cast.chen_jing, cast.chen_jing)
    objection = answered(session, objection, cast.chen_jing, ObjectionOutcome.dismissed)
    assert (objection.status, objection.to_correct) == ("final", None)
    refused("nothing_to_correct", lambda: corrected(session, objection, cast.li_wei))
    assert paid(session, objection.subject_id) == []


def test_the_same_call_again_and_two_at_once_post_once(engine: Engine, session: Session, cast: Cast) -> None:
    objection = upheld(session, raised(session, cast), cast.li_wei, cast.sun_li)
    seen, objection_id, claim_id = objection.version, objection.id, objection.subject_id
    session.commit()

    def work(by: Person, session: Session) -> object:
        return corrected(session, Objection(id=objection_id, version=seen), by)

    outcomes = race(engine, partial(work, cast.li_wei), partial(work, cast.chen_jing))
    assert outcomes == ["done", "stale_version"]
    [winner] = session.scalars(select(Inquiry.corrected_by).where(Inquiry.objection_id == objection_id)).all()
    session.rollback()
    by = cast.li_wei if winner == cast.li_wei.account_id else cast.chen_jing
    assert race(engine, partial(work, by)) == ["done"], "the same call again"
    assert len(paid(session, claim_id)) == 1
    steps = [each.action for each in queries.story_of(session, objection_id)]
    assert steps.count(ObjectionAction.correct) == 1


def test_a_second_objection_of_the_matter_finds_it_corrected(session: Session, cast: Cast) -> None:
    """The member accepts, and doubts the same once more before it is put right."""
    first = upheld(session, raised(session, cast), cast.li_wei, cast.sun_li)
    said = {"own": True, "account_id": cast.zhang_min.account_id, "now": NOW}
    first = service.accept(session, first.id, version=first.version, **said)  # type: ignore[arg-type]
    second = upheld(
        session,
        doubted(session, cast.zhang_min, ObjectionSubject.rejection, first.subject_id),
        cast.li_wei,
        cast.sun_li,
    )
    first, second = corrected(session, first, cast.li_wei), corrected(session, second, cast.chen_jing)
    assert len(paid(session, first.subject_id)) == 1
    assert followed_by(session, first) == followed_by(session, second)
