"""What a member does in the chat ends where the app's would, on both databases."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.answering import PRIVATELY, TROUBLE
from bot.messages import Kind
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.config import Settings
from server.identity import service as identity
from server.identity.models import Account, BindingAttempt, WechatIdentity
from server.meetings.check_in import codes
from server.meetings.held.wording import WORDS
from server.meetings.models import Attendance, HeldCheckIn, Leave, Meeting
from server.meetings.rules import AttendanceState, HeldStatus, HoldReason, LeaveStatus, MeetingKind, Via
from server.notices import service as notices
from server.notices.models import NoticeReading
from server.notices.rules import NoticeAudience
from server.organizations import binding
from server.organizations.models import Member
from server.photos.queries import photos_of_claim, waiting_photos
from server.points.scores.queries import stored
from server.presentation import points_text
from server.standards.default import default_document
from server.standards.rules import LeaveKind
from server.statements.rules import StatementStatus
from tests.bot.talking import Chat, Chats
from tests.cast import NOW, Cast, Person
from tests.claiming import approved, submitted
from tests.meeting import make_meeting
from tests.pictures import jpeg
from tests.pushing import make_statement
from tests.standards import publish


def claims_of(session: Session, person: Person) -> Sequence[Claim]:
    return session.scalars(select(Claim).where(Claim.member_id == person.member_id).order_by(Claim.id)).all()


def lecture_next_week(session: Session, cast: Cast) -> Meeting:
    """A 党课 on Wednesday, 24 June."""
    return make_meeting(
        session, cast, kind=MeetingKind.lecture, items=(("B03", "1"),), starts_at=NOW + timedelta(days=6)
    )


def digits(settings: Settings, meeting: Meeting, chat: Chat) -> str:
    """The six digits on the screen at the chat's next message."""
    key = codes.meeting_key(settings.secret_key, meeting.public_id)
    return codes.digits_of(key, codes.step_at(chat.now + timedelta(seconds=1)))


def test_the_score_is_the_apps_to_the_cent(chats: Chats, cast: Cast, session: Session) -> None:
    approved(session, submitted(session, cast.zhang_min), cast.wang_fang)
    total = next(
        row.points for row in stored(session, member_id=cast.zhang_min.member_id, year=2026) if not row.section
    )
    assert f"您2026年度的积分：{points_text(total)} 分" in chats(cast.zhang_min)("我多少分了")


def test_why_names_source_reviewer_and_clause_and_guesses_no_points(chats: Chats, cast: Cast, session: Session) -> None:
    approved(session, submitted(session, cast.zhang_min), cast.wang_fang)
    chat = chats(cast.zhang_min)
    told = chat("为什么给我加了1分")
    assert "个人申报：社区志愿服务" in told
    assert "王芳确认" in told
    assert "《实施方案》二（二）" in told
    assert "没有正好3分的加分" in chat("为什么加了3分")
    assert "没有扣分的记录" in chat("为啥扣我2分")


def test_a_contribution_is_reported_step_by_step_with_two_photos(chats: Chats, cast: Cast, session: Session) -> None:
    chat = chats(cast.zhang_min)
    assert "请发照片" in chat("昨天去社区做志愿服务，帮老人打扫卫生")
    assert "第 1 张照片收到" in chat.picture(jpeg(1))
    assert "第 2 张照片收到" in chat.picture(jpeg(2))
    assert "已经收到了" in chat.picture(jpeg(2))
    summary = chat("好了")
    assert "项目：联系服务师生群众" in summary
    assert "照片：2 张" in summary
    assert not claims_of(session, cast.zhang_min)
    assert "已提交，申报 1.00 分" in chat("是")
    (claim,) = claims_of(session, cast.zhang_min)
    assert claim.status == ClaimStatus.submitted
    assert (claim.item_code, claim.occurred_on) == ("C04", date(2026, 6, 17))
    assert len(photos_of_claim(session, claim.id)) == 2
    assert "没有等您确认的事" in chat("是")
    assert len(claims_of(session, cast.zhang_min)) == 1


