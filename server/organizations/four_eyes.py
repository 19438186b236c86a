"""Who may not be the second pair of eyes: the one rule, asked by everything that reviews, decides or confirms.

Two persons are two only if neither owes their position to the other. So an account decides no matter of

- a person who reset its keys, if that was done or first used in the last seven days: they may be the one signed in
  (docs/adr/0030);
- the person who gave it the role by which it would decide, after the matter came up or within the last seven days.

And what two persons must agree on is confirmed only by someone who held the role before it was entered.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Self

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.days import shanghai_date
from server.error_codes import ErrorCode
from server.errors import DomainError
from server.identity import queries as identity
from server.identity.models import Account, Grant
from server.identity.rules import RULES, Permission
from server.organizations.models import KeyReset
from server.organizations.queries import ancestor_ids, home_of

BARRED_FOR = timedelta(days=7)


class Bar(ErrorCode):
    """Why someone may not decide a matter."""

    keys_were_reset = "keys_were_reset"
    role_from_party = "role_from_party"
    role_too_new = "role_too_new"


_WORDS = {
    Bar.keys_were_reset: "您的账号七日内由事项有关人员重置，暂不能办理其事项，请由其他负责人或上级党组织办理",
    Bar.role_from_party: "您由事项有关人员授予任职，晚于该事项或未满七日，请由其他负责人或上级党组织办理",
    Bar.role_too_new: "您在该事项录入之后才任职，请由录入之前已任职的同志确认",
}


@dataclass(frozen=True, slots=True)
class Mandate:
    """A role by which an account would decide: who gave it, and when."""

    account_id: int
    granted_by: int | None
    given_at: datetime
    from_date: date

    @classmethod
    def of(cls, grant: Grant) -> Self:
        return cls(grant.account_id, grant.granted_by, grant.created_at, grant.from_date)


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be decided: the accounts whom it concerns or who entered it.

    `since` is when it came in, None if it only comes about by being decided. With `held_before` it is for a second
    person, who held the role before that moment.
    """

    parties: frozenset[int]
    since: datetime | None = None
    held_before: datetime | None = None


class RecentKeyResets:
    """The recent key resets and who made them (`still_bars`): few at any time."""

    def __init__(self, session: Session, *, now: datetime) -> None:
        self._now = now
        query = select(KeyReset.account_id, KeyReset.proposed_by, KeyReset.confirmed_by).where(still_bars(now))
        self._resetters: dict[int, set[int | None]] = {}
        for reset_id, *resetters in session.execute(query):
            self._resetters.setdefault(reset_id, set()).update(resetters)

    def __contains__(self, account_id: int) -> bool:
        return account_id in self._resetters

    def why_barred(self, mandate: Mandate, matter: Matter) -> Bar | None:
        """Return why this role does not let its holder decide the matter, or None."""
        if matter.parties & self._resetters.get(mandate.account_id, set()):
            return Bar.keys_were_reset
        if matter.held_before is not None and not _held_before(mandate, matter.held_before):
            return Bar.role_too_new
        known = min(matter.since or self._now, self._now - BARRED_FOR)
        if mandate.granted_by in matter.parties and mandate.given_at > known:
            return Bar.role_from_party
        return None


def refuse(
    session: Session,
    *,
    account_id: int,
    permission: Permission,
    place: int | None,
    matter: Matter,
    now: datetime,
    bars: RecentKeyResets | None = None,
) -> None:
    """Raise DomainError 403 with the code of a `Bar` unless some role of the account lets it decide the matter.

    Whether it holds one that reaches the `place`, an organization, is for the guard to check.
    """
    decider = Decider(session, account_id=account_id, permission=permission, now=now, bars=bars)
    decider.refuse(session, matter, place=place)


