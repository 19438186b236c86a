"""An empty installation is begun: tried first, done once, refused in words, and finished after any kill."""

import csv
import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from pypdf import PdfReader
from rich.console import Console
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from server import app
from server.audit.models import AuditLine
from server.config import Settings
from server.db import transaction
from server.errors import DomainError
from server.identity import service as identity
from server.identity.models import Account, Grant
from server.identity.rules import ROLE_TITLES, Role
from server.organizations import binding
from server.organizations.models import ActivationCode, Member, Organization
from server.points.models import PointEntry
from server.setup import carrying_out, command
from server.setup.carrying_out import SetupOptions, SetupPreview, SetupResult
from server.setup.rules import read_appointment
from server.standards.models import Standard
from tests.at_once import at_once
from tests.cast import NOW, TODAY
from tests.days import at
from tests.refusing import refused
from tests.rosters import BRANCH, GENERAL_BRANCH, person, workbook
from tests.waiting import LONG

pytestmark = pytest.mark.usefixtures("_frozen_time")
assert app.SUBSCRIPTIONS

TITLE = "山海学院党委"
STUDENTS = "学生第一党支部"
ROWS = [
    person("周明", "Z001", 党总支=None, 党支部="机关直属党支部"),
    person("李伟", "T001", 职务="支部书记"),
    person("张敏", "T002", 党小组="第一党小组"),
    person("陈静", "T004", 职务="总支书记"),
    person("赵强", "S001", 党支部=STUDENTS, 人员类别="学生", 职务="支部书记"),
]
OFFICES = {
    Role.organization_department: "Z001",
    Role.administrator: "IT01:钱进",
    Role.general_secretary: f"T004@{GENERAL_BRANCH}",
    Role.secretary: f"T001@{BRANCH}",
}


class Installation:
    """An empty database, and someone with a roster before it."""

    def __init__(self, engine: Engine, settings: Settings, directory: Path) -> None:
        self.engine, self.settings, self.directory = engine, settings, directory
        self.runs = 0

    def wishes(self, offices: dict[Role, str] | None = None, *, title: str = TITLE, rows: Any = ROWS) -> SetupOptions:
        roster = self.directory / "roster.xlsx"
        roster.write_bytes(workbook(rows).getvalue())
        asked = OFFICES if offices is None else offices
        return SetupOptions(title, roster, [read_appointment(role, text) for role, text in asked.items()])

    def try_out(self, offices: dict[Role, str] | None = None, **others: Any) -> SetupPreview:
        return carrying_out.try_out(self.engine, self.settings, self.wishes(offices, **others))

    def carry_out(
        self, offices: dict[Role, str] | None = None, *, new_codes: bool = False, ending: str = "csv", **others: Any
    ) -> SetupResult:
        self.runs += 1
        wishes = self.wishes(offices, **others)
        return carrying_out.carry_out(
            self.engine, self.settings, wishes, slips_file=self.slips_file(self.runs, ending), new_codes=new_codes
        )

    def slips_file(self, run: int, ending: str = "csv") -> Path:
        return self.directory / f"slips-{run}.{ending}"

    def codes(self) -> dict[str, str]:
        """Return the latest code on paper by 工号."""
        found: dict[str, str] = {}
        for run in range(1, self.runs + 1):
            if (path := self.slips_file(run)).exists():
                rows = csv.DictReader(path.open(encoding="utf-8-sig"))
                found |= {row["工号/学号"]: row["激活码"] for row in rows}
        return found

    def count(self, kind: type[Any]) -> int:
        with Session(self.engine) as session:
            return session.scalar(select(func.count()).select_from(kind)) or 0

    def grants(self) -> list[tuple[str, Role, str]]:
        with Session(self.engine) as session:
            query = (
                select(Account.name, Grant.role, Organization.title)
                .join(Account, Account.id == Grant.account_id)
                .join(Organization, Organization.id == Grant.organization_id)
            )
            return sorted((name, Role(role), title) for name, role, title in session.execute(query))

    def bind(self, name: str, number: str, code: str) -> None:
        def work(session: Session) -> None:
            known = identity.find_or_add_identity(session, app_id="sandbox", openid=number, unionid=None, now=NOW)
            binding.bind_by_code(session, identity_id=known.id, name=name, work_number=number, code=code, now=NOW)

        transaction(self.engine, work)


