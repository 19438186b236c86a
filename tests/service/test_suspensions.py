"""停止党籍: outside lists, base, dues and pushes and without a vote from its day on, until its end."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import app
from server.dues.outstanding import outstanding
from server.identity import queries as identity
from server.identity.rules import Role
from server.meetings.models import Invitation, Meeting
from server.meetings.resolutions.queries import voters
from server.meetings.rules import MeetingKind
from server.organizations import transfers
from server.organizations.models import Membership
from server.organizations.suspensions import queries, service
from server.organizations.suspensions.models import Suspension
from server.pushes.occasions import year_end
from server.pushes.occasions.year_end import YearStep
from tests import results
from tests.cast import NOW, TODAY, Cast, Person
from tests.meeting import make_meeting
from tests.organizing import give, transfer
from tests.refusing import refused

assert app.SUBSCRIPTIONS

DOCUMENT = "校党发〔2026〕31号"
NEXT_WEEK = NOW + timedelta(days=7)


def suspend(
    session: Session, cast: Cast, person: Person | None = None, *, on: date = TODAY, by: Person | None = None
) -> Suspension:
    row = service.suspend(
        session,
        member_id=(person or cast.zhang_min).member_id,
        on=on,
        document=DOCUMENT,
        note="失去联系六个月以上，多方查找未果",
        account_id=(by or cast.chen_jing).account_id,
        now=NOW,
    )
    session.commit()
    return row


def restore(session: Session, cast: Cast, *, to: int | None = None, on: date = TODAY) -> Membership:
    membership = service.restore(
        session,
        member_id=cast.zhang_min.member_id,
        to_organization_id=to or cast.branch,
        group_id=None,
        on=on,
        note="已取得联系",
        account_id=cast.chen_jing.account_id,
        now=NOW,
    )
    session.commit()
    return membership


def invited(session: Session, meeting: Meeting) -> set[int]:
    return set(session.scalars(select(Invitation.member_id).where(Invitation.meeting_id == meeting.id)))


def test_lists_of_meetings_ahead_lose_them_and_those_behind_do_not(session: Session, cast: Cast) -> None:
    behind = make_meeting(session, cast, starts_at=NOW - timedelta(days=7))
    ahead = make_meeting(session, cast, starts_at=NEXT_WEEK)
    suspend(session, cast)
    assert cast.zhang_min.member_id not in invited(session, ahead)
    assert cast.li_wei.member_id in invited(session, ahead)
    assert cast.zhang_min.member_id in invited(session, behind)


def test_they_have_no_vote_from_that_day_on(session: Session, cast: Cast) -> None:
    kind = MeetingKind.members_meeting
    before = make_meeting(session, cast, kind=kind, items=(), starts_at=NOW - timedelta(days=7))
    after = make_meeting(session, cast, kind=kind, items=(), starts_at=NEXT_WEEK)
    suspend(session, cast)
    assert "张敏" in {each.name for each in voters(session, before)}
    assert "张敏" not in {each.name for each in voters(session, after)}


def test_they_are_not_in_the_base_of_the_year(session: Session, cast: Cast) -> None:
    results.open_old_year(session, cast)
    suspend(session, cast)
    edition = results.draft(session, cast)
    assert edition.kind == "draft"
    assert set(results.totals(session, cast.branch)) == {"王芳", "李伟", "孙丽"}


def test_they_owe_no_dues_and_are_told_nothing(session: Session, cast: Cast) -> None:
    month = f"{TODAY:%Y-%m}"
    owing = outstanding(session, branch_ids=[cast.branch], month=month)[cast.branch]
    suspend(session, cast)
    assert outstanding(session, branch_ids=[cast.branch], month=month)[cast.branch] == owing - 1
    told = year_end.announce(
        session,
        organization_id=cast.branch,
        year=2025,
        step=YearStep.filed,
        on=TODAY,
        member_ids=[cast.zhang_min.member_id, cast.li_wei.member_id],
        now=NOW,
    )
    assert told == 1


def test_they_lose_their_roles_there(session: Session, cast: Cast) -> None:
    give(session, cast.chen_jing, cast.zhang_min, Role.committee_member, cast.branch)
    suspend(session, cast)
    assert identity.grants_of(session, cast.zhang_min.account_id, on=TODAY) == []


def test_they_come_back_only_by_its_end_and_as_a_newcomer(session: Session, cast: Cast) -> None:
    row = suspend(session, cast, on=TODAY - timedelta(days=3))
    refused("membership_suspended", partial(transfer, session, cast, cast.zhang_min, cast.branch))
    session.rollback()
    refused("membership_suspended", partial(suspend, session, cast))
    session.rollback()
    membership = restore(session, cast, to=cast.other_branch)
    assert (membership.organization_id, membership.from_date) == (cast.other_branch, TODAY)
    assert (row.open, row.until_date, row.ended_note) == (None, TODAY, "已取得联系")
    assert queries.open_suspension(session, cast.zhang_min.member_id) is None
    refused("not_suspended", partial(restore, session, cast))
    session.rollback()
    assert suspend(session, cast).organization_id == cast.other_branch, "a second time"


def test_who_left_has_nothing_to_suspend(session: Session, cast: Cast) -> None:
    transfers.leave(
        session,
        member_id=cast.zhang_min.member_id,
        on=TODAY,
        note="转出",
        account_id=cast.chen_jing.account_id,
        now=NOW,
    )
    refused("no_membership", partial(suspend, session, cast))


@pytest.mark.parametrize("days", [1, -400])
def test_its_day_is_neither_ahead_nor_in_another_year(session: Session, cast: Cast, days: int) -> None:
    refused("invalid_dates", partial(suspend, session, cast, on=TODAY + timedelta(days=days)))


def test_nobody_records_their_own(session: Session, cast: Cast) -> None:
    refused("own_suspension", partial(suspend, session, cast, cast.li_wei, by=cast.li_wei))


def test_a_list_names_them_below_and_nowhere_else(session: Session, cast: Cast) -> None:
    suspend(session, cast)
    for place, names in ((cast.branch, ["张敏"]), (cast.general_branch, ["张敏"]), (cast.other_branch, [])):
        found = queries.list_below(session, organization_id=place, before_id=None, limit=10)
        assert [member.name for _, member, _ in found] == names
