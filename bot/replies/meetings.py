"""最近有什么会: the speaker's own, to come first."""

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import numbered, spoken_moment
from server.identity.rules import Permission
from server.meetings.planning.own import OwnMeeting, meetings_of_member
from server.meetings.queries import phase_of
from server.meetings.rules import KIND_TITLES, STANDING_TITLES, MeetingKind, MeetingPhase

MOST = 5
LOOKED_AT = 60


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.attendance_read)
    slots = meaning.slots
    found = [own for own in to_come(turn) if _fits(own, slots)]
    link = f"全部会议：{turn.page(pages.MEETINGS)}"
    if found:
        return ["\n".join(["您接下来的会议：", *numbered([line_of(turn, own) for own in found[:MOST]]), link])]
    others = to_come(turn)[:2] if slots else []
    if not others:
        return [f"目前没有安排给您的会议，有安排会通知您。\n{link}"]
    return ["\n".join(["没有符合的会议。接下来的是：", *numbered([line_of(turn, own) for own in others]), link])]


def to_come(turn: Turn) -> list[OwnMeeting]:
    """Return the speaker's meetings that have not ended and are not called off, the earliest first."""
    found = meetings_of_member(turn.session, member_id=turn.member_id, seen_at=turn.now, after=None, limit=LOOKED_AT)
    return [own for own in found if own.meeting.ends_at >= turn.now and not is_cancelled(turn, own)]


def is_cancelled(turn: Turn, own: OwnMeeting) -> bool:
    return phase_of(own.meeting, turn.now) is MeetingPhase.cancelled


def line_of(turn: Turn, own: OwnMeeting) -> str:
    meeting, standing = own.meeting, own.standing(turn.now)
    state = f"（{STANDING_TITLES[standing]}）" if standing and standing != "expected" else ""
    when = spoken_moment(meeting.starts_at, today=turn.today)
    return f"{when} {name_of(own)}{state}\n   地点：{meeting.place}"


def name_of(own: OwnMeeting) -> str:
    """Return a meeting's title, with its kind where the title does not say it."""
    kind = KIND_TITLES[MeetingKind(own.meeting.kind)]
    return own.meeting.title if kind in own.meeting.title else f"{kind}《{own.meeting.title}》"


def _fits(own: OwnMeeting, slots: dict[str, str]) -> bool:
    day = own.meeting.day.isoformat()
    named = slots.get("day") or slots.get("month") or ""
    return day.startswith(named) and own.meeting.kind == slots.get("meeting_kind", own.meeting.kind)
