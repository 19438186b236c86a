"""Resetting the keys of an account that holds a role, over HTTP: proposed by one, confirmed by another."""

from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations import binding, custody, key_resets, service
from server.organizations.account_schemas import (
    ConfirmedResetOut,
    KeyResetIn,
    KeyResetOut,
    KeyResetPath,
    KeyResetsOut,
)
from server.organizations.member_views import vault_of
from server.organizations.members import one
from server.organizations.models import KeyReset
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
        items=[_present(context, reset) for reset in key_resets.of_member(context.session, member.id)],
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
        vault_of(context),
        actor=context.actor,
        account_id=context.account_id,
        member_id=path.member_id,
        now=context.now,
        **body.model_dump(),
    )
    return _present(context, reset), 201


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
        vault_of(context),
        actor=context.actor,
        account_id=context.account_id,
        reset_id=path.key_reset_id,
        now=context.now,
    )
    return ConfirmedResetOut(**dict(_present(context, done.reset)), code=done.code, code_expires_at=done.expires_at)


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
    return _present(context, reset)


def _present(context: Context, reset: KeyReset) -> KeyResetOut:
    assert context.target.member_id is not None
    acting = (reset.proposed_by, reset.confirmed_by, reset.stopped_by)
    names = service.account_names(context.session, [each for each in acting if each is not None])
    may_stop, may_confirm = key_resets.may(context.session, reset, actor=context.actor, now=context.now)
    return KeyResetOut(
        id=reset.id,
        member_id=context.target.member_id,
        reason=reset.reason,
        phone=vault_of(context).shown(reset.phone_sealed, masked=True),
        status=key_resets.status_of(reset, now=context.now),
        proposed_by=names[reset.proposed_by],
        proposed_at=reset.proposed_at,
        expires_at=reset.expires_at,
        confirmed_by=names.get(reset.confirmed_by or 0),
        confirmed_at=reset.confirmed_at,
        stopped_by=names.get(reset.stopped_by or 0),
        stopped_at=reset.stopped_at,
        may_confirm=may_confirm,
        may_stop=may_stop,
    )
