"""签到: by the six digits on the screen, or by what a scanned code held; the same write as the app's."""

import re
import secrets
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.understanding.saying import Saying
from bot.wording import spoken_moment
from server.error_codes import ErrorCode
from server.errors import DomainError
from server.meetings.check_in import exchange, helping
from server.meetings.check_in import service as check_in
from server.meetings.check_in.service import Recorded, Scan
from server.meetings.check_in.wording import answer_words
from server.meetings.error_codes import MeetingErrorCode

HOW = "签到请发会场大屏上的六位数字（每10秒更换），例如“482915”；也可以用微信扫大屏上的二维码。"
NOT_SURE = "要签到的话，请只发那六位数字。"
_UNSURE = re.compile(r"[?？吗么]|不|别|没|勿|如果|怎么|能否")
ASKED: dict[ErrorCode, tuple[str, str]] = {
    MeetingErrorCode.on_leave: ("on_leave", "end_leave"),
    MeetingErrorCode.not_invited: ("not_invited_guest", "as_guest"),
}
"""What a refusal leaves open: under which case its words stand, and how the scan says so."""


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    code = meaning.slots.get("code")
    if code is None:
        return [HOW]
    if _UNSURE.search(Saying(turn.incoming.text).text):
        return [NOT_SURE]
    exchanged = exchange.exchange_digits(
        turn.session,
        secret_key=turn.settings.secret_key,
        digits=code,
        account_id=turn.account_id,
        member_id=helping.own_member(turn.actor),
        now=turn.now,
    )
    return by_ticket(turn, exchanged.ticket)


def by_code(turn: Turn, payload: str) -> list[str]:
    """Check in by what a scanned code held."""
    return by_ticket(turn, ticket_for(turn, payload))


def ticket_for(turn: Turn, payload: str) -> str:
    """Return a ticket of ten minutes, also good for someone who has to bind first."""
    key = turn.settings.secret_key
    return exchange.exchange_code(turn.session, secret_key=key, text=payload, now=turn.now).ticket


def by_ticket(turn: Turn, ticket: str, *choices: str) -> list[str]:
    answer = _written(turn, ticket, choices)
    if isinstance(answer, Recorded):
        return [_said(turn, answer)]
    open_question = ASKED.get(answer.code)
    if open_question is None or (answer.code == MeetingErrorCode.not_invited and not answer.detail.get("as_guest")):
        raise answer
    case, choice = open_question
    words = answer_words(case)
    return [turn.confirm("check_in", f"{words.heading}。{words.offer}。", ticket=ticket, choice=choice)]


def carry_out(turn: Turn, arguments: dict[str, Any]) -> list[str]:
    return by_ticket(turn, arguments["ticket"], arguments["choice"])


def _written(turn: Turn, text: str, choices: Collection[str]) -> Recorded | DomainError:
    ticket = exchange.read_fresh_ticket(secret_key=turn.settings.secret_key, text=text, now=turn.now)
    subject = helping.own(turn.actor, ticket)
    scan = Scan(
        scan_id=secrets.token_hex(16),
        public_id=ticket.public_id,
        ticket_id=ticket.ticket_id,
        scanned_at=ticket.scanned_at,
        root_id=turn.actor.root_id,
        member_id=subject.member_id,
        account_id=turn.account_id,
        via=subject.via,
        beyond=ticket.beyond,
    )
    (answer,) = check_in.write(
        turn.session, [replace(scan, end_leave="end_leave" in choices, as_guest="as_guest" in choices)], now=turn.now
    )
    return answer


def _said(turn: Turn, recorded: Recorded) -> str:
    at = spoken_moment(recorded.checked_in_at, today=turn.today)
    meeting = recorded.meeting
    return f"{recorded.heading}：{recorded.member_name}，{at}，{meeting.title}，{meeting.place}。{recorded.advice}"
