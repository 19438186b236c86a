"""The stored form of what went into a dry run: members by id, hashed, read again, and how two such differ. Pure."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from server.annual.results.rules import Standing
from server.presentation import points_text
from server.ratings.appraisals.rules import APPRAISAL_TITLES, AppraisalGrade
from server.ratings.methods.rules import canonical
from server.ratings.rules import UNRATED_TITLES, RatedMember, StarPool, UnratedGround


def stored_form(method_hash: str, members: Sequence[RatedMember], pool: StarPool | None) -> dict[str, Any]:
    """Return what is stored and hashed: members by id, and of a pool its size, not what others have taken of it."""
    return {
        "method": method_hash,
        "members": {str(each.member_id): _said(each) for each in members},
        "pool": None if pool is None else {"branches": pool.branches, "members": pool.members},
    }


def stored_taken(pool: StarPool | None) -> dict[str, int] | None:
    """Return what the others of a pool have taken, as it is stored."""
    return None if pool is None else {str(stars): count for stars, count in sorted(pool.taken.items())}


def hash_of(stored: Mapping[str, Any]) -> str:
    """Return the SHA-256 of stored inputs."""
    return hashlib.sha256(canonical(stored).encode()).hexdigest()


def members_of(stored: Mapping[str, Any]) -> tuple[RatedMember, ...]:
    """Return the members of stored inputs."""
    return tuple(_read(int(member_id), said) for member_id, said in stored["members"].items())


def pool_of(stored: Mapping[str, Any], taken: Mapping[str, int] | None) -> StarPool | None:
    """Return the pool of stored inputs."""
    said = stored["pool"]
    if said is None:
        return None
    counts = {int(stars): count for stars, count in (taken or {}).items()}
    return StarPool(said["branches"], said["members"], counts)


def differences(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[int, str]) -> Iterator[str]:
    """Yield in words how inputs have changed; `names` has those of everybody in either."""
    if before["method"] != after["method"]:
        yield "星级评定办法换了新的一版"
    if before["pool"] != after["pool"]:
        yield "合并计算五星级名额的党支部或人数有变化"
    for member_id in sorted({*before["members"], *after["members"]}, key=int):
        old, new = before["members"].get(member_id), after["members"].get(member_id)
        if old != new:
            yield f"{names[int(member_id)]}：{_change(old, new)}"


def _change(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    if old is None or new is None:
        return "不再在年度结果中" if new is None else "新列入年度结果"
    return "，".join(
        f"{title}{words(old[field])}改为{words(new[field])}"
        for field, (title, words) in _FIELDS.items()
        if old[field] != new[field]
    )


def _points(total: str | None) -> str:
    return "无" if total is None else points_text(Decimal(total))


def _grade(appraisal: str | None) -> str:
    return "未登记" if appraisal is None else APPRAISAL_TITLES[AppraisalGrade(appraisal)]


def _ground(unrated: str | None) -> str:
    return "参评" if unrated is None else UNRATED_TITLES[UnratedGround(unrated)]


def _past(history: Sequence[int | None]) -> str:
    return "、".join("无" if stars is None else f"{stars}星" for stars in history)


_FIELDS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "standing": (
        "情况",
        {Standing.scored: "计分", Standing.exempt: "不列入", Standing.negative: "另行通报"}.__getitem__,
    ),
    "total": ("年度积分", _points),
    "appraisal": ("民主评议", _grade),
    "influenced": ("处分影响期", {True: "是", False: "否"}.__getitem__),
    "unrated": ("是否评星", _ground),
    "may_be_unrated": ("可不定星级的情形", _ground),
    "history": ("近三年星级", _past),
}


def _said(member: RatedMember) -> dict[str, Any]:
    return {
        "standing": str(member.standing),
        "total": None if member.total is None else format(member.total.normalize() + 0, "f"),
        "appraisal": member.appraisal and str(member.appraisal),
        "influenced": member.influenced,
        "unrated": member.unrated and str(member.unrated),
        "may_be_unrated": member.may_be_unrated and str(member.may_be_unrated),
        "history": list(member.history),
    }


def _read(member_id: int, said: Mapping[str, Any]) -> RatedMember:
    return RatedMember(
        member_id=member_id,
        standing=Standing(said["standing"]),
        total=None if said["total"] is None else Decimal(said["total"]),
        appraisal=said["appraisal"] and AppraisalGrade(said["appraisal"]),
        influenced=said["influenced"],
        unrated=said["unrated"] and UnratedGround(said["unrated"]),
        may_be_unrated=said["may_be_unrated"] and UnratedGround(said["may_be_unrated"]),
        history=tuple(said["history"]),
    )