GIVEN = sorted(
    [
        ("周明", Role.organization_department, TITLE),
        ("钱进", Role.administrator, TITLE),
        ("陈静", Role.general_secretary, GENERAL_BRANCH),
        ("李伟", Role.secretary, BRANCH),
    ]
)
KINDS = (Organization, Standard, Member, Account, Grant, ActivationCode, PointEntry, AuditLine)


@pytest.fixture
def empty(engine: Engine, settings: Settings, tmp_path: Path) -> Installation:
    return Installation(engine, settings, tmp_path)


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(empty: Installation) -> None:
    outlook = empty.try_out()
    assert outlook.rows["new"] == 5
    assert outlook.organizations == {
        "general_branch": [GENERAL_BRANCH],
        "branch": ["机关直属党支部", BRANCH, STUDENTS],
        "group": ["第一党小组"],
    }
    assert f"李伟　{BRANCH} 支部书记" in outlook.officers
    assert [str(each) for each in outlook.suggested] == [f"支部书记 S001@{GENERAL_BRANCH}/{STUDENTS}"]
    assert [empty.count(kind) for kind in KINDS] == [0] * len(KINDS)


def test_it_founds_imports_appoints_and_hands_out_codes_that_bind(empty: Installation) -> None:
    result = empty.carry_out()
    assert empty.grants() == GIVEN
    assert {slip.name for slip in result.slips} == {"周明", "钱进", "陈静", "李伟"}
    assert empty.slips_file(1).stat().st_mode & 0o777 == 0o600
    codes = empty.codes()
    empty.bind("李伟", "T001", codes["T001"])
    empty.bind("钱进", "IT01", codes["IT01"])
    with Session(empty.engine) as session:
        root = session.scalars(select(Organization).where(Organization.parent_id.is_(None))).one()
        assert root.title == TITLE
        standard = session.scalars(select(Standard)).one()
        assert (standard.organization_id, standard.year, standard.in_force) == (root.id, 2026, True)
        assert session.scalar(select(func.count()).select_from(Member)) == 5
        assert session.scalar(select(func.count(PointEntry.member_id.distinct()))) == 5  # everyone's year is opened
        acts = set(session.scalars(select(AuditLine.action)))
    assert acts >= {"organization_create", "standard_published", "roster_apply", "grant_give", "activation_code"}


def test_a_second_run_changes_nothing_and_leaves_codes_good(empty: Installation) -> None:
    empty.carry_out()
    with Session(empty.engine) as session:
        assert set(session.scalars(select(Grant.from_date))) == {TODAY}
    before = [empty.count(kind) for kind in KINDS[:-1]]
    again = empty.carry_out()
    assert again.slips == []
    assert not empty.slips_file(2).exists()
    assert [empty.count(kind) for kind in KINDS[:-1]] == before
    empty.bind("李伟", "T001", empty.codes()["T001"])


def test_lost_codes_are_made_anew_but_not_of_who_is_bound(empty: Installation) -> None:
    empty.carry_out()
    lost = empty.codes()
    empty.bind("李伟", "T001", lost["T001"])
    assert {slip.work_number for slip in empty.carry_out(new_codes=True).slips} == {"Z001", "IT01", "T004"}
    refused("binding_refused", lambda: empty.bind("陈静", "T004", lost["T004"]))
    empty.bind("陈静", "T004", empty.codes()["T004"])


