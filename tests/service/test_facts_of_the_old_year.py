"""What of the old year may still be entered in January: everything until the branch's results stand, then nothing."""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.claims import review, room
from server.dues import service as dues
from server.dues.posting import post_left
from server.dues.service import Payment
from server.meetings.leave import service as leave
from server.meetings.leave.service import LeaveRequest
from server.meetings.models import Leave, Meeting
from server.meetings.planning import changes
from server.meetings.planning import service as planning
from server.meetings.planning.changes import MeetingChange
from server.meetings.rosters import by_hand
from server.meetings.rosters.by_hand import ManualEdit
from server.meetings.rules import AttendanceState, MeetingKind
from server.meetings.settlement import service as settlement
from server.organizations import exemptions, members, transfers
from server.organizations.models import Category, Member, Membership, Stage
from server.points import service as points
from server.points.decisions import service as decisions
from server.points.models import PointEntry, SourceKind
from server.points.scores.queries import explain, stored
from server.privacy import PhoneVault
from server.pushes.models import Push
from server.pushes.occasions.due import remind_of_cut_off
from server.standards.rules import LeaveKind
from server.statements.freezing.service import freeze
from server.statements.models import Statement, StatementLine
from server.statements.rules import month_before
from server.years import service as years
from tests.cast import NOW, Cast, Person
from tests.claiming import approved, submitted
from tests.meeting import make_meeting
from tests.refusing import refused
from tests.settling import came, check_books, live, roster_of, settled
from tests.standards import altered, publish
from tests.years import DRAFTING, OLD, drafted

JANUARY = datetime(2027, 1, 2, 2, tzinfo=UTC)
DECEMBER = date(2026, 12, 30)
MEETING = datetime(2026, 12, 29, 2, tzinfo=UTC)
Act = Callable[[], object]


@pytest.fixture(autouse=True)
def _opened(session: Session, cast: Cast) -> None:
    """Both years are, as they are on 2 January."""
    publish(session, cast.root, altered(), 2027)
    everybody = [person.member_id for person in cast.people.values() if person.member_id]
    for year in (OLD, 2027):
        points.open_year(session, member_ids=everybody, year=year, now=NOW)
    session.commit()


def check(session: Session) -> None:
    session.expire_all()
    check_books(session)


def scored(session: Session, member_id: int, year: int) -> tuple[int, Decimal] | None:
    rows = stored(session, member_id=member_id, year=year)
    return (rows[0].organization_id, rows[0].points) if rows else None


# Claims


def test_a_claim_is_handed_in_and_approved_until_the_results_stand(session: Session, cast: Cast) -> None:
    early = submitted(session, cast.zhang_min, occurred_on=DECEMBER, now=JANUARY)
    late = submitted(session, cast.zhang_min, occurred_on=DECEMBER, title="另一次服务", now=JANUARY)
    approved(session, early, cast.li_wei, now=DRAFTING)
    drafted(session, cast.branch)
    refused("year_drafted", lambda: approved(session, late, cast.li_wei, now=DRAFTING))
    session.rollback()
    revoke = partial(review.revoke, session, claim_id=early.id, actor=cast.li_wei.actor, version=early.version)
    refused("year_drafted", lambda: revoke(reason="有误", now=DRAFTING))


def test_a_claim_of_before_a_transfer_is_the_new_branchs_affair(session: Session, cast: Cast) -> None:
    """王芳 moved on 31 December: what she did before lies in her new branch's result."""
    move(session, cast, cast.wang_fang, cast.direct_branch, on=date(2026, 12, 31))
    claim = submitted(session, cast.wang_fang, occurred_on=date(2026, 12, 1), now=JANUARY)
    assert claim.organization_id == cast.branch
    drafted(session, cast.direct_branch)
    refused("year_drafted", lambda: submitted(session, cast.wang_fang, occurred_on=date(2026, 12, 1), now=DRAFTING))


