"""我的出勤: a year or a month, counted as the branch counts it."""

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import spoken_day, spoken_moment, spoken_month
from server.identity.rules import Permission
from server.meetings.attendance.queries import Appearance, of_member, tally_of
from server.meetings.rules import KIND_TITLES, AttendanceStanding, MeetingKind

MOST = 5


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.attendance_read)
    month, kind = meaning.slots.get("month"), meaning.slots.get("meeting_kind")
    year = int(month[:4] if month else meaning.slots.get("year", turn.today.year))
    found = [
        each
        for each in of_member(turn.session, member_id=turn.member_id, year=year, now=turn.now)
        if each.meeting.day.isoformat().startswith(month or "") and each.meeting.kind == (kind or each.meeting.kind)
    ]
    when = spoken_month(month, today=turn.today) if month else f"{year}年"
    what = KIND_TITLES[MeetingKind(kind)] if kind else "会议和活动"
    counts = tally_of(found)
    if not counts.owed:
        return [f"{when}您还没有应到的{what}。"]
    rate = f"，出勤率 {counts.rate}%" if counts.rate is not None else ""
    late = f"（其中迟到 {counts.late}）" if counts.late else ""
    head = (
        f"{when}您应到{what} {counts.owed} 次：出席 {counts.attended}{late}，补课 {counts.made_up}，"
        f"请假 {counts.on_leave}，缺席 {counts.absent}{rate}。"
    )
    return ["\n".join([head, *_missed(turn, found), *_to_make_up(turn, found), turn.page(pages.MEETINGS)])]


def _missed(turn: Turn, found: list[Appearance]) -> list[str]:
    absent = [each for each in found if each.is_owed and each.standing is AttendanceStanding.absent]
    return [
        f"缺席：{spoken_moment(each.meeting.starts_at, today=turn.today)} {each.meeting.title}"
        for each in absent[-MOST:]
    ]


def _to_make_up(turn: Turn, found: list[Appearance]) -> list[str]:
    return [
        f"待补课：{each.meeting.title}，请在 {spoken_day(each.makeup_due, today=turn.today)} 前完成"
        for each in found
        if each.makeup_due is not None
    ]