@pytest.mark.parametrize(
    ("offices", "code", "words"),
    [
        ({Role.secretary: "T009@教工第一党支部"}, "not_appointed", "名册中没有工号/学号 T009"),
        ({Role.secretary: "T001@教工第1党支部"}, "not_appointed", "是不是“教工第一党支部”"),
        ({Role.secretary: f"T001@{GENERAL_BRANCH}"}, "not_appointed", "都没有党支部"),
        ({Role.administrator: "T001:李维"}, "not_appointed", "在名册中是李伟"),
        ({Role.secretary: "T001"}, "not_an_appointment", "工号@党组织"),
        ({Role.administrator: "T001@山海学院党委"}, "not_an_appointment", "工号:姓名"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_written(
    empty: Installation, offices: dict[Role, str], code: str, words: str
) -> None:
    for act in (empty.try_out, empty.carry_out):
        assert words in refused(code, lambda act=act: act(offices)).message  # type: ignore[misc]
    assert empty.count(Organization) == 0


def test_all_that_is_wrong_is_named_at_once(empty: Installation) -> None:
    wrong = {Role.secretary: "T009@教工一支部", Role.general_secretary: "T008@没有的党总支"}
    assert len(refused("not_appointed", lambda: empty.carry_out(wrong)).detail["problems"]) == 2


def test_a_roster_with_a_fault_founds_nothing(empty: Installation) -> None:
    rows = [*ROWS, person("无名", "T010", 党员类别="群众")]
    assert "第 7 行「党员类别」" in refused("roster_has_problems", lambda: empty.carry_out(rows=rows)).message
    assert empty.count(Organization) == 0


def test_a_branch_in_the_column_of_general_branches_is_refused(empty: Installation) -> None:
    rows = [person("周明", "Z001", 党总支="机关直属党支部", 党支部="机关直属党支部")]
    refusal = refused("roster_has_problems", lambda: empty.carry_out({}, rows=rows))
    assert "像是党支部" in refusal.message


def test_branches_of_one_name_need_the_one_above(empty: Installation) -> None:
    rows = [*ROWS, person("吴刚", "E001", 党总支="经济学院党总支")]
    refused("not_appointed", lambda: empty.try_out(rows=rows))
    named = OFFICES | {Role.secretary: f"T001@{GENERAL_BRANCH}/{BRANCH}"}
    empty.carry_out(named, rows=rows)
    assert empty.grants() == GIVEN


def test_there_is_one_root_whatever_it_is_called_the_second_time(empty: Installation) -> None:
    empty.carry_out({})
    assert TITLE in refused("already_set_up", lambda: empty.carry_out({}, title="山海大学党委")).message
    refused("bad_title", lambda: empty.try_out(title=" "))


def test_once_there_is_an_organization_department_it_appoints(empty: Installation) -> None:
    empty.carry_out({Role.secretary: f"T001@{BRANCH}"})
    empty.carry_out()
    later = {Role.secretary: f"S001@{STUDENTS}"}
    for act in (empty.try_out, empty.carry_out):
        refused("department_appoints", lambda act=act: act(later))  # type: ignore[misc]
    refused("department_appoints", lambda: empty.carry_out({Role.organization_department: "T004"}))
    assert empty.grants() == GIVEN


def test_slips_without_a_name_are_named_by_the_clock_on_the_wall(
    empty: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(empty.directory)
    command.carry_out(empty.engine, empty.settings, Console(), empty.wishes(), slips=None, new_codes=False)
    (slips,) = empty.directory.glob("activation-slips-*")
    assert slips.name.startswith("activation-slips-20260618-003")


def test_slips_are_never_written_over_others(empty: Installation) -> None:
    empty.slips_file(1).write_text("handed out already")
    refused("bad_slips_file", empty.carry_out)
    refused("bad_slips_file", lambda: empty.carry_out(ending="docx"))
    assert empty.count(Organization) == 0


def test_slips_come_as_sheets_to_be_cut(empty: Installation) -> None:
    result = empty.carry_out(ending="pdf")
    words = "".join(page.extract_text() for page in PdfReader(empty.slips_file(1, "pdf")).pages)
    assert all(slip.code in words and slip.name in words for slip in result.slips)
    assert empty.slips_file(1, "pdf").stat().st_mode & 0o777 == 0o600


def test_what_comes_next_names_what_is_missing(empty: Installation) -> None:
    steps = "\n".join(empty.carry_out({}).next_steps)
    assert "还没有组织部" in steps
    assert "还有 3 个党支部没有书记" in steps
    assert "2027" not in steps


def test_late_in_the_year_next_years_standard_is_spoken_of_and_none_is_published(empty: Installation) -> None:
    with time_machine.travel(at(date(2026, 11, 1), "00:30")):
        assert "2027 年度的，请组织部在 12 月 31 日前起草、发布" in empty.carry_out({}).next_steps[-1]
    with time_machine.travel(datetime(2027, 1, 10, 4, tzinfo=UTC)):
        empty.carry_out({})
    assert empty.count(Standard) == 1


def test_two_at_once_begin_one_installation(empty: Installation) -> None:
    wishes = empty.wishes()

    def begin(run: int) -> Callable[[], str]:
        def act() -> str:
            try:
                carrying_out.carry_out(empty.engine, empty.settings, wishes, slips_file=empty.slips_file(run))
            except DomainError as refusal:
                return refusal.code
            return "done"

        return act

    assert at_once(begin(1), begin(2)) == ["done", "done"]
    empty.runs = 2
    assert empty.grants() == GIVEN
    assert (empty.count(Member), empty.count(Standard), empty.count(Organization)) == (5, 1, 6)
    for name, number in (("周明", "Z001"), ("钱进", "IT01"), ("陈静", "T004"), ("李伟", "T001")):
        empty.bind(name, number, empty.codes()[number])


def test_killed_at_every_commit_it_comes_to_the_same_end(empty: Installation) -> None:
    kills = 0
    while _killed(empty, moment=kills + 1):
        kills += 1
    assert kills > 10
    assert empty.grants() == GIVEN
    assert (empty.count(Member), empty.count(Standard), empty.count(Organization)) == (5, 1, 6)
    for name, number in (("周明", "Z001"), ("钱进", "IT01"), ("陈静", "T004"), ("李伟", "T001")):
        empty.bind(name, number, empty.codes()[number])


def _killed(empty: Installation, *, moment: int) -> bool:
    """Set up in a process of its own that kills itself before or after its n-th commit; return whether it did."""
    empty.engine.dispose()
    empty.runs += 1
    wishes = empty.wishes()
    process = multiprocessing.get_context("fork").Process(target=_set_up_and_die, args=(empty, wishes, moment))
    process.start()
    process.join(LONG)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def _set_up_and_die(empty: Installation, wishes: SetupOptions, moment: int) -> None:
    steps = 0

    def step(_session: Session) -> None:
        nonlocal steps
        steps += 1
        if steps == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Session, "before_commit", step)
    event.listen(Session, "after_commit", step)
    carrying_out.carry_out(empty.engine, empty.settings, wishes, slips_file=empty.slips_file(empty.runs))
    os._exit(0)


def test_a_code_that_ran_out_is_made_anew(empty: Installation) -> None:
    empty.carry_out()
    with time_machine.travel(NOW + timedelta(days=8)):
        assert len(empty.carry_out().slips) == len(OFFICES)


def test_every_role_at_the_root_or_below_can_be_read() -> None:
    read = {role: read_appointment(role, text) for role, text in OFFICES.items()}
    assert str(read[Role.administrator]) == f"{ROLE_TITLES[Role.administrator]} IT01:钱进"
    assert read_appointment(Role.secretary, "ｔ001＠教工 第一党支部").place == BRANCH


def test_a_telephone_nobody_can_use_stops_no_setting_up(empty: Installation) -> None:
    rows = [*ROWS, person("孙丽", "T077", 手机号="无")]
    outlook = empty.try_out(rows=rows)
    words = f"第 {len(rows) + 1} 行「手机号」：应为 11 位手机号，其余照常导入"
    assert outlook.remarks == [f"工作表“名册”读了 {len(rows)} 行", words]
    result = empty.carry_out(rows=rows)
    assert result.rows["new"] == len(rows)
    assert result.remarks == outlook.remarks
