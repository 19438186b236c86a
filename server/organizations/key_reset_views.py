"""Resetting the keys of an account that holds a role, over HTTP: proposed by one, confirmed by another."""

from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations import binding, custody, key_resets, present
from server.organizations.account_schemas import (
    ConfirmedResetOut,
    KeyResetIn,
    KeyResetOut,
    KeyResetPath,
    KeyResetsOut,
)
from server.organizations.members import one
from server.organizations.targets import key_reset_target, member_target
from server.presentation import MemberPath

api = Api("key_resets", __name__, tag="身份绑定")


@api.guarded(
    "GET",
    "/members/<int:member_id>/key-resets",
    permission=Permission.key_reset_see,
    target=member_target,
    responses={200: KeyResetsOut},
)
def list_key_resets(context: Context, path: MemberPath) -> KeyResetsOut:
    """任职同志的账号重置：待确认的和已办结的，最近的在前"""
    context.audit_look(AuditSubject.key_reset, path.member_id)
    member = one(context.session, path.member_id)
    account = binding.account_of_member(context.session, member.id)
    today = shanghai_date(context.now)
    needs_two = account is not None and custody.needs_two(context.session, account_id=account.id, on=today)
    return KeyResetsOut(
        member_name=member.name,
        work_number=member.work_number,
        needs_two=needs_two,
        may_propose=needs_two
        and key_resets.may_propose(context.session, actor=context.actor, member_id=member.id, now=context.now),
        items=[present.key_reset_out(context, reset) for reset in key_resets.of_member(context.session, member.id)],
    )


@api.guarded(
    "POST",
    "/members/<int:member_id>/key-resets",
    permission=Permission.account_manage,
    target=member_target,
    responses={201: KeyResetOut},
)
def propose_key_reset(context: Context, path: MemberPath, body: KeyResetIn) -> tuple[KeyResetOut, int]:
    """提出重置任职同志的账号（解绑并发新激活码，或更换手机号），由另一人在三日内确认"""
    reset = key_resets.propose(
        context.session,
        context.vault,
        actor=context.actor,
        account_id=context.account_id,
        member_id=path.member_id,
        now=context.now,
        **body.model_dump(),
    )
    return present.key_reset_out(context, reset), 201


@api.guarded(
    "POST",
    "/key-resets/<int:key_reset_id>/confirmation",
    permission=Permission.account_manage,
    target=key_reset_target,
    responses={200: ConfirmedResetOut},
    idempotent=False,
)
def confirm_key_reset(context: Context, path: KeyResetPath) -> ConfirmedResetOut:
    """由另一人确认重置，随即生效；新激活码只显示这一次"""
    done = key_resets.confirm(
        context.session,
        context.vault,
        actor=context.actor,
        account_id=context.account_id,
        reset_id=path.key_reset_id,
        now=context.now,
    )
    return ConfirmedResetOut(
        **dict(present.key_reset_out(context, done.reset)), code=done.code, code_expires_at=done.expires_at
    )


@api.guarded(
    "POST",
    "/key-resets/<int:key_reset_id>/stop",
    permission=Permission.key_reset_see,
    target=key_reset_target,
    responses={200: KeyResetOut},
)
def stop_key_reset(context: Context, path: KeyResetPath) -> KeyResetOut:
    """撤回待确认的重置：提出人、有权确认的人，或账号本人"""
    reset = key_resets.stop(
        context.session,
        actor=context.actor,
        account_id=context.account_id,
        reset_id=path.key_reset_id,
        now=context.now,
    )
    return present.key_reset_out(context, reset)
