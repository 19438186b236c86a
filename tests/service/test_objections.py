"""An objection from the member's word to its end: whose turn it is, which days it keeps, who stands back."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.config import Settings
from server.db import transaction
from server.identity import service as identity
from server.identity.rules import Role
from server.objections import jobs, queries, service, windows
from server.objections.models import Objection
from server.objections.places import handling_of
from server.objections.rules import (
    Due,
    Hand,
    Instance,
    NotAdmitted,
    ObjectionOutcome,
    ObjectionStatus,
    ObjectionSubject,
    ObjectionVia,
)
from server.objections.windows import ObjectionWindow
from tests.at_once import race
from tests.cast import NOW, TODAY, YEAR_START, Cast, Person
from tests.claiming import approved, submitted
from tests.objecting import answered, assigned, objected, raised, rejected
from tests.refusing import refused

WEEK = timedelta(days=7)


def _holds(session: Session, person: Person, role: Role, place: int) -> None:
    identity.grant(
        session,
        account_id=person.account_id,
        role=role,
        organization_id=place,
        from_date=YEAR_START,
        until_date=None,
        granted_by=None,
        now=NOW - 52 * WEEK,
    )


def _story(session: Session, objection: Objection) -> list[str]:
    return [step.action for step in queries.story_of(session, objection.id)]


def test_it_goes_from_word_to_answer_and_the_member_accepts(session: Session, cast: Cast) -> None:
    objection = raised(session, cast)
    assert queries.due_of(session, objection.id, Due.admission) == date(2026, 6, 23), "端午 and a weekend lie between"
    objection = assigned(session, objection, cast.li_wei, cast.sun_li)
    assert queries.due_of(session, objection.id, Due.answer) == date(2026, 6, 26)
    objection = answered(session, objection, cast.sun_li)
    objection = service.accept(
        session, objection.id, version=objection.version, own=True, account_id=cast.zhang_min.account_id, now=NOW
    )
    assert (objection.status, objection.open, objection.ended_at) == (ObjectionStatus.accepted, None, NOW)
    assert _story(session, objection) == ["submit", "assign", "answer", "accept"]
    assert queries.open_due_of(session, objection.id) is None


def test_who_reviewed_or_decided_it_is_not_offered(session: Session, cast: Cast) -> None:
    objection = raised(session, cast)
    handling = handling_of(session, objection, now=NOW)
    assert handling.organization_id == cast.branch
    assert handling.assigners == (cast.li_wei.account_id,)
    assert {each.account_id: each.hand for each in handling.found} == {
        cast.li_wei.account_id: None,
        cast.sun_li.account_id: None,
        cast.wang_fang.account_id: Hand.decided,
    }
    refused("takes_part", lambda: assigned(session, objection, cast.li_wei, cast.wang_fang))
    refused("takes_part", lambda: assigned(session, objection, cast.li_wei, cast.zhao_qiang))
    refused("another_handles_it", lambda: assigned(session, objection, cast.sun_li, cast.sun_li))


def test_a_secretary_who_decided_it_neither_assigns_nor_investigates(session: Session, cast: Cast) -> None:
    claim = rejected(session, cast.zhang_min, cast.li_wei)
    objection = objected(session, cast.zhang_min, claim)
    refused("another_handles_it", lambda: assigned(session, objection, cast.li_wei, cast.sun_li))
    assert assigned(session, objection, cast.sun_li, cast.wang_fang).status == ObjectionStatus.investigating


def test_the_secretarys_own_objection_is_the_deputys_to_assign(session: Session, cast: Cast) -> None:
    claim = rejected(session, cast.li_wei, cast.wang_fang)
    objection = objected(session, cast.li_wei, claim)
    refused("another_handles_it", lambda: assigned(session, objection, cast.li_wei, cast.sun_li))
    assert assigned(session, objection, cast.sun_li, cast.sun_li).status == ObjectionStatus.investigating


def test_where_all_had_a_hand_in_it_it_lies_above(session: Session, cast: Cast) -> None:
    """周宇's branch has one officer, who did not allow it: 陈静 of the 总支 names who looks into it."""
    claim = rejected(session, cast.zhou_yu, cast.zhao_qiang)
    objection = objected(session, cast.zhou_yu, claim)
    assert handling_of(session, objection, now=NOW).organization_id == cast.general_branch
    objection = assigned(session, objection, cast.chen_jing, cast.chen_jing)
    assert queries.inquiries_of(session, objection.id)[Instance.first].organization_id == cast.general_branch


