"""Every fact goes by what its member was on its day, whatever they are when it is entered, settled or read."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server import app
from server.claims.room import claimable_items
from server.dues import service as dues
from server.dues.outstanding import outstanding
from server.dues.queries import debtors
from server.dues.service import Payment
from server.dues.verification import verify_dues
from server.meetings.models import Invitation
from server.meetings.planning.invitations import invite
from server.meetings.resolutions.queries import voters
from server.meetings.rules import MeetingKind
from server.meetings.settlement.verification import verify_attendance
from server.organizations import members
from server.organizations.history import service as history
from server.organizations.history.models import FormerKinds
from server.organizations.history.queries import latest_kinds
from server.organizations.models import Category, Member, Organization, Stage
from server.points import service as points
from server.points.ledger.due import openings_due
from server.points.models import PointEntry, SourceKind
from server.points.scores.queries import explain
from server.points.scores.timelines import MemberTimelines
from server.points.service import Posting
from server.points.verification import verify_scores
from server.pushes.models import Push
from server.pushes.occasions.dues import remind
from server.standards.models import Standard
from server.standards.rules import Audience, Evidence, Method, StandardDocument
from server.statements.freezing.service import freeze
from server.statements.models import StatementLine
from server.statements.rules import month_before
from server.statements.verification import verify_statements
from tests.cast import NOW, TODAY, Cast, Person
from tests.claiming import AWARD, approved, paid, submitted
from tests.meeting import make_meeting
from tests.refusing import refused
from tests.settling import came, confirmed, live, plain, roster_of, settled
from tests.standards import altered, publish

assert app.SUBSCRIPTIONS
DAY = timedelta(days=1)
MAY, JUNE = date(2026, 5, 20), date(2026, 6, 1)
NEW_YEAR = datetime(2027, 1, 5, 2, tzinfo=UTC)
JULY = date(2026, 7, 1)
CUTOFF = datetime(2026, 7, 2, 18, tzinfo=UTC)
"""3 July, 02:00 in Shanghai: June is frozen."""


def was(session: Session, person: Person, until: date, **other: Category | Stage) -> None:
    """Have a person been something else until a day, and commit."""
    kinds = asdict(latest_kinds(session.get_one(Member, person.member_id))) | other
    session.add(FormerKinds(member_id=person.member_id, until_date=until, entered_at=NOW, **kinds))
    session.commit()


def retired(session: Session, person: Person, on: date, *, now: datetime = NOW) -> None:
    """Have a person retire on a day, and commit."""
    change = {person.member_id: (Category.retired, on)}
    history.change_categories(session, change, account_id=person.account_id, now=now)
    session.commit()


def posted(session: Session, person: Person, item_code: str, on: date, worth: str = "1") -> PointEntry:
    posting = Posting(person.member_id, item_code, on, SourceKind.claim, on.toordinal(), points=Decimal(worth))
    (entry,) = points.post(session, [posting], now=NOW)
    return entry


def activists(session: Session, cast: Cast) -> Standard:
    return publish(session, cast.root, altered().model_copy(update={"audience": Audience.activists}))


def test_a_posting_takes_the_variant_of_its_day(session: Session, cast: Cast) -> None:
    was(session, cast.he_hua, JUNE, category=Category.staff)
    post = partial(posted, session, cast.he_hua)
    refused("item_not_applicable", partial(post, "B06b", JUNE - DAY))
    refused("item_not_applicable", partial(post, "B06a", JUNE))
    assert post("B06a", JUNE - DAY).item_code == "B06a"
    assert post("B06b", JUNE).item_code == "B06b"


def test_a_posting_goes_by_the_standard_for_the_stage_of_its_day(session: Session, cast: Cast) -> None:
    theirs = activists(session, cast)
    was(session, cast.zhou_yu, JUNE, stage=Stage.activist)
    assert posted(session, cast.zhou_yu, "C04", JUNE - DAY).standard_id == theirs.id
    assert posted(session, cast.zhou_yu, "C04", JUNE).standard_id == cast.standard_id


def test_a_meeting_is_settled_for_what_its_people_were(session: Session, cast: Cast) -> None:
    days = [datetime(2026, 5, 20, 2, tzinfo=UTC), datetime(2026, 6, 3, 2, tzinfo=UTC)]
    meetings = [make_meeting(session, cast, items=[("B06a", "2"), ("B01", "1")], starts_at=day) for day in days]
    retired(session, cast.zhang_min, JUNE)
    for meeting in meetings:
        came(session, meeting, cast.zhang_min, cast.wang_fang)
        settled(session, meeting)
        confirmed(session, cast, roster_of(session, meeting), now=NOW)
    assert [live(session, meeting, cast.zhang_min) for meeting in meetings] == [[("B06a", "0.5", 1)], []]
    assert live(session, meetings[1], cast.wang_fang) == [("B06a", "0.5", 1)]
    assert list(verify_attendance(session, now=NOW)) == []


def test_a_claim_is_worth_what_its_day_says(session: Session, cast: Cast) -> None:
    retired(session, cast.zhang_min, JUNE)
    claim = approved(session, submitted(session, cast.zhang_min, AWARD), cast.wang_fang)
    assert paid(session, claim.id) == [(cast.zhang_min.member_id, Decimal(6))]
    refused("item_not_applicable", partial(submitted, session, cast.zhang_min, AWARD, occurred_on=JUNE))


def test_what_can_be_claimed_of_an_old_year_is_what_its_last_day_says(session: Session, cast: Cast) -> None:
    retired(session, cast.zhang_min, date(2027, 1, 1), now=NEW_YEAR)
    member_id = cast.zhang_min.member_id
    codes = {item.code for item, _ in claimable_items(session, member_id=member_id, year=2026, now=NEW_YEAR).items}
    assert {"C01a", "C01c"} & codes == {"C01a"}
    retired(session, cast.wang_fang, JUNE)
    found = claimable_items(session, member_id=cast.wang_fang.member_id, year=2026, now=NOW)
    assert {"C01a", "C01c"} & {item.code for item, _ in found.items} == {"C01c"}


def test_dues_are_taken_off_by_what_the_member_was_on_the_day_they_were_due(session: Session, cast: Cast) -> None:
    theirs = altered(B05={"line": "B05", "categories": (Category.staff, Category.student)})
    item = next(each for each in theirs.items if each.code == "B05")
    spared = {"code": "B05b", "categories": (Category.retired,), "evidence": (Evidence.decision,)}
    publish(session, cast.root, theirs.model_copy(update={"items": (*theirs.items, item.model_copy(update=spared))}))
    retired(session, cast.zhang_min, date(2026, 5, 1))
    for month in ("2026-04", "2026-05"):
        dues.close_month(
            session,
            organization_id=cast.branch,
            month=month,
            due_cents=1000,
            account_id=cast.li_wei.account_id,
            now=NOW,
        )
    rows = select(PointEntry).where(PointEntry.source_kind == SourceKind.dues)
    mine = session.scalars(rows.where(PointEntry.member_id == cast.zhang_min.member_id)).all()
    assert [(entry.item_code, entry.occurred_on) for entry in mine] == [("B05", date(2026, 4, 30))]
    assert list(verify_dues(session)) == []


def test_who_was_no_member_yet_owes_nothing_for_that_month(session: Session, cast: Cast) -> None:
    was(session, cast.sun_li, date(2026, 6, 1), stage=Stage.prospect)
    register = partial(
        dues.register,
        session,
        member_id=cast.sun_li.member_id,
        payment=Payment(1000, 1000, JUNE),
        account_id=cast.li_wei.account_id,
        now=NOW,
    )
    refused("owes_no_dues", partial(register, month="2026-05"))
    months = [date(2026, 5, 31), date(2026, 6, 30)]
    named = [[member.id for member in debtors(session, organization_id=cast.branch, on=day)] for day in months]
    assert [cast.sun_li.member_id in ids for ids in named] == [False, True]
    left = [outstanding(session, branch_ids=[cast.branch], month=month) for month in ("2026-05", "2026-06")]
    assert left == [{cast.branch: 3}, {cast.branch: 4}]
    register(month="2026-06")


def test_a_late_reminder_goes_to_who_owed_dues_then(session: Session, cast: Cast) -> None:
    was(session, cast.sun_li, JUNE, stage=Stage.prospect)
    was(session, cast.wang_fang, JUNE, stage=Stage.full)
    session.get_one(Member, cast.wang_fang.member_id).stage = Stage.prospect
    session.commit()
    remind(session, period=datetime(2026, 5, 26, 2, tzinfo=UTC), now=NOW, after_id=0, limit=100)
    told = set(session.scalars(select(Push.member_id)))
    assert cast.wang_fang.member_id in told
    assert cast.sun_li.member_id not in told


@pytest.mark.parametrize(("day", "entitled"), [(JUNE - DAY, False), (JUNE, True)])
def test_who_was_no_full_member_that_day_had_no_vote(session: Session, cast: Cast, day: date, entitled: bool) -> None:
    was(session, cast.wang_fang, JUNE, stage=Stage.probationary)
    starts_at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    meeting = make_meeting(session, cast, kind=MeetingKind.members_meeting, starts_at=starts_at)
    assert (cast.wang_fang.member_id in [each.member_id for each in voters(session, meeting)]) is entitled


@pytest.mark.parametrize(("day", "invited"), [(JUNE - DAY, False), (JUNE, True)])
def test_a_members_meeting_invites_who_was_a_member_that_day(
    session: Session, cast: Cast, day: date, invited: bool
) -> None:
    was(session, cast.wang_fang, JUNE, stage=Stage.activist)
    starts_at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    meeting = make_meeting(
        session,
        cast,
        kind=MeetingKind.members_meeting,
        starts_at=starts_at,
        invited={cast.branch: [cast.li_wei]},
    )
    invite(session, meeting)
    on_list = select(Invitation.member_id).where(Invitation.meeting_id == meeting.id)
    assert (cast.wang_fang.member_id in session.scalars(on_list).all()) is invited


def earning(document: StandardDocument) -> StandardDocument:
    """A standard for activists that opens nothing: all is earned."""
    earned = {"method": Method.earn, "points": Decimal(1), "evidence": (Evidence.claim,), "makeup_leaves": frozenset()}
    items = [each.model_copy(update=earned) if each.method is Method.deduct else each for each in document.items]
    return document.model_copy(update={"items": tuple(items), "audience": Audience.activists})


def test_a_month_holds_what_its_people_were_on_its_last_day(session: Session, engine: Engine, cast: Cast) -> None:
    publish(session, cast.root, earning(altered()))
    points.open_year(session, member_ids=[cast.zhou_yu.member_id], year=2026, now=NOW)
    posted(session, cast.zhang_min, "B06a", MAY)
    retired(session, cast.zhang_min, JULY, now=CUTOFF)
    was(session, cast.zhao_qiang, JULY, stage=Stage.activist)
    was(session, cast.zhou_yu, JULY)
    session.get_one(Member, cast.zhou_yu.member_id).stage = Stage.activist
    points.set_scores(session, member_ids=[cast.zhou_yu.member_id], year=2026, now=CUTOFF)
    session.commit()
    assert freeze(engine, month_before(CUTOFF), now=CUTOFF + DAY) > 0
    with Session(engine) as fresh:
        lines = {line.member_id: line for line in fresh.scalars(select(StatementLine))}
        assert lines[cast.zhang_min.member_id].category == "staff"
        assert cast.zhao_qiang.member_id not in lines
        hers = lines[cast.zhou_yu.member_id]
        assert (hers.stage, hers.standard_id, plain(hers.total)) == ("probationary", cast.standard_id, "58")
        assert list(verify_statements(fresh)) == []


def test_a_year_is_measured_by_what_its_last_day_says_and_keeps_what_was_posted(session: Session, cast: Cast) -> None:
    """Only the standard for the stage of the last day counts; an entry under another variant stays."""
    theirs = activists(session, cast)
    posted(session, cast.zhang_min, "B06a", MAY)
    retired(session, cast.zhang_min, JUNE)
    was(session, cast.wang_fang, date(2027, 1, 1), stage=Stage.activist)
    points.open_year(session, member_ids=[cast.wang_fang.member_id], year=2026, now=NOW)
    read = {
        member_id: explain(session, member_id=member_id, year=2026, as_of=NEW_YEAR)
        for member_id in (cast.zhang_min.member_id, cast.wang_fang.member_id)
    }
    assert [found.standard_id for found in read.values()] == [cast.standard_id, theirs.id]
    sections = read[cast.zhang_min.member_id].score.sections
    line = next(each for part in sections for each in part.lines if each.items[0].line_code == "B06")
    assert ([item.code for item in line.items], plain(line.points)) == (["B06b"], "1")
    assert list(verify_scores(session)) == []


def test_a_leavers_year_goes_by_their_last_day(session: Session, cast: Cast) -> None:
    was(session, cast.he_hua, JUNE, category=Category.staff)
    kinds = MemberTimelines(session, [cast.he_hua.member_id])
    assert kinds.year_kinds(cast.he_hua.member_id, 2026).category is Category.retired
    held = kinds.last_in(cast.he_hua.member_id, 2026)
    assert held is not None
    held.until_date = JUNE
    assert kinds.year_kinds(cast.he_hua.member_id, 2026).category is Category.staff


def test_a_year_is_opened_for_the_stage_of_its_last_day(session: Session, cast: Cast) -> None:
    was(session, cast.zhou_yu, date(2027, 1, 1), stage=Stage.activist)
    assert cast.zhou_yu.member_id not in session.scalars(openings_due(year=2026, today=TODAY)).all()
    points.open_year(session, member_ids=[cast.zhou_yu.member_id], year=2026, now=NOW)
    assert session.scalars(select(PointEntry).where(PointEntry.member_id == cast.zhou_yu.member_id)).all() == []
    was(session, cast.zhao_qiang, JUNE, stage=Stage.activist)
    assert cast.zhao_qiang.member_id in session.scalars(openings_due(year=2026, today=TODAY)).all()


@pytest.mark.parametrize(("on", "found"), [(JUNE - DAY, False), (JUNE, True)])
def test_a_list_of_a_day_finds_who_was_of_the_category_then(
    session: Session, cast: Cast, on: date, found: bool
) -> None:
    retired(session, cast.zhang_min, JUNE)
    listed = members.list_members(
        session,
        organization=session.get_one(Organization, cast.branch),
        on=on,
        search=None,
        stage=Stage.full,
        category=Category.retired,
        bound=None,
        after_id=None,
        limit=50,
    )
    assert [row.member.id for row in listed] == [cast.zhang_min.member_id] * found
