"""The events by which this feature informs the features above it."""

from dataclasses import dataclass
from datetime import date, datetime

from server.organizations.models import Category, FilingStatus, FilingSubject, ResetStatus, Stage


@dataclass(frozen=True, slots=True)
class MembersJoined:
    """Members came into branches from outside (roster, entered by hand, returned)."""

    member_ids: tuple[int, ...]
    on: date
    now: datetime


@dataclass(frozen=True, slots=True)
class MemberTransferred:
    """A member moved between two branches of one root; their points go with them."""

    member_id: int
    from_organization_id: int
    to_organization_id: int
    on: date
    now: datetime


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """A member belongs to no branch from `on`."""

    member_id: int
    on: date
    now: datetime


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """A member is of another category from `on`; until then, or in the record until now, they were `before`."""

    member_id: int
    before: Category
    after: Category
    on: date


@dataclass(frozen=True, slots=True)
class CategoriesChanged:
    changes: tuple[CategoryChange, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class StageChanged:
    """A member is of another stage from `on`."""

    member_id: int
    before: Stage
    after: Stage
    on: date
    now: datetime


@dataclass(frozen=True, slots=True)
class FilingSubmitted:
    """A subject was filed, for the first time or again after a return."""

    filing_id: int
    subject_kind: FilingSubject
    subject_id: int
    account_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class FilingDecided:
    """A filing was received or returned; `status` says which."""

    filing_id: int
    subject_kind: FilingSubject
    subject_id: int
    status: FilingStatus
    now: datetime


@dataclass(frozen=True, slots=True)
class WorkdaysChanged:
    """A university's working days have changed."""

    root_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class KeysReset:
    """A reset of an account's keys was proposed (`waiting`), confirmed or stopped."""

    key_reset_id: int
    status: ResetStatus
    now: datetime