def test_a_direct_branch_without_officers_turns_to_the_organization_department(session: Session, cast: Cast) -> None:
    _holds(session, cast.wu_gang, Role.organization_department, cast.root)
    claim = rejected(session, cast.he_hua, cast.organization_department)
    objection = objected(session, cast.he_hua, claim)
    handling = handling_of(session, objection, now=NOW)
    assert (handling.organization_id, handling.assigners) == (cast.root, (cast.wu_gang.account_id,))


def test_whom_a_party_has_just_appointed_stands_back(session: Session, cast: Cast) -> None:
    claim = rejected(session, cast.zhang_min, cast.wang_fang)
    objection = objected(session, cast.zhang_min, claim)
    identity.grant(
        session,
        account_id=cast.wu_gang.account_id,
        role=Role.committee_member,
        organization_id=cast.branch,
        from_date=TODAY,
        until_date=None,
        granted_by=cast.wang_fang.account_id,
        now=NOW,
    )
    found = {each.account_id: each.hand for each in handling_of(session, objection, now=NOW).found}
    assert found[cast.wu_gang.account_id] is Hand.appointed


def test_only_who_was_named_answers(session: Session, cast: Cast) -> None:
    objection = assigned(session, raised(session, cast), cast.li_wei, cast.sun_li)
    refused("another_handles_it", lambda: answered(session, objection, cast.li_wei))
    objection = service.assign(
        session,
        objection.id,
        version=objection.version,
        investigator_id=cast.li_wei.account_id,
        words="孙丽出差",
        account_id=cast.li_wei.account_id,
        now=NOW + WEEK,
    )
    assert queries.due_of(session, objection.id, Due.answer) == date(2026, 6, 26), "another person, the same last day"
    refused("another_handles_it", lambda: answered(session, objection, cast.sun_li))
    assert answered(session, objection, cast.li_wei).status == ObjectionStatus.answered


def test_another_investigator_needs_a_reason(session: Session, cast: Cast) -> None:
    objection = assigned(session, raised(session, cast), cast.li_wei, cast.sun_li)
    refused("reason_missing", lambda: assigned(session, objection, cast.li_wei, cast.li_wei))


def test_it_is_extended_once(session: Session, cast: Cast) -> None:
    objection = assigned(session, raised(session, cast), cast.li_wei, cast.sun_li)
    extend = partial(service.extend, session, objection.id, words="要向社区核实", account_id=cast.sun_li.account_id)
    objection = extend(version=objection.version, now=NOW)
    assert queries.due_of(session, objection.id, Due.answer) == date(2026, 7, 3)
    refused("extended_before", lambda: extend(version=objection.version, now=NOW))


def test_what_is_upheld_corrects_something_or_says_why_not(session: Session, cast: Cast) -> None:
    objection = assigned(session, raised(session, cast), cast.li_wei, cast.sun_li)
    refused("correction_missing", lambda: answered(session, objection, cast.sun_li, ObjectionOutcome.upheld))
    objection = answered(session, objection, cast.sun_li, ObjectionOutcome.upheld, corrects=True)
    inquiry = queries.inquiries_of(session, objection.id)[Instance.first]
    assert (inquiry.outcome, inquiry.corrects) == (ObjectionOutcome.upheld, True)