def test_a_moved_cut_off_is_the_one_that_is_told_and_held(session: Session, engine: Engine, cast: Cast) -> None:
    branch_year = years.begun(session, organization_id=cast.branch, year=OLD, now=JANUARY)
    until, by = date(2027, 1, 20), cast.chen_jing.account_id
    years.move_cut_off(session, branch_year, until, account_id=by, reason="集中外出", now=JANUARY)
    session.commit()
    assert submitted(session, cast.zhang_min, occurred_on=DECEMBER, now=DRAFTING).submitted_at == DRAFTING
    refused("past_cut_off", lambda: submitted(session, cast.zhao_qiang, occurred_on=DECEMBER, now=DRAFTING))
    session.rollback()
    me = cast.zhang_min.member_id
    assert room.claimable_items(session, member_id=me, year=OLD, now=DRAFTING).until == until
    assert explain(session, member_id=me, year=OLD, as_of=DRAFTING).still_possible
    assert not explain(session, member_id=cast.zhao_qiang.member_id, year=OLD, as_of=DRAFTING).still_possible
    session.commit()
    remind_of_cut_off(engine, now=DRAFTING)
    session.commit()
    told = {push.member_id: push.content["date"] for push in session.scalars(select(Push))}
    own = (cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li)
    assert told == {person.member_id: "2027年1月20日" for person in own}


# Attendance


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    return make_meeting(session, cast, starts_at=MEETING, kind=MeetingKind.members_meeting, items=[("B01", "1")])


def test_attendance_is_entered_by_hand_until_the_results_stand(session: Session, cast: Cast, meeting: Meeting) -> None:
    roster = roster_of(session, meeting)
    by = cast.li_wei

    def enter(person: Person) -> object:
        hand = ManualEdit(roster.id, person.member_id, by.actor, by.account_id, DRAFTING)
        return by_hand.enter(session, hand, state=AttendanceState.present, reason="手机没电", at=None)

    enter(cast.zhang_min)
    session.commit()
    drafted(session, cast.branch)
    confirm = partial(settlement.confirm, session, roster_id=roster.id, absent=[], count_anyway=[])
    reopen = partial(settlement.reopen, session, roster_id=roster.id, reason="有误", account_id=by.account_id)
    acts: list[Act] = [
        lambda: enter(cast.wang_fang),
        lambda: confirm(account_id=by.account_id, now=DRAFTING),
        lambda: reopen(now=DRAFTING),
    ]
    for act in acts:
        refused("year_drafted", act)
        session.rollback()


def test_leave_is_asked_for_afterwards_until_the_results_stand(session: Session, cast: Cast, meeting: Meeting) -> None:
    def ask(person: Person) -> Leave:
        return leave.ask(
            session,
            member_id=person.member_id,
            meeting_id=meeting.id,
            wish=LeaveRequest(LeaveKind.sick, "住院"),
            actor=person.actor,
            account_id=person.account_id,
            now=DRAFTING,
        )

    waiting = ask(cast.zhang_min)
    session.commit()
    drafted(session, cast.branch)
    assert ask(cast.zhang_min) is waiting
    refused("year_drafted", lambda: ask(cast.wang_fang))


def test_the_clock_leaves_members_alone_whose_results_stand(session: Session, cast: Cast) -> None:
    """And settles the others: a joint meeting waits for no branch."""
    lists: dict[int, Collection[Person]] = {cast.branch: [cast.zhang_min], cast.other_branch: [cast.zhao_qiang]}
    joint = make_meeting(
        session, cast, starts_at=MEETING, items=[("B06a", "2")], organization_id=cast.general_branch, invited=lists
    )
    came(session, joint, cast.zhang_min, cast.chen_jing)
    drafted(session, cast.branch)
    settled(session, joint, now=DRAFTING)
    assert live(session, joint, cast.zhang_min) == []
    check(session)


def test_a_meeting_is_entered_afterwards_until_the_results_stand(session: Session, cast: Cast) -> None:
    wish = planning.Plan(
        kind=MeetingKind.theme_day, title="补录", starts_at=MEETING, ends_at=MEETING + timedelta(hours=1)
    )
    plan = partial(
        planning.check, session, organization_id=cast.branch, plan=wish, actor=cast.li_wei.actor, now=DRAFTING
    )
    assert plan().days == [MEETING.date()]
    drafted(session, cast.branch)
    refused("year_drafted", plan)


def test_a_meeting_is_moved_into_the_new_year_and_not_into_one_whose_results_stand(
    session: Session, cast: Cast
) -> None:
    drafted(session, cast.branch)
    meeting = make_meeting(session, cast, starts_at=DRAFTING + timedelta(days=1))
    midnight = datetime(2026, 12, 31, 16, tzinfo=UTC)

    def move(to: datetime) -> Meeting:
        return changes.change(
            session,
            meeting_id=meeting.id,
            version=meeting.version,
            change=MeetingChange(starts_at=to, ends_at=to + timedelta(hours=1)),
            following=False,
            actor=cast.li_wei.actor,
            account_id=cast.li_wei.account_id,
            now=DRAFTING,
        )

    refused("year_drafted", lambda: move(midnight - timedelta(minutes=30)))
    assert move(midnight + timedelta(minutes=30)).day == date(2027, 1, 1)


