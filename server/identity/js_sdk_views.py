"""Signatures for the app's pages inside WeChat's own browser, for anyone who opens them."""

import secrets
from urllib.parse import urlsplit

from server.errors import DomainError, not_found
from server.identity.access import Context
from server.identity.error_codes import IdentityErrorCode
from server.identity.guard import Api
from server.identity.schemas import PageSignatureOut, SignPageQuery
from server.wechat.js_sdk import current_js_sdk

api = Api("js_sdk", __name__, tag="登录")


@api.guarded("GET", "/wechat/js-sdk-signature", permission=None, responses={200: PageSignatureOut}, transacts=False)
def sign_page(context: Context, query: SignPageQuery) -> PageSignatureOut:
    """为微信内置浏览器中的页面签名，以便调用微信扫一扫；未配置公众号时没有"""
    js_sdk = current_js_sdk()
    if js_sdk is None:
        raise not_found("公众号")
    if _origin(query.url) != _origin(context.settings.base_url):
        raise DomainError(IdentityErrorCode.foreign_page, "只能为本系统的页面签名")
    signed = js_sdk.sign(
        query.url.partition("#")[0], nonce=secrets.token_hex(8), timestamp=int(context.now.timestamp())
    )
    return PageSignatureOut(
        app_id=signed.app_id, timestamp=signed.timestamp, nonce=signed.nonce, signature=signed.signature
    )


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme.lower(), parts.netloc.lower()
