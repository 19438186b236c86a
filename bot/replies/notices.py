"""通知公告: what is unread, in full; what was shown in full is read."""

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import numbered, short, spoken_moment
from server.identity.rules import Permission
from server.notices import recipients, service
from server.notices.models import Notice

MOST = 3
LONGEST = 500
"""Characters of a notice that are shown here; a longer one is read in the app, and counts as read there."""


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.notice_inbox)
    unread = _inbox(turn, unread_only=True)
    if unread:
        more = ["还有未读的，看完再发“通知”。"] if len(unread) > MOST else []
        return [*[_shown(turn, notice) for notice in unread[:MOST]], *more]
    earlier = _inbox(turn, unread_only=False)
    if not earlier:
        return ["没有通知。"]
    lines = [f"{short(notice.title)}\n   {turn.page(pages.notice(notice.id))}" for notice in earlier[:MOST]]
    return ["\n".join(["没有未读的通知。最近的是：", *numbered(lines)])]


def _inbox(turn: Turn, *, unread_only: bool) -> list[Notice]:
    rows = recipients.inbox(
        turn.session,
        member_id=turn.member_id,
        unread_only=unread_only,
        before_id=None,
        limit=MOST + 1,
        now=turn.now,
    )
    return [notice for notice, _ in rows]


def _shown(turn: Turn, notice: Notice) -> str:
    at = f"\n{spoken_moment(notice.published_at, today=turn.today)}" if notice.published_at else ""
    link = f"\n{turn.page(pages.notice(notice.id))}"
    if len(notice.body) > LONGEST:
        return f"【{notice.title}】{at}\n{notice.body[:LONGEST]}……\n全文请点开看：{link}"
    service.note_read(turn.session, notice.id, member_id=turn.member_id, now=turn.now)
    return f"【{notice.title}】{at}\n{notice.body}{link}"
