"""What WeChat's error codes mean to us."""

from http import HTTPStatus

from server.error_codes import ErrorCode
from server.errors import DomainError
from server.wechat.error_codes import WechatErrorCode

TOKEN_REFUSED = frozenset({40001, 40014, 42001})
"""The access token is wrong or expired: fetch another and try once more."""

CODE_REFUSED = frozenset({40029, 40163})
"""The code is wrong, expired or used."""

BLOCKED = 40226
TOO_FAST = 45011
DAILY_QUOTA = 45009


class WechatError(DomainError):
    """WeChat refused with `errcode`, or could not be understood (`errcode` None).

    `maybe_done`: the call went out and no answer came that says how it ended, so WeChat may have carried it out.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE,
        errcode: int | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        detail = {} if retry_after_seconds is None else {"retry_after_seconds": retry_after_seconds}
        super().__init__(code, message, status=status, detail=detail)
        self.errcode = errcode
        self.maybe_done = False


def unavailable(errcode: int | None = None, *, maybe_done: bool = False) -> WechatError:
    """WeChat is slow, down, or talks nonsense: worth trying again, if doing it twice does no harm."""
    error = WechatError(
        WechatErrorCode.wechat_unavailable, "微信服务暂时不可用，请稍后再试", errcode=errcode, retry_after_seconds=5
    )
    error.maybe_done = maybe_done
    return error


def refused(errcode: int, *, bad_code: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> WechatError:
    """Return the error for a code that WeChat answered; `bad_code` is the status when the user's code was no good."""
    if errcode in CODE_REFUSED:
        return WechatError(
            WechatErrorCode.wechat_code_invalid, "微信授权已失效，请重新操作", status=bad_code, errcode=errcode
        )
    if errcode == BLOCKED:
        message = "该微信号存在风险，微信不允许登录"
        return WechatError(WechatErrorCode.wechat_blocked, message, status=HTTPStatus.FORBIDDEN, errcode=errcode)
    if errcode == TOO_FAST:
        return WechatError(
            WechatErrorCode.wechat_busy, "微信服务繁忙，请一分钟后再试", errcode=errcode, retry_after_seconds=60
        )
    if errcode == DAILY_QUOTA:
        return WechatError(WechatErrorCode.wechat_quota, "今天调用微信的次数已用完，请明天再试", errcode=errcode)
    return unavailable(errcode)
