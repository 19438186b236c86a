"""导出我的数据: everything about oneself, nobody else in it, written down and not too often."""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.config import Settings
from server.export import registry
from server.holdings import DataSubject
from server.identity.models import Account, WechatIdentity
from server.meetings.models import Attendance, Leave, Roster
from server.meetings.rules import AttendanceState, LeaveStatus, Via
from server.models import Base
from server.organizations.models import Member
from server.privacy import PhoneVault
from server.pushes import quotas
from server.pushes.models import Push
from server.pushes.rules import Occasion, PushStatus
from server.standards.rules import LeaveKind
from tests.cast import NOW, Cast, Person
from tests.claiming import approved, submitted
from tests.conftest import Call
from tests.meeting import make_meeting
from tests.pictures import jpeg
from tests.pushing import make_statement

HIS_PHONE, HER_PHONE = "13800001234", "13911112222"
SOMEONE = "（他人）"


@dataclass
class Export:
    """What 张敏 took away."""

    text: str
    files: list[str]

    def rows(self, title: str) -> list[dict[str, str]]:
        held: list[dict[str, Any]] = json.loads(self.text)["held"]
        rows: list[dict[str, str]] = next(table["rows"] for table in held if table["title"] == title)
        return rows


@pytest.fixture
def _a_year(engine: Engine, settings: Settings, cast: Cast, call: Call) -> None:
    """A bit of everything about 张敏, with other people's names and numbers wherever someone may have written them."""
    photo = {"photo": (io.BytesIO(jpeg(seed=5)), "a.jpg")}
    assert call(cast.zhang_min, "POST", f"/members/{cast.zhang_min.member_id}/photos", data=photo).status_code == 201
    with Session(engine, expire_on_commit=False) as session:
        vault = PhoneVault(settings.phone_keys)
        for person, phone in ((cast.zhang_min, HIS_PHONE), (cast.li_wei, HER_PHONE)):
            session.get_one(Member, person.member_id).phone_sealed = vault.seal(phone)
        words = f"与王芳、李伟一起到社区，联系人 {HER_PHONE}，我的电话 {HIS_PHONE}"
        claim = submitted(session, cast.zhang_min, description=words)
        approved(session, claim, cast.li_wei)
        submitted(session, cast.wang_fang, title="王芳自己的申报")
        _meetings(session, cast)
        _push(session, cast.zhang_min, "李伟审核了您的申报")
        _push(session, cast.wang_fang, "只给王芳的提醒")
        make_statement(session, cast, {"zhang_min": ("60.00", None, 1), "li_wei": ("59.00", None, 2)}, period="2026-04")
        quotas.accept(session, identity_id=cast.zhang_min.actor.identity_id, templates=["score"], now=NOW)
        session.commit()
    call(cast.li_wei, "GET", f"/claims/{claim.id}")
    call(cast.li_wei, "GET", f"/members/{cast.zhang_min.member_id}/score")


def _meetings(session: Session, cast: Cast) -> None:
    came = make_meeting(session, cast)
    session.add(
        Attendance(
            meeting_id=came.id,
            member_id=cast.zhang_min.member_id,
            state=AttendanceState.present,
            via=Via.manual,
            scanned_at=NOW,
            recorded_at=NOW,
            account_id=cast.li_wei.account_id,
            reason="孙丽代为登记",
        )
    )
    away = make_meeting(session, cast, starts_at=NOW + timedelta(days=3))
    roster_id = session.scalars(select(Roster.id).where(Roster.meeting_id == away.id)).one()
    session.add(
        Leave(
            meeting_id=away.id,
            member_id=cast.zhang_min.member_id,
            roster_id=roster_id,
            kind=LeaveKind.sick,
            reason="感冒",
            status=LeaveStatus.granted,
            asked_by=cast.zhang_min.account_id,
            asked_at=NOW,
            decided_by=cast.li_wei.account_id,
            decided_at=NOW,
            answer="李伟：同意，请找陈静补课",
        )
    )


def _push(session: Session, person: Person, title: str) -> None:
    session.add(
        Push(
            root_id=person.actor.root_id,
            organization_id=person.actor.organization_ids[-1],
            recipient=f"member:{person.member_id}",
            member_id=person.member_id,
            occasion=Occasion.claim_reviewed,
            subject=f"claim:{person.member_id}",
            title=title,
            content={"item": "C04", "hint": "审核人王芳"},
            page="pages/home/home",
            created_at=NOW,
            due_at=NOW,
            next_at=NOW,
            status=PushStatus.sent,
        )
    )


