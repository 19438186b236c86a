"""What the clock leads to: the officers' digest on working days, the reminder of dues before the month ends."""

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.claims import service as claims
from server.claims.contents import Participant
from server.claims.reviewers import queue
from server.dues import service as dues_service
from server.dues.models import DuesRecord
from server.dues.service import Payment
from server.identity.models import Grant
from server.jobs.rules import Past, due_periods, periods_between
from server.jobs.table import JOBS
from server.meetings.leave import service as leave_service
from server.meetings.leave.service import LeaveRequest
from server.organizations.models import Member, Membership, Organization, Stage, WorkdayOverride
from server.organizations.officers import Officers
from server.pushes.occasions import due
from server.pushes.rules import Occasion
from server.scheduling import CatchUp
from server.standards.rules import LeaveKind
from server.todos import digest
from server.todos.digest import waiting_with
from tests.at_once import at_once
from tests.cast import NOW, TODAY, YEAR_START, Cast, Person
from tests.claiming import VOLUNTEERING, submitted
from tests.exempting import exempt
from tests.meeting import make_meeting
from tests.pushing import SECRET_WORDS, all_pushes, make_statement, shanghai, told

NINE = shanghai(2026, 6, 18, 9)


def digests(session: Session, period: datetime = NINE, now: datetime | None = None) -> None:
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    digest.send_digests(engine, now=now or period, period=period)


def asked(session: Session, cast: Cast, person: Person) -> None:
    meeting = make_meeting(session, cast, starts_at=shanghai(2026, 6, 18, 14))
    leave_service.ask(
        session,
        member_id=person.member_id,
        meeting_id=meeting.id,
        wish=LeaveRequest(LeaveKind.sick, SECRET_WORDS),
        actor=person.actor,
        account_id=person.account_id,
        now=NOW,
    )


def contents(session: Session, cast: Cast) -> dict[str, dict[str, str]]:
    keys = {person.member_id: key for key, person in cast.people.items() if person.member_id}
    return {keys[push.member_id or 0]: push.content for push in all_pushes(session, Occasion.review_digest)}


def test_with_whom_nothing_waits_hears_nothing(session: Session, cast: Cast) -> None:
    digests(session)
    assert all_pushes(session) == []


def test_each_officer_reads_what_waits_with_him(session: Session, cast: Cast) -> None:
    for person in (cast.zhang_min, cast.zhang_min, cast.wang_fang):
        submitted(session, person)
    asked(session, cast, cast.zhang_min)
    asked(session, cast, cast.li_wei)
    make_meeting(session, cast, starts_at=NOW - timedelta(days=2))
    make_statement(session, cast, {"zhang_min": ("70", None, 1)})
    for _ in range(2):
        digests(session)
    found = contents(session, cast)
    assert found["li_wei"] == {
        "place": "教工第一党支部",
        "claims": "待审核 3 条",
        "meetings": "请假 1 份，应到名单 1 份",
        "months": "待确认 1 份",
    }
    assert found["wang_fang"]["claims"] == "待审核 2 条"
    assert (found["wang_fang"]["meetings"], found["wang_fang"]["months"]) == ("请假 2 份", "无")
    assert told(session, cast, Occasion.review_digest) == ["li_wei", "sun_li", "wang_fang"]
    assert SECRET_WORDS not in str(found)


def test_a_digest_is_of_its_day_in_shanghai(session: Session, cast: Cast) -> None:
    """Monday, half past midnight; in UTC the last of three days off."""
    submitted(session, cast.zhang_min)
    digests(session, shanghai(2026, 6, 22, 0, 30))
    assert {push.subject for push in all_pushes(session, Occasion.review_digest)} == {"2026-06-22"}


