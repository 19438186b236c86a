"""A publicity from its proposal to its end: who, when, what may stand in it, and what a changed calendar does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import server.app  # noqa: F401  (its subscriptions move last days)
from server import events
from server.audit.models import AuditLine
from server.audit.subjects import AuditSubject
from server.deadlines import vacations
from server.error_codes import CoreErrorCode
from server.errors import conflict
from server.identity.models import Grant
from server.identity.rules import Role
from server.organizations import workdays
from server.organizations.models import Member, Membership
from server.publicity import queries, service
from server.publicity.events import PublicityApproved, PublicityEnded, PublicityWithdrawn
from server.publicity.models import Publicity
from server.publicity.owners import PublicityEntry, PublicityGroup
from server.publicity.rules import PublicityStatus, PublicitySubject
from tests.at_once import race
from tests.cast import BEGAN, YEAR_START, Cast, Person
from tests.publicizing import (
    APPROVED,
    FIRST,
    LAST,
    PROPOSED,
    SUBJECT_ID,
    WINTER,
    Owned,
    approved,
    at,
    owning,
    proposed,
    stars,
    vacation,
)
from tests.refusing import refused

TOLD = (PublicityApproved, PublicityEnded, PublicityWithdrawn)


@pytest.fixture(autouse=True)
def owned(cast: Cast) -> Iterator[Owned]:
    with owning(stars(cast.wang_fang, cast.zhang_min)) as found:
        yield found


@pytest.fixture
def told() -> Iterator[list[Any]]:
    heard: list[Any] = []

    def listen(_session: Session, event: Any) -> None:
        heard.append(event)

    for kind in TOLD:
        events.subscribe(kind, listen)
    yield heard
    for kind in TOLD:
        events._handlers[kind].remove(listen)


def approve(session: Session, row: Publicity, by: Person, **changes: Any) -> Publicity:
    given: dict[str, Any] = {"account_id": by.account_id, "now": APPROVED}
    return service.approve(session, row.id, **given | changes)


def with_role(session: Session, cast: Cast, person: Person, role: Role, place: int) -> Person:
    grant = Grant(
        account_id=person.account_id, role=role, organization_id=place, from_date=YEAR_START, created_at=BEGAN
    )
    session.add(grant)
    session.commit()
    return person


def moves(session: Session, row: Publicity) -> list[tuple[date, date, str]]:
    due = queries.due_day_of(session, row)
    assert due is not None
    return [(move.old_day, move.new_day, move.reason) for move in due.moves]


def test_a_committee_member_proposes_and_the_secretary_approves(
    session: Session, cast: Cast, owned: Owned, told: list[Any]
) -> None:
    row = approved(session, cast)
    assert (row.status, row.first_day, row.last_day, row.edition) == (PublicityStatus.approved, FIRST, LAST, 1)
    assert (row.proposed_role, row.approved_role) == (Role.committee_member, Role.secretary)
    assert owned.asked == [SUBJECT_ID, SUBJECT_ID]
    assert told == [
        PublicityApproved(row.id, cast.branch, PublicitySubject.stars, SUBJECT_ID, cast.li_wei.account_id, APPROVED)
    ]
    of_publicity = select(AuditLine.action, AuditLine.actor_id).where(AuditLine.subject_kind == AuditSubject.publicity)
    lines = session.execute(of_publicity.order_by(AuditLine.id)).all()
    assert [tuple(line) for line in lines] == [
        ("publicity_propose", cast.wang_fang.account_id),
        ("publicity_approve", cast.li_wei.account_id),
    ]


def test_who_proposed_does_not_approve_and_a_committee_member_only_what_the_secretary_proposed(
    session: Session, cast: Cast
) -> None:
    row = proposed(session, cast)
    refused("same_person", lambda: approve(session, row, cast.wang_fang))
    refused("secretary_approves", lambda: approve(session, row, cast.sun_li))
    session.rollback()
    refused("secretary_approves", lambda: approve(session, row, cast.zhang_min))
    session.rollback()
    service.withdraw(session, row.id, reason="重拟", account_id=cast.wang_fang.account_id, now=APPROVED)
    own = proposed(session, cast, cast.li_wei)
    refused("same_person", lambda: approve(session, own, cast.li_wei))
    assert approve(session, own, cast.sun_li).approved_role == Role.deputy_secretary


def test_the_supervisor_is_the_second_person_too(session: Session, cast: Cast) -> None:
    row = proposed(session, cast, cast.li_wei)
    assert approve(session, row, cast.chen_jing).approved_role == Role.general_secretary


def test_a_branch_without_a_committee_is_approved_for_by_the_organizer_and_a_direct_one_by_the_department(
    session: Session, cast: Cast, owned: Owned
) -> None:
    organizer = with_role(session, cast, cast.wu_gang, Role.organizer, cast.general_branch)
    row = proposed(session, cast, cast.zhao_qiang, organization_id=cast.other_branch)
    assert approve(session, row, organizer).approved_role == Role.organizer
    secretary = with_role(session, cast, cast.he_hua, Role.secretary, cast.direct_branch)
    direct = proposed(session, cast, secretary, organization_id=cast.direct_branch, subject_id=SUBJECT_ID + 1)
    refused("secretary_approves", lambda: approve(session, direct, organizer))
    session.rollback()
    assert approve(session, direct, cast.organization_department).approved_role == Role.organization_department


def test_two_persons_are_two(session: Session, cast: Cast) -> None:
    """A secretary appointed by the proposer, or after the proposal, is no second person."""
    grant = session.scalars(select(Grant).where(Grant.account_id == cast.li_wei.account_id)).one()
    row = proposed(session, cast)
    grant.granted_by, grant.created_at = cast.wang_fang.account_id, PROPOSED - timedelta(days=1)
    session.commit()
    refused("role_from_party", lambda: approve(session, row, cast.li_wei))
    session.rollback()
    grant.granted_by, grant.created_at = None, PROPOSED + timedelta(minutes=1)
    session.commit()
    refused("role_too_new", lambda: approve(session, row, cast.li_wei))


@pytest.mark.parametrize("person", ["zhang_min", "zhao_qiang", "inspector", "administrator", "representative"])
def test_members_and_strangers_to_the_branch_do_not_propose(session: Session, cast: Cast, person: str) -> None:
    refused("forbidden", lambda: proposed(session, cast, getattr(cast, person)))


def test_what_the_owner_refuses_is_neither_proposed_nor_approved(session: Session, cast: Cast, owned: Owned) -> None:
    owned.refusal = conflict(CoreErrorCode.wrong_status, "结果未定")
    refused("wrong_status", lambda: proposed(session, cast))
    owned.refusal = None
    session.rollback()
    row = proposed(session, cast)
    owned.refusal = conflict(CoreErrorCode.wrong_status, "结果未定")
    refused("wrong_status", lambda: approve(session, row, cast.li_wei))


def test_what_changed_since_it_was_proposed_is_not_approved(session: Session, cast: Cast, owned: Owned) -> None:
    row = proposed(session, cast)
    owned.content = stars(cast.zhang_min, hash="f" * 64)
    refused("content_changed", lambda: approve(session, row, cast.li_wei))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"first_day": date(2027, 2, 25), "now": at(date(2027, 2, 26), "00:30")}, "invalid_dates"),
        ({"first_day": date(2027, 9, 1)}, "invalid_dates"),
        ({"first_day": date(2027, 2, 27)}, "not_a_workday"),
        ({"working_days": 4}, "too_few_workdays"),
        ({"working_days": 31}, "too_few_workdays"),
    ],
)
def test_days_that_cannot_be(session: Session, cast: Cast, changes: dict[str, Any], code: str) -> None:
    refused(code, lambda: proposed(session, cast, **changes))


def test_a_correction_takes_three_working_days(session: Session, cast: Cast) -> None:
    with owning(stars(cast.zhang_min), PublicitySubject.correction):
        row = proposed(session, cast, subject_kind=PublicitySubject.correction, working_days=3)
        assert row.last_day == date(2027, 3, 3)
        refused("too_few_workdays", lambda: proposed(session, cast, subject_id=SUBJECT_ID + 1, working_days=3))


def test_the_days_lie_wholly_within_the_term(session: Session, cast: Cast) -> None:
    vacation(session, cast, *WINTER, now=at(date(2027, 1, 4)))
    friday = at(date(2027, 1, 18))
    late = refused("not_within_term", lambda: proposed(session, cast, first_day=date(2027, 1, 19), now=friday))
    assert late.detail == {"first_day": "2027-02-24"}
    assert "2 月 24 日" in late.message
    session.rollback()
    assert proposed(session, cast, first_day=date(2027, 1, 18), now=friday).last_day == date(2027, 1, 22)


@pytest.mark.parametrize(
    "words",
    [
        {"text": "联系人 13812345678"},
        {"text": "电话 138 1234 5678"},
        {"place": "工号 20150001"},
        {"text": "身份证 370602199001011234"},
        {"text": "张敏（z2015）五星"},
        {"text": "张敏另行通报"},
        {"text": "李伟不列入"},
        {"place": "不定星级名单"},
    ],
)
def test_what_is_private_or_stands_beside_a_name_is_refused(
    session: Session, cast: Cast, words: dict[str, Any]
) -> None:
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z2015"
    session.commit()
    refused("text_refused", lambda: proposed(session, cast, **words))


def test_who_took_office_today_proposes_and_whose_number_came_today_is_known(session: Session, cast: Cast) -> None:
    """At half past midnight in Shanghai; in UTC it is still the day before."""
    morning = at(date(2027, 2, 26), "00:30")
    grant = session.scalars(select(Grant).where(Grant.account_id == cast.wang_fang.account_id)).one()
    grant.from_date = date(2027, 2, 26)
    session.get_one(Member, cast.zhou_yu.member_id).work_number = "X2027"
    membership = session.scalars(select(Membership).where(Membership.member_id == cast.zhou_yu.member_id)).one()
    membership.organization_id, membership.from_date = cast.branch, date(2027, 2, 26)
    session.commit()
    refused("text_refused", lambda: proposed(session, cast, text="周宇（X2027）", now=morning))
    session.rollback()
    assert proposed(session, cast, now=morning).proposed_role == Role.committee_member


def test_an_office_telephone_and_the_number_of_those_not_rated_may_stand(session: Session, cast: Cast) -> None:
    row = proposed(session, cast, text="未参评 2 人。电话 0535-5550158，2026 年 12 月 31 日在册 28 人。")
    assert row.status == PublicityStatus.proposed


def test_what_the_owner_shows_is_checked_too(session: Session, cast: Cast, owned: Owned) -> None:
    named = PublicityGroup("另行通报", (PublicityEntry(cast.zhang_min.member_id, "张敏"),))
    owned.content = replace(owned.content, groups=(named,))
    refused("text_refused", lambda: proposed(session, cast))
    session.rollback()
    beside = PublicityGroup("五星级", (PublicityEntry(cast.zhang_min.member_id, "张敏", ("不定星级",)),))
    owned.content = replace(owned.content, groups=(beside,))
    refused("text_refused", lambda: proposed(session, cast))


def test_a_subject_is_publicized_once_until_it_is_withdrawn(session: Session, cast: Cast, told: list[Any]) -> None:
    row = approved(session, cast)
    refused("already_proposed", lambda: proposed(session, cast))
    session.rollback()
    service.withdraw(session, row.id, reason="结果有误", account_id=cast.li_wei.account_id, now=APPROVED)
    session.commit()
    again = approved(session, cast)
    assert (again.edition, again.last_day) == (2, LAST)
    assert [type(event) for event in told] == [PublicityApproved, PublicityWithdrawn, PublicityApproved]
    assert told[1].was_shown


def test_who_may_withdraw(session: Session, cast: Cast) -> None:
    row = approved(session, cast)
    take_back = partial(service.withdraw, session, row.id, reason="重拟", now=APPROVED)
    for person in (cast.sun_li, cast.zhang_min, cast.zhao_qiang):
        refused("forbidden", lambda who=person: take_back(account_id=who.account_id))  # type: ignore[misc]
        session.rollback()
    assert take_back(account_id=cast.chen_jing.account_id).status == PublicityStatus.withdrawn
    refused("moved_on", lambda: take_back(account_id=cast.li_wei.account_id))


def test_a_proposal_whose_first_day_is_over_is_not_approved(session: Session, cast: Cast) -> None:
    row = proposed(session, cast)
    refused("first_day_over", lambda: approve(session, row, cast.li_wei, now=at(FIRST + timedelta(days=1), "00:30")))
    session.rollback()
    assert approve(session, row, cast.li_wei, now=at(FIRST, "23:59")).status == PublicityStatus.approved


def test_it_ends_with_its_last_day(session: Session, engine: Engine, cast: Cast, told: list[Any]) -> None:
    row = approved(session, cast)
    assert service.end_due(engine, now=at(LAST, "23:59")) == 0
    over = at(LAST + timedelta(days=1), "00:30")
    assert [service.end_due(engine, now=over) for _ in range(2)] == [1, 0]
    session.refresh(row)
    assert (row.status, row.ended_at) == (PublicityStatus.ended, over)
    assert told[-1] == PublicityEnded(row.id, cast.branch, PublicitySubject.stars, SUBJECT_ID, over)
    due = queries.due_day_of(session, row)
    assert due is not None
    assert due.row.closed_at == over
    session.commit()
    assert (
        service.withdraw(session, row.id, reason="撤销公示一步", account_id=cast.li_wei.account_id, now=over).status
        == PublicityStatus.withdrawn
    )


def test_a_holiday_entered_meanwhile_moves_the_last_day_and_stays_in_the_history(
    session: Session, engine: Engine, cast: Cast
) -> None:
    row = approved(session, cast)
    workdays.override(
        session,
        root_id=cast.root,
        day=date(2027, 3, 4),
        works=False,
        note="校庆",
        account_id=cast.organization_department.account_id,
        now=at(date(2027, 3, 2)),
    )
    session.commit()
    session.refresh(row)
    assert row.last_day == date(2027, 3, 8)
    assert moves(session, row) == [(LAST, date(2027, 3, 8), "学校的工作日安排有变化")]
    session.commit()
    assert service.end_due(engine, now=at(date(2027, 3, 6))) == 0


def test_a_vacation_pauses_what_runs_and_it_goes_on_after_it(session: Session, cast: Cast) -> None:
    row = approved(session, cast, first_day=date(2027, 1, 20), now=at(date(2027, 1, 18)))
    assert row.last_day == date(2027, 1, 26)
    number = vacation(session, cast, *WINTER, now=at(date(2027, 1, 21)))
    session.refresh(row)
    assert row.last_day == date(2027, 2, 25)
    words = "录入教工寒假（2027-01-23 至 2027-02-23）"
    assert moves(session, row) == [(date(2027, 1, 26), date(2027, 2, 25), words)]
    vacations.forget(
        session, vacation_id=number, account_id=cast.organization_department.account_id, now=at(date(2027, 1, 22))
    )
    session.commit()
    session.refresh(row)
    assert row.last_day == date(2027, 1, 26)


def test_a_vacation_of_others_or_after_the_end_moves_nothing(session: Session, engine: Engine, cast: Cast) -> None:
    row = approved(session, cast)
    vacation(session, cast, FIRST, LAST, now=APPROVED, category="student")
    session.refresh(row)
    assert row.last_day == LAST
    session.commit()
    vacation(session, cast, FIRST, LAST, now=at(LAST + timedelta(days=1), "00:30"))
    session.refresh(row)
    assert (row.last_day, moves(session, row)) == (LAST, [])


def test_the_approver_sees_the_day_they_approve(session: Session, cast: Cast) -> None:
    row = proposed(session, cast)
    workdays.override(
        session,
        root_id=cast.root,
        day=date(2027, 3, 4),
        works=False,
        note="校庆",
        account_id=cast.organization_department.account_id,
        now=APPROVED,
    )
    session.commit()
    changed = refused("moved_on", lambda: approve(session, row, cast.li_wei, last_day=LAST))
    assert changed.detail == {"last_day": "2027-03-08"}
    session.rollback()
    assert approve(session, row, cast.li_wei, last_day=date(2027, 3, 8)).last_day == date(2027, 3, 8)


def test_a_vacation_entered_meanwhile_is_seen_at_the_approval(session: Session, cast: Cast) -> None:
    row = proposed(session, cast)
    vacation(session, cast, date(2027, 3, 3), date(2027, 3, 4), now=APPROVED, title="春假")
    refused("not_within_term", lambda: approve(session, row, cast.li_wei))


def test_two_proposals_at_once_are_one(session: Session, engine: Engine, cast: Cast) -> None:
    session.commit()

    def propose(by: Person, session: Session) -> None:
        proposed(session, cast, by)

    assert race(engine, partial(propose, cast.wang_fang), partial(propose, cast.sun_li)) == ["already_proposed", "done"]


def test_two_approvals_at_once_are_one(session: Session, engine: Engine, cast: Cast, told: list[Any]) -> None:
    row = proposed(session, cast)
    works = [partial(_approving, row=row.id, by=person.account_id) for person in (cast.li_wei, cast.chen_jing)]
    assert race(engine, *works) == ["already_decided", "done"]
    assert len([event for event in told if isinstance(event, PublicityApproved)]) == 1


def test_an_approval_and_a_withdrawal_at_once_leave_one_truth(session: Session, engine: Engine, cast: Cast) -> None:
    row = proposed(session, cast)
    withdraw = partial(
        service.withdraw, publicity_id=row.id, reason="重拟", account_id=cast.wang_fang.account_id, now=APPROVED
    )
    outcomes = race(engine, partial(_approving, row=row.id, by=cast.li_wei.account_id), withdraw)
    session.refresh(row)
    assert row.status == PublicityStatus.withdrawn
    assert outcomes == (["done", "done"] if row.approved_at else ["already_decided", "done"])


def test_a_holiday_and_an_approval_at_once_come_to_the_moved_day(session: Session, engine: Engine, cast: Cast) -> None:
    row = proposed(session, cast)
    holiday = partial(
        workdays.override,
        root_id=cast.root,
        day=date(2027, 3, 4),
        works=False,
        note="校庆",
        account_id=cast.organization_department.account_id,
        now=APPROVED,
    )
    assert race(engine, partial(_approving, row=row.id, by=cast.li_wei.account_id), holiday) == ["done", "done"]
    session.refresh(row)
    assert (row.status, row.last_day) == (PublicityStatus.approved, date(2027, 3, 8))


def _approving(session: Session, *, row: int, by: int) -> None:
    service.approve(session, row, account_id=by, now=APPROVED)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE publicities SET text = 'x'",
        "UPDATE publicities SET scope = 'outside'",
        "UPDATE publicities SET first_day = '2027-02-26'",
        "UPDATE publicities SET status = 'proposed'",
        "UPDATE publicities SET approved_by = NULL",
        "DELETE FROM publicities",
    ],
)
def test_what_was_approved_stays_as_it_was(session: Session, cast: Cast, statement: str) -> None:
    approved(session, cast)
    with pytest.raises(DBAPIError, match="stays as it was approved"):
        session.execute(text(statement))


def test_the_history_of_a_due_day_is_only_added_to(session: Session, cast: Cast) -> None:
    approved(session, cast, first_day=date(2027, 1, 20), now=at(date(2027, 1, 18)))
    vacation(session, cast, *WINTER, now=at(date(2027, 1, 21)))
    with pytest.raises(DBAPIError, match="only added to"):
        session.execute(text("UPDATE deadline_moves SET reason = 'x'"))
