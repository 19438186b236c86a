"""公示: its states, who is the second person, and what may not stand in it (year.md §3, §1.7). Pure."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.deadlines.rules import Terms, VacationEffect
from server.identity.rules import Role


class PublicitySubject(StrEnum):
    """What is publicized. Each is publicized by the feature that owns it (`owners.register`)."""

    points = "points"
    stars = "stars"
    correction = "correction"


class PublicityScope(StrEnum):
    """To whom it is shown: the branch, all of the 总支, or everybody, on the screen in the corridor too."""

    branch = "branch"
    unit = "unit"
    outside = "outside"


SCOPE_TITLES = {
    PublicityScope.branch: "本支部",
    PublicityScope.unit: "本总支",
    PublicityScope.outside: "校内外",
}


class PublicityStatus(StrEnum):
    proposed = "proposed"
    approved = "approved"
    ended = "ended"
    withdrawn = "withdrawn"


class PublicityAction(StrEnum):
    approve = "approve"
    end = "end"
    withdraw = "withdraw"


class PublicityPhase(StrEnum):
    """What an approved publicity is on a day, beside the other states."""

    proposed = "proposed"
    upcoming = "upcoming"
    running = "running"
    paused = "paused"
    over = "over"
    withdrawn = "withdrawn"


SHORTEST = {PublicitySubject.points: 5, PublicitySubject.stars: 5, PublicitySubject.correction: 3}
"""工作日 (year.md §3, §5)."""

LONGEST = 30
AHEAD_DAYS = 180
"""How far ahead a publicity may begin: beyond, the calendar of the term is not known."""

_NEXT = {
    (PublicityStatus.proposed, PublicityAction.approve): PublicityStatus.approved,
    (PublicityStatus.approved, PublicityAction.end): PublicityStatus.ended,
    **{
        (status, PublicityAction.withdraw): PublicityStatus.withdrawn
        for status in (PublicityStatus.proposed, PublicityStatus.approved, PublicityStatus.ended)
    },
}


def next_status(status: PublicityStatus, action: PublicityAction) -> PublicityStatus | None:
    """Return what becomes of a publicity, or None if the action is not possible. What has ended may be withdrawn:
    a step before it was undone, and it starts again in full."""
    return _NEXT.get((status, action))


def phase(status: PublicityStatus, *, first_day: date, last_day: date, today: date, terms: Terms) -> PublicityPhase:
    """Return what a publicity is on a day. It is over from the end of its last day on, whether a job has run or not."""
    if status is PublicityStatus.proposed:
        return PublicityPhase.proposed
    if status is PublicityStatus.withdrawn:
        return PublicityPhase.withdrawn
    if status is PublicityStatus.ended or today > last_day:
        return PublicityPhase.over
    if today < first_day:
        return PublicityPhase.upcoming
    return PublicityPhase.paused if terms.vacation_on(today) else PublicityPhase.running


def days_left(terms: Terms, *, first_day: date, last_day: date, today: date) -> int:
    """Return how many days that count are left, today included."""
    left, day = 0, max(first_day, today)
    while day <= last_day:
        left += terms.counts(day, VacationEffect.pauses)
        day = date.fromordinal(day.toordinal() + 1)
    return left


def approving_role(own: Collection[Role], *, proposer: Collection[Role]) -> Role | None:
    """Return the role by which somebody may approve what was proposed, or None.

    The secretary does, or whoever supervises the branch (for a branch without a committee the 组织员, for a 直属 one
    组织部). What the secretary proposed is approved by the 支委会, for which one of its members enters it.
    """
    for role in (Role.secretary, Role.general_secretary, Role.organizer, Role.organization_department):
        if role in own:
            return role
    if Role.secretary in proposer:
        return next((role for role in (Role.deputy_secretary, Role.committee_member) if role in own), None)
    return None


def highest(roles: Collection[Role]) -> Role | None:
    """Return of the roles that may propose the one that says most: the branch's own before those above."""
    order = (
        Role.secretary,
        Role.deputy_secretary,
        Role.committee_member,
        Role.general_secretary,
        Role.organizer,
        Role.organization_department,
    )
    return next((role for role in order if role in roles), None)


APART = ("另行通报", "不列入", "不定星级")
"""What never stands beside a name where members see it (year.md §1.7): they read 未参评 n 人."""

_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_IDENTITY_CARD = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_NUMBER_NAMED = re.compile(r"(?:工号|学号|身份证号?码?)\s*[:：]?\s*[A-Za-z]?\d")
_CODE = re.compile(r"[0-9A-Za-z]{4,32}")


@dataclass(frozen=True, slots=True)
class TextFault:
    """What in a text may not be publicized, in words for whoever wrote it."""

    found: str
    words: str


def text_faults(texts: Iterable[str], *, numbers: Collection[str]) -> Iterator[TextFault]:
    """Yield what may not stand in a publicity; `numbers` are the 工号 and 学号 of the organization's members.

    Office telephones may: they have an area code.
    """
    known = {number.upper() for number in numbers}
    for text in texts:
        for pattern, what in (
            (_MOBILE, "手机号"),
            (_IDENTITY_CARD, "身份证号"),
            (_NUMBER_NAMED, "工号、学号或身份证号"),
        ):
            if (match := pattern.search(text)) is not None:
                yield TextFault(match[0], f"“{match[0]}”像是{what}，公示中不能出现，请删去")
        for match in _CODE.finditer(text):
            if match[0].upper() in known:
                yield TextFault(match[0], f"“{match[0]}”是工号或学号，公示中不能出现，请删去")
        for word in APART:
            if word in text:
                yield TextFault(word, f"公示中不能出现“{word}”，只写“未参评 n 人”")


def code_of(content_hash: str) -> str:
    """Return the 校验码 of what is publicized: eight digits of its hash, in two groups."""
    return f"{content_hash[:4]}-{content_hash[4:8]}".upper()
