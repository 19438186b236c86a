"""What is held about how a person signs in, and what they agreed to."""

from collections.abc import Iterator

from server.holdings import DataSubject, Holding
from server.identity.models import Account, LoginLink, PrivacyConsent, Token, WechatIdentity

PLACE = 10
"""Among the holdings of all features, in the order in which a person reads them."""


def holdings(subject: DataSubject) -> Iterator[Holding]:
    yield Holding(
        "账号", Account, Account.id == subject.account_id, {"姓名": Account.name, "开通时间": Account.created_at}
    )
    yield Holding(
        "微信身份",
        WechatIdentity,
        WechatIdentity.account_id == subject.account_id,
        {
            "应用": WechatIdentity.app_id,
            "openid": WechatIdentity.openid,
            "unionid": WechatIdentity.unionid,
            "首次登录": WechatIdentity.created_at,
        },
    )
    yield Holding(
        "登录记录",
        Token,
        Token.identity_id.in_(subject.identity_ids),
        {"登录时间": Token.created_at, "到期时间": Token.expires_at, "退出时间": Token.revoked_at},
    )
    yield Holding(
        "登录链接",
        LoginLink,
        LoginLink.account_id == subject.account_id,
        {"生成时间": LoginLink.created_at, "到期时间": LoginLink.expires_at, "使用时间": LoginLink.used_at},
    )
    yield Holding(
        "对个人信息使用说明的同意",
        PrivacyConsent,
        PrivacyConsent.account_id == subject.account_id,
        {"版本": PrivacyConsent.version, "同意时间": PrivacyConsent.agreed_at},
    )
