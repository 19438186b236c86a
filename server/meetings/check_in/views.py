"""Check-in over HTTP: a code for a ticket before anyone has signed in, a ticket for a record."""

from functools import partial
from http import HTTPStatus

from flask import current_app

from server.errors import DomainError
from server.identity import limits
from server.identity.access import Context
from server.identity.guard import Api, ErrorOut
from server.identity.rules import Permission
from server.meetings.check_in import exchange, helping, present
from server.meetings.check_in.committer import Committer
from server.meetings.check_in.schemas import (
    CheckInIn,
    CheckInOut,
    CodeIn,
    DigitsIn,
    TicketOut,
)
from server.meetings.check_in.service import CheckInResult, Scan

api = Api("check_in", __name__, tag="会议签到")

STATUS = {
    CheckInResult.checked_in: HTTPStatus.CREATED,
    CheckInResult.late: HTTPStatus.CREATED,
    CheckInResult.already_checked_in: HTTPStatus.OK,
    CheckInResult.guest_waiting: HTTPStatus.ACCEPTED,
    CheckInResult.held: HTTPStatus.ACCEPTED,
    CheckInResult.dismissed: HTTPStatus.OK,
}


@api.guarded(
    "POST",
    "/check-in-tickets",
    permission=None,
    responses={201: TicketOut, 410: ErrorOut},
    idempotent=False,
    transacts=False,
)
def exchange_code(context: Context, body: CodeIn) -> tuple[TicketOut, int]:
    """用会场二维码换取签到凭证，不用先登录"""
    exchanged = exchange.exchange_code(
        context.session,
        secret_key=context.settings.secret_key,
        text=body.code,
        now=context.now,
        is_beyond=partial(_is_beyond, context),
    )
    _committer().count_exchange(meeting_id=exchanged.meeting.id, step=exchanged.step)
    return present.ticket_out(exchanged), 201


@api.guarded(
    "POST",
    "/check-in-digits",
    permission=Permission.signed_in,
    responses={201: TicketOut},
    idempotent=False,
)
def exchange_digits(context: Context, body: DigitsIn) -> tuple[TicketOut, int]:
    """用会场屏幕上的六位数字换取签到凭证"""
    exchanged = exchange.exchange_digits(
        context.session,
        secret_key=context.settings.secret_key,
        digits=body.digits,
        account_id=context.account_id,
        member_id=helping.own_member(context.actor),
        now=context.now,
        is_beyond=partial(_is_beyond, context),
    )
    return present.ticket_out(exchanged), 201


@api.guarded(
    "POST",
    "/check-ins",
    permission=Permission.signed_in,
    responses={200: CheckInOut, 201: CheckInOut, 202: CheckInOut, 410: ErrorOut},
    idempotent=False,
    transacts=False,
)
def check_in(context: Context, body: CheckInIn) -> tuple[CheckInOut, int]:
    """凭签到凭证签到；可重复提交，只记第一次"""
    answer = _committer().record(_scan(context, body))
    if isinstance(answer, DomainError):
        raise answer
    return present.record_out(answer), STATUS[answer.result]


def _is_beyond(context: Context, meeting_id: int) -> bool:
    return _committer().is_beyond(
        context.session, meeting_id=meeting_id, identity=limits.caller(), network=limits.network()
    )


def _committer() -> Committer:
    committer: Committer = current_app.extensions["committer"]
    return committer


def _scan(context: Context, body: CheckInIn) -> Scan:
    ticket = exchange.read_fresh_ticket(secret_key=context.settings.secret_key, text=body.ticket, now=context.now)
    account_id = context.account_id
    if body.for_work_number is None:
        subject = helping.own(context.actor, ticket)
    else:
        subject = helping.helped(context.session, context.actor, ticket, body.for_work_number)
        context.session.rollback()  # the write waits its turn without holding a connection
    return Scan(
        scan_id=_committer().new_scan_id(),
        public_id=ticket.public_id,
        ticket_id=ticket.ticket_id,
        scanned_at=ticket.scanned_at,
        root_id=context.actor.root_id,
        member_id=subject.member_id,
        account_id=account_id,
        via=subject.via,
        helper_id=subject.helper_id,
        end_leave=body.end_leave,
        as_guest=body.as_guest,
        beyond=ticket.beyond,
    )