def test_a_report_survives_a_restart_and_a_question_in_between(chats: Chats, cast: Cast, session: Session) -> None:
    chats(cast.zhang_min)("我要申报")
    later = chats(cast.zhang_min).after(minutes=40)
    assert "是哪一天" in later("给年轻教师做结对辅导")
    assert "申报还没写完" in later("我多少分了")
    assert "没有看懂日期" in later("忘了")
    assert "请发照片" in later("上周六")
    assert "数量：1 次" in later("没有照片")
    assert "6月10日" in later("日期是6月10号")
    later("确认")
    assert claims_of(session, cast.zhang_min)[0].occurred_on == date(2026, 6, 10)


def test_a_report_that_is_dropped_leaves_nothing_behind(chats: Chats, cast: Cast, session: Session) -> None:
    chat = chats(cast.zhang_min)
    chat.picture(jpeg(1))
    chat("上周六去敬老院慰问")
    assert "不报了" in chat("算了，不弄了")
    assert not claims_of(session, cast.zhang_min)
    assert not waiting_photos(session, member_id=cast.zhang_min.member_id)
    assert "没有等您确认的事" in chat("是")


def test_an_award_asks_for_its_level_and_training_for_its_hours(chats: Chats, cast: Cast, session: Session) -> None:
    chat = chats(cast.zhang_min)
    chat("我获得了教学成果奖一等奖")
    assert "是哪一级的" in chat.said[-1]
    chat("2")
    chat("6月1号")
    assert "省部级，按标准 6.00 分" in chat("没有")
    chat("算了")
    chat("昨天参加学院的集中培训学习")
    assert "一共多少学时" in chat.said[-1]
    chat("四个学时")
    assert "4 学时，按标准 1.00 分" in chat("没有")


def test_what_is_silent_for_a_day_is_forgotten(chats: Chats, cast: Cast, session: Session) -> None:
    chat = chats(cast.zhang_min)
    chat("昨天去社区做志愿服务，帮老人打扫卫生")
    chat("没有")
    assert "没有等您确认的事" in chat.after(hours=25)("是")
    assert not claims_of(session, cast.zhang_min)


def test_a_question_waits_for_the_very_next_message_only(chats: Chats, cast: Cast, session: Session) -> None:
    lecture_next_week(session, cast)
    chat = chats(cast.zhang_min)
    chat("周三的党课请假，出差")
    assert "刚才的没有办理" in chat("我多少分了")
    assert "没有等您确认的事" in chat("是")
    assert session.scalar(select(Leave)) is None


def test_leave_is_asked_for_in_a_sentence(chats: Chats, cast: Cast, session: Session) -> None:
    meeting = lecture_next_week(session, cast)
    make_meeting(session, cast)
    chat = chats(cast.zhang_min)
    assert "公假，原因：出差" in chat("周三的党课请假，出差")
    assert "还没有办理" in chat("是吗")
    assert "请假已提交" in chat("是")
    leave = session.scalars(select(Leave)).one()
    assert (leave.meeting_id, leave.kind, leave.reason) == (meeting.id, LeaveKind.official, "出差")
    assert "撤回请假" in chat("党课我能去了，销假")
    chat("是")
    assert session.scalars(select(Leave)).one().status == LeaveStatus.withdrawn


def test_a_meeting_after_midnight_is_found_by_its_day(chats: Chats, cast: Cast, session: Session) -> None:
    make_meeting(session, cast, starts_at=NOW + timedelta(days=2))
    chat = chats(cast.zhang_min)
    assert "6月20日" in chat("6月20日有什么会")
    assert "事假，原因：家里有事" in chat("6月20日的主题党日请假，家里有事")
    assert "请假已提交" in chat("是")
    assert "撤回请假：6月20日" in chat("6月20日的请假撤回")


