"""Signing in and out, and who the caller is."""

from datetime import timedelta

from server.identity import limits, login_links, present, queries, service
from server.identity.access import Context
from server.identity.guard import Api, bearer_token
from server.identity.models import WechatIdentity
from server.identity.rules import Permission
from server.identity.schemas import (
    LinkIn,
    MeOut,
    OfficialSignInOut,
    OfficialSignInQuery,
    SignInIn,
    SignInOut,
)
from server.wechat.client import SignIn, ask_once, current_client, official_client
from server.wechat.official import official_address

api = Api("identity", __name__, tag="登录")


@api.guarded(
    "POST",
    "/auth/wechat",
    permission=None,
    responses={200: SignInOut},
    idempotent=False,
    decorators=limits.sign_in,
)
def sign_in(context: Context, body: SignInIn) -> SignInOut:
    """微信登录"""
    known = ask_once(context.session, lambda wechat: wechat.sign_in(body.code))
    return _let_in(context, current_client().app_id, known)


@api.guarded(
    "POST",
    "/auth/official",
    permission=None,
    responses={200: SignInOut},
    idempotent=False,
    decorators=limits.official_sign_in,
)
def sign_in_by_browser(context: Context, body: SignInIn) -> SignInOut:
    """在微信里打开网页登录（公众号网页授权）"""
    official = official_client()
    known = ask_once(context.session, lambda _: official.sign_in_by_browser(body.code))
    return _let_in(context, official.app_id, known)


@api.guarded("GET", "/auth/official", permission=None, responses={200: OfficialSignInOut})
def where_to_sign_in_by_browser(context: Context, query: OfficialSignInQuery) -> OfficialSignInOut:
    """微信内置浏览器去哪里授权；没有公众号时为空"""
    return OfficialSignInOut(address=official_address(context.settings, query.state))


@api.guarded(
    "POST",
    "/auth/link",
    permission=None,
    responses={200: SignInOut},
    idempotent=False,
    decorators=limits.login_link,
)
def sign_in_by_link(context: Context, body: LinkIn) -> SignInOut:
    """用一次性登录链接登录（xianfeng login-link）"""
    identity = login_links.use(context.session, secret=body.secret, now=context.now)
    return _token_for(context, identity, login_links.SESSION_DAYS)


def _let_in(context: Context, app_id: str, known: SignIn) -> SignInOut:
    identity = service.find_or_add_identity(
        context.session,
        app_id=app_id,
        openid=known.openid,
        unionid=known.unionid,
        now=context.now,
    )
    service.adopt_by_unionid(context.session, identity)
    return _token_for(context, identity, context.settings.token_days)


def _token_for(context: Context, identity: WechatIdentity, days: int) -> SignInOut:
    token = service.issue_token(context.session, identity_id=identity.id, now=context.now, days=days)
    account = queries.account_of(context.session, identity)
    return present.sign_in_out(token, account, expires_at=context.now + timedelta(days=days))


@api.guarded("POST", "/auth/sign-out", permission=Permission.signed_in, responses={204: None}, idempotent=False)
def sign_out(context: Context) -> None:
    """退出登录"""
    service.revoke(context.session, token=bearer_token(), now=context.now)


@api.guarded("GET", "/me", permission=Permission.signed_in, responses={200: MeOut})
def show_me(context: Context) -> MeOut:
    """我是谁"""
    return present.me_out(context.session, context.actor)
