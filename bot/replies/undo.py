"""撤销: one's own latest decision, within five minutes, once the reviewer has said 是."""

from typing import Any

from bot.replies import review as reviewing
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import short
from server.claims import review
from server.claims.rules import STATUS_TITLES
from server.claims.targets import of_claim
from server.identity.rules import Permission
from server.organizations.models import Member


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    claim = review.last_decided(turn.session, account_id=turn.account_id, now=turn.now)
    if claim is None:
        return ["五分钟内您没有作过审核决定。更早的请联系支部书记或在小程序里处理。"]
    turn.require(Permission.claim_review, of_claim(turn.session, claim.id))
    name = turn.session.get_one(Member, claim.member_id).name
    words = f"撤销刚才的决定（{STATUS_TITLES[claim.status]}）：{name}《{short(claim.title)}》，重新待审"
    return [turn.confirm("undo", words, claim=claim.id, version=claim.version)]


def carry_out(turn: Turn, arguments: dict[str, Any]) -> list[str]:
    turn.require(Permission.claim_review, of_claim(turn.session, arguments["claim"]))
    claim = review.take_back(
        turn.session, claim_id=arguments["claim"], actor=turn.actor, version=arguments["version"], now=turn.now
    )
    return ["已撤销，这项申报重新待审。", *reviewing.show(turn, claim.id, skipped=[], waiting=1)]