def test_where_several_meetings_fit_the_member_chooses(chats: Chats, cast: Cast, session: Session) -> None:
    lecture_next_week(session, cast)
    make_meeting(session, cast, starts_at=NOW + timedelta(days=2))
    chat = chats(cast.zhang_min)
    assert "1. 6月20日" in chat("请假")
    assert "请说一下原因" in chat("2")
    assert "请选请假类别" in chat("要监考")
    assert "公假，原因：监考" in chat("1")
    assert "没有办理" in chat("不")
    assert session.scalar(select(Leave)) is None


def test_the_digits_on_the_screen_check_in(chats: Chats, cast: Cast, session: Session, settings: Settings) -> None:
    meeting = make_meeting(session, cast)
    chat = chats(cast.zhang_min)
    assert "六位数字" in chat("签到")
    assert "只发那六位数字" in chat(f"不要签到{digits(settings, meeting, chat)}")
    assert session.scalar(select(Attendance)) is None
    assert "签到成功" in chat(f"签到 {digits(settings, meeting, chat)}")
    assert "您已签到过" in chat(digits(settings, meeting, chat))
    attendance = session.scalars(select(Attendance)).one()
    assert (attendance.state, attendance.via) == (AttendanceState.present, Via.digits)


def test_whom_the_host_dismissed_reads_that_the_host_has_to_confirm(
    chats: Chats, cast: Cast, session: Session, settings: Settings
) -> None:
    meeting = make_meeting(session, cast)
    session.add(
        HeldCheckIn(
            meeting_id=meeting.id,
            member_id=cast.zhang_min.member_id,
            why=HoldReason.shared_ticket,
            status=HeldStatus.dismissed,
            state=AttendanceState.present,
            via=Via.qr,
            scanned_at=NOW,
            held_at=NOW,
            account_id=cast.zhang_min.account_id,
            scan_id="a" * 32,
            ticket_id="a" * 32,
        )
    )
    session.commit()
    chat = chats(cast.zhang_min)
    for _ in range(2):
        said = chat(digits(settings, meeting, chat))
        assert WORDS[HeldStatus.waiting].heading in said
        assert WORDS[HeldStatus.waiting].advice in said
    assert session.scalar(select(Attendance)) is None


def test_wrong_digits_are_counted_and_never_forgotten(chats: Chats, cast: Cast, session: Session) -> None:
    make_meeting(session, cast)
    chat = chats(cast.zhang_min)
    assert "还可以试 4 次" in chat("000001")
    assert "还可以试 3 次" in chat("000002")


def test_a_scanned_code_checks_in_and_waits_for_who_has_to_bind(
    chats: Chats, cast: Cast, session: Session, settings: Settings
) -> None:
    meeting = make_meeting(session, cast)
    key = codes.meeting_key(settings.secret_key, meeting.public_id)
    scene = f"{meeting.public_id}.{codes.code_of(key, codes.step_at(NOW))}"
    assert "签到成功" in chats(cast.zhang_min).event("scan", scene)
    session.execute(update(WechatIdentity).where(WechatIdentity.openid == "wang_fang").values(account_id=None))
    session.get_one(Member, cast.wang_fang.member_id).work_number = "20150012"
    account = session.get_one(Account, cast.wang_fang.account_id)
    code, _ = binding.issue(session, account, "20150012", None, NOW)
    newcomer = chats(cast.wang_fang)
    assert "十分钟内绑定身份，就自动签到" in newcomer.event("subscribe", f"qrscene_{scene}")
    assert "还差：工号或学号、激活码" in newcomer("我叫王芳")
    told = newcomer(f"20150012 {code}")
    assert "绑定成功，王芳同志" in told
    assert "签到成功" in told
    assert len(session.scalars(select(Attendance)).all()) == 2


