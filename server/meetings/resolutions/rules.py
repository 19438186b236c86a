"""When a vote stands and when it carries: the rules of two Party regulations, as data. Pure (year.md §4)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

AGAIN_WITHIN = 10
"""Without a quorum nothing is voted on; the meeting is held again within so many working days."""


class VotingRuleCode(StrEnum):
    ordinary = "ordinary"
    admission = "admission"


class Quorum(StrEnum):
    at_least_half = "at_least_half"
    more_than_half = "more_than_half"


class ExclusionGround(StrEnum):
    """Why a full member is not counted among the entitled. 不列入 alone never is a ground."""

    on_probation = "on_probation"
    membership_stopped = "membership_stopped"
    superior_consent = "superior_consent"


GROUND_TITLES = {
    ExclusionGround.on_probation: "留党察看期间",
    ExclusionGround.membership_stopped: "停止党籍",
    ExclusionGround.superior_consent: "经上级党组织同意、大会通过不计入",
}


@dataclass(frozen=True, slots=True)
class VotingRule:
    """One way of voting, in force from a day, with the clause it comes from."""

    code: VotingRuleCode
    title: str
    valid_from: date
    source: str
    clause: str
    quorum: Quorum
    counts_written: bool


@dataclass(frozen=True, slots=True)
class Votes:
    """Persons and ballots. `written` are opinions handed in before the meeting by entitled members who are away."""

    entitled: int
    present: int
    written: int
    ayes: int
    nays: int
    abstentions: int
    invalid: int
    unreturned: int

    @property
    def cast(self) -> int:
        return self.ayes + self.nays + self.abstentions + self.invalid + self.unreturned


def is_quorate(rule: VotingRule, *, entitled: int, present: int) -> bool:
    """Whether enough of the entitled are present for a vote; written opinions make nobody present."""
    if not entitled:
        return False
    return 2 * present > entitled or (rule.quorum is Quorum.at_least_half and 2 * present == entitled)


def carries(votes: Votes) -> bool:
    """Whether more than half of the *entitled*, not of those present, said aye."""
    return 2 * votes.ayes > votes.entitled


def fault(rule: VotingRule, votes: Votes) -> str | None:
    """Return in words why the figures cannot be those of a vote by this rule, or None."""
    if votes.written and not rule.counts_written:
        return f"“{rule.title}”的表决只计到会党员的票，书面意见不计票"
    if votes.written > votes.entitled - votes.present:
        return f"书面意见 {votes.written} 份，多于未到会的有表决权党员 {votes.entitled - votes.present} 名"
    due = votes.present + votes.written
    if votes.cast != due:
        kinds = f"赞成、反对、弃权、无效、未交合计 {votes.cast} 票"
        return f"{kinds}，应等于到会有表决权党员 {votes.present} 名" + (
            f"加书面意见 {votes.written} 份，共 {due}" if votes.written else ""
        )
    return None


@cache
def _rules() -> tuple[VotingRule, ...]:
    def read() -> Iterator[VotingRule]:
        for row in json.loads(Path(__file__).with_name("data").joinpath("voting_rules.json").read_text("utf-8")):
            yield VotingRule(
                code=VotingRuleCode(row["code"]),
                title=row["title"],
                valid_from=date.fromisoformat(row["from"]),
                source=row["source"],
                clause=row["clause"],
                quorum=Quorum(row["quorum"]),
                counts_written=row["counts_written"],
            )

    return tuple(sorted(read(), key=lambda rule: rule.valid_from))


def rules_on(day: date) -> dict[VotingRuleCode, VotingRule]:
    """Return the rules in force on a day: of each, the newest that has begun."""
    return {rule.code: rule for rule in _rules() if rule.valid_from <= day}
