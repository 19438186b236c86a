"""Who comes and who does not: drawn by chance, except for those the documents mention."""

import random
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from scripts.demo.people import DemoMember
from server.meetings.rules import MeetingKind
from server.standards.rules import LeaveKind


class Fate(StrEnum):
    present = "present"
    late = "late"
    helped = "helped"  # 代签 by the family's other phone
    entered = "entered"  # signed on paper, entered by the secretary
    leave = "leave"
    makeup = "makeup"  # on leave, made up afterwards
    absent = "absent"


_SHARES = (
    (Fate.present, 0.865),
    (Fate.late, 0.03),
    (Fate.helped, 0.01),
    (Fate.entered, 0.01),
    (Fate.leave, 0.045),
    (Fate.makeup, 0.015),
    (Fate.absent, 0.025),
)
REASONS = {
    LeaveKind.official: ("赴外地参加学术会议", "受学院委派外出招生宣传"),
    LeaveKind.sick: ("感冒发热，在家休养", "复查住院两天"),
    LeaveKind.personal: ("陪同家人就医", "家中有急事"),
}
ON_PAPER = "手机没有信号，已在纸质签到表签名"
MADE_UP = "已阅读会议材料并与书记谈话交流"


@dataclass(frozen=True, slots=True)
class Turnout:
    """What one person did: how long before or after the beginning they checked in, and their leave."""

    fate: Fate
    offset: timedelta
    leave_kind: LeaveKind
    reason: str


def draw(chance: random.Random, person: DemoMember, kind: MeetingKind, month: int) -> Turnout:
    """Return what a person does; always as many draws, so that one result does not change the next."""
    dice, seconds = chance.random(), chance.randrange(60)
    leave_kind = chance.choice(tuple(REASONS))
    reason = chance.choice(REASONS[leave_kind])
    fate = _told(person, kind, month) or _drawn(dice, kind)
    if fate is Fate.makeup:
        leave_kind, reason = LeaveKind.personal, REASONS[LeaveKind.personal][seconds % 2]
    elif fate is Fate.leave and leave_kind is LeaveKind.personal:
        leave_kind, reason = LeaveKind.official, REASONS[LeaveKind.official][seconds % 2]
    minutes = 11 + seconds % 8 if fate is Fate.late else seconds % 25 - 18
    return Turnout(fate, timedelta(minutes=minutes, seconds=seconds), leave_kind, reason)


def _told(person: DemoMember, kind: MeetingKind, month: int) -> Fate | None:
    """张敏 misses the members' meeting in May and nothing else."""
    if person.name != "张敏":
        return None
    return Fate.absent if (kind, month) == (MeetingKind.members_meeting, 5) else Fate.present


def _drawn(dice: float, kind: MeetingKind) -> Fate:
    for fate, share in _SHARES:
        dice -= share
        if dice < 0:
            return Fate.leave if fate is Fate.makeup and kind is MeetingKind.organizational_life else fate
    return Fate.absent
