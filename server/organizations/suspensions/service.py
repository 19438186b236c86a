"""Recording 停止党籍 and its end.

From its day on the member belongs to no branch. So they are outside lists, base and pushes, owe no dues, claim nothing
and have no vote, by the same rule as everybody who does not belong; nobody has to ask for them.
"""

from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.db import added
from server.errors import DomainError, conflict
from server.identity.models import Account
from server.identity.rules import Permission
from server.organizations import four_eyes, transfers
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import Member, Membership
from server.organizations.suspensions.models import Suspension
from server.organizations.suspensions.queries import open_suspension


def suspend(
    session: Session, *, member_id: int, on: date, document: str, note: str, account_id: int, now: datetime
) -> Suspension:
    """Record 停止党籍 from a day on, approved above by a document; the membership and its roles end with it.

    Raises DomainError 403 `own_suspension` and as `four_eyes.refuse`, 409 `membership_suspended`, and as
    `transfers.leave`.
    """
    _refuse_partial(session, account_id, member_id, now)
    if open_suspension(session, member_id) is not None:
        raise _suspended()
    left = transfers.leave(
        session, member_id=member_id, on=on, note=f"停止党籍：{document}", account_id=account_id, now=now
    )
    row = Suspension(
        member_id=member_id,
        organization_id=left.organization_id,
        open=True,
        from_date=on,
        document=document,
        note=note,
        recorded_by=account_id,
        recorded_at=now,
    )
    if not added(session, row):
        raise _suspended()
    _audit(session, row, "member_suspend", account_id, now)
    return row


def restore(
    session: Session,
    *,
    member_id: int,
    to_organization_id: int,
    group_id: int | None,
    on: date,
    note: str,
    account_id: int,
    now: datetime,
) -> Membership:
    """End 停止党籍: the member was found, and belongs to a branch again from a day on, as a newcomer.

    Raises DomainError 403 as `suspend`, 409 `not_suspended`, and as `transfers.transfer`.
    """
    _refuse_partial(session, account_id, member_id, now)
    row = open_suspension(session, member_id)
    if row is None:
        raise conflict(OrganizationErrorCode.not_suspended, "该同志没有被停止党籍，请刷新后查看")
    row.open, row.until_date = None, on
    row.ended_note, row.ended_by, row.ended_at = note, account_id, now
    session.flush()
    membership = transfers.transfer(
        session,
        member_id=member_id,
        to_organization_id=to_organization_id,
        group_id=group_id,
        on=on,
        account_id=account_id,
        now=now,
    )
    _audit(session, row, "member_restore", account_id, now)
    return membership


def _refuse_partial(session: Session, account_id: int, member_id: int, now: datetime) -> None:
    if session.get_one(Account, account_id).member_id == member_id:
        message = "不能办理本人的停止党籍，请由上级党组织办理"
        raise DomainError(OrganizationErrorCode.own_suspension, message, status=HTTPStatus.FORBIDDEN)
    four_eyes.refuse_of_member(
        session, account_id=account_id, permission=Permission.transfer_manage, member_id=member_id, now=now
    )


def _suspended() -> DomainError:
    return conflict(OrganizationErrorCode.membership_suspended, "该同志已停止党籍，请刷新后查看")


def _audit(session: Session, row: Suspension, action: str, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail={"suspension_id": row.id, "organization_id": row.organization_id},
        **audit.of(session.get_one(Member, row.member_id)),
    )
