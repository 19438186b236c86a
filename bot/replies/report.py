"""申报: item, what, day, photos, and the same claim as the app's once the member has said 是."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from bot import pages
from bot.pictures import decoded
from bot.replies.report_items import fitting, level_in
from bot.turn import Turn
from bot.understanding import days, slots
from bot.understanding.days import DayDirection
from bot.understanding.engine import Meaning
from bot.understanding.numbers import NUMBER, value
from bot.understanding.saying import Saying
from bot.wording import short, spoken_day
from server.claims import room, service
from server.claims.contents import Contents
from server.claims.rules import ClaimRefusal, proposed_points
from server.identity.rules import Permission
from server.photos import processing
from server.photos import queries as photos_queries
from server.photos import service as photos
from server.photos.models import Photo
from server.photos.rules import MAX_PER_CLAIM
from server.photos.storage import storage_of
from server.presentation import points_text
from server.standards.rules import Item, Method, plain_number

GOING_ON = "申报还没写完：接着说或发照片就行，不报了回复“取消”。"
NO_PICTURE = "照片没有收到，请重新发一次。"
LONGEST_TITLE = 40
LONGEST_TEXT = 1_000
LARGEST = Decimal(1000)
_READY = re.compile(
    r"(?:好|没|无|不|完|行|可以|发完|就这|够|结束|下一步|继续|ok|是).{0,6}|.{0,4}(?:没有?照片|没有?了|发完了|不用了)"
)
_ELSEWHERE = frozenset(
    {"score", "why", "still_possible", "rank", "month", "claims", "meetings", "notices", "dues", "attendance", "help"}
)
"""What one may ask in between; the draft waits."""


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    """Begin a claim with what was said, or add to the one that is being written."""
    turn.require_own(Permission.claim_submit)
    data = _data(turn)
    data |= {
        name: meaning.slots[name] for name in ("text", "item", "day", "quantity", "level") if name in meaning.slots
    }
    return [_next(turn, data)]


def with_picture(turn: Turn) -> list[str]:
    """Add a photo to the claim being written; one out of the blue begins a claim."""
    turn.dialogue.pending = None
    turn.require_own(Permission.photo_upload)
    if turn.incoming.picture is None:
        return [NO_PICTURE]
    data = _data(turn)
    photo, new = _uploaded(turn, turn.incoming.picture)
    if photo.id in data["photos"]:
        return ["这张照片已经收到了。", _next(turn, data)]
    if len(data["photos"]) >= MAX_PER_CLAIM:
        return [f"一次申报最多 {MAX_PER_CLAIM} 张照片，这一张没有用上。", _next(turn, data)]
    data["photos"] = [*data["photos"], photo.id]
    data["own_photos"] = [*data["own_photos"], photo.id] if new else data["own_photos"]
    head = f"第 {len(data['photos'])} 张照片收到。"
    if data["asked"] == "photos":
        turn.dialogue.begin("report", data)
        return [f"{head}还有请接着发，没有了请回复“好了”。"]
    return [head, _next(turn, data)]


def go_on(turn: Turn, meaning: Meaning, text: str) -> list[str] | None:
    """Take the answer to what was asked last."""
    data = _data(turn)
    if meaning.intent == "no" and not (data["asked"] == "photos" and _READY.fullmatch(Saying(text).plain)):
        return [_dropped(turn, data)]
    if meaning.intent in _ELSEWHERE and data["asked"] != "text":
        return None
    if meaning.intent in ("leave", "check_in", "withdraw", "review", "bind") and meaning.confidence > 8:
        return None
    return _TAKERS[data["asked"]](turn, data, meaning, text)


def carry_out(turn: Turn, arguments: dict[str, Any]) -> list[str]:
    """Write the claim and hand it in, as the app does."""
    turn.require_own(Permission.claim_submit)
    data = arguments["draft"]
    text = data["text"]
    claim = service.create_draft(
        turn.session,
        member_id=turn.member_id,
        actor=turn.actor,
        contents=Contents(
            title=short(text, LONGEST_TITLE),
            description=text,
            item_code=data["item"],
            quantity=Decimal(data["quantity"]) if data.get("quantity") else None,
            level=data.get("level"),
            occurred_on=date.fromisoformat(data["day"]),
            photo_ids=tuple(data["photos"]),
        ),
        now=turn.now,
    )
    service.submit(turn.session, claim_id=claim.id, actor=turn.actor, version=claim.version, now=turn.now)
    turn.dialogue.end()
    points = points_text(claim.proposed_points or Decimal(0))
    return [f"已提交，申报 {points} 分，等待支部审核，有结果会通知您。\n{turn.page(pages.claim(claim.id))}"]


def _data(turn: Turn) -> dict[str, Any]:
    """Return what is known so far of the claim being written."""
    empty: dict[str, Any] = {"photos": [], "own_photos": [], "photos_done": False, "asked": "text"}
    return empty | (turn.dialogue.data if turn.dialogue.flow == "report" else {})


def _next(turn: Turn, data: dict[str, Any]) -> str:
    """Ask for the first thing that is missing, or repeat the whole back."""
    for missing in (_ask_text, _ask_item, _ask_amount, _ask_day, _ask_photos):
        question = missing(turn, data)
        if question is not None:
            turn.dialogue.begin("report", data)
            return question
    data["asked"] = "confirm"
    turn.dialogue.begin("report", data)
    return turn.confirm("report", _summary(turn, data), draft=data)


def _ask_text(turn: Turn, data: dict[str, Any]) -> str | None:
    if data.get("text"):
        return None
    data["asked"] = "text"
    return "请用一句话说说做了什么，例如“昨天去滨河社区做志愿服务，帮老人打扫卫生”。不报了回复“取消”。"


def _ask_item(turn: Turn, data: dict[str, Any]) -> str | None:
    offered = _offered(turn, data)
    if any(item.code == data.get("item") for item, _ in offered):
        return None
    found = fitting([item for item, _ in offered], hint=data.get("item"), text=data["text"])
    if len(found) == 1:
        data["item"] = found[0].code
        return None
    data["asked"] = "item"
    choices = [(item, left) for item, left in offered if not found or item in found]
    options = [
        (f"{item.title}（本年度还可得 {points_text(left)} 分）", "report", {"item": item.code})
        for item, left in choices
        for item, left in choices
    ]
    return turn.choose("这属于哪一项？", options)


def _ask_amount(turn: Turn, data: dict[str, Any]) -> str | None:
    item = _item(turn, data)
    if item.method is Method.levels:
        return _ask_level(turn, data, item)
    data["level"] = None
    if not data.get("quantity") and item.method is Method.earn and item.unit == "次":
        data["quantity"] = "1"
    if data.get("quantity"):
        return None
    data["asked"] = "quantity"
    return f"一共多少{item.unit}？请回复数字。"


def _ask_level(turn: Turn, data: dict[str, Any], item: Item) -> str | None:
    data["quantity"] = None
    if not any(level.code == data.get("level") for level in item.levels):
        data["level"] = level_in(data["text"], item)
    if data["level"] is not None:
        return None
    data["asked"] = "level"
    options = [
        (f"{level.title} {plain_number(level.points)} 分", "report", {"level": level.code}) for level in item.levels
    ]
    return turn.choose("是哪一级的？", options)


def _ask_day(turn: Turn, data: dict[str, Any]) -> str | None:
    if data.get("day"):
        return None
    data["asked"] = "day"
    return "是哪一天的事？例如“昨天”“上周六”“6月10号”。"


def _ask_photos(turn: Turn, data: dict[str, Any]) -> str | None:
    if data["photos_done"]:
        return None
    data["asked"] = "photos"
    if data["photos"]:
        return f"已有 {len(data['photos'])} 张照片。还有请接着发，没有了请回复“好了”。"
    return f"请发照片作证明（最多 {MAX_PER_CLAIM} 张），发完回复“好了”；没有照片回复“没有”。"


def _take_text(turn: Turn, data: dict[str, Any], meaning: Meaning, text: str) -> list[str]:
    if len(text) < 4:
        return ["请说得具体一点：什么事，在哪里，为谁做的。"]
    if meaning.intent in _ELSEWHERE and Saying(text).asks:
        return _elsewhere(turn, meaning)
    saying = Saying(text)
    said = dict(slots.day_back(saying, turn.today)) | dict(slots.quantity(saying, turn.today))
    if "item" not in data:
        said |= dict(slots.item(saying, turn.today))
    return [_next(turn, data | said | {"text": text[:LONGEST_TEXT]})]


def _elsewhere(turn: Turn, meaning: Meaning) -> list[str]:
    from bot import replies

    return [*replies.of(meaning.intent).reply(turn, meaning), GOING_ON]


def _take_item(turn: Turn, data: dict[str, Any], meaning: Meaning, text: str) -> list[str]:
    """An item may also be named in words."""
    found = fitting([item for item, _ in _offered(turn, data)], hint=meaning.slots.get("item"), text=text)
    return [_next(turn, data | ({"item": found[0].code} if len(found) == 1 else {}))]


def _take_level(turn: Turn, data: dict[str, Any], meaning: Meaning, text: str) -> list[str]:
    return [_next(turn, data | {"level": level_in(text, _item(turn, data))})]


def _take_quantity(turn: Turn, data: dict[str, Any], meaning: Meaning, text: str) -> list[str]:
    match = re.search(NUMBER, Saying(text).text)
    amount = value(match[0]) if match else Decimal(0)
    if 0 < amount <= LARGEST:
        data["quantity"] = plain_number(amount)
    return [_next(turn, data)]


def _take_day(turn: Turn, data: dict[str, Any], meaning: Meaning, text: str) -> list[str]:
    named = days.day_in(Saying(text).text, turn.today, DayDirection.back)
    if named is None:
        return ["没有看懂日期。请说“今天”“昨天”或“6月10号”。"]
    if named.value > turn.today.isoformat():
        return ["日期不能晚于今天，请重新说一下。"]
    return [_next(turn, data | {"day": named.value})]


def _take_photos(turn: Turn, data: dict[str, Any], meaning: Meaning, text: str) -> list[str]:
    if _READY.fullmatch(Saying(text).plain):
        return [_next(turn, data | {"photos_done": True})]
    turn.dialogue.begin("report", data)
    return ["照片请直接发图片；发完回复“好了”，没有照片回复“没有”，不报了回复“取消”。"]


def _take_correction(turn: Turn, data: dict[str, Any], meaning: Meaning, text: str) -> list[str]:
    """Before it is handed in, a day or an amount may still be put right; whatever else was said, nothing is."""
    saying = Saying(text)
    said = dict(slots.day_back(saying, turn.today)) | dict(slots.quantity(saying, turn.today))
    if said.get("day", "") > turn.today.isoformat():
        return ["日期不能晚于今天，请重新说一下。", _next(turn, data)]
    note = [] if said else ["还没有提交。要改请直接说，例如“日期是6月10号”“2次”；不报了回复“取消”。"]
    return [*note, _next(turn, data | said)]


_TAKERS = {
    "text": _take_text,
    "item": _take_item,
    "level": _take_level,
    "quantity": _take_quantity,
    "day": _take_day,
    "photos": _take_photos,
    "confirm": _take_correction,
}


def _summary(turn: Turn, data: dict[str, Any]) -> str:
    item = _item(turn, data)
    amount = Decimal(data["quantity"]) if data.get("quantity") else None
    worth = proposed_points(item, quantity=amount, level=data.get("level"))
    left = next(left for each, left in _offered(turn, data) if each.code == item.code)
    how_much = f"{plain_number(amount)} {item.unit}" if amount is not None else _level_title(item, data)
    points = worth.message if isinstance(worth, ClaimRefusal) else f"按标准 {points_text(worth)} 分"
    return "\n".join(
        [
            "请核对这项申报：",
            f"项目：{item.title}",
            f"内容：{data['text']}",
            f"日期：{spoken_day(date.fromisoformat(data['day']), today=turn.today)}",
            f"数量：{how_much}，{points}（这一项本年度还可得 {points_text(left)} 分）",
            f"照片：{len(data['photos'])} 张",
        ]
    )


def _level_title(item: Item, data: dict[str, Any]) -> str:
    return next(level.title for level in item.levels if level.code == data["level"])


def _item(turn: Turn, data: dict[str, Any]) -> Item:
    return next(item for item, _ in _offered(turn, data) if item.code == data["item"])


def _offered(turn: Turn, data: dict[str, Any]) -> list[tuple[Item, Decimal]]:
    year = int(data["day"][:4]) if data.get("day") else turn.today.year
    return room.claimable_items(turn.session, member_id=turn.member_id, year=year, now=turn.now).items


def _uploaded(turn: Turn, original: bytes) -> tuple[Photo, bool]:
    processing.check_size(len(original), turn.settings.max_photo_bytes)
    return photos.upload(
        turn.session,
        storage_of(turn.settings),
        member_id=turn.member_id,
        original=original,
        uploaded_by=turn.account_id,
        now=turn.now,
        decode=decoded,
    )


def _dropped(turn: Turn, data: dict[str, Any]) -> str:
    """End the claim, and let go of the photos that came only for it."""
    for photo in photos_queries.waiting_photos(turn.session, member_id=turn.member_id, uploaded_by=turn.account_id):
        if photo.id in data["own_photos"]:
            photos.discard(turn.session, storage_of(turn.settings), photo)
    turn.dialogue.end()
    return "好的，这项申报不报了，没有提交。"
