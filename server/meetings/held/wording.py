"""What people read of a check-in that is held: the app, the page behind the QR and the bot say the same. Pure."""

from dataclasses import dataclass

from server.meetings.check_in.wording import answer_words
from server.meetings.rules import MOST_ACCOUNTS, MOST_HELPED, HeldStatus, HoldReason


@dataclass(frozen=True, slots=True)
class Words:
    """What stands, and what to do about it. Neither says who else was there."""

    heading: str
    advice: str


def _of_answer(code: str) -> Words:
    found = answer_words(code)
    return Words(found.heading, found.words)


WORDS = {
    HeldStatus.waiting: _of_answer("held"),
    HeldStatus.confirmed: Words("签到已确认", "会议主持人已确认，按扫码的时刻计为到会，不用再办。"),
    HeldStatus.dismissed: _of_answer("dismissed"),
}

WHY = {
    HoldReason.shared_ticket: f"同一次扫码已有 {MOST_ACCOUNTS} 个账号签到",
    HoldReason.many_helped: f"代签人在本次会议已代签 {MOST_HELPED} 人",
    HoldReason.many_exchanges: "换取签到凭证的次数明显多于应到人数",
    HoldReason.decided_before: "主持人处理过这位同志的签到，之后又扫码签到",
}
"""For the host."""
