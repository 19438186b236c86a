"""The roster: dry run, application, coming back, moving, being killed."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import time_machine
from openpyxl import load_workbook
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server import app, clock, leases
from server.config import Settings
from server.errors import DomainError
from server.identity import service as identity
from server.identity.rules import Role
from server.leases import HeldLease
from server.organizations import queries as organizations_queries
from server.organizations import service as organizations
from server.organizations.history.models import FormerKinds
from server.organizations.models import Member, Membership, Organization, OrganizationKind
from server.organizations.roster import applying, queries, service, sheets
from server.organizations.roster.files import ImportReport, import_file
from server.organizations.roster.models import ImportStatus, RosterChunk, RosterImport
from server.organizations.suspensions import service as suspensions
from server.points.models import PointEntry
from server.privacy import PhoneVault
from server.standards.error_codes import StandardErrorCode
from server.years.rules import YearState
from tests.at_once import at_once
from tests.cast import NOW, TODAY, Cast
from tests.refusing import refused
from tests.rosters import GENERAL_BRANCH, HEADINGS, person, workbook
from tests.years import moved_to

pytestmark = pytest.mark.usefixtures("_frozen_time")
assert app.SUBSCRIPTIONS
Import = Callable[..., ImportReport]


@pytest.fixture
def import_rows(engine: Engine, settings: Settings, cast: Cast, tmp_path: Path) -> Import:
    """Return `import_rows(rows, at=organization id, create_missing=…, apply_rows=…)`."""

    def import_rows(rows: list[dict[str, Any]], *, at: int | None = None, **options: Any) -> ImportReport:
        path = tmp_path / "roster.xlsx"
        path.write_bytes(workbook(rows, title="2026 年党员名册").getvalue())
        return import_file(engine, settings, path, at or cast.root, **options)

    return import_rows


def member_of(session: Session, work_number: str) -> Member:
    return session.scalars(select(Member).where(Member.work_number == work_number)).one()


def branch_title(session: Session, member: Member) -> str:
    branch = organizations_queries.branch_of(session, member_id=member.id, on=date(2026, 6, 18))
    assert branch is not None
    return branch.title


def counts(session: Session) -> tuple[int, ...]:
    return tuple(
        session.scalar(select(func.count()).select_from(kind)) or 0 for kind in (Member, Membership, PointEntry)
    )


def test_new_members_are_entered_with_their_year_opened(
    import_rows: Import, session: Session, settings: Settings
) -> None:
    report = import_rows([person("𬭎敏", "T1001", 手机号="138 0000 1234", 职务="支部书记")])
    assert report.problems == []
    assert report.roster.result == {"new": 1}
    member = member_of(session, "T1001")
    assert (member.name, member.duty) == ("𬭎敏", "支部书记")
    assert member.phone_sealed is not None
    assert PhoneVault(settings.phone_keys).open(member.phone_sealed) == "13800001234"
    assert branch_title(session, member) == "教工第一党支部"
    assert session.scalar(select(func.count()).where(PointEntry.member_id == member.id)) == 8


def test_who_is_named_otherwise_by_a_roster_acts_under_that_name(import_rows: Import, session: Session) -> None:
    import_rows([person("张敏", "T1001"), person("王芳", "T1002")])
    accounts = [
        identity.ensure_account(session, member_id=member.id, root_id=member.root_id, name=member.name, now=clock.now())
        for member in (member_of(session, "T1001"), member_of(session, "T1002"))
    ]
    session.commit()
    import_rows([person("张旻", "T1001"), person("王芳", "T1002")])
    session.expire_all()
    assert [account.name for account in accounts] == ["张旻", "王芳"]


@pytest.mark.at_the_edges_of_the_day
def test_a_roster_counts_from_the_day_it_is_applied(import_rows: Import, session: Session, cast: Cast) -> None:
    """Who joined the Party today is no mistake, and who joins the branch does so today."""
    report = import_rows([person("赵新", "T1", 入党日期="2026-06-18", 转正日期=None, 党员类别="预备党员")])
    assert (report.problems, report.roster.effective_on) == ([], cast.today)
    member = member_of(session, "T1")
    assert session.scalars(select(Membership.from_date).where(Membership.member_id == member.id)).all() == [cast.today]
    session.rollback()
    (tomorrow,) = import_rows([person("钱新", "T2", 入党日期="2026-06-19", 转正日期=None)]).problems
    assert "入党日期" in tomorrow.text


@pytest.mark.at_the_edges_of_the_day
def test_a_roster_that_is_tried_is_tried_for_today(import_rows: Import, cast: Cast) -> None:
    """A member who is here already may have joined the Party today, too."""

    def joined(on: str, **options: Any) -> ImportReport:
        row = person("赵新", "T1", 入党日期=on, 转正日期=None, 党员类别="预备党员")
        return import_rows([row], **options)

    joined("2026-06-01")
    tried = joined("2026-06-18", apply_rows=False)
    assert (tried.problems, tried.roster.rows_total, tried.roster.effective_on) == ([], 1, cast.today)


def ends_of(session: Session, work_number: str) -> list[tuple[date, str]]:
    """Return until when a member was of which category."""
    rows = session.scalars(select(FormerKinds).where(FormerKinds.member_id == member_of(session, work_number).id))
    return [(row.until_date, row.category) for row in rows]


@pytest.mark.at_the_edges_of_the_day
def test_another_category_holds_from_the_day_of_the_row_or_of_the_import(
    import_rows: Import, session: Session, cast: Cast
) -> None:
    import_rows([person("张敏", "T1"), person("王芳", "T2")])
    report = import_rows(
        [person("张敏", "T1", 人员类别="离退休", 生效日期="2026-06-01"), person("王芳", "T2", 人员类别="离退休")]
    )
    assert (report.problems, report.roster.result) == ([], {"changed": 2})
    assert member_of(session, "T1").category == member_of(session, "T2").category == "retired"
    assert ends_of(session, "T1") == [(date(2026, 6, 1), "staff")]
    assert ends_of(session, "T2") == [(cast.today, "staff")]
    session.rollback()
    again = import_rows([person("张敏", "T1", 人员类别="离退休"), person("王芳", "T2", 人员类别="离退休")])
    assert again.roster.rows_total == 0
    assert len(ends_of(session, "T1")) == 1


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("2026-06-19", "变更日期不能晚于今天"),
        ("2024-12-31", "变更日期应在本年度或上一年度内"),
        ("2025-12-31", "已形成年度结果"),
    ],
)
def test_a_day_from_which_no_category_can_hold_costs_the_row(
    import_rows: Import, session: Session, cast: Cast, given: str, problem: str
) -> None:
    import_rows([person("张敏", "T1")])
    held = select(Membership.organization_id).where(Membership.member_id == member_of(session, "T1").id)
    moved_to(session, session.scalars(held).one(), YearState.drafted, year=2025, now=cast.now)
    (found,) = import_rows([person("张敏", "T1", 人员类别="离退休", 生效日期=given)]).problems
    assert found.text.startswith("第 3 行「生效日期」")
    assert problem in found.message
    assert (member_of(session, "T1").category, ends_of(session, "T1")) == ("staff", [])


def test_a_day_without_another_category_is_left_aside_in_words(import_rows: Import, session: Session) -> None:
    rows = [person("张敏", "T1", 生效日期="2026-06-01")]
    (first,) = import_rows(rows).problems
    assert "未采用" in first.text
    assert first.warning
    assert [problem.warning for problem in import_rows(rows).problems] == [True]
    assert ends_of(session, "T1") == []


def test_importing_the_same_roster_again_changes_nothing(import_rows: Import, session: Session) -> None:
    rows = [person(f"张{number}敏", f"T{number}", 手机号=f"1380000{number:04}") for number in range(1, 31)]
    import_rows(rows)
    before = counts(session)
    session.rollback()
    again = import_rows(rows)
    assert (again.roster.summary["unchanged"], again.roster.rows_total, again.problems) == (30, 0, [])
    assert counts(session) == before


def test_a_bad_row_loses_nothing_of_the_others(import_rows: Import, session: Session) -> None:
    rows = [person("张敏", "T1"), person("王芳", "T2", 性别="?"), person("李伟", "T3")]
    report = import_rows(rows)
    assert [problem.text for problem in report.problems] == ["第 4 行「性别」：应为“男”或“女”"]
    assert member_of(session, "T1").name == "张敏"
    assert member_of(session, "T3").name == "李伟"


def test_an_unusable_telephone_does_not_cost_the_person(
    import_rows: Import, session: Session, settings: Settings
) -> None:
    rows = [
        person("张敏", "T1", 手机号="123"),
        person("王芳", "T2", 手机号="0532-85901234/138 0000 1234"),
        person("李伟", "T3", 手机号="长号13900001234（微信同号）"),
        person("赵强", "T4", 手机号="123", 性别="?"),
    ]
    report = import_rows(rows)
    assert report.roster.result == {"new": 3}
    assert (report.roster.summary["errors"], report.roster.summary["warnings"]) == (1, 3)
    assert [problem.text for problem in report.problems] == [
        "第 3 行「手机号」：应为 11 位手机号，其余照常导入",
        "第 4 行「手机号」：不只是一个手机号，只取了 138****1234，请核对，其余照常导入",
        "第 5 行「手机号」：不只是一个手机号，只取了 139****1234，请核对，其余照常导入",
        "第 6 行「性别」：应为“男”或“女”",
        "第 6 行「手机号」：应为 11 位手机号",
    ]
    assert member_of(session, "T1").phone_sealed is None
    sealed = member_of(session, "T2").phone_sealed
    assert sealed is not None
    assert PhoneVault(settings.phone_keys).open(sealed) == "13800001234"


def test_a_dry_run_writes_no_member(import_rows: Import, session: Session) -> None:
    before = counts(session)
    session.rollback()
    report = import_rows([person("张敏", "T1")], apply_rows=False)
    assert (report.roster.status, report.roster.summary["new"]) == (ImportStatus.ready, 1)
    assert counts(session) == before


def test_changed_cells_update_and_empty_cells_leave_what_is_stored(import_rows: Import, session: Session) -> None:
    import_rows([person("张敏", "T1", 手机号="13800001234", 职务="支委")])
    report = import_rows([person("张敏", "T1", 手机号=None, 职务=None, 人员类别="离退休")])
    member = member_of(session, "T1")
    assert report.roster.result == {"changed": 1}
    assert (member.category, member.duty) == ("retired", "支委")
    assert member.phone_index is not None


@pytest.mark.parametrize("stage", ["预备党员", "发展对象", "入党积极分子"])
def test_another_stage_is_refused_and_the_way_is_named(import_rows: Import, session: Session, stage: str) -> None:
    import_rows([person("张敏", "T1", 职务="支委")])
    report = import_rows([person("张敏", "T1", 职务="组长", 党员类别=stage, 转正日期=None), person("李伟", "T2")])
    (problem,) = report.problems
    assert problem.text.startswith("第 3 行「党员类别」：现为“正式党员”") or problem.text.startswith(
        "第 2 行「党员类别」"
    )
    assert "更正党员类别" in problem.text
    assert report.roster.result == {"new": 1, "errors": 0} or report.roster.result["new"] == 1
    member = member_of(session, "T1")
    assert (member.stage, member.duty) == ("full", "支委")


def test_the_first_stage_and_the_same_stage_come_by_roster(import_rows: Import, session: Session) -> None:
    for _ in range(2):
        report = import_rows([person("张敏", "T1", 党员类别="预备党员", 转正日期=None)])
        assert report.problems == []
    assert member_of(session, "T1").stage == "probationary"


def test_a_member_listed_in_another_branch_is_transferred_on_the_import_day(
    import_rows: Import, session: Session
) -> None:
    import_rows([person("张敏", "T1")])
    report = import_rows([person("张敏", "T1", 党支部="学生第一党支部")])
    assert report.roster.result == {"moved": 1}
    member = member_of(session, "T1")
    memberships = session.scalars(
        select(Membership).where(Membership.member_id == member.id).order_by(Membership.from_date)
    ).all()
    assert [(item.from_date, item.until_date) for item in memberships] == [
        (date(2026, 1, 1), date(2026, 6, 18)),
        (date(2026, 6, 18), None),
    ]
    assert branch_title(session, member) == "学生第一党支部"


def test_an_importer_of_one_branch_cannot_touch_another_branchs_member(
    import_rows: Import, session: Session, cast: Cast
) -> None:
    import_rows([person("吴刚", "T9", 党总支="经济学院党总支", 党支部="经济学院教工党支部")])
    report = import_rows([person("假名", "T9", 党总支=None, 党支部=None)], at=cast.branch)
    assert [problem.text for problem in report.problems] == [
        "第 3 行「工号/学号」：该工号/学号已登记在其他党组织，请由上级办理组织关系转接"
    ]
    assert member_of(session, "T9").name == "吴刚"


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"党支部": "学生第一党支部"}, "党支部"),
        ({"党总支": "经济学院党总支"}, "党总支"),
    ],
)
def test_an_importer_of_one_branch_cannot_name_another(
    import_rows: Import, cast: Cast, changes: dict[str, str], column: str
) -> None:
    report = import_rows([person("张敏", "T1", **changes)], at=cast.branch)
    assert [problem.column for problem in report.problems] == [column]
    assert report.roster.result == {}


def test_missing_organizations_are_an_error_unless_they_may_be_founded(import_rows: Import, session: Session) -> None:
    row = person("张敏", "T1", 党总支="材料学院党总支", 党支部="材料教工党支部", 党小组="第三党小组")
    assert [problem.column for problem in import_rows([row]).problems] == ["党总支"]
    report = import_rows([row, person("李伟", "T2", 党总支=None, 党支部="档案馆直属党支部")], create_missing=True)
    assert report.problems == []
    assert len(report.roster.summary["new_organizations"]) == 4
    kinds = {
        item.title: item.kind
        for item in session.scalars(
            select(Organization).where(Organization.title.in_(report.roster.summary["new_organizations"]))
        )
    }
    assert kinds == {
        "材料学院党总支": "general_branch",
        "材料教工党支部": "branch",
        "第三党小组": "group",
        "档案馆直属党支部": "branch",
    }


def test_a_number_twice_in_one_file_counts_once(import_rows: Import) -> None:
    report = import_rows([person("张敏", "T1"), person("李伟", "Ｔ１")])
    assert [problem.text for problem in report.problems] == ["第 4 行：工号/学号与第 3 行重复，以第 3 行为准"]
    assert report.roster.result == {"new": 1}


def test_a_duty_only_suggests_a_role(import_rows: Import) -> None:
    report = import_rows([person("张敏", "T1", 职务="支部副书记"), person("李伟", "T2", 职务="组织委员")])
    suggested = [(item["name"], item["role"]) for item in report.roster.summary["suggested_grants"]]
    assert suggested == [("张敏", "deputy_secretary"), ("李伟", "committee_member")]


def test_someone_who_left_comes_back_as_a_newcomer(import_rows: Import, session: Session) -> None:
    import_rows([person("张敏", "T1")])
    member = member_of(session, "T1")
    membership = organizations_queries.membership_on(session, member_id=member.id, on=date(2026, 6, 18))
    assert membership is not None
    membership.until_date = date(2026, 6, 1)
    session.commit()
    report = import_rows([person("张敏", "T1")])
    assert report.roster.result == {"new": 1}
    assert branch_title(session, member) == "教工第一党支部"


def test_who_is_suspended_does_not_come_back_by_a_roster(import_rows: Import, session: Session, cast: Cast) -> None:
    import_rows([person("王小明", "T1001")])
    suspensions.suspend(
        session,
        member_id=member_of(session, "T1001").id,
        on=TODAY,
        document="校党发〔2026〕31号",
        note="失去联系六个月以上",
        account_id=cast.chen_jing.account_id,
        now=NOW,
    )
    session.commit()
    report = import_rows([person("王小明", "T1001")])
    assert [(each.column, "先办理恢复党籍" in each.message) for each in report.problems] == [("工号/学号", True)]
    assert report.roster.result == {}


def test_an_import_killed_between_chunks_is_taken_up_where_it_was(
    engine: Engine, settings: Settings, import_rows: Import, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK_ROWS", 10)
    rows = [person(f"张{number}敏", f"T{number}") for number in range(35)]
    prepared = import_rows(rows, apply_rows=False).roster
    whole_chunk = applying._whole_chunk
    calls: list[int] = []

    def dying(session: Session, import_id: int, number: int, held: HeldLease) -> None:
        calls.append(number)
        if len(calls) == 3:
            raise KeyboardInterrupt
        whole_chunk(session, import_id, number, held)

    service.confirm(session, import_id=prepared.id, account_id=None, now=clock.now())
    session.commit()
    monkeypatch.setattr(applying, "_whole_chunk", dying)
    with pytest.raises(KeyboardInterrupt):
        applying.apply(engine, prepared.id)
    monkeypatch.setattr(applying, "_whole_chunk", whole_chunk)
    session.expire_all()
    assert session.get_one(RosterImport, prepared.id).rows_done == 20
    session.rollback()
    held = leases.take(engine, applying.lease_of(prepared.id))
    assert held is not None
    with time_machine.travel(clock.now() + timedelta(days=365)):
        applying.apply(engine, prepared.id)
    session.expire_all()
    assert session.get_one(RosterImport, prepared.id).rows_done == 20, "its lease still holds, whatever our clock says"
    session.rollback()
    leases.release(engine, held)
    for thread in applying.start_unfinished(engine):
        thread.join()
    done = session.get_one(RosterImport, prepared.id)
    session.refresh(done)
    assert (done.status, done.rows_done, done.result) == (ImportStatus.done, 35, {"new": 35})
    assert session.scalar(select(func.count()).where(Member.work_number.like("T%"))) == 35
    assert session.scalar(select(func.count()).select_from(RosterChunk)) == 0


def test_two_threads_apply_an_import_once(engine: Engine, import_rows: Import, session: Session) -> None:
    prepared = import_rows([person(f"张{number}敏", f"T{number}") for number in range(20)], apply_rows=False).roster
    service.confirm(session, import_id=prepared.id, account_id=None, now=clock.now())
    session.commit()
    at_once(*[partial(applying.apply, engine, prepared.id)] * 4)
    assert session.get_one(RosterImport, prepared.id).result == {"new": 20}


def test_who_lost_the_lease_of_an_import_applies_no_further_chunk(
    engine: Engine, import_rows: Import, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK_ROWS", 10)
    prepared = import_rows([person(f"张{number}敏", f"T{number}") for number in range(20)], apply_rows=False).roster
    whole_chunk = applying._whole_chunk

    def taken_over(session: Session, import_id: int, number: int, held: HeldLease) -> None:
        if number:
            leases.lock(session, held).token += 1
        whole_chunk(session, import_id, number, held)

    service.confirm(session, import_id=prepared.id, account_id=None, now=clock.now())
    session.commit()
    monkeypatch.setattr(applying, "_whole_chunk", taken_over)
    applying.apply(engine, prepared.id)
    session.expire_all()
    roster = session.get_one(RosterImport, prepared.id)
    assert (roster.status, roster.rows_done) == (ImportStatus.applying, 10)


def test_a_branch_that_another_import_founded_meanwhile_is_taken(session: Session, cast: Cast) -> None:
    """Both read the tree before it was there: the slower one goes on with what it finds."""
    create = applying.creator(session, account_id=None, now=clock.now())
    founded = create(cast.root, OrganizationKind.branch, "新设党支部")
    assert create(cast.root, OrganizationKind.branch, "新设党支部") == founded
    refused("title_taken", lambda: create(cast.root, OrganizationKind.general_branch, "新设党支部"))
    organizations.close_organization(session, founded, account_id=cast.chen_jing.account_id, now=clock.now())
    refused("title_taken", lambda: create(cast.root, OrganizationKind.branch, "新设党支部"))


def test_a_row_the_database_refuses_is_reported_and_the_rest_is_applied(
    engine: Engine, import_rows: Import, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = import_rows([person("张敏", "T1"), person("李伟", "T2"), person("王芳", "T3")], apply_rows=False).roster
    apply_entries = applying.apply_entries

    def refusing(session: Session, roster: RosterImport, entries: Any, **options: Any) -> Any:
        if any(entry.work_number == "T2" for entry in entries):
            raise DomainError(StandardErrorCode.no_standard, "尚未发布积分标准")
        return apply_entries(session, roster, entries, **options)

    monkeypatch.setattr(applying, "apply_entries", refusing)
    service.confirm(session, import_id=prepared.id, account_id=None, now=clock.now())
    session.commit()
    applying.apply(engine, prepared.id)
    done = session.get_one(RosterImport, prepared.id)
    session.refresh(done)
    assert done.result == {"new": 2, "errors": 1}
    assert [problem.text for problem in queries.problems_of(session, done)] == ["第 4 行：尚未发布积分标准"]


def test_columns_may_come_in_any_order_below_a_title_and_others_are_noted(
    engine: Engine, settings: Settings, cast: Cast, tmp_path: Path
) -> None:
    path = tmp_path / "roster.xlsx"
    headings = (*reversed(HEADINGS), "籍贯")
    path.write_bytes(workbook([person("张敏", "T1", 籍贯="四川")], headings=headings, title="名册").getvalue())
    report = import_file(engine, settings, path, cast.root)
    assert report.roster.summary["notes"] == ["工作表“名册”读了 1 行", "列「籍贯」不在模板中，已忽略"]
    assert report.roster.result == {"new": 1}


def test_a_workbook_without_headings_is_refused(engine: Engine, settings: Settings, cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(workbook([], headings=("甲", "乙")).getvalue())
    with pytest.raises(DomainError, match="no_heading"):
        import_file(engine, settings, path, cast.root)


@pytest.mark.sqlite_only
def test_more_rows_than_allowed_are_refused(
    engine: Engine, settings: Settings, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.organizations.roster.workbook.MAX_ROWS", 3)
    path = tmp_path / "roster.xlsx"
    path.write_bytes(workbook([person("张敏", f"T{number}") for number in range(4)]).getvalue())
    with pytest.raises(DomainError, match="too_many_rows"):
        import_file(engine, settings, path, cast.root)


def test_the_blank_template_can_be_filled_in_and_imported(
    engine: Engine, settings: Settings, cast: Cast, tmp_path: Path
) -> None:
    book = load_workbook(io.BytesIO(sheets.template()))
    sheet = book["党员名册"]
    row = person("张敏", "T1", 党总支=GENERAL_BRANCH)
    for position, heading in enumerate(HEADINGS, start=1):
        sheet.cell(2, position, row.get(heading))
    path = tmp_path / "roster.xlsx"
    book.save(path)
    report = import_file(engine, settings, path, cast.root)
    assert (report.problems, report.roster.result) == ([], {"new": 1})


def test_the_phone_of_someone_with_a_role_is_not_changed_by_a_roster(
    import_rows: Import, session: Session, cast: Cast
) -> None:
    import_rows([person("李伟", "T1"), person("张敏", "T2")])
    secretary = member_of(session, "T1")
    phone_before = secretary.phone_index
    account = identity.ensure_account(
        session, member_id=secretary.id, root_id=cast.root, name=secretary.name, now=cast.now
    )
    identity.grant(
        session,
        account_id=account.id,
        role=Role.secretary,
        organization_id=cast.branch,
        from_date=cast.today,
        until_date=None,
        granted_by=None,
        now=cast.now,
    )
    session.commit()
    rows = [person("李伟", "T1", 手机号="13800009999", 职务="支部书记"), person("张敏", "T2", 手机号="13800008888")]
    report = import_rows(rows)
    assert [problem.text for problem in report.problems] == [
        "第 3 行「手机号」：该同志担任党内职务，手机号未改，请由其上级在党员信息中修改，其余照常导入"
    ]
    assert report.roster.result == {"changed": 2}
    session.expire_all()
    assert member_of(session, "T1").phone_index == phone_before
    assert member_of(session, "T1").duty == "支部书记", "the rest of the row counts"
    assert member_of(session, "T2").phone_index != phone_before
