"""Where WeChat's own browser goes so that a page of ours knows its reader (公众号网页授权)."""

from urllib.parse import urlencode

from server.config import Settings

AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
SIGN_IN_PAGE = "/m/pages/sign-in/sign-in"


def official_address(settings: Settings, state: str) -> str | None:
    """Return the address, or None without a 公众号. WeChat brings the reader back with `code` and the same `state`.

    `state` is a random word that only the reader's browser knows: a way back that it did not ask for is not taken.
    Only their openid is asked for (snsapi_base): no window opens, and neither name nor picture is learned.
    """
    if not settings.official_app_id:
        return None
    query = {
        "appid": settings.official_app_id,
        "redirect_uri": settings.base_url + SIGN_IN_PAGE,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    return f"{AUTHORIZE}?{urlencode(query)}#wechat_redirect"