def test_claims_are_counted_as_the_queue_of_each_reviewer_lists_them(session: Session, cast: Cast) -> None:
    for person in (cast.zhang_min, cast.li_wei, cast.wang_fang, cast.zhao_qiang, cast.zhou_yu, cast.chen_jing):
        submitted(session, person)
    submitted(session, cast.zhang_min, participants=[Participant(cast.wang_fang.member_id, 2)], people=2)
    on_behalf = claims.create_draft(
        session,
        member_id=cast.sun_li.member_id,
        actor=cast.wang_fang.actor,
        contents=VOLUNTEERING,
        on_behalf_reason=SECRET_WORDS,
        now=NOW,
    )
    claims.submit(session, claim_id=on_behalf.id, actor=cast.wang_fang.actor, version=on_behalf.version, now=NOW)
    officers = Officers(session, cast.root, TODAY)
    counted = {each.officer.account_id: each.counts["claims"] for each in waiting_with(session, officers, now=NOW)}
    root = session.get_one(Organization, cast.root)
    for person in cast.people.values():
        if person.account_id:
            listed = queue(session, organization=root, actor=person.actor, now=NOW, limit=100)
            assert counted.get(person.account_id, 0) == len(listed), person.name
    assert counted[cast.chen_jing.account_id] == 1  # 赵强's own: his branch has nobody else


def test_what_a_branch_cannot_decide_falls_to_the_organization_above(session: Session, cast: Cast) -> None:
    for grant in session.scalars(select(Grant).where(Grant.organization_id == cast.branch)):
        grant.until_date = TODAY
    submitted(session, cast.zhang_min)
    asked(session, cast, cast.zhang_min)
    digests(session)
    assert told(session, cast, Occasion.review_digest) == ["chen_jing"]
    assert contents(session, cast)["chen_jing"]["place"] == "计算机科学与技术学院党总支"


def test_two_machines_at_once_send_one_digest(engine: Engine, session: Session, cast: Cast) -> None:
    submitted(session, cast.zhang_min)
    session.commit()
    at_once(*[partial(digest.send_digests, engine, now=NINE, period=NINE)] * 4)
    assert told(session, cast, Occasion.review_digest) == ["li_wei", "sun_li", "wang_fang"]


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 6, 18), True),
        (date(2026, 6, 19), False),  # 端午节
        (date(2026, 6, 20), False),
        (date(2026, 6, 22), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # a Saturday worked for 国庆节
        (date(2026, 12, 31), True),
        (date(2028, 1, 4), True),  # a Tuesday of a year the calendar does not know
        (date(2027, 1, 1), False),  # 元旦 needs no announcement
        (date(2027, 2, 8), False),  # 初三
    ],
)
def test_digests_are_for_working_days(session: Session, cast: Cast, day: date, works: bool) -> None:
    submitted(session, cast.zhang_min)
    digests(session, shanghai(day.year, day.month, day.day, 9))
    assert bool(all_pushes(session)) is works


def test_the_universitys_own_calendar_counts(session: Session, cast: Cast) -> None:
    submitted(session, cast.zhang_min)
    session.add(
        WorkdayOverride(
            root_id=cast.root,
            day=TODAY,
            works=False,
            note="校运动会",
            changed_by=cast.administrator.account_id,
            changed_at=NOW,
        )
    )
    digests(session)
    assert all_pushes(session) == []


def test_what_was_missed_for_days_comes_once_and_a_stale_digest_never(session: Session, cast: Cast) -> None:
    job = next(job for job in JOBS if job.name == "send_digests")
    assert job.catch_up is CatchUp.latest
    past = Past(last=shanghai(2026, 6, 8, 9))
    assert due_periods(job.when.trigger, job.catch_up, past, now=shanghai(2026, 6, 18, 11), most=100) == [NINE]
    submitted(session, cast.zhang_min)
    digests(session, NINE, now=shanghai(2026, 6, 19, 0, 0))
    assert all_pushes(session) == []
    digests(session, NINE, now=shanghai(2026, 6, 18, 23, 59))
    push = all_pushes(session)[0]
    assert (push.due_at, push.expires_at) == (NINE, shanghai(2026, 6, 19))


# Dues

