"""党费 on the wire. Amounts are whole 分; null for callers who may not see them."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.dues.bulk import RowOutcome
from server.dues.cells import MAX_CENTS
from server.dues.models import DuesEventKind
from server.dues.rules import ConsentKind, ConsentTerm, DuesState
from server.dues.service import Payment
from server.identity.guard import Body
from server.presentation import Id, MemberPath, OrganizationPath, TimeOut
from server.text import Lines

Cents = Annotated[int, Field(ge=0, le=MAX_CENTS, description="单位：分")]
Month = Annotated[str, Field(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$", description="YYYY-MM")]
Reason = Annotated[Lines, Field(min_length=2, max_length=200)]


class MemberMonthPath(MemberPath):
    month: Month


class OrganizationMonthPath(OrganizationPath):
    month: Month


class DuesYearQuery(BaseModel):
    year: Annotated[int, Field(ge=2000, le=2099)]


class PaymentIn(Body):
    """What is registered for a month: paid so far, the last part of it on `paid_on`; nothing paid is 0 and null."""

    due_cents: Cents
    paid_cents: Cents
    paid_on: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))] | None = None

    def payment(self) -> Payment:
        return Payment(self.due_cents, self.paid_cents, self.paid_on)


class CorrectionIn(PaymentIn):
    reason: Reason


class WaiverIn(Body):
    reason: Reason


class DuesConsentPath(MemberPath):
    consent_id: Id


class DuesConsentIn(Body):
    """The branch agreed on `agreed_on`: months from `from_month` to `until_month`, both included, six at most."""

    kind: ConsentKind
    from_month: Month
    until_month: Month
    agreed_on: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
    reason: Reason

    def term(self) -> ConsentTerm:
        return ConsentTerm(self.kind, self.from_month, self.until_month)


class DuesConsentEndIn(Body):
    """Months from `from_month` on are due at their own end again; the first one means that it never held."""

    from_month: Month
    reason: Reason


class CloseIn(Body):
    due_cents: Annotated[Cents, Field(description="未登记者的应交金额，单位：分")]


class PasteIn(Body):
    """Lines copied from Excel: 姓名或工号, 月份, 应交, 实交, 日期. Without `apply` it is a preview.

    `month` completes lines that leave the year, or the whole month, out.
    """

    text: Annotated[Lines, Field(min_length=1, max_length=200_000)]
    month: Month | None = None
    apply: bool = False


class DuesEventOut(BaseModel):
    kind: DuesEventKind
    state: DuesState
    state_title: str
    due_cents: int | None
    paid_cents: int | None
    paid_on: date | None
    reason: str | None
    actor: str
    at: TimeOut


class DuesConsentOut(BaseModel):
    """A branch's consent to quarterly or later payment; `due_on` is the day by which its last month is due."""

    id: int
    kind: ConsentKind
    kind_title: str
    from_month: str
    until_month: str
    due_on: date
    agreed_on: date
    organization: str
    reason: str
    recorded_by: str
    recorded_at: TimeOut
    ended_from: str | None
    ended_reason: str | None


class DuesOut(BaseModel):
    """A member's month, the day by which it is due, and how the record came to be."""

    member_id: int
    month: str
    due_on: date
    state: DuesState
    state_title: str
    due_cents: int | None
    paid_cents: int | None
    paid_on: date | None
    events: list[DuesEventOut]


class MemberDuesOut(BaseModel):
    items: list[DuesOut]
    consents: list[DuesConsentOut]


class MonthRowOut(BaseModel):
    """One line of a branch's month; `state` null = nothing registered yet. `consent`: what lets it be paid later."""

    member_id: int
    name: str
    work_number: str
    due_on: date
    consent: DuesConsentOut | None
    state: DuesState | None
    state_title: str
    due_cents: int | None
    paid_cents: int | None
    paid_on: date | None


class MonthTableOut(BaseModel):
    """A branch's month: everyone who owes dues, and the sums of what is registered."""

    month: str
    over: bool
    rows: list[MonthRowOut]
    due_cents: int | None
    paid_cents: int | None


class PasteRowOut(BaseModel):
    """A pasted line (`text`), how it was read, and what it leads to."""

    line: int
    text: str
    outcome: RowOutcome
    member_id: int | None
    name: str | None
    month: str | None
    due_cents: int | None
    paid_cents: int | None
    paid_on: date | None
    state: DuesState | None
    column: str | None
    message: str | None


class PasteOut(BaseModel):
    """What each line leads to (`applied`) or would lead to."""

    applied: bool
    registered: int
    errors: int
    rows: list[PasteRowOut]


class ClosedOut(BaseModel):
    """A month closed: who was marked as not paid or short by this call, none when it was closed before."""

    month: str
    marked: list[MonthRowOut]
