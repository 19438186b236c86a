"""待审: one claim after another, in full; what was shown, and as it was shown, can be decided."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bot import pages, replies
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.understanding.saying import Saying
from bot.wording import short, spoken_day
from server.claims import queries, review, reviewers
from server.claims.counted import CountedActivity, counted_elsewhere
from server.claims.error_codes import ClaimErrorCode
from server.claims.models import Claim
from server.claims.room import room_of
from server.claims.targets import of_claim
from server.claims.worth import item_of
from server.errors import DomainError
from server.identity.rules import Permission, holds
from server.organizations.models import Member, Organization
from server.organizations.queries import titles
from server.photos import queries as photos
from server.photos.duplicates import matches_of_claim
from server.photos.links import signed_url
from server.photos.rules import Variant
from server.points.models import SourceKind
from server.presentation import points_text
from server.standards.rules import plain_number

DECISIONS = frozenset({"approve", "adjust", "return_claim", "reject", "skip"})
CHOICES = "请回复：通过 / 改成1分 理由 / 退回 理由 / 驳回 理由 / 跳过"
NOTHING = "现在没有正在审核的申报。回复“待审”逐条查看。"
NOT_REVIEWER = "审核申报由支委、书记和上级党组织负责，您目前没有要审的。"
GOING_ON = f"审核还在进行。{CHOICES}；不审了回复“退出”。"
LOOKED_AT = 50
SHORTEST_REASON = 2

Decision = Callable[..., Claim]
"""One of server/claims/review.py."""


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    """Show the next claim that waits for this reviewer."""
    if not holds(turn.actor, Permission.claim_review) or not turn.actor.grants or turn.actor.root_id is None:
        return [NOT_REVIEWER]
    kept = dict(turn.dialogue.data) if turn.dialogue.flow == "review" else {}
    return _shown_next(turn, skipped=list(kept.get("skipped", [])))


def go_on(turn: Turn, meaning: Meaning, text: str) -> list[str] | None:
    """Take a decision on the claim shown, or the reason that was asked for."""
    wanted = turn.dialogue.data.pop("wants_reason", None)
    if meaning.intent in DECISIONS or meaning.intent == "undo":
        return replies.of(meaning.intent).reply(turn, meaning)
    if wanted is not None and meaning.intent not in ("no", "help", "review"):
        return replies.of(wanted["intent"]).reply(turn, Meaning(wanted["intent"], wanted["slots"] | {"reason": text}))
    saying = Saying(text)
    if saying.core in ("不通过", "不同意", "不行", "不批", "不给过", "不过", "不批准"):
        options: list[tuple[str, str, dict[str, str]]] = [
            ("退回，让本人补充", "return_claim", {}),
            ("驳回，不予认定", "reject", {}),
        ]
        return [turn.choose("是哪一种？", options)]
    if meaning.intent == "unknown" and turn.asked is None:
        return [f"没有听懂，什么都没有决定。{CHOICES}" if "claim" in turn.dialogue.data else NOTHING]
    return None


def shown(turn: Turn) -> Claim:
    """Return the claim before the reviewer, in the version they have seen. Raises DomainError `not_opened`."""
    data = turn.dialogue.data
    if turn.dialogue.flow != "review" or "claim" not in data:
        raise DomainError(ClaimErrorCode.not_opened, NOTHING)
    turn.require(Permission.claim_review, of_claim(turn.session, data["claim"]))
    return queries.visible(turn.session, data["claim"], turn.actor)


def ask(turn: Turn, act: str, words: str, **arguments: Any) -> list[str]:
    """Repeat a decision on the claim shown, with the version that was shown."""
    claim = shown(turn)
    name = turn.session.get_one(Member, claim.member_id).name
    version = turn.dialogue.data["version"]
    said = f"{words}：{name}《{short(claim.title)}》"
    return [turn.confirm(act, said, claim=claim.id, version=version, **arguments)]


def ask_reason(turn: Turn, intent: str, slots: dict[str, str], question: str) -> list[str]:
    """Ask why: the next words are the reason."""
    shown(turn)
    turn.dialogue.data["wants_reason"] = {"intent": intent, "slots": slots}
    return [question]


def decide(turn: Turn, act: Decision, *, claim: int, **arguments: Any) -> Claim:
    """Carry out what the reviewer has said 是 to; the arguments hold the version that was shown."""
    turn.require(Permission.claim_review, of_claim(turn.session, claim))
    return act(turn.session, claim_id=claim, actor=turn.actor, now=turn.now, **arguments)


def decided(turn: Turn, words: str) -> list[str]:
    """Say what was decided and lead to the next claim."""
    skipped = list(turn.dialogue.data.get("skipped", []))
    return [f"{words} 五分钟内可回复“撤销”。", *_shown_next(turn, skipped=skipped)]


def skip(turn: Turn) -> list[str]:
    claim = shown(turn)
    return _shown_next(turn, skipped=[*turn.dialogue.data.get("skipped", []), claim.id])


def show(turn: Turn, claim_id: int, *, skipped: list[int], waiting: int) -> list[str]:
    """Open a claim for this reviewer, as the app does, and show it in full."""
    turn.require(Permission.claim_review, of_claim(turn.session, claim_id))
    claim = review.open_for_review(turn.session, claim_id=claim_id, actor=turn.actor, now=turn.now)
    turn.dialogue.begin("review", {"claim": claim.id, "version": claim.version, "skipped": skipped})
    more = f"（待审 {waiting} 项）" if waiting < LOOKED_AT else f"（待审 {LOOKED_AT} 项以上）"
    return ["\n".join([f"请审核{more}", *_lines(turn, claim), CHOICES])]


def _shown_next(turn: Turn, *, skipped: list[int]) -> list[str]:
    assert turn.actor.root_id is not None
    root = turn.session.get_one(Organization, turn.actor.root_id)
    waiting = reviewers.queue(turn.session, organization=root, actor=turn.actor, now=turn.now, limit=LOOKED_AT)
    following = next((claim for claim in waiting if claim.id not in skipped), None)
    if following is not None:
        return show(turn, following.id, skipped=skipped, waiting=len(waiting))
    turn.dialogue.begin("review", {"skipped": []})
    if waiting:
        return [f"其余 {len(waiting)} 项都跳过了。再看一遍请回复“待审”。"]
    return ["没有待您审核的申报了。"]


def _lines(turn: Turn, claim: Claim) -> list[str]:
    member = turn.session.get_one(Member, claim.member_id)
    branch = titles(turn.session, [claim.organization_id])[claim.organization_id]
    item = item_of(turn.session, claim)
    day = spoken_day(claim.occurred_on, today=turn.today) if claim.occurred_on else "未写"
    lines = [f"{member.name}（{branch}）", f"标题：{claim.title}"]
    if item is not None:
        lines.append(f"项目：{item.title}（{item.clause}）")
    lines += [f"日期：{day}", f"申报：{_worth(turn, claim)}"]
    if claim.description and claim.description != claim.title:
        lines.append(f"说明：{claim.description}")
    if claim.on_behalf_reason:
        lines.append(f"代为填报：{claim.on_behalf_reason}")
    return [*lines, *_photos(turn, claim), *_warnings(turn, claim), turn.page(pages.claim(claim.id))]


def _worth(turn: Turn, claim: Claim) -> str:
    item = item_of(turn.session, claim)
    level = next((each.title for each in item.levels if each.code == claim.level), None) if item else None
    amount = f"{plain_number(claim.quantity)} {item.unit}，" if item and claim.quantity is not None else ""
    people = f"，{claim.people} 人合作" if claim.people > 1 else ""
    room = room_of(turn.session, claim, now=turn.now)
    left = f"（这一项本年度还可得 {points_text(room.left)} 分）" if room is not None else ""
    return f"{f'{level}，' if level else amount}{points_text(claim.proposed_points or Decimal(0))} 分{people}{left}"


def _photos(turn: Turn, claim: Claim) -> list[str]:
    found = [photo for photo in photos.photos_of_claim(turn.session, claim.id) if photo.erased_at is None]
    if not found:
        return ["照片：没有"]
    links = [
        f"{turn.settings.base_url}{signed_url(turn.settings, photo, Variant.full, now=turn.now)}" for photo in found
    ]
    return [f"照片 {len(found)} 张（链接五分钟内有效，过期请回复“待审”重看）：", *links]


def _warnings(turn: Turn, claim: Claim) -> list[str]:
    handed_in = {
        match.claim_id
        for match in matches_of_claim(turn.session, claim.id)
        if (other := turn.session.get(Claim, match.claim_id)) is not None and other.submitted_at is not None
    }
    alike = [f"⚠ 有照片与另外 {len(handed_in)} 项申报的照片相似，请点开核对"] if handed_in else []
    return alike + [_already(each, turn) for each in counted_elsewhere(turn.session, claim)]


def _already(found: CountedActivity, turn: Turn) -> str:
    where = "签到" if found.kind is SourceKind.meeting else f"另一申报《{short(found.title)}》"
    return f"⚠ {spoken_day(found.occurred_on, today=turn.today)}的同类事项已有{where}，请核对是否同一件事"
