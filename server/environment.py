"""Every environment variable that the server reads: what it is for, when it is needed, what applies without it.

`config.load` reads through this table and nothing else, and `docs/settings.md` is printed from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ConfigurationError(RuntimeError):
    """A setting is missing or unusable; the message names the variable."""


class Needed(StrEnum):
    never = ""
    production = "in production"
    real_wechat = "in production, and wherever `WECHAT_APP_ID` is set"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable; `without` says in words what applies without it where `default` does not.

    `low` and `high` bound whole numbers.
    """

    name: str
    purpose: str
    default: str = ""
    without: str = ""
    needed: Needed = Needed.never
    secret: bool = False
    low: int = 1
    high: int = 2**31 - 1


_TABLE = (
    Variable("XIANFENG_ENV", "`production` names what is missing and does not start without it", "development"),
    Variable(
        "XIANFENG_DATA",
        "the directory of photos and attachments, of SQLite's database and of the sandbox's secrets; it belongs to one "
        "database, and every process needs the same one",
        "./var",
        needed=Needed.production,
    ),
    Variable(
        "XIANFENG_DATABASE_URL",
        "`mysql+pymysql://xianfeng@db/xianfeng`; with an account that could change the ledger it does not start",
        without="SQLite in `XIANFENG_DATA`",
        needed=Needed.production,
        secret=True,
    ),
    Variable(
        "XIANFENG_BASE_URL",
        "the address people see, `https://…`; in production http is refused",
        without="`http://127.0.0.1:` and `PORT`",
        needed=Needed.production,
    ),
    Variable(
        "XIANFENG_SECRET_KEY",
        "signs links and tickets; at least 32 characters, drawn with `openssl rand -hex 32`",
        without="made once, kept in `XIANFENG_DATA`",
        needed=Needed.real_wechat,
        secret=True,
    ),
    Variable(
        "XIANFENG_PHONE_KEYS",
        "`id:hex64[,id:hex64…]`, newest first; encrypts phone numbers and the group robots' addresses. "
        "Keep a key as long as rows are sealed with it: what its loss makes unreadable is named at start",
        without="made once, kept in `XIANFENG_DATA`",
        needed=Needed.real_wechat,
        secret=True,
    ),
    Variable(
        "XIANFENG_HEAD_KEYS",
        "`hex64[,hex64…]`, newest first, each drawn with `openssl rand -hex 32`: signs the daily heads of the books. "
        "Keep an old key as long as heads of its time are to be checked, and a copy away from the database",
        without="in the sandbox made once, kept in `XIANFENG_DATA`; elsewhere no heads are made, as start and job say",
        secret=True,
    ),
    Variable(
        "XIANFENG_HEADS_DIR",
        "the directory of the file of daily heads, better on another machine's disk than the database's",
        without="`heads` in `XIANFENG_DATA`",
    ),
    Variable("WECHAT_APP_ID", "the mini-program's", without="the sandbox plays WeChat", needed=Needed.production),
    Variable("WECHAT_SECRET", "the mini-program's", needed=Needed.real_wechat, secret=True),
    Variable(
        "WECHAT_TOKEN",
        "of the mini-program's callback `/wechat/mini-program` (消息推送, as XML)",
        without="whether a subscription message arrived is not learned",
        secret=True,
    ),
    Variable("WECHAT_AES_KEY", "of that callback", without="it posts in plain text (明文模式)", secret=True),
    Variable("WECHAT_BASE_URL", "where WeChat's API is", without="`https://api.weixin.qq.com`"),
    Variable("OFFICIAL_APP_ID", "the 公众号's", without="no template messages and no chat there"),
    Variable("OFFICIAL_SECRET", "the 公众号's; goes with `OFFICIAL_APP_ID`", secret=True),
    Variable("OFFICIAL_TOKEN", "of its callback `/wechat/official`", without="it only sends", secret=True),
    Variable("OFFICIAL_AES_KEY", "of its callback", without="it posts in plain text (明文模式)", secret=True),
    Variable("WORK_CORP_ID", "the 企业微信 application's", without="nothing is sent there"),
    Variable("WORK_SECRET", "the 企业微信 application's; goes with `WORK_CORP_ID`", secret=True),
    Variable("WORK_AGENT_ID", "the 企业微信 application's", "0", low=0),
    Variable(
        "WORK_TOKEN",
        "of its callback `/wechat/work`; needs `WORK_AES_KEY`",
        without="it only sends",
        secret=True,
    ),
    Variable("WORK_AES_KEY", "of its callback", secret=True),
    Variable("WORK_BASE_URL", "where 企业微信's API is", without="`https://qyapi.weixin.qq.com`"),
    Variable(
        "XIANFENG_WECHAT_TEMPLATES",
        'a JSON file of the templates WeChat gave us: `{"subscription": {"claim": {"id": "…", '
        '"fields": ["thing1", "phrase2", …]}, …}, "official": {…}}`, fields in our order',
        without="no subscription or template message is ever sent; what is missing is named at start",
    ),
    Variable("XIANFENG_PUSH_CONCURRENCY", "how many pushes are sent at once", "32", high=256),
    Variable(
        "XIANFENG_SCHEDULER",
        "`none`: jobs run in `xianfeng scheduler`; `embedded`: in the web workers",
        without="`none` in production, else `embedded`",
    ),
    Variable("XIANFENG_WORKERS", "processes that serve", "1"),
    Variable("XIANFENG_THREADS", "threads in each of them", "32"),
    Variable("XIANFENG_HOST", "the address it listens on; in the sandbox this machine's own", "127.0.0.1"),
    Variable(
        "XIANFENG_SANDBOX_OPEN",
        "`anybody-signs-in-as-anybody`: the sandbox may listen on any `XIANFENG_HOST`; never with real people's data",
        without="it listens to this machine alone",
    ),
    Variable("PORT", "the port it listens on", "8000", high=65_535),
    Variable(
        "XIANFENG_TRUSTED_PROXIES",
        "how many proxies stand before it; only what these append to `X-Forwarded-For`, `-Proto` and `-Host` counts. "
        "With too few everybody behind the proxy counts as one caller, with too many a caller names their own address",
        "0",
        low=0,
    ),
    Variable("XIANFENG_MAX_BODY_BYTES", "the largest request", str(12 * 1024 * 1024)),
    Variable("XIANFENG_MAX_PHOTO_BYTES", "the largest photo or file", str(10 * 1024 * 1024)),
    Variable("XIANFENG_PHOTO_URL_SECONDS", "how long a photo's link opens it", "300"),
    Variable("XIANFENG_TOKEN_DAYS", "how long a sign-in lasts", "30"),
    Variable(
        "XIANFENG_FEEDBACK_DAYS",
        "how many days after the end of a feedback (反映情况) who reported is destroyed, with its photos",
        "180",
    ),
    Variable(
        "XIANFENG_METRICS_TOKEN",
        "Prometheus's bearer token, 16 to 256 characters; Grafana: [dashboards/pushes.json](dashboards/pushes.json)",
        without="there is no `/metrics` outside the sandbox",
        secret=True,
    ),
    Variable("XIANFENG_APP_DIR", "where the built app for browsers is", without="`miniprogram/dist/build/h5`"),
    Variable("XIANFENG_SANDBOX_URL", "a sandbox in a process of its own", without="the one within the app"),
)
VARIABLES: Mapping[str, Variable] = {variable.name: variable for variable in _TABLE}


