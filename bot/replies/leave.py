"""请假: which meeting, what kind, why; asked for once the member has said 是."""

from datetime import timedelta

from bot import pages
from bot.replies.meetings import is_cancelled, name_of
from bot.turn import Turn
from bot.understanding import reasons, slots
from bot.understanding.engine import Meaning
from bot.understanding.saying import Saying
from bot.wording import spoken_moment
from server.identity.rules import Permission
from server.meetings.leave import service
from server.meetings.leave.service import ASKED_WITHIN_DAYS, LeaveRequest
from server.meetings.models import Leave
from server.meetings.planning.own import OwnMeeting, meetings_of_member
from server.meetings.rules import LEAVE_KIND_TITLES, LeaveStatus, Part
from server.standards.rules import LeaveKind

MOST = 6
LOOKED_AT = 100
LONGEST = 200
GOING_ON = "请假还没办完：请说一下原因，不请了回复“取消”。"
SAYS_ENOUGH = frozenset({LeaveKind.sick, LeaveKind.maternity, LeaveKind.abroad})
"""Kinds that are a reason in themselves."""


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.leave_ask)
    wished = dict(meaning.slots)
    turn.dialogue.end()
    if "meeting" not in wished:
        found = [own for own in _possible(turn, back="day" in wished) if _fits(own, wished)]
        if len(found) != 1:
            return [_which(turn, found, wished)]
        wished["meeting"] = str(found[0].meeting.id)
    return [_next(turn, wished)]


def go_on(turn: Turn, meaning: Meaning, text: str) -> list[str] | None:
    """Take the next message as the reason that was asked for."""
    if meaning.intent not in ("unknown", "leave", "report"):
        turn.dialogue.end()
        return None
    saying, wished = Saying(text), dict(turn.dialogue.data)
    turn.dialogue.end()
    wished["reason"] = (reasons.reason(saying, turn.today).get("reason") or text.strip())[:LONGEST]
    return [_next(turn, dict(slots.leave_kind(saying, turn.today)) | wished)]


def carry_out(turn: Turn, arguments: dict[str, str]) -> list[str]:
    turn.require_own(Permission.leave_ask)
    asked = service.ask(
        turn.session,
        member_id=turn.member_id,
        meeting_id=int(arguments["meeting"]),
        wish=LeaveRequest(LeaveKind(arguments["leave_kind"]), arguments["reason"]),
        actor=turn.actor,
        account_id=turn.account_id,
        now=turn.now,
    )
    link = turn.page(pages.meeting(asked.meeting_id))
    return [
        f"请假已提交，{service.STATUS_TITLES[LeaveStatus(asked.status)]}。批复后会通知您；改主意请说“撤回请假”。\n{link}"
    ]


def standing_leaves(turn: Turn) -> list[tuple[OwnMeeting, Leave]]:
    """Return the speaker's leaves that wait or were granted, of meetings still to come."""
    found = [own for own in _of_member(turn) if own.meeting.ends_at >= turn.now]
    alive = (LeaveStatus.asked, LeaveStatus.granted)
    return [(own, own.leave) for own in found if own.leave is not None and own.leave.status in alive]


def _next(turn: Turn, wished: dict[str, str]) -> str:
    """Ask for what is missing, or repeat the whole wish back."""
    kind = wished.get("leave_kind")
    if "reason" not in wished and kind in SAYS_ENOUGH:
        wished["reason"] = LEAVE_KIND_TITLES[LeaveKind(kind)]
    if "reason" not in wished:
        turn.dialogue.begin("leave", wished)
        return f"{_named(turn, wished)}请假，请说一下原因，例如“出差”“发烧”“家里有事”。"
    if kind is None:
        options = [(title, "leave", wished | {"leave_kind": each.value}) for each, title in LEAVE_KIND_TITLES.items()]
        return turn.choose(f"{_named(turn, wished)}请假，原因：{wished['reason']}。请选请假类别：", options)
    words = f"为您请假：{_named(turn, wished)}，{LEAVE_KIND_TITLES[LeaveKind(kind)]}，原因：{wished['reason']}。"
    wanted = {name: wished[name] for name in ("meeting", "leave_kind", "reason")}
    return turn.confirm("leave", words, **wanted)


def _which(turn: Turn, found: list[OwnMeeting], wished: dict[str, str]) -> str:
    """Ask which meeting is meant: of those that fit, or of all to come if none fits."""
    offered = found or _possible(turn, back=False)
    if not offered:
        return f"没有可以请假的会议。\n{turn.page(pages.MEETINGS)}"
    narrowed = {"day", "meeting_kind"} & wished.keys()
    question = "请选要请假的会议：" if found or not narrowed else "没有找到您说的那次会。要请假的是哪一次？"
    kept = {name: wished[name] for name in ("leave_kind", "reason") if name in wished}
    options = [(_title(turn, own), "leave", kept | {"meeting": str(own.meeting.id)}) for own in offered[:MOST]]
    return turn.choose(question, options)


def _possible(turn: Turn, *, back: bool) -> list[OwnMeeting]:
    """Return the meetings one may still ask leave of, the next first; with `back`, also those just missed."""
    earliest = turn.now - timedelta(days=ASKED_WITHIN_DAYS) if back else turn.now
    return [own for own in _of_member(turn) if own.meeting.ends_at >= earliest and _is_open(turn, own)]


def _of_member(turn: Turn) -> list[OwnMeeting]:
    return meetings_of_member(turn.session, member_id=turn.member_id, seen_at=turn.now, after=None, limit=LOOKED_AT)


def _is_open(turn: Turn, own: OwnMeeting) -> bool:
    asked = own.leave is not None and own.leave.status in (LeaveStatus.asked, LeaveStatus.granted)
    return own.part is Part.invited and own.attendance is None and not asked and not is_cancelled(turn, own)


def _fits(own: OwnMeeting, wished: dict[str, str]) -> bool:
    day = own.meeting.day.isoformat()
    return day == wished.get("day", day) and own.meeting.kind == wished.get("meeting_kind", own.meeting.kind)


def _named(turn: Turn, wished: dict[str, str]) -> str:
    own = next((each for each in _of_member(turn) if str(each.meeting.id) == wished["meeting"]), None)
    return _title(turn, own) if own else "这次会议"


def _title(turn: Turn, own: OwnMeeting) -> str:
    return f"{spoken_moment(own.meeting.starts_at, today=turn.today)} {name_of(own)}"