def test_the_second_word_is_final_and_another_persons(session: Session, cast: Cast) -> None:
    objection = assigned(session, raised(session, cast), cast.li_wei, cast.sun_li)
    objection = answered(session, objection, cast.sun_li)
    objection = service.escalate(
        session,
        objection.id,
        version=objection.version,
        own=True,
        words="没有看居委会的证明",
        account_id=cast.zhang_min.account_id,
        now=NOW,
    )
    assert queries.due_of(session, objection.id, Due.second) == date(2026, 7, 3)
    assert handling_of(session, objection, now=NOW).organization_id == cast.general_branch
    refused("another_handles_it", lambda: assigned(session, objection, cast.li_wei, cast.sun_li))
    objection = assigned(session, objection, cast.chen_jing, cast.chen_jing)
    objection = answered(session, objection, cast.chen_jing, ObjectionOutcome.upheld, corrects=True)
    assert (objection.status, objection.open) == (ObjectionStatus.final, None)
    assert set(queries.inquiries_of(session, objection.id)) == set(Instance)


def test_who_investigated_first_does_not_investigate_again(session: Session, cast: Cast) -> None:
    _holds(session, cast.sun_li, Role.organizer, cast.general_branch)
    objection = assigned(session, raised(session, cast), cast.li_wei, cast.sun_li)
    objection = answered(session, objection, cast.sun_li)
    objection = service.escalate(
        session,
        objection.id,
        version=objection.version,
        own=True,
        words="请另派人核查",
        account_id=cast.zhang_min.account_id,
        now=NOW,
    )
    found = {each.account_id: each.hand for each in handling_of(session, objection, now=NOW).found}
    assert found == {cast.chen_jing.account_id: None, cast.sun_li.account_id: Hand.answered}


def test_five_working_days_of_silence_end_it(engine: Engine, settings: Settings, cast: Cast) -> None:
    def work(session: Session) -> int:
        objection = assigned(session, raised(session, cast), cast.li_wei, cast.sun_li)
        return answered(session, objection, cast.sun_li).id

    objection_id = transaction(engine, work)
    last = datetime.fromisoformat("2026-06-26T23:59:00+08:00")
    for now, status in ((last, ObjectionStatus.answered), (last + timedelta(minutes=2), ObjectionStatus.lapsed)):
        jobs.lapse_answers(engine, settings, now, now)
        with Session(engine) as session:
            assert session.get_one(Objection, objection_id).status == status


