"""A subject that is publicized, owned by the test; and the days around the spring term of 2027."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.deadlines import vacations
from server.errors import DomainError
from server.organizations.models import Category
from server.publicity import owners, service
from server.publicity.models import Publicity
from server.publicity.owners import PublicityContent, PublicityEntry, PublicityGroup, PublicityOwner
from server.publicity.rules import PublicityScope, PublicitySubject
from tests import days
from tests.cast import Cast, Person

SUBJECT_ID = 71
HASH = "5b0c77e1" + "0" * 56
FIRST, LAST = date(2027, 3, 1), date(2027, 3, 5)
WINTER = (date(2027, 1, 23), date(2027, 2, 23))


def at(day: date, clock: str = "10:00") -> datetime:
    """Return an instant of a day in Shanghai, in the middle of the morning by default."""
    return days.at(day, clock)


PROPOSED, APPROVED = at(date(2027, 2, 26), "16:40"), at(date(2027, 2, 26), "17:20")


@dataclass(slots=True)
class Owned:
    """What the test's owner answers: the content, and a refusal if there is one."""

    content: PublicityContent
    refusal: DomainError | None = None
    asked: list[int] = field(default_factory=list)

    def check(self, _session: Session, subject_id: int) -> None:
        self.asked.append(subject_id)
        if self.refusal is not None:
            raise self.refusal


def stars(*names: Person, unlisted: int = 1, **changes: Any) -> PublicityContent:
    """Return a list of stars: these with five."""
    entries = tuple(PublicityEntry(person.member_id, person.name) for person in names)
    given: dict[str, Any] = {
        "title": "2026 年度党员星级评定公示",
        "year": 2026,
        "groups": (PublicityGroup("五星级", entries, "★★★★★"),),
        "unlisted": unlisted,
        "hash": HASH,
        "lines": ("五星级人数上限 4 × 20% = 0.80，取整 0 人。",),
    }
    return PublicityContent(**given | changes)


@contextmanager
def owning(content: PublicityContent, kind: PublicitySubject = PublicitySubject.stars) -> Iterator[Owned]:
    """Own a kind of subject while a test runs."""
    owned = Owned(content)
    before = owners._owners.pop(kind, None)
    owners.register(kind, PublicityOwner(owned.check, lambda _session, _subject_id: owned.content))
    yield owned
    del owners._owners[kind]
    if before is not None:
        owners.register(kind, before)


def proposed(session: Session, cast: Cast, by: Person | None = None, **changes: Any) -> Publicity:
    """Have 王芳 (or another) propose the list for the first five working days of March, and commit."""
    given: dict[str, Any] = {
        "organization_id": cast.branch,
        "subject_kind": PublicitySubject.stars,
        "subject_id": SUBJECT_ID,
        "scope": PublicityScope.branch,
        "place": "明德楼一楼公示栏",
        "text": "现将我支部党员 2026 年度星级评定情况予以公示。",
        "first_day": FIRST,
        "working_days": 5,
        "account_id": (by or cast.wang_fang).account_id,
        "now": PROPOSED,
    }
    row = service.propose(session, **given | changes)
    session.commit()
    return row


def approved(session: Session, cast: Cast, **changes: Any) -> Publicity:
    """Have 王芳 propose and 李伟 approve the list, and commit."""
    row = proposed(session, cast, **changes)
    service.approve(session, row.id, account_id=cast.li_wei.account_id, now=changes.get("now", APPROVED))
    session.commit()
    return row


def vacation(
    session: Session, cast: Cast, first_day: date, last_day: date, *, now: datetime, title: str = "寒假", **changes: Any
) -> int:
    """Have 组织部 enter a vacation of the staff, and commit; return its id."""
    given: dict[str, Any] = {"category": Category.staff, "account_id": cast.organization_department.account_id}
    row = vacations.enter(
        session,
        root_id=cast.root,
        title=title,
        first_day=first_day,
        last_day=last_day,
        now=now,
        **given | changes,
    )
    session.commit()
    return row.id
