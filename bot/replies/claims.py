"""我的申报: how they stand, and why one came back."""

from sqlalchemy.orm import Session

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import numbered, short, spoken_day
from server.claims import queries
from server.claims.models import Claim, EventKind
from server.claims.rules import STATUS_TITLES, ClaimStatus
from server.identity.rules import Permission
from server.presentation import points_text

MOST = 6
TOLD = {ClaimStatus.returned: EventKind.returned, ClaimStatus.rejected: EventKind.rejected}


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.claim_read)
    status = ClaimStatus(meaning.slots["status"]) if "status" in meaning.slots else None
    found = queries.claims_of_member(
        turn.session,
        member_id=turn.member_id,
        own=True,
        limit=MOST + 1,
        status=status,
        item_code=meaning.slots.get("item"),
    )
    which = f"“{STATUS_TITLES[status]}”的" if status else ""
    if not found:
        return [f"您没有{which}申报。要申报请直接说做了什么，例如“昨天去社区做志愿服务”。"]
    lines = numbered([line_of(turn, claim) for claim in found[:MOST]])
    more = ["更早的请在小程序里看。"] if len(found) > MOST else []
    return ["\n".join([f"您{which or '的'}申报，最近的在前：", *lines, *more, turn.page(pages.CLAIMS)])]


def line_of(turn: Turn, claim: Claim) -> str:
    """Return a claim in a line or two: title, day, state, points, and the reviewer's words where it came back."""
    day = f"，{spoken_day(claim.occurred_on, today=turn.today)}" if claim.occurred_on else ""
    points = claim.approved_points if claim.approved_points is not None else claim.proposed_points
    worth = f"，{points_text(points)} 分" if points is not None else ""
    said = _said(turn.session, claim)
    reason = f"\n   理由：{said}" if said else ""
    return f"{short(claim.title) or '（未写标题）'}{day}，{STATUS_TITLES[claim.status]}{worth}{reason}"


def _said(session: Session, claim: Claim) -> str | None:
    kind = TOLD.get(ClaimStatus(claim.status))
    if kind is None:
        return None
    return next((event.words for event in reversed(queries.timeline(session, claim.id)) if event.kind == kind), None)
