"""季通报: drawn up from frozen statements, published once, acknowledged, and computed again to the same hash."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server import events
from server.db import transaction
from server.errors import DomainError
from server.jobs import runs, table
from server.jobs.models import JobRun
from server.meetings.models import Attendance, AttendanceChange, Meeting
from server.meetings.rules import AttendanceState, Via
from server.organizations import service as organizations
from server.statements import jobs
from server.statements.bulletins import drawing_up, due, queries, service
from server.statements.bulletins.content import Content
from server.statements.bulletins.rules import content_hash
from server.statements.events import BulletinPublished
from server.statements.freezing.service import freeze
from server.statements.models import Bulletin, BulletinReceipt, StatementLine
from server.statements.rules import BulletinStatus, month_before
from tests.at_once import at_once
from tests.bulletins import DUE, Q2, both_branches, drawn, make_statement, of, published
from tests.cast import Cast, Person
from tests.claiming import approved, submitted
from tests.meeting import make_meeting

AFTER = DUE + timedelta(days=40)
IN_MAY = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)


def content(bulletin: Bulletin) -> Content:
    return queries.content_of(bulletin)


def attends(session: Session, meeting: Meeting, person: Person, *, at: datetime) -> Attendance:
    attendance = Attendance(
        meeting_id=meeting.id,
        member_id=person.member_id,
        state=AttendanceState.present,
        via=Via.qr,
        scanned_at=at,
        recorded_at=at,
        account_id=person.account_id,
    )
    session.add(attendance)
    session.commit()
    return attendance


def test_people_averages_and_bands_come_from_the_statements(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    total = content(drawn(session, cast)).total
    assert (total.members, total.exempt, total.lines, total.negative) == (7, 1, 6, 1)
    assert total.average == Decimal("77.05")  # (85.25 + 80 + 69.99 + 90 + 60) / 5
    assert total.change == Decimal("36.05")  # 41 in March
    assert total.bands == (1, 2, 0, 2, 0)  # 90 is in 90分以上, 80 in 80—90, 60 in 60—70
    assert total.counts == (2, 3, 2)
    assert total.backdated == 2


def test_each_branch_has_its_own_figures(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    first, second = content(drawn(session, cast)).branches
    assert (first.title, first.figures.average, first.figures.change) == (
        "教工第一党支部",
        Decimal("78.41"),
        Decimal("37.41"),
    )
    assert (second.figures.average, second.figures.change) == (Decimal("75"), None)


def test_the_annex_puts_the_best_first_and_shows_no_figures_under_a_negative_decision(
    session: Session, cast: Cast
) -> None:
    both_branches(session, cast)
    lines = content(drawn(session, cast)).branches[0].lines
    assert [line.total for line in lines] == [Decimal("85.25"), Decimal(80), Decimal("69.99"), None]
    assert [line.change for line in lines] == [Decimal("45.25"), Decimal(38), None, None]
    assert lines[0].sections == {"base": Decimal(60), "contribution": Decimal("25.25")}
    assert (lines[-1].member_id, lines[-1].negative, lines[-1].sections) == (cast.sun_li.member_id, True, {})


def test_a_change_follows_the_member_from_another_branch(session: Session, cast: Cast) -> None:
    make_statement(session, cast, cast.foreign_branch, of((cast.zhou_yu, "30")), period="2026-03")
    make_statement(session, cast, cast.other_branch, of((cast.zhou_yu, "52.5")))
    (branch,) = content(drawn(session, cast)).branches
    assert branch.lines[0].change == Decimal("22.5")


def test_the_first_quarter_is_compared_with_nothing(session: Session, cast: Cast) -> None:
    make_statement(session, cast, cast.branch, of((cast.zhang_min, "90")), period="2025-12")
    make_statement(session, cast, cast.branch, of((cast.zhang_min, "40")), period="2026-03")
    first = Q2.before
    assert first is not None
    bulletin = service.draw_up_draft(session, organization_id=cast.general_branch, quarter=first, as_of=DUE, now=DUE)
    assert bulletin is not None
    assert (content(bulletin).compared_with, content(bulletin).total.change) == (None, None)


def test_people_outside_the_party_are_counted_apart(session: Session, cast: Cast) -> None:
    prospect = cast.zhou_yu.member_id
    make_statement(
        session, cast, cast.other_branch, of((cast.zhao_qiang, "80"), (cast.zhou_yu, "70")), prospects=(prospect,)
    )
    total = content(drawn(session, cast)).total
    assert (total.members, total.prospects, total.lines, total.average) == (1, 1, 2, Decimal(75))


def test_attendance_counts_what_was_owed_and_recorded_in_time(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    meeting = make_meeting(session, cast, starts_at=IN_MAY)
    attends(session, meeting, cast.zhang_min, at=IN_MAY)
    attends(session, meeting, cast.wang_fang, at=IN_MAY)
    attends(session, meeting, cast.li_wei, at=DUE + timedelta(days=1))
    first, second = content(drawn(session, cast, now=AFTER)).branches
    assert (first.figures.meetings, first.figures.rate) == (1, Decimal(50))
    assert (second.figures.meetings, second.figures.rate) == (0, None)


def test_what_was_corrected_after_the_day_does_not_show(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    meeting = make_meeting(session, cast, starts_at=IN_MAY)
    attendance = attends(session, meeting, cast.zhang_min, at=IN_MAY)
    session.delete(attendance)
    session.add(
        AttendanceChange(
            meeting_id=meeting.id,
            member_id=cast.zhang_min.member_id,
            before=AttendanceState.present,
            after=None,
            reason="误登",
            account_id=cast.li_wei.account_id,
            at=DUE + timedelta(days=2),
        )
    )
    session.commit()
    assert content(drawn(session, cast, now=AFTER)).total.rate == Decimal(25)


def test_a_joint_meeting_counts_once_in_the_whole(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    lists: dict[int, Collection[Person]] = {cast.branch: [cast.zhang_min], cast.other_branch: [cast.zhao_qiang]}
    meeting = make_meeting(session, cast, starts_at=IN_MAY, organization_id=cast.general_branch, invited=lists)
    attends(session, meeting, cast.zhang_min, at=IN_MAY)
    found = content(drawn(session, cast))
    assert [branch.figures.meetings for branch in found.branches] == [1, 1]
    assert (found.total.meetings, found.total.rate) == (1, Decimal(50))


def test_review_times_count_from_handing_in_to_each_decision_of_the_quarter(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    claim = submitted(session, cast.zhang_min)
    approved(session, claim, cast.li_wei, now=cast.now + timedelta(days=3))
    late = submitted(session, cast.wang_fang)
    approved(session, late, cast.li_wei, now=DUE - timedelta(days=1))  # in July
    session.commit()
    total = content(drawn(session, cast)).total
    assert (total.decisions, total.review_days) == (1, Decimal(3))


def test_the_same_statements_and_facts_give_the_same_hash_later(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    meeting = make_meeting(session, cast, starts_at=IN_MAY)
    attends(session, meeting, cast.zhang_min, at=IN_MAY)
    bulletin = drawn(session, cast)
    attends(session, meeting, cast.wang_fang, at=DUE + timedelta(days=3))
    organizations.rename_organization(
        session, cast.branch, title="教工联合党支部", account_id=cast.chen_jing.account_id, now=AFTER
    )
    session.commit()
    session.expire_all()
    assert content_hash(bulletin.content) == bulletin.hash
    assert queries.verify(session, bulletin) == bulletin.hash


def test_drawn_up_forty_days_late_it_says_the_same(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    meeting = make_meeting(session, cast, starts_at=IN_MAY)
    attends(session, meeting, cast.zhang_min, at=IN_MAY)
    in_time = drawn(session, cast)
    before = in_time.hash
    session.delete(in_time)
    attends(session, meeting, cast.wang_fang, at=DUE + timedelta(days=3))
    assert drawn(session, cast, now=AFTER).hash == before


def test_months_as_they_are_really_frozen_can_be_reported_on(engine: Engine, session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    approved(session, claim, cast.li_wei)
    session.commit()
    for month in (4, 5, 6, 7):
        cutoff = datetime(2026, month, 2, 18, tzinfo=UTC)
        freeze(engine, month_before(cutoff), now=cutoff)
    due.draw_up_due(engine, period=DUE, now=DUE)
    bulletin = session.scalars(select(Bulletin).where(Bulletin.organization_id == cast.general_branch)).one()
    best = content(bulletin).branches[0].lines[0]
    assert (best.member_id, best.sections["contribution"], best.change) == (
        cast.zhang_min.member_id,
        Decimal(1),
        Decimal(1),
    )
    assert content(bulletin).missing == ()
    assert queries.verify(session, bulletin) == bulletin.hash


def test_a_changed_statement_is_found_out(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    bulletin = drawn(session, cast)
    line = session.scalars(select(StatementLine).where(StatementLine.total == Decimal(60))).one()
    line.total = Decimal(95)
    session.commit()
    assert queries.verify(session, bulletin) != bulletin.hash


def test_no_statements_no_bulletin(session: Session, cast: Cast) -> None:
    found = service.draw_up_draft(session, organization_id=cast.general_branch, quarter=Q2, as_of=DUE, now=DUE)
    assert found is None
    assert session.scalar(select(func.count(Bulletin.id))) == 0


def test_a_branch_that_is_not_frozen_is_named_and_can_be_added_while_it_is_a_draft(
    session: Session, cast: Cast
) -> None:
    make_statement(session, cast, cast.branch, of((cast.zhang_min, "80")))
    bulletin = drawn(session, cast)
    assert [each.title for each in content(bulletin).missing] == ["学生第一党支部"]
    make_statement(session, cast, cast.other_branch, of((cast.zhao_qiang, "90")))
    service.redraw(session, bulletin.id, account_id=cast.chen_jing.account_id, now=AFTER)
    assert content(bulletin).missing == ()
    assert content(bulletin).total.average == Decimal(85)
    assert queries.verify(session, bulletin) == bulletin.hash


def test_redrawing_what_has_not_changed_changes_nothing(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    bulletin = drawn(session, cast)
    before = (bulletin.hash, bulletin.frozen_at)
    service.redraw(session, bulletin.id, account_id=cast.chen_jing.account_id, now=AFTER)
    assert (bulletin.hash, bulletin.frozen_at) == before


def test_an_empty_branch_has_no_average_and_does_not_disturb(session: Session, cast: Cast) -> None:
    make_statement(session, cast, cast.branch, {})
    make_statement(session, cast, cast.other_branch, of((cast.zhao_qiang, "90")))
    found = content(drawn(session, cast))
    assert found.branches[0].figures.average is None
    assert found.total.average == Decimal(90)


def test_the_committee_reports_on_its_direct_branches(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    make_statement(session, cast, cast.direct_branch, of((cast.he_hua, "77")))
    found = content(drawn(session, cast, at=cast.root))
    assert [branch.title for branch in found.branches] == ["图书馆直属党支部"]
    assert found.facts.issuer == ("中共山海学院委员会组织部",)


def test_the_job_drafts_every_issuer_once(engine: Engine, session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    make_statement(session, cast, cast.direct_branch, of((cast.he_hua, "77")))
    assert due.draw_up_due(engine, period=DUE, now=AFTER) == 2
    hashes = set(session.scalars(select(Bulletin.hash)))
    session.rollback()
    assert due.draw_up_due(engine, period=DUE, now=AFTER + timedelta(days=1)) == 2
    session.rollback()
    assert set(session.scalars(select(Bulletin.hash))) == hashes
    assert set(session.scalars(select(Bulletin.quarter))) == {"2026-Q2"}


def test_the_job_waits_until_all_months_are_drawn_up(engine: Engine, session: Session) -> None:
    (drafting,) = [job for job in table.JOBS if job.function is jobs.draw_up_bulletins]
    frozen = JobRun(job="freeze_statements", period=datetime(2026, 7, 2, 18, tzinfo=UTC), attempts=1, holder="a")
    frozen.started_at = DUE
    with time_machine.travel(DUE, tick=False):
        assert runs.due(engine, drafting) == []
        session.add(frozen)
        session.commit()
        assert runs.due(engine, drafting) == []
        frozen.finished_at = DUE
        session.commit()
        assert runs.due(engine, drafting) == [DUE]


@pytest.mark.mariadb_only
def test_two_machines_draft_one_bulletin(engine: Engine, session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    assert at_once(*[partial(due.draw_up_due, engine, period=DUE, now=DUE)] * 2) == [1, 1]
    assert session.scalar(select(func.count(Bulletin.id))) == 1


def test_a_bulletin_needs_its_number_and_is_published_once(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setitem(events._handlers, BulletinPublished, [lambda _session, event: told.append(event)])
    both_branches(session, cast)
    bulletin = drawn(session, cast)
    with pytest.raises(DomainError, match="document_number_missing"):
        service.publish(session, bulletin.id, account_id=cast.chen_jing.account_id, now=DUE)
    published(session, cast)
    service.publish(session, bulletin.id, account_id=cast.chen_jing.account_id, now=AFTER)
    assert told == [BulletinPublished(bulletin.id, DUE)]
    assert bulletin.published_at == DUE


def test_two_publish_at_once_and_one_event_goes_out(
    engine: Engine, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setitem(events._handlers, BulletinPublished, [lambda _session, event: told.append(event)])
    both_branches(session, cast)
    bulletin_id = drawn(session, cast).id
    account_id = cast.chen_jing.account_id
    service.describe(session, bulletin_id, document_number="1号", remarks=None, account_id=account_id, now=DUE)
    session.commit()

    def publish(own: Session) -> str:
        return service.publish(own, bulletin_id, account_id=account_id, now=DUE).status

    assert at_once(*[partial(transaction, engine, publish)] * 2) == [BulletinStatus.published] * 2
    assert len(told) == 1


def test_what_is_published_stays_as_it_is(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    bulletin = published(session, cast)
    account_id = cast.chen_jing.account_id
    with pytest.raises(DomainError, match="already_published"):
        service.redraw(session, bulletin.id, account_id=account_id, now=AFTER)
    with pytest.raises(DomainError, match="already_published"):
        service.describe(session, bulletin.id, document_number="2号", remarks=None, account_id=account_id, now=AFTER)


def test_a_number_is_used_once(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    published(session, cast, number="计科总支〔2026〕18号")
    first = service.draw_up_draft(
        session, organization_id=cast.general_branch, quarter=Q2.before or Q2, as_of=DUE, now=DUE
    )
    assert first is not None
    with pytest.raises(DomainError, match="document_number_taken"):
        service.describe(
            session,
            first.id,
            document_number="计科总支〔2026〕18号",
            remarks=None,
            account_id=cast.chen_jing.account_id,
            now=DUE,
        )


def test_each_organization_has_its_own_numbers(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    published(session, cast, number="〔2026〕18号")
    make_statement(session, cast, cast.direct_branch, of((cast.he_hua, "70")))
    other = drawn(session, cast, at=cast.root)
    by = cast.organization_department.account_id
    service.describe(session, other.id, document_number="〔2026〕18号", remarks=None, account_id=by, now=DUE)
    assert other.document_number == "〔2026〕18号"


def test_a_branch_sees_nothing_of_a_draft_from_above(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    bulletin = drawn(session, cast)
    listed = partial(queries.list_of, session, before_id=None, limit=10)
    assert listed(cast.general_branch, drafts=True) == [bulletin]
    assert listed(cast.branch, drafts=True) == []
    published(session, cast)
    assert listed(cast.branch, drafts=False) == [bulletin]
    assert listed(cast.foreign_branch, drafts=True) == []


def test_a_branch_acknowledges_once_and_only_what_is_published_for_it(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    bulletin = drawn(session, cast)
    account_id = cast.li_wei.account_id

    def acknowledge(place: int, now: datetime) -> BulletinReceipt:
        return service.acknowledge(session, bulletin.id, organization_id=place, account_id=account_id, now=now)

    with pytest.raises(DomainError, match="not_found"):
        acknowledge(cast.branch, DUE)
    published(session, cast)
    acknowledge(cast.branch, DUE)
    assert acknowledge(cast.branch, AFTER).acknowledged_at == DUE
    with pytest.raises(DomainError, match="not_found"):
        acknowledge(cast.foreign_branch, DUE)


def test_a_bulletin_of_an_earlier_version_still_verifies(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_branches(session, cast)
    bulletin = drawn(session, cast)
    monkeypatch.setattr(drawing_up, "VERSION", drawing_up.VERSION + 1)
    assert queries.verify(session, bulletin) == bulletin.hash