class Environment:
    """The environment as the table knows it: empty counts as not set, and a name not in the table cannot be read."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """Return a variable's text, or its default."""
        variable = VARIABLES[name]
        return self._values.get(name) or variable.default

    def integer(self, name: str) -> int:
        """Return a whole number. Raises ConfigurationError."""
        variable = VARIABLES[name]
        try:
            value = int(self.text(name))
        except ValueError:
            value = variable.low - 1
        if not variable.low <= value <= variable.high:
            raise ConfigurationError(f"{name} must be a whole number from {variable.low} to {variable.high}")
        return value

    def require(self, *reasons: Needed) -> None:
        """Raise ConfigurationError naming all that is needed for these reasons but not set; defaults do not count."""
        missing = [
            each.name for each in VARIABLES.values() if each.needed in reasons and not self._values.get(each.name)
        ]
        if missing:
            raise ConfigurationError(f"outside the sandbox these settings are needed: {', '.join(missing)}")


def page() -> str:
    """Return docs/settings.md."""
    return _PAGE.format(rows="\n".join(_row(variable) for variable in VARIABLES.values()))


def _row(variable: Variable) -> str:
    default = f"`{variable.default}`" if variable.default else variable.without or "—"
    marks = " (secret)" if variable.secret else ""
    return f"| `{variable.name}`{marks} | {variable.purpose} | {default} | {variable.needed or '—'} |"


_PAGE = """# Settings

Read from the environment; this page is printed from `server/environment.py` by `python -m scripts.settings_page`.
An empty setting counts as not set. Proxies towards WeChat are those of `HTTPS_PROXY` and `NO_PROXY`.

| setting | what it is for | without it | needed |
|---|---|---|---|
{rows}
"""
