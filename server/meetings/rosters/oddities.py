"""What looks odd in a meeting's check-in, in words for its officers. Nothing follows from it by itself.

A code that left the room, a phone handed round without naming who helped, one helper for many, records long after
their scans: each has an innocent explanation as often as not.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.days import SHANGHAI
from server.identity.models import Account
from server.meetings.check_in.codes import step_start
from server.meetings.models import Attendance, CodeExchange, Invitation
from server.meetings.rules import Via
from server.organizations.models import Member

FEWEST_EXCHANGES = 10
EXCHANGES_EACH = 2
MANY_HELPED = 4
SLOW_AFTER = timedelta(minutes=5)
MANY_SLOW = 5
MOST_NAMED = 10
BY_PHONE = (Via.qr, Via.digits, Via.helper)


class OddityKind(StrEnum):
    code_spread = "code_spread"
    shared_phone = "shared_phone"
    many_helped = "many_helped"
    slow_records = "slow_records"


@dataclass(frozen=True, slots=True)
class Oddity:
    kind: OddityKind
    text: str


@dataclass(frozen=True, slots=True)
class PhoneCheckIn:
    """One check-in by phone; `actor` is whose phone it was."""

    name: str
    actor: str
    actor_id: int
    via: Via
    ticket_id: str | None
    scanned_at: datetime
    recorded_at: datetime


def found(*, exchanges: Mapping[int, int], expected: int, records: Sequence[PhoneCheckIn]) -> list[Oddity]:
    """Return what looks odd. `exchanges` by step of ten seconds; `expected` are the invited and the observers."""
    return [
        *_spread_codes(exchanges, expected),
        *_shared_phones(records),
        *_busy_helpers(records),
        *_slow_records(records),
    ]


def of_meeting(session: Session, meeting_id: int) -> list[Oddity]:
    """Return what looks odd in a meeting."""
    exchanges = session.execute(
        select(CodeExchange.step, CodeExchange.exchanged).where(CodeExchange.meeting_id == meeting_id)
    )
    expected = session.scalar(select(func.count()).select_from(Invitation).where(Invitation.meeting_id == meeting_id))
    return found(exchanges=dict(exchanges.all()), expected=expected or 0, records=_records(session, meeting_id))


def _records(session: Session, meeting_id: int) -> list[PhoneCheckIn]:
    query = (
        select(
            Member.name,
            Account.name,
            Account.id,
            Attendance.via,
            Attendance.ticket_id,
            Attendance.scanned_at,
            Attendance.recorded_at,
        )
        .join(Member, Member.id == Attendance.member_id)
        .join(Account, Account.id == Attendance.account_id)
        .where(Attendance.meeting_id == meeting_id, Attendance.via.in_(BY_PHONE))
        .order_by(Attendance.scanned_at, Member.id)
    )
    return [
        PhoneCheckIn(name, actor, actor_id, Via(via), ticket, scanned, recorded)
        for name, actor, actor_id, via, ticket, scanned, recorded in session.execute(query)
    ]


def _spread_codes(exchanges: Mapping[int, int], expected: int) -> Iterator[Oddity]:
    most = max(FEWEST_EXCHANGES, EXCHANGES_EACH * expected)
    for step, exchanged in sorted(exchanges.items()):
        if exchanged > most:
            at = step_start(step).astimezone(SHANGHAI)
            yield Oddity(
                OddityKind.code_spread,
                f"{at:%H:%M:%S} 显示的二维码被扫了 {exchanged} 次，应到和列席共 {expected} 人，"
                "二维码可能被转发到会场之外",
            )


def _shared_phones(records: Iterable[PhoneCheckIn]) -> Iterator[Oddity]:
    by_ticket: dict[str, list[PhoneCheckIn]] = defaultdict(list)
    for record in records:
        if record.ticket_id is not None and record.via is not Via.helper:
            by_ticket[record.ticket_id].append(record)
    for shared in by_ticket.values():
        if len(shared) > 1:
            yield Oddity(
                OddityKind.shared_phone,
                f"{_named(shared)}用同一次扫码签到，没有注明代签人，请了解是否代签",
            )


def _busy_helpers(records: Iterable[PhoneCheckIn]) -> Iterator[Oddity]:
    helped: dict[int, list[PhoneCheckIn]] = defaultdict(list)
    for record in records:
        if record.via is Via.helper:
            helped[record.actor_id].append(record)
    for each in helped.values():
        if len(each) >= MANY_HELPED:
            yield Oddity(
                OddityKind.many_helped,
                f"{each[0].actor}一人代签 {len(each)} 人：{_named(each)}",
            )


def _slow_records(records: Iterable[PhoneCheckIn]) -> Iterator[Oddity]:
    slow = [record for record in records if record.recorded_at - record.scanned_at > SLOW_AFTER]
    if len(slow) >= MANY_SLOW:
        minutes = int(SLOW_AFTER.total_seconds() // 60)
        yield Oddity(
            OddityKind.slow_records,
            f"{len(slow)} 人扫码后超过 {minutes} 分钟才完成签到，可能是网络不畅，也可能是事后补签：{_named(slow)}",
        )


def _named(records: Sequence[PhoneCheckIn]) -> str:
    """Return the names, the first ten of many; two of one name are told apart by their number."""
    counts = Counter(record.name for record in records)
    names = [name if count == 1 else f"{name}（{count} 人）" for name, count in counts.items()]
    listed = "、".join(names[:MOST_NAMED])
    return listed if len(names) <= MOST_NAMED else f"{listed}等"