class Decider:
    """An account with the roles by which it would use a permission today; read once for many matters."""

    def __init__(
        self,
        session: Session,
        *,
        account_id: int,
        permission: Permission,
        now: datetime,
        bars: RecentKeyResets | None = None,
    ) -> None:
        self._account_id, self._now = account_id, now
        self._held = [
            grant
            for grant in identity.grants_of(session, account_id, on=shanghai_date(now))
            if grant.role in RULES[permission].roles
        ]
        self._bars = bars or RecentKeyResets(session, now=now)
        self._reaching: dict[int | None, list[Grant]] = {}

    def refuse(self, session: Session, matter: Matter, *, place: int | None) -> None:
        """Raise as `refuse` above."""
        if (bar := self._bar(session, matter, place)) is not None:
            raise _refusal(bar)

    def may(self, session: Session, matter: Matter, *, place: int) -> bool:
        """Whether `refuse` would let it pass."""
        return self._bar(session, matter, place) is None

    def _bar(self, session: Session, matter: Matter, place: int | None) -> Bar | None:
        if place not in self._reaching:
            above = set(ancestor_ids(session, place)) if place is not None else set()
            there = [grant for grant in self._held if grant.organization_id in above]
            self._reaching[place] = there or self._held
        found = [self._bars.why_barred(Mandate.of(grant), matter) for grant in self._reaching[place]]
        return found[0] if found and None not in found else None

    def is_beyond_question(self, came_up: datetime) -> bool:
        """Whether there can be no bar in any matter that came up by then: whose it is need not be looked up."""
        known = min(came_up, self._now - BARRED_FOR)
        old = all(each.granted_by is None or each.created_at <= known for each in self._held)
        return old and self._account_id not in self._bars


def refuse_of_member(
    session: Session,
    *,
    account_id: int | None,
    permission: Permission,
    member_id: int,
    now: datetime,
    accounts: Iterable[int | None] = (),
    since: datetime | None = None,
    place: int | None = None,
) -> None:
    """As `refuse`, for a member's matter; the place is theirs today, unless another is given."""
    if account_id is None:
        return
    home = home_of(session, member_id, shanghai_date(now)) if place is None else (place,)
    refuse(
        session,
        account_id=account_id,
        permission=permission,
        place=home[-1] if home else None,
        matter=matter(session, members=[member_id], accounts=accounts, since=since),
        now=now,
    )


def refuse_of_members(
    session: Session,
    *,
    account_id: int,
    permission: Permission,
    parties: Mapping[int, int | None],
    place: int,
    now: datetime,
) -> None:
    """As `refuse`, for several members at one place: `parties` has the account that entered each matter, by member."""
    decider = Decider(session, account_id=account_id, permission=permission, now=now)
    accounts = accounts_of(session, parties.keys())
    for member_id, entered_by in parties.items():
        concerned = (accounts.get(member_id), entered_by)
        decider.refuse(session, Matter(frozenset(each for each in concerned if each is not None)), place=place)


def _refusal(bar: Bar) -> DomainError:
    return DomainError(bar, _WORDS[bar], status=HTTPStatus.FORBIDDEN)


def accounts_of(session: Session, member_ids: Collection[int]) -> dict[int, int]:
    """Return the accounts of members, by member."""
    rows = session.execute(select(Account.member_id, Account.id).where(Account.member_id.in_(member_ids)))
    return {member_id: account_id for member_id, account_id in rows if member_id is not None}


def matter(
    session: Session,
    *,
    members: Collection[int] = (),
    accounts: Iterable[int | None] = (),
    since: datetime | None = None,
    held_before: datetime | None = None,
) -> Matter:
    """Return a matter of these members and accounts."""
    entered = {account_id for account_id in accounts if account_id is not None}
    return Matter(frozenset(accounts_of(session, members).values()) | entered, since, held_before)


def unquestioned(now: datetime, came_up: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
    """The grants to which nothing can be objected in a matter that came up by then: a query need not check them."""
    reset = select(KeyReset.id).where(KeyReset.account_id == Grant.account_id, still_bars(now))
    old = and_(Grant.created_at <= came_up, Grant.created_at <= now - BARRED_FOR)
    return and_(~reset.exists(), or_(Grant.granted_by.is_(None), old))


def still_bars(now: datetime) -> ColumnElement[bool]:
    """The resets that were done, or used to bind, in the last seven days."""
    return or_(KeyReset.confirmed_at > now - BARRED_FOR, KeyReset.used_at > now - BARRED_FOR)


def _held_before(mandate: Mandate, instant: datetime) -> bool:
    return mandate.given_at < instant and mandate.from_date <= shanghai_date(instant)