# Dues and decisions


def test_dues_deduct_until_the_results_stand(session: Session, cast: Cast) -> None:
    def pay(person: Person) -> object:
        late = Payment(2000, 2000, date(2027, 1, 8))
        by = cast.sun_li.account_id
        return dues.register(
            session, member_id=person.member_id, month="2026-12", payment=late, account_id=by, now=DRAFTING
        )

    pay(cast.zhang_min)
    session.commit()
    before = scored(session, cast.zhang_min.member_id, OLD)
    drafted(session, cast.branch)
    refused("year_drafted", lambda: pay(cast.wang_fang))
    session.rollback()
    pay(cast.zhang_min)
    post_left(session, organization_id=cast.root, year=OLD, now=DRAFTING)
    assert before is not None
    assert scored(session, cast.zhang_min.member_id, OLD) == (before[0], before[1] + 4)  # a closed year's ratio
    check(session)


def test_a_standard_that_comes_late_deducts_nothing_where_the_results_stand(session: Session, cast: Cast) -> None:
    record = dues.close_month(
        session,
        organization_id=cast.branch,
        month="2026-11",
        due_cents=2000,
        account_id=cast.chen_jing.account_id,
        now=JANUARY,
    )[0]
    record.revision += 1  # as if nothing had been posted for it
    drafted(session, cast.branch)
    post_left(session, organization_id=cast.root, year=OLD, now=DRAFTING)
    posted = select(PointEntry.revision).where(PointEntry.source_kind == SourceKind.dues)
    assert set(session.scalars(posted.where(PointEntry.source_id == record.id))) == {1}


def test_a_branch_decides_until_the_results_stand(session: Session, cast: Cast) -> None:
    def decide() -> PointEntry:
        return decisions.record(
            session,
            actor=cast.li_wei.actor,
            account_id=cast.li_wei.account_id,
            member_id=cast.zhang_min.member_id,
            item_code="B08",
            occurred_on=DECEMBER,
            times=1,
            figure=None,
            level=None,
            reason="未完成任务",
            document_number="支〔2026〕3号",
            now=DRAFTING,
        )

    entry = decide()
    session.commit()
    drafted(session, cast.branch)
    refused("year_drafted", decide)
    session.rollback()
    reverse = partial(decisions.reverse, session, actor=cast.li_wei.actor, account_id=cast.li_wei.account_id)
    refused("year_drafted", lambda: reverse(member_id=entry.member_id, seq=entry.seq, reason="有误", now=DRAFTING))


# Transfers, newcomers, who leaves, who is exempt


def move(
    session: Session, cast: Cast, person: Person, to: int, *, on: date = DECEMBER, now: datetime = JANUARY
) -> Membership:
    return transfers.transfer(
        session,
        member_id=person.member_id,
        to_organization_id=to,
        on=on,
        account_id=cast.chen_jing.account_id,
        now=now,
    )


def test_a_transfer_of_december_is_entered_in_january(session: Session, engine: Engine, cast: Cast) -> None:
    """Both years follow: the new branch has the result, and December's statement."""
    me = cast.zhang_min.member_id
    old, new = scored(session, me, OLD), scored(session, me, 2027)
    assert old is not None
    assert new is not None
    move(session, cast, cast.zhang_min, cast.other_branch)
    assert (scored(session, me, OLD), scored(session, me, 2027)) == (
        (cast.other_branch, old[1]),
        (cast.other_branch, new[1]),
    )
    check(session)
    session.commit()
    freeze(engine, month_before(datetime(2027, 1, 2, 18, tzinfo=UTC)), now=JANUARY + timedelta(days=1))
    of = select(Statement.organization_id).join(StatementLine, StatementLine.statement_id == Statement.id)
    assert session.scalars(of.where(StatementLine.member_id == me)).all() == [cast.other_branch]