def test_what_lapsed_may_still_be_taken_up_until_the_year_is_filed(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    objection = answered(session, assigned(session, raised(session, cast), cast.li_wei, cast.sun_li), cast.sun_li)
    assert service.lapse(session, objection.id, now=NOW + 4 * WEEK)
    assert not service.lapse(session, objection.id, now=NOW + 4 * WEEK)
    escalate = partial(
        service.escalate, session, objection.id, own=True, words="当时住院", account_id=cast.zhang_min.account_id
    )
    with monkeypatch.context() as patched:
        patched.setattr(windows, "_asked", [lambda *_: ObjectionWindow(TODAY, over=True)])
        refused("wrong_status", lambda: escalate(version=objection.version, now=NOW + 4 * WEEK))
    objection = escalate(version=objection.version, now=NOW + 4 * WEEK)
    assert (objection.status, objection.open) == (ObjectionStatus.second, True)


def test_of_one_matter_one_is_open(session: Session, cast: Cast) -> None:
    objection = raised(session, cast)
    again = partial(
        service.raise_objection,
        session,
        member_id=cast.zhang_min.member_id,
        subject_kind=ObjectionSubject(objection.subject_kind),
        subject_id=objection.subject_id,
        words="还是那件事",
        account_id=cast.zhang_min.account_id,
        now=NOW,
    )
    refused("objection_open", again)
    service.refuse(
        session,
        objection.id,
        version=objection.version,
        why=NotAdmitted.not_ours,
        words="请向学院工会提出",
        account_id=cast.li_wei.account_id,
        now=NOW,
    )
    assert again().open


def test_what_was_allowed_in_full_or_is_anothers_is_no_ground(session: Session, cast: Cast) -> None:
    claim = approved(session, submitted(session, cast.zhang_min), cast.li_wei)
    refused("not_objectionable", lambda: objected(session, cast.zhang_min, claim))
    other = rejected(session, cast.zhang_min, cast.li_wei, title="另一次服务")
    refused("not_objectionable", lambda: objected(session, cast.wang_fang, other))


def test_late_ones_say_why(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = rejected(session, cast.zhang_min, cast.wang_fang)
    monkeypatch.setattr(windows, "_asked", [lambda *_: ObjectionWindow(date(2027, 3, 5), over=False)])
    last = datetime.fromisoformat("2027-03-05T23:59:00+08:00")
    late = last + timedelta(minutes=2)
    caught = refused("late_without_reason", lambda: objected(session, cast.zhang_min, claim, now=late))
    assert "3月5日" in caught.message
    assert objected(session, cast.zhang_min, claim, now=last).late_reason is None


def test_an_officer_writes_down_what_was_said_and_none_who_is_concerned(session: Session, cast: Cast) -> None:
    claim = rejected(session, cast.zhang_min, cast.wang_fang)
    said = partial(objected, session, cast.zhang_min, claim, own=False)
    refused("invalid_input", lambda: said(account_id=cast.sun_li.account_id))
    refused("takes_part", lambda: said(via=ObjectionVia.oral, account_id=cast.wang_fang.account_id))
    refused("reason_missing", lambda: said(via=ObjectionVia.oral, account_id=cast.sun_li.account_id))
    objection = said(via=ObjectionVia.oral, account_id=cast.sun_li.account_id, intake="6 月 18 日电话里说的")
    objection = answered(session, assigned(session, objection, cast.li_wei, cast.li_wei), cast.li_wei)
    accept = partial(service.accept, session, objection.id, version=objection.version, own=False, now=NOW)
    refused("reason_missing", lambda: accept(account_id=cast.sun_li.account_id))
    refused("takes_part", lambda: accept(words="6月18日当面表示", account_id=cast.wang_fang.account_id))
    assert accept(words="6月18日当面表示", account_id=cast.sun_li.account_id).status == ObjectionStatus.accepted


def test_it_is_taken_back_until_it_is_answered(session: Session, cast: Cast) -> None:
    objection = assigned(session, raised(session, cast), cast.li_wei, cast.sun_li)
    options: dict[str, Any] = {"own": True, "account_id": cast.zhang_min.account_id, "now": NOW}
    stale = objection.version - 1
    refused("stale_version", lambda: service.withdraw(session, objection.id, version=stale, **options))
    objection = answered(session, objection, cast.sun_li)
    refused("wrong_status", lambda: service.withdraw(session, objection.id, version=objection.version, **options))


def test_of_answer_and_withdrawal_at_once_one_counts(engine: Engine, cast: Cast) -> None:
    objection = transaction(
        engine, lambda session: _pair(assigned(session, raised(session, cast), cast.li_wei, cast.sun_li))
    )

    def withdraw(session: Session) -> object:
        own: dict[str, Any] = {"own": True, "account_id": cast.zhang_min.account_id, "now": NOW}
        return service.withdraw(session, objection[0], version=objection[1], **own)

    def answer(session: Session) -> object:
        return answered(session, session.get_one(Objection, objection[0]), cast.sun_li)

    assert race(engine, withdraw, answer)[0] == "done"
    with Session(engine) as session:
        assert len(queries.story_of(session, objection[0])) == 3


def test_two_raise_the_same_at_once(engine: Engine, cast: Cast) -> None:
    claim_id = transaction(engine, lambda session: rejected(session, cast.zhang_min, cast.wang_fang).id)

    def work(session: Session, words: str = "那天我在") -> object:
        return service.raise_objection(
            session,
            member_id=cast.zhang_min.member_id,
            subject_kind=ObjectionSubject.rejection,
            subject_id=claim_id,
            words=words,
            account_id=cast.zhang_min.account_id,
            now=NOW,
        )

    assert race(engine, work, partial(work, words="我有照片")) == ["done", "objection_open"]
    [first] = transaction(engine, lambda session: queries.of_member(session, cast.zhang_min.member_id))
    again = partial(work, words=first.words)
    assert race(engine, again, again) == ["done", "done"], "the same call again"
    assert len(transaction(engine, lambda session: queries.of_member(session, cast.zhang_min.member_id))) == 1


def _pair(objection: Objection) -> tuple[int, int]:
    return objection.id, objection.version
