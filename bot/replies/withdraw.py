"""撤回申报, 销假: one's own, as it stands now, once the member has said 是."""

from typing import Any

from bot.replies.claims import line_of
from bot.replies.leave import standing_leaves
from bot.replies.meetings import name_of
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.understanding.saying import Saying
from bot.wording import short, spoken_day, spoken_moment
from server.claims import queries as claims_queries
from server.claims import service as claims
from server.claims.models import Claim
from server.claims.rules import STATUS_TITLES, ClaimAction, ClaimStatus, next_status
from server.claims.targets import of_claim
from server.identity.rules import Permission
from server.meetings.leave import service as leaves
from server.meetings.models import Meeting
from server.meetings.targets import of_leave

MOST = 6
LOOKED_AT = 100


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    slots = meaning.slots
    if "claim" in slots:
        return [_ask_claim(turn, claims_queries.visible(turn.session, int(slots["claim"]), turn.actor))]
    if "leave" in slots or {"day", "meeting_kind"} & slots.keys() or "假" in Saying(turn.incoming.text).plain:
        return [_of_leaves(turn, slots)]
    return [_of_claims(turn, slots.get("item"))]


def carry_out(turn: Turn, arguments: dict[str, Any]) -> list[str]:
    if "leave" in arguments:
        turn.require(Permission.leave_ask, of_leave(turn.session, arguments["leave"]))
        leaves.withdraw(turn.session, leave_id=arguments["leave"], account_id=turn.account_id, now=turn.now)
        return ["请假已撤回，到时请准时参加。"]
    turn.require(Permission.claim_write, of_claim(turn.session, arguments["claim"]))
    claim = claims.withdraw(
        turn.session, claim_id=arguments["claim"], actor=turn.actor, version=arguments["version"], now=turn.now
    )
    return [f"《{short(claim.title)}》已撤回。"]


def _of_claims(turn: Turn, item: str | None) -> str:
    turn.require_own(Permission.claim_write)
    found = claims_queries.claims_of_member(
        turn.session, member_id=turn.member_id, own=True, limit=LOOKED_AT, item_code=item
    )
    possible = [
        claim
        for claim in found
        if claim.member_id == turn.member_id and next_status(ClaimStatus(claim.status), ClaimAction.withdraw)
    ]
    if not possible:
        return "没有可以撤回的申报：只有还没有审核决定的才能撤回。"
    if len(possible) == 1:
        return _ask_claim(turn, possible[0])
    options = [(line_of(turn, claim), "withdraw", {"claim": str(claim.id)}) for claim in possible[:MOST]]
    return turn.choose("要撤回哪一项申报？", options)


def _ask_claim(turn: Turn, claim: Claim) -> str:
    turn.require(Permission.claim_write, of_claim(turn.session, claim.id))
    day = f"（{spoken_day(claim.occurred_on, today=turn.today)}）" if claim.occurred_on else ""
    words = f"撤回申报《{short(claim.title)}》{day}，现为“{STATUS_TITLES[claim.status]}”，撤回后不再审核。"
    return turn.confirm("withdraw", words, claim=claim.id, version=claim.version)


def _of_leaves(turn: Turn, slots: dict[str, str]) -> str:
    turn.require_own(Permission.leave_ask)
    standing = standing_leaves(turn)
    if "leave" in slots:
        standing = [each for each in standing if str(each[1].id) == slots["leave"]]
    fitting = [each for each in standing if _fits(each[0].meeting, slots)]
    if not standing:
        return "没有可以撤回的请假。"
    found = fitting or standing
    if len(found) > 1:
        options = [
            (
                f"{spoken_moment(own.meeting.starts_at, today=turn.today)} {name_of(own)}",
                "withdraw",
                {"leave": str(leave.id)},
            )
            for own, leave in found[:MOST]
        ]
        return turn.choose("要撤回哪一次的请假？", options)
    own, leave = found[0]
    words = f"撤回请假：{spoken_moment(own.meeting.starts_at, today=turn.today)} {name_of(own)}。"
    return turn.confirm("withdraw", words, leave=leave.id)


def _fits(meeting: Meeting, slots: dict[str, str]) -> bool:
    day = meeting.day.isoformat()
    kind = slots.get("meeting_kind", meeting.kind)
    return day == slots.get("day", day) and meeting.kind == kind