def test_a_link_written_into_the_chat_checks_in_like_a_scan(
    chats: Chats, cast: Cast, session: Session, settings: Settings
) -> None:
    meeting = make_meeting(session, cast)
    key = codes.meeting_key(settings.secret_key, meeting.public_id)
    link = codes.payload_url("https://x.edu.cn", meeting.public_id, codes.code_of(key, codes.step_at(NOW)))
    assert "签到成功" in chats(cast.zhang_min)(f"签到 {link}&from=singlemessage#rd，麻烦了")
    assert "十分钟内绑定身份，就自动签到" in chats(cast.stranger)(link)
    assert "每 10 秒更换一次" in chats(cast.wang_fang).after(seconds=30)(link)


def test_a_stranger_learns_nothing_but_how_to_bind(chats: Chats, cast: Cast) -> None:
    chat = chats(cast.stranger)
    for text in ("我多少分了", "待审", "是", "张敏多少分"):
        assert "先绑定身份" in chat(text)
    assert "不正确" in chat("张敏 zhang_min ABCDE-FGHJK")


def test_a_claim_is_withdrawn_as_it_stands(chats: Chats, cast: Cast, session: Session) -> None:
    first = submitted(session, cast.zhang_min)
    submitted(session, cast.zhang_min, title="敬老院慰问")
    chat = chats(cast.zhang_min)
    assert "要撤回哪一项" in chat("撤回申报")
    assert "撤回申报《社区志愿服务》" in chat("2")
    approved(session, first, cast.wang_fang)
    assert "不能进行此操作" in chat("是")
    assert first.status == ClaimStatus.approved


def test_an_unread_notice_is_shown_once_and_counts_as_read(chats: Chats, cast: Cast, session: Session) -> None:
    notice = notices.write(
        session,
        organization_id=cast.branch,
        title="关于端午值班的通知",
        body="请各位党员按时到岗。",
        audience=NoticeAudience.everyone,
        account_id=cast.li_wei.account_id,
        now=NOW,
    )
    notices.publish(session, notice.id, account_id=cast.li_wei.account_id, now=NOW)
    chat = chats(cast.zhang_min)
    assert "请各位党员按时到岗。" in chat("有什么通知")
    assert session.get(NoticeReading, (notice.id, cast.zhang_min.member_id)) is not None
    assert "没有未读的通知" in chat("通知")


def test_everything_a_member_may_ask_has_an_answer(chats: Chats, cast: Cast, session: Session) -> None:
    make_meeting(session, cast)
    chat = chats(cast.zhang_min)
    expected = {
        "你好": "张敏同志",
        "帮助": "我多少分了",
        "积分明细": "【贡献积分】",
        "还能得什么分": "离满分还差",
        "我排第几": "名次随月汇总公布",
        "这个月多少分": "6月的月汇总还没有公布",
        "我的申报": "没有申报",
        "最近有什么会": "明德楼 305",
        "党费": "还没有登记",
        "五月党费交了吗": "5月：还没有登记",
        "考勤": "还没有应到",
        "绑定": "您已绑定为张敏",
        "待审": "没有要审的",
        "通过": "没听懂",
        "张敏多少分": "没听懂",
        "撤销": "五分钟内您没有作过审核决定",
        "撤回申报": "没有可以撤回的申报",
        "销假": "没有可以撤回的请假",
    }
    for text, words in expected.items():
        assert words in chat(text), text
        assert TROUBLE not in chat.said[-1]


def test_other_kinds_of_messages_get_a_sensible_word(chats: Chats, cast: Cast) -> None:
    chat = chats(cast.zhang_min)
    assert "您2026年度的积分" in chat("我多少分了。", kind=Kind.voice)
    assert "没有听清" in chat("", kind=Kind.voice)
    assert "不需要发位置" in chat("", kind=Kind.location)
    assert "链接我打不开" in chat("", kind=Kind.link)
    assert "请发照片" in chat("", kind=Kind.video)
    assert "直接打字" in chat("", kind=Kind.sticker)
    assert "照片没有收到" in chat("", kind=Kind.image)
    assert "不是照片" in chat.picture(b"%PDF-1.7 not a picture")
    assert chat.event("unsubscribe") == ""
    assert "您2026年度的积分" in chat.event("click", "score")