TEN = shanghai(2026, 6, 25, 10)


def remind(session: Session, period: datetime = TEN, now: datetime | None = None) -> None:
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    due.remind_of_dues(engine, now=now or period, period=period)


def reminded(session: Session, cast: Cast) -> list[str]:
    return told(session, cast, Occasion.dues_reminder)


MEMBERS = "zhang_min wang_fang li_wei sun_li zhao_qiang zhou_yu chen_jing wu_gang he_hua"
EVERYONE = sorted([*MEMBERS.split(), "organization_department", "inspector"])


def test_a_month_begins_at_midnight_in_shanghai_and_so_does_belonging(session: Session, cast: Cast) -> None:
    session.execute(update(Membership).values(from_date=date(2026, 7, 1)))
    remind(session, shanghai(2026, 7, 1, 0, 30))
    assert reminded(session, cast) == EVERYONE
    assert {push.subject for push in all_pushes(session, Occasion.dues_reminder)} == {"2026-07"}


def test_members_whose_month_is_not_paid_are_reminded_once(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "PART", 2)
    for key, payment in {
        "zhang_min": Payment(2000, 2000, date(2026, 6, 2)),
        "wang_fang": Payment(2000, 1000, date(2026, 6, 2)),
    }.items():
        dues_service.register(
            session,
            member_id=cast.people[key].member_id,
            month="2026-06",
            payment=payment,
            account_id=cast.li_wei.account_id,
            now=NOW,
        )
    dues_service.waive(
        session,
        member_id=cast.sun_li.member_id,
        month="2026-06",
        reason=SECRET_WORDS,
        actor=cast.li_wei.actor,
        now=NOW,
    )
    for minutes in range(2):
        remind(session, now=TEN + timedelta(minutes=minutes))
    assert reminded(session, cast) == [key for key in EVERYONE if key not in ("zhang_min", "sun_li")]
    push = all_pushes(session)[0]
    assert push.content | {"organization": ""} == {
        "title": "2026年6月党费",
        "organization": "",
        "date": "2026年6月30日",
        "hint": "尚未登记交纳，如已交请联系支部",
    }
    assert (push.page, push.expires_at) == ("pages/dues/dues", shanghai(2026, 7, 1))
    assert not any(
        figure in str([each.content for each in all_pushes(session)]) for figure in ("20.00", "1000", "2000")
    )


def test_prospects_and_the_exempt_are_not_reminded(session: Session, cast: Cast) -> None:
    session.get_one(Member, cast.sun_li.member_id).stage = Stage.prospect
    exempt(session, cast, cast.zhang_min.member_id, YEAR_START, reason=SECRET_WORDS)
    remind(session)
    assert reminded(session, cast) == [key for key in EVERYONE if key not in ("zhang_min", "sun_li")]


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (shanghai(2026, 6, 30, 23, 59), "waiting"),
        (shanghai(2026, 7, 1), "expired"),
        (shanghai(2026, 8, 4), "expired"),
    ],
)
def test_a_month_that_is_over_is_told_but_not_sent(session: Session, cast: Cast, now: datetime, status: str) -> None:
    remind(session, now=now)
    assert reminded(session, cast) == EVERYONE
    assert {push.status for push in all_pushes(session)} == {status}
    assert session.scalars(select(DuesRecord)).all() == []


def test_a_branch_is_reminded_from_its_first_full_month_on(session: Session, cast: Cast) -> None:
    session.get_one(Organization, cast.branch).began_on = date(2026, 6, 2)
    remind(session)
    assert set(reminded(session, cast)).isdisjoint({"zhang_min", "li_wei", "wang_fang", "sun_li"})
    session.get_one(Organization, cast.branch).began_on = date(2026, 6, 1)
    remind(session)
    assert reminded(session, cast) == EVERYONE


