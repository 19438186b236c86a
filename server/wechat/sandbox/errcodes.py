"""The error codes the sandbox answers with, and what WeChat says beside them."""

MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40007: "invalid media_id",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40029: "invalid code",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40169: "invalid length for scene, or the data is not json string",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44991: "content is empty or too long",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45157: "tag name has existed",
    45158: "tag name is too long",
    45159: "invalid tag id",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    56001: "invalid agentid",
    61010: "code is expired: the user has not been seen for two hours",
    65303: "there is no default menu yet",
    81013: "all of UserID, PartyID and TagID are invalid",
    93000: "invalid webhook url",
}


class CallRefused(Exception):
    """WeChat answers this code; `hint` names what was wrong, as it does."""

    def __init__(self, errcode: int, hint: str = "") -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.hint = hint

    def as_json(self) -> dict[str, object]:
        return {"errcode": self.errcode, "errmsg": f"{MESSAGES[self.errcode]} {self.hint}".rstrip()}