def export(call: Call, person: Person) -> Export:
    answer = call(person, "GET", f"/members/{person.member_id}/export")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.content_length == len(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        return Export(packed.read("我的数据.json").decode(), packed.namelist())


@pytest.mark.usefixtures("_a_year")
def test_everything_of_ones_own_is_in_it(call: Call, cast: Cast) -> None:
    mine = export(call, cast.zhang_min)
    assert (
        mine.rows("名册信息")[0] | {"姓名": "张敏", "手机号": HIS_PHONE, "类别": "教职工"} == mine.rows("名册信息")[0]
    )
    claim = mine.rows("申报")[0]
    assert (claim["状态"], claim["认定分值"], claim["发生日期"]) == ("已通过", "1", "2026-06-01")
    assert [row["事项"] for row in mine.rows("申报经过")][-1] == "通过"
    assert any(row["项目"] == "C04" and row["来源"] == "申报" for row in mine.rows("积分台账"))
    assert (mine.rows("签到")[0]["会议"], mine.rows("签到")[0]["方式"]) == ("6 月主题党日", "补录")
    assert mine.rows("请假")[0]["理由"] == "感冒"
    assert mine.rows("订阅消息余量")[0]["余量"] == "1"
    assert mine.rows("消息提醒")[0]["事项"] == "申报审核结果"
    assert mine.rows("微信身份")[0]["openid"] == "zhang_min"
    assert [name for name in mine.files if name.endswith(".jpg")] == [f"照片/{mine.rows('照片')[0]['编号']}.jpg"]


@pytest.mark.usefixtures("_a_year")
def test_who_looked_at_it_is_told_without_a_name(call: Call, cast: Cast) -> None:
    mine = export(call, cast.zhang_min)
    assert {"事项": "查看", "对象": "申报"}.items() <= mine.rows("他人对我的申报的查看和办理")[-1].items()
    assert {"事项": "查看", "对象": "积分"}.items() <= mine.rows("他人对我的信息的查看和办理")[-1].items()


@pytest.mark.usefixtures("_a_year")
def test_nothing_of_anybody_else_is_in_it(call: Call, cast: Cast, engine: Engine) -> None:
    text = export(call, cast.zhang_min).text
    with Session(engine) as session:
        names = {name for name in session.scalars(select(Account.name)) if name != "张敏"}
        openids = {openid for openid in session.scalars(select(WechatIdentity.openid)) if openid != "zhang_min"}
    assert not {each for each in names | openids | {HER_PHONE} if each in text}
    assert f"与{SOMEONE}、{SOMEONE}一起到社区，联系人 {SOMEONE}，我的电话 {HIS_PHONE}" in text
    assert "自己的申报" not in text
    assert "只给" not in text


@pytest.mark.usefixtures("_a_year")
def test_an_unconfirmed_month_is_not_in_it(call: Call, cast: Cast) -> None:
    assert export(call, cast.zhang_min).rows("月积分") == []


def test_it_is_for_oneself_alone(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/export"
    assert call(cast.wang_fang, "GET", path).status_code == 404
    assert call(cast.li_wei, "GET", path).status_code == 404
    assert call(cast.stranger, "GET", path).status_code == 403
    assert call(None, "GET", path).status_code == 401


def test_it_is_written_down(call: Call, cast: Cast, engine: Engine) -> None:
    export(call, cast.zhang_min)
    with Session(engine) as session:
        line = session.scalars(select(AuditLine).where(AuditLine.action == "export")).one()
        assert (line.actor_id, line.subject_kind) == (cast.zhang_min.account_id, "personal_data")
        assert line.subject_id == cast.zhang_min.member_id
    assert {"事项": "导出", "对象": "个人数据"}.items() <= export(call, cast.zhang_min).rows("我的操作记录")[-1].items()


def test_too_often_is_refused_for_a_while(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/export?form=xlsx"
    answers = [call(cast.zhang_min, "GET", path).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert call(cast.wang_fang, "GET", f"/members/{cast.wang_fang.member_id}/export?form=xlsx").status_code == 200


@pytest.mark.usefixtures("_a_year")
def test_the_workbook_reads_the_same_and_holds_no_formula(call: Call, cast: Cast, engine: Engine) -> None:
    with Session(engine) as session:
        submitted(session, cast.zhang_min, title="=HYPERLINK(1)")
        session.commit()
    answer = call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/export?form=xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames[0] == "说明"
    assert book["说明"]["A1"].value == "张敏的个人数据"
    titles = [row[2] for row in book["申报"].iter_rows(min_row=2, values_only=True)]
    assert "'=HYPERLINK(1)" in titles
    assert call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/export?form=doc").status_code == 422


def test_every_table_is_in_it_or_left_out_for_a_reason() -> None:
    subject = DataSubject(1, 1, "张敏", None, 1, (1,), ("member:1",))
    covered = {holding.table.__tablename__ for holding in registry.holdings(subject)}
    assert covered | registry.LEFT_OUT.keys() == Base.metadata.tables.keys()
    assert not covered & registry.LEFT_OUT.keys()
    assert all(registry.LEFT_OUT.values())


def test_titles_tell_the_tables_apart() -> None:
    subject = DataSubject(1, 1, "张敏", None, 1, (1,), ("member:1",))
    titles = [holding.title for holding in registry.holdings(subject)]
    assert len({title[:31] for title in titles}) == len(titles)