def test_a_transfer_of_december_to_another_standard_re_bases_both_years(session: Session, cast: Cast) -> None:
    for year in (OLD, 2027):
        publish(session, cast.other_branch, altered(B01={"cap": Decimal(10)}, B02={"cap": Decimal(8)}), year)
    session.commit()
    move(session, cast, cast.zhang_min, cast.other_branch)
    opened = select(PointEntry.year, PointEntry.occurred_on, PointEntry.item_code, PointEntry.points)
    mine = opened.where(PointEntry.member_id == cast.zhang_min.member_id, PointEntry.organization_id != cast.branch)
    assert sorted(tuple(row) for row in session.execute(mine)) == [
        (OLD, DECEMBER, "B01", Decimal(-2)),
        (OLD, DECEMBER, "B02", Decimal(2)),
        (2027, date(2027, 1, 1), "B01", Decimal(-2)),
        (2027, date(2027, 1, 1), "B02", Decimal(2)),
    ]
    check(session)


@pytest.mark.parametrize("whose", ["branch", "other_branch"])
def test_no_transfer_once_the_results_of_either_branch_stand(session: Session, cast: Cast, whose: str) -> None:
    drafted(session, getattr(cast, whose))
    refused("year_drafted", lambda: move(session, cast, cast.zhang_min, cast.other_branch, now=DRAFTING))
    session.rollback()
    assert move(session, cast, cast.zhang_min, cast.other_branch, on=date(2027, 1, 1), now=DRAFTING)


def test_the_year_before_last_is_over_for_transfers(session: Session, cast: Cast) -> None:
    refused(
        "invalid_dates",
        lambda: move(session, cast, cast.zhang_min, cast.other_branch, now=datetime(2028, 1, 2, tzinfo=UTC)),
    )


def newcomer(session: Session, cast: Cast, *, now: datetime) -> Member:
    values = {"name": "吴新", "category": Category.staff, "stage": Stage.full}
    return members.add_member(
        session,
        PhoneVault({"new": b"n" * 32}),
        organization_id=cast.branch,
        group_id=None,
        work_number="N1",
        values=values,
        from_date=DECEMBER,
        account_id=cast.li_wei.account_id,
        now=now,
    )


def test_a_newcomer_of_december_is_entered_in_january(session: Session, cast: Cast) -> None:
    member = newcomer(session, cast, now=JANUARY)
    first = select(PointEntry.year, PointEntry.occurred_on).where(PointEntry.member_id == member.id).distinct()
    assert sorted(tuple(row) for row in session.execute(first)) == [(OLD, DECEMBER), (2027, date(2027, 1, 1))]
    check(session)


def test_no_newcomer_of_december_once_the_results_stand(session: Session, cast: Cast) -> None:
    drafted(session, cast.branch)
    refused("year_drafted", lambda: newcomer(session, cast, now=DRAFTING))


def test_who_died_in_december_has_no_new_year(session: Session, cast: Cast) -> None:
    me = cast.zhang_min.member_id
    died = partial(transfers.leave, session, member_id=me, on=DECEMBER, note="去世")
    old = scored(session, me, OLD)
    died(account_id=cast.chen_jing.account_id, now=JANUARY)
    assert (scored(session, me, OLD), scored(session, me, 2027)) == (old, None)
    check(session)


def test_nobody_leaves_in_a_year_whose_results_stand(session: Session, cast: Cast) -> None:
    drafted(session, cast.branch)
    died = partial(transfers.leave, session, member_id=cast.zhang_min.member_id, on=DECEMBER, note="去世")
    refused("year_drafted", lambda: died(account_id=cast.chen_jing.account_id, now=DRAFTING))


def test_an_exemption_begins_and_ends_in_a_year_until_the_results_stand(session: Session, cast: Cast) -> None:
    by = cast.li_wei.account_id
    study = partial(exemptions.record_study, session, member_id=cast.zhang_min.member_id, reason="长期患病")
    found = study(on=DECEMBER, note="同意", account_id=by, now=JANUARY)
    exemptions.record_passing(session, exemption_id=found.id, on=DECEMBER, note="通过", account_id=by, now=JANUARY)
    session.commit()
    drafted(session, cast.branch)
    submit = partial(exemptions.submit, session, exemption_id=found.id, account_id=by, now=DRAFTING)
    refused("year_drafted", lambda: submit(from_date=DECEMBER))
    session.rollback()
    assert submit(from_date=date(2027, 1, 1)).exemption.from_date == date(2027, 1, 1)
