"""Codes of refusals (server/error_codes.py)."""

from server.error_codes import ErrorCode


class WechatErrorCode(ErrorCode):
    """Why WeChat, or its stand-in, refuses us."""

    no_official_account = "no_official_account"
    phone_unsupported = "phone_unsupported"
    sandbox_away = "sandbox_away"
    wechat_blocked = "wechat_blocked"
    wechat_busy = "wechat_busy"
    wechat_code_invalid = "wechat_code_invalid"
    wechat_quota = "wechat_quota"
    wechat_unavailable = "wechat_unavailable"
