"""Binding over HTTP: by the members themselves, and what the secretary does for it."""

from server.days import shanghai_date
from server.errors import not_found
from server.identity import consents, limits
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.models import Account
from server.identity.rules import Permission
from server.organizations import binding, grants, present
from server.organizations.account_schemas import (
    CodeOut,
    RepresentativeCodeOut,
    RepresentativeIn,
    RepresentativePath,
    UnboundOut,
)
from server.organizations.member_schemas import ActivationIn, BoundOut, PhoneBindingIn
from server.organizations.targets import member_target, organization_target
from server.presentation import MemberPath, OrganizationPath
from server.wechat.client import ask_once

api = Api("binding", __name__, tag="身份绑定")


@api.guarded(
    "POST",
    "/binding/phone",
    permission=Permission.signed_in,
    responses={200: BoundOut},
    idempotent=False,
    decorators=limits.binding,
)
def bind_by_phone(context: Context, body: PhoneBindingIn) -> BoundOut:
    """用微信验证的手机号绑定"""
    consents.refuse_outdated(body.privacy_version)
    phone = ask_once(context.session, lambda wechat: wechat.phone_number(body.phone_code))
    account = binding.bind_by_phone(
        context.session, context.vault, identity_id=context.actor.identity_id, phone=phone, now=context.now
    )
    return _bound(context, account, body.privacy_version)


@api.guarded(
    "POST",
    "/binding/activation",
    permission=Permission.signed_in,
    responses={200: BoundOut},
    decorators=limits.binding,
)
def bind_by_code(context: Context, body: ActivationIn) -> BoundOut:
    """用姓名、工号/学号和激活码绑定"""
    consents.refuse_outdated(body.privacy_version)
    account = binding.bind_by_code(
        context.session,
        identity_id=context.actor.identity_id,
        name=body.name,
        work_number=body.work_number,
        code=body.code,
        now=context.now,
    )
    return _bound(context, account, body.privacy_version)


def _bound(context: Context, account: Account, privacy_version: int) -> BoundOut:
    consents.agree(context.session, account_id=account.id, version=privacy_version, now=context.now)
    return present.bound_out(account)


@api.guarded("POST", "/me/unbinding", permission=Permission.signed_in, responses={200: UnboundOut})
def unbind_myself(context: Context) -> UnboundOut:
    """解除本人的绑定：所有微信都退出，记录不受影响"""
    return UnboundOut(unbound=_release(context, context.account_id))


@api.guarded(
    "POST",
    "/members/<int:member_id>/activation-codes",
    permission=Permission.account_manage,
    target=member_target,
    responses={201: CodeOut},
    idempotent=False,
)
def issue_code(context: Context, path: MemberPath) -> tuple[CodeOut, int]:
    """发放一次性激活码（只显示一次，旧码作废）"""
    code, expires_at = binding.issue_for_member(
        context.session, actor=context.actor, member_id=path.member_id, now=context.now
    )
    return CodeOut(code=code, expires_at=expires_at), 201


@api.guarded(
    "POST",
    "/members/<int:member_id>/unbinding",
    permission=Permission.account_manage,
    target=member_target,
    responses={200: UnboundOut},
)
def unbind(context: Context, path: MemberPath) -> UnboundOut:
    """解除微信绑定"""
    account = binding.account_of_member(context.session, path.member_id)
    if account is None:
        return UnboundOut(unbound=0)
    return UnboundOut(unbound=_release(context, account.id))


def _release(context: Context, account_id: int) -> int:
    return binding.release(context.session, actor=context.actor, account_id=account_id, now=context.now)


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/representatives",
    permission=Permission.account_manage,
    target=organization_target,
    responses={201: RepresentativeCodeOut},
    idempotent=False,
)
def invite_representative(
    context: Context, path: OrganizationPath, body: RepresentativeIn
) -> tuple[RepresentativeCodeOut, int]:
    """邀请群众代表并发放激活码；同一人再次邀请得到新码"""
    account, code, expires_at = binding.invite_representative(
        context.session,
        actor=context.actor,
        organization_id=path.organization_id,
        name=body.name,
        work_number=body.work_number,
        now=context.now,
    )
    return RepresentativeCodeOut(account_id=account.id, name=account.name, code=code, expires_at=expires_at), 201


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/representatives/<int:account_id>/departure",
    permission=Permission.account_manage,
    target=organization_target,
    responses={200: UnboundOut},
)
def dismiss_representative(context: Context, path: RepresentativePath) -> UnboundOut:
    """群众代表卸任：角色结束；不再担任其他角色的，微信解绑"""
    dismissed = grants.dismiss_representative(
        context.session,
        actor=context.actor,
        organization_id=path.organization_id,
        account_id=path.account_id,
        now=context.now,
    )
    if not dismissed:
        raise not_found("群众代表")
    if not binding.is_idle(context.session, account_id=path.account_id, on=shanghai_date(context.now)):
        return UnboundOut(unbound=0)
    return UnboundOut(unbound=_release(context, path.account_id))
