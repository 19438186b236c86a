"""A year seen from above and by the clock: late steps, who stands in, reminders, 补课 that ends, and what is left."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.annual.steps import clock, reminders, supervising
from server.annual.steps.left import left
from server.annual.steps.models import AnnualDelegate
from server.meetings.leave.ending import end_makeups
from server.organizations import exemptions, filings, transfers
from server.organizations.models import Exemption, Organization
from server.pushes.models import Push
from server.years.models import BranchYear
from server.years.rules import YearState
from server.years.service import begun
from tests.annual import AFTER_CUT_OFF, by_clock, closed, draft, drafted, ready, state
from tests.at_once import at_once
from tests.cast import NOW, TODAY, Cast, Person
from tests.claiming import submitted
from tests.meeting import make_meeting
from tests.refusing import refused
from tests.settling import excused, roster_of
from tests.years import DRAFTING, OLD

LATE = datetime(2027, 2, 9, 16, 30, tzinfo=UTC)
"""10 February 2027, 00:30: fifteen working days after 15 January were over on the 9th, before any holiday is known."""


def kinds_left(session: Session, cast: Cast, *, branch: int | None = None, now: datetime = DRAFTING) -> dict[str, int]:
    branch_year = begun(session, organization_id=branch or cast.branch, year=OLD, now=now)
    return {each.kind: each.count for each in left(session, branch_year, now=now)}


def appoint(session: Session, cast: Cast, who: Person, *, by: Person, now: datetime) -> AnnualDelegate:
    row = supervising.appoint(
        session,
        organization_id=cast.branch,
        year=OLD,
        delegate_id=who.account_id,
        reason="逾期未办",
        account_id=by.account_id,
        now=now,
    )
    session.commit()
    return row


def reminded(session: Session) -> list[tuple[int | None, str]]:
    rows = session.execute(
        select(Push.member_id, Push.subject).where(Push.occasion == "year_end", Push.subject.contains(":step:"))
    )
    return [(member_id, subject.rsplit(":", 1)[-1]) for member_id, subject in rows]


def test_a_claim_that_lies_with_the_branch_someone_came_from_is_left_for_the_new_one(
    session: Session, cast: Cast
) -> None:
    ready(session, cast)
    submitted(session, cast.zhao_qiang)
    transfers.transfer(
        session,
        member_id=cast.zhao_qiang.member_id,
        to_organization_id=cast.branch,
        on=TODAY,
        account_id=cast.chen_jing.account_id,
        now=NOW,
    )
    session.commit()
    assert kinds_left(session, cast)["claims"] == 1
    assert "claims" not in kinds_left(session, cast, branch=cast.other_branch)


def test_claims_of_the_new_year_are_not_left_of_the_old_one(session: Session, cast: Cast) -> None:
    ready(session, cast)
    submitted(session, cast.zhang_min, now=DRAFTING, occurred_on=date(2027, 1, 4))
    session.commit()
    assert kinds_left(session, cast) == {}


def test_dues_lists_and_presence_that_are_still_to_come_are_left(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    found = kinds_left(session, cast)
    assert found == {"rosters": 1, "makeups": 1, "dues": 48}
    assert meeting.day.year == OLD


def test_an_exemption_filed_before_the_draft_and_not_received_is_left(session: Session, cast: Cast) -> None:
    ready(session, cast)
    by = cast.li_wei.account_id
    study = partial(exemptions.record_study, session, member_id=cast.zhang_min.member_id, reason="长期患病")
    exemption = study(on=TODAY, note="支委会研究", account_id=by, now=NOW)
    exemptions.record_passing(session, exemption_id=exemption.id, on=TODAY, note="大会通过", account_id=by, now=NOW)
    assert kinds_left(session, cast) == {}
    exemptions.submit(session, exemption_id=exemption.id, from_date=TODAY, account_id=by, now=NOW)
    session.commit()
    assert kinds_left(session, cast) == {"exemptions": 1}
    filing_id = session.get_one(Exemption, exemption.id).filing_id
    assert filing_id is not None
    filings.receive(session, filing_id=filing_id, note=None, account_id=cast.chen_jing.account_id, now=DRAFTING)
    session.commit()
    assert kinds_left(session, cast) == {}


def test_make_up_ends_three_days_after_the_cut_off(engine: Engine, session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, starts_at=datetime(2026, 12, 28, 6, tzinfo=UTC))
    leave = excused(session, meeting, cast.zhang_min, makeup_until=date(2027, 1, 27))
    roster_of(session, meeting).due_at = datetime(2027, 1, 27, 16, tzinfo=UTC)
    session.commit()
    closed(session, engine)
    session.expire_all()
    assert leave.makeup_until == date(2027, 1, 13)
    assert roster_of(session, meeting).due_at == datetime(2027, 1, 13, 16, tzinfo=UTC)
    last = date(2027, 1, 13)
    assert end_makeups(session, organization_id=cast.branch, year=OLD, last=last) == 0


def test_who_stands_in_is_appointed_once_a_step_is_late(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    closed(session, engine)
    last = datetime(2027, 2, 5, 2, tzinfo=UTC)
    refused("not_late", partial(appoint, session, cast, cast.wang_fang, by=cast.chen_jing, now=last))
    session.rollback()
    refused("not_in_charge", partial(appoint, session, cast, cast.wang_fang, by=cast.li_wei, now=LATE))
    session.rollback()
    refused("cannot_stand_in", partial(appoint, session, cast, cast.zhao_qiang, by=cast.chen_jing, now=LATE))
    session.rollback()
    first = appoint(session, cast, cast.wang_fang, by=cast.chen_jing, now=LATE)
    assert appoint(session, cast, cast.wang_fang, by=cast.chen_jing, now=LATE).id == first.id
    draft(session, cast, by=cast.wang_fang, now=LATE)
    assert state(session, cast.branch) is YearState.drafted


def test_a_secretary_is_reminded_before_on_and_after_the_day(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    closed(session, engine)
    both = {cast.li_wei.member_id, cast.sun_li.member_id}
    for day, stage in ((11, None), (12, "ahead"), (15, "today"), (16, "late"), (17, "late")):
        by_clock(session, reminders.remind_due, engine, datetime(2027, 1, day, 1, 10, tzinfo=UTC))
        found = reminded(session)
        assert (stage is None) == (found == [])
        if stage is not None:
            assert {member_id for member_id, each in found if each == stage and member_id in both} == both
    ours = [each for each in reminded(session) if each[0] in both]
    assert len(ours) == 6  # two people, three reminders each


def test_of_two_schedulers_each_step_of_the_clock_is_taken_once(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    session.rollback()
    taken = at_once(*(partial(clock.close_due, engine, now=AFTER_CUT_OFF) for _ in range(2)))
    years = session.scalar(select(func.count()).select_from(BranchYear).where(BranchYear.state == YearState.closing))
    assert sum(taken) == years


def test_late_branches_are_named_from_above(engine: Engine, session: Session, cast: Cast) -> None:
    drafted(session, engine, cast)
    unit = session.get_one(Organization, cast.general_branch)
    found = supervising.standings(session, unit, OLD, now=DRAFTING + timedelta(days=1))
    assert {each.way.organization.id: (each.next, each.late) for each in found} == {
        cast.branch: (YearState.reported, False),
        cast.other_branch: (YearState.drafted, True),
    }