@pytest.mark.parametrize(
    ("period", "last"), [((2026, 12), "2026年12月31日"), ((2028, 2), "2028年2月29日"), ((2027, 2), "2027年2月28日")]
)
def test_the_last_day_is_that_of_the_month(session: Session, cast: Cast, period: tuple[int, int], last: str) -> None:
    remind(session, shanghai(*period, 25, 10))
    assert {push.content["date"] for push in all_pushes(session)} == {last}


def test_the_reminder_comes_on_the_25th_of_every_month() -> None:
    job = next(job for job in JOBS if job.name == "remind_of_dues")
    found = list(periods_between(job.when.trigger, shanghai(2026, 12, 1), shanghai(2027, 3, 1)))
    assert found == [shanghai(2026, 12, 25, 10), shanghai(2027, 1, 25, 10), shanghai(2027, 2, 25, 10)]


def remind_of_cut_off(session: Session, on: datetime) -> None:
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    due.remind_of_cut_off(engine, now=on)


CHRISTMAS, FIFTH, TENTH = (shanghai(2026, 12, 25, 9), shanghai(2027, 1, 5, 9), shanghai(2027, 1, 10, 23, 59))


def test_everyone_is_told_twice_until_when_the_year_is_claimed_for(session: Session, cast: Cast) -> None:
    members = sorted(key for key, person in cast.people.items() if person.member_id)
    for on in (CHRISTMAS, CHRISTMAS + timedelta(days=1)):
        remind_of_cut_off(session, on)
    assert told(session, cast, Occasion.year_end) == members
    for on in (FIFTH, TENTH):
        remind_of_cut_off(session, on)
    assert told(session, cast, Occasion.year_end) == sorted(members * 2)
    first = all_pushes(session, Occasion.year_end)[0]
    assert first.content["title"] == "2026年度申报截止"
    assert first.content["date"] == "2027年1月10日"
    assert first.content["hint"] == "未申报的请及时申报，当天提交算数"
    assert (first.page, first.expires_at) == ("pages/claim-form/claim-form?year=2026", shanghai(2027, 1, 11))


def test_the_cut_off_is_the_universitys_own_and_nobody_is_told_after_it(session: Session, cast: Cast) -> None:
    session.get_one(Organization, cast.root).settings = {"claim_cut_off": "01-05"}
    remind_of_cut_off(session, shanghai(2027, 1, 6, 0, 30))
    assert all_pushes(session, Occasion.year_end) == []
    remind_of_cut_off(session, FIFTH)
    assert all_pushes(session, Occasion.year_end)[0].content["date"] == "2027年1月5日"


def test_a_cut_off_missed_in_december_is_told_when_the_machine_is_back(session: Session, cast: Cast) -> None:
    remind_of_cut_off(session, shanghai(2027, 1, 2, 11))
    subjects = {push.subject for push in all_pushes(session, Occasion.year_end)}
    assert subjects == {"2026:cut_off:1"}


def test_who_can_claim_nothing_for_the_year_is_not_reminded(session: Session, cast: Cast) -> None:
    joined = select(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.scalars(joined).one().from_date = date(2027, 1, 1)
    exempt(session, cast, cast.wang_fang.member_id, date(2026, 1, 1))
    session.get_one(Member, cast.zhou_yu.member_id).stage = Stage.activist  # no standard for activists
    remind_of_cut_off(session, FIFTH)
    assert not {"zhang_min", "wang_fang", "zhou_yu"} & set(told(session, cast, Occasion.year_end))
    assert "li_wei" in told(session, cast, Occasion.year_end)


def test_who_moves_in_between_is_told_once_and_two_machines_tell_once(session: Session, cast: Cast) -> None:
    remind_of_cut_off(session, FIFTH)
    membership = session.scalars(select(Membership).where(Membership.member_id == cast.zhang_min.member_id)).one()
    membership.organization_id = cast.other_branch
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    at_once(*[partial(due.remind_of_cut_off, engine, now=FIFTH + timedelta(days=1))] * 2)
    assert told(session, cast, Occasion.year_end).count("zhang_min") == 1
