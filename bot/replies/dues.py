"""党费: what is registered, month by month."""

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import spoken_day, spoken_month
from server.dues.models import DuesConsent, DuesRecord
from server.dues.queries import records_of_member
from server.dues.rules import CONSENT_TITLES, STATE_TITLES, ConsentKind, DuesState
from server.dues.terms import consents_of_member
from server.identity.rules import Permission


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.dues_read)
    month = meaning.slots.get("month")
    year = int(month[:4] if month else meaning.slots.get("year", turn.today.year))
    records = {each.month: each for each in records_of_member(turn.session, member_id=turn.member_id, year=year)}
    agreed = consents_of_member(turn.session, member_id=turn.member_id, year=year)
    if month is not None:
        covering = [_agreed(consent) for consent in agreed if consent.term.covers(month)]
        return ["\n".join([_one(turn, month, records.get(month)), *covering])]
    holding = [_agreed(consent) for consent in agreed if consent.ended_from != consent.from_month]
    if not records:
        return ["\n".join([f"{year}年还没有登记您的党费，如已交纳请问支部的登记人。", *holding])]
    lines = [_one(turn, each, records[each]) for each in sorted(records)]
    return ["\n".join([f"{year}年党费登记：", *lines, *holding, turn.page(pages.DUES)])]


def _agreed(consent: DuesConsent) -> str:
    title = CONSENT_TITLES[ConsentKind(consent.kind)]
    ended = f"，自 {consent.ended_from} 起终止" if consent.ended_from else ""
    return f"支部同意 {consent.from_month} 至 {consent.until_month} {title}{ended}。"


def _one(turn: Turn, month: str, record: DuesRecord | None) -> str:
    name = spoken_month(month, today=turn.today)
    if record is None:
        return f"{name}：还没有登记，如已交纳请问支部的登记人。"
    paid = f"，{spoken_day(record.paid_on, today=turn.today)}交" if record.paid_on else ""
    money = f"，应交 {_yuan(record.due_cents)} 元、实交 {_yuan(record.paid_cents)} 元" if record.due_cents else ""
    return f"{name}：{STATE_TITLES[DuesState(record.state)]}{money}{paid}"


def _yuan(cents: int) -> str:
    return f"{cents / 100:.2f}"