def test_in_a_group_nothing_personal_is_ever_said(chats: Chats, cast: Cast, session: Session) -> None:
    chat = chats(cast.zhang_min)
    for text in ("我多少分了", "待审", "我的申报", "是", "帮助"):
        assert chat(text, in_group=True) == PRIVATELY


def test_a_member_of_no_branch_reads_what_the_service_says(chats: Chats, cast: Cast) -> None:
    assert "没有对应的党员身份" in chats(cast.administrator)("我多少分了")
    assert "没有要审的" in chats(cast.representative)("待审")


def test_january_speaks_of_both_years_and_of_the_last_day_for_claims(
    chats: Chats, cast: Cast, session: Session
) -> None:
    publish(session, cast.root, default_document(), 2027)
    approved(session, submitted(session, cast.zhang_min), cast.wang_fang)
    make_statement(session, cast, {"zhang_min": ("59", None, 2)}, status=StatementStatus.confirmed, period="2026-12")
    chat = chats(cast.zhang_min)
    chat.now = datetime(2027, 1, 10, 15, 58, tzinfo=UTC)  # 23:58 in Shanghai
    said = chat("我多少分了")
    assert "您2027年度的积分：58.00 分" in said
    assert "2026年度：59.00 分，1月10日 周日（含当天）申报截止。" in said
    assert "截至2026年12月月汇总，您在教工第一党支部排第 2 名" in chat("我排第几")
    assert "2026年度：" not in chat.after(minutes=5)("我多少分了")


@pytest.mark.parametrize(
    "spoken",
    [
        ["李为 {number} {code}"],
        ["我是李为，工号{wide}，激活码{code}"],
        ["{number} {code}", "李为"],
        ["{number}", "激活码是{code}", "我叫 李 为"],
        ["您好", "工号{number}", "帮助", "怎么绑定？", "{code}", "没有收到", "李为"],
    ],
)
def test_whoever_says_it_in_their_own_words_is_bound(
    chats: Chats, cast: Cast, session: Session, spoken: list[str]
) -> None:
    identity.unbind(session, account_id=cast.wang_fang.account_id, now=NOW)
    member = session.get_one(Member, cast.wang_fang.member_id)
    member.name, member.work_number = "李为", "20150012"
    account = session.get_one(Account, cast.wang_fang.account_id)
    code, _ = binding.issue(session, account, "20150012", None, NOW)
    chat = chats(cast.wang_fang)
    said = [
        chat(words.format(number="20150012", wide="２０１５ ００１２".replace(" ", ""), code=code)) for words in spoken
    ]
    assert "绑定成功" in said[-1]
    assert not any("不正确" in each for each in said)
    assert session.scalars(select(BindingAttempt.wrong_tries)).all() in ([], [[]])


def test_whoever_is_bound_to_the_same_wechat_later_hears_nothing_of_what_was_begun(
    chats: Chats, cast: Cast, session: Session
) -> None:
    chat = chats(cast.zhang_min)
    assert "请发照片" in chat("昨天去社区做志愿服务，帮老人打扫卫生")
    for person in (cast.zhang_min, cast.sun_li):
        identity.unbind(session, account_id=person.account_id, now=NOW)
    identity.bind(session, identity_id=cast.zhang_min.actor.identity_id, account_id=cast.sun_li.account_id, now=NOW)
    assert "请用一句话说说做了什么" in chat.picture(jpeg(1))
    chat("提交")
    assert claims_of(session, cast.sun_li) == []


def test_what_no_paper_can_show_is_left_out_of_a_message(chats: Chats, cast: Cast) -> None:
    assert "张敏同志" in chats(cast.zhang_min)("你\x00好\ufffe")
