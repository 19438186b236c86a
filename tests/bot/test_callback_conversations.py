"""Whole conversations over the callbacks, sealed as WeChat does it: what is said there ends as it does in the app."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session

from bot.messages import ChatChannel
from server import clock
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.config import Settings
from server.db import reading
from server.meetings.check_in import codes
from server.meetings.models import Attendance, Leave, Meeting
from server.meetings.rules import AttendanceState, LeaveStatus, MeetingKind, Via
from server.photos.queries import photos_of_claim
from server.points.models import PointEntry, SourceKind
from tests.at_once import at_once
from tests.bot.callbacks import Writer, writer_of
from tests.cast import NOW, Cast
from tests.claiming import submitted
from tests.meeting import make_meeting
from tests.pictures import jpeg

T = TypeVar("T")


def _rows(engine: Engine, query: Select[T]) -> Sequence[T]:
    with reading(engine) as session:
        return session.scalars(query).all()


def _meeting_now(engine: Engine, cast: Cast) -> Meeting:
    with Session(engine, expire_on_commit=False) as session:
        return make_meeting(session, cast)


def _step(settings: Settings, meeting: Meeting) -> tuple[bytes, int]:
    return codes.meeting_key(settings.secret_key, meeting.public_id), codes.step_at(clock.now())


def _on_the_wall(settings: Settings, meeting: Meeting) -> str:
    """What the code on the screen holds at this moment."""
    return codes.payload_url(settings.base_url, meeting.public_id, codes.code_of(*_step(settings, meeting)))


def test_a_contribution_is_reported_with_two_photos(zhang_min: Writer, cast: Cast, engine: Engine) -> None:
    assert "请发照片" in zhang_min.write("昨天去社区做志愿服务，帮老人打扫卫生")
    assert "第 1 张照片收到" in zhang_min.picture(jpeg(1))
    assert "第 2 张照片收到" in zhang_min.picture(jpeg(2))
    zhang_min.write("好了")
    assert "已提交" in zhang_min.write("是")
    [claim] = _rows(engine, select(Claim))
    assert (claim.member_id, claim.status) == (cast.zhang_min.member_id, ClaimStatus.submitted)
    with reading(engine) as session:
        assert len(photos_of_claim(session, claim.id)) == 2


def test_three_claims_are_approved_one_after_another(app: OpenAPI, cast: Cast, engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        for title in ("社区志愿服务", "敬老院慰问", "校园疏导"):
            submitted(session, cast.zhang_min, title=title)
        session.commit()
    reviewer = writer_of(app, cast.wang_fang)
    assert "社区志愿服务" in reviewer.write("待审")
    for _ in range(3):
        assert "审核通过" in reviewer.write("通过")
        reviewer.write("是")
    assert _rows(engine, select(Claim.status)) == [ClaimStatus.approved] * 3


def test_leave_is_asked_for_in_a_sentence(zhang_min: Writer, cast: Cast, engine: Engine) -> None:
    with Session(engine) as session:
        starts_at = NOW + timedelta(days=6)
        make_meeting(session, cast, kind=MeetingKind.lecture, items=(("B03", "1"),), starts_at=starts_at)
    assert "出差" in zhang_min.write("周三的党课请假，出差")
    assert _rows(engine, select(Leave)) == []
    assert "请假已提交" in zhang_min.write("是")
    assert _rows(engine, select(Leave.status)) == [LeaveStatus.asked]


def test_a_scan_checks_in(zhang_min: Writer, cast: Cast, engine: Engine, settings: Settings) -> None:
    meeting = _meeting_now(engine, cast)
    assert "签到成功" in zhang_min.scan(_on_the_wall(settings, meeting))
    [there] = _rows(engine, select(Attendance))
    assert (there.member_id, there.state, there.via) == (cast.zhang_min.member_id, AttendanceState.present, Via.qr)


def test_six_digits_check_in(zhang_min: Writer, cast: Cast, engine: Engine, settings: Settings) -> None:
    meeting = _meeting_now(engine, cast)
    assert "签到成功" in zhang_min.write(codes.digits_of(*_step(settings, meeting)))
    assert _rows(engine, select(Attendance.via)) == [Via.digits]


def test_the_menus_scanner_checks_in(zhang_min: Writer, cast: Cast, engine: Engine, settings: Settings) -> None:
    scanned = {"ScanCodeInfo.ScanResult": _on_the_wall(settings, _meeting_now(engine, cast))}
    said = zhang_min.send(MsgType="event", Event="scancode_waitmsg", EventKey="check_in", **scanned)
    assert "签到成功" in said


def test_a_menu_entry_is_as_good_as_its_words(zhang_min: Writer, cast: Cast) -> None:
    assert zhang_min.send(MsgType="event", Event="CLICK", EventKey="score") == zhang_min.write("我的积分")


def test_work_wechat_answers_the_same(app: OpenAPI, cast: Cast, zhang_min: Writer) -> None:
    at_work = writer_of(app, cast.zhang_min, ChatChannel.work)
    assert at_work.write("我的积分") == zhang_min.write("我的积分")


def test_five_interleaved_deliveries_of_an_approval_pay_once(app: OpenAPI, cast: Cast, engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        for title in ("社区志愿服务", "敬老院慰问"):
            submitted(session, cast.zhang_min, title=title)
        session.commit()
    reviewer = writer_of(app, cast.wang_fang)
    reviewer.write("待审")
    reviewer.write("通过")
    said = reviewer.sealed("是")
    answers = {reviewer.words(answer) for answer in at_once(*[partial(reviewer.post, said)] * 5)}
    assert len(answers) == 1
    assert sorted(_rows(engine, select(Claim.status))) == [ClaimStatus.approved, ClaimStatus.submitted]
    paid = select(func.count()).select_from(PointEntry).where(PointEntry.source_kind == SourceKind.claim)
    assert _rows(engine, paid) == [1]


def test_five_interleaved_deliveries_of_a_scan_check_in_once(
    zhang_min: Writer, cast: Cast, engine: Engine, settings: Settings
) -> None:
    code = _on_the_wall(settings, _meeting_now(engine, cast))
    said = zhang_min.sealed_event("SCAN", code)
    answers = {zhang_min.words(answer) for answer in at_once(*[partial(zhang_min.post, said)] * 5)}
    assert len(answers) == 1
    assert "签到成功" in answers.pop()
    assert len(_rows(engine, select(Attendance))) == 1


def test_what_is_not_from_wechat_decides_nothing(app: OpenAPI, cast: Cast, engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        submitted(session, cast.zhang_min)
        session.commit()
    reviewer = writer_of(app, cast.wang_fang)
    reviewer.write("待审")
    reviewer.write("通过")
    query, body = reviewer.sealed("是")
    forged = [
        (query | {"msg_signature": "0" * 40}, body),
        (query | {"timestamp": str(int(query["timestamp"]) - 600)}, body),
        reviewer.sealed("是", at=clock.now() - timedelta(minutes=10)),
        (query, b"<xml></xml>"),
        (query, body[:-20]),
    ]
    for post in forged:
        answer = reviewer.post(post)
        assert (answer.status_code, answer.get_data()) == (403, b"")
    assert _rows(engine, select(Claim.status)) == [ClaimStatus.submitted]
