"""Typed settings, read once from the environment. Production refuses to start without its secrets."""

import json
import os
import re
import secrets
import tempfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from server.environment import ConfigurationError, Environment, Needed

__all__ = ["BUILT_APP", "ConfigurationError", "Settings", "WechatTemplate", "load"]

BUILT_APP = Path(__file__).resolve().parents[1] / "miniprogram" / "dist" / "build" / "h5"
SANDBOX_OPEN = "anybody-signs-in-as-anybody"
"""What XIANFENG_SANDBOX_OPEN has to say."""


@dataclass(frozen=True, slots=True)
class WechatTemplate:
    """A message template as WeChat knows it: its id, and the names of its fields in the order of our catalogue."""

    id: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Sizes in bytes, times in seconds.

    `secret_key` signs URLs and tickets, `phone_keys` maps key ids to 32-byte keys (the first one encrypts).
    `head_keys` sign the daily heads, the first one the new ones; without any none are made.
    `official_*` is the 公众号, `work_*` the 企业微信 application; '' means that this channel is off. Without its token
    an account only sends; without its AES key the 公众号 posts in plain text.
    `wechat_templates` is by channel and our key.
    """

    production: bool
    data_dir: Path
    database_url: str = field(repr=False)
    base_url: str
    host: str
    port: int
    threads: int
    workers: int
    secret_key: bytes = field(repr=False)
    phone_keys: Mapping[str, bytes] = field(repr=False)
    head_keys: tuple[bytes, ...] = field(repr=False)
    heads_dir: Path
    wechat_app_id: str
    wechat_secret: str = field(repr=False)
    wechat_token: str = field(repr=False)
    wechat_aes_key: str = field(repr=False)
    wechat_base_url: str | None
    official_app_id: str
    official_secret: str = field(repr=False)
    official_token: str = field(repr=False)
    official_aes_key: str = field(repr=False)
    work_corp_id: str
    work_secret: str = field(repr=False)
    work_agent_id: int
    work_token: str = field(repr=False)
    work_aes_key: str = field(repr=False)
    work_base_url: str | None
    wechat_templates: Mapping[str, Mapping[str, WechatTemplate]]
    push_concurrency: int
    sandbox_url: str | None
    trusted_proxies: int
    max_body_bytes: int
    max_photo_bytes: int
    photo_url_seconds: int
    token_days: int
    feedback_days: int
    embeds_scheduler: bool
    app_dir: Path
    metrics_token: str = field(repr=False)

    @property
    def sandbox(self) -> bool:
        """Whether WeChat is played by the local stand-in."""
        return not self.wechat_app_id

    @property
    def has_app(self) -> bool:
        """Whether the app for the browser is built (`make app`); looked up each time, so no restart is needed."""
        return (self.app_dir / "index.html").is_file()

    @property
    def photo_dir(self) -> Path:
        return self.data_dir / "photos"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read settings from `environ` (default: the process's). Raises ConfigurationError."""
    env = Environment(os.environ if environ is None else environ)
    production = _production(env)
    if production or env.text("WECHAT_APP_ID"):
        env.require(Needed.real_wechat, *((Needed.production,) if production else ()))
    _refuse_open_sandbox(env)
    data_dir = Path(env.text("XIANFENG_DATA")).resolve()
    port = env.integer("PORT")
    return Settings(
        production=production,
        data_dir=data_dir,
        database_url=env.text("XIANFENG_DATABASE_URL") or f"sqlite:///{data_dir / 'xianfeng.db'}",
        base_url=_base_url(env, production, port),
        host=env.text("XIANFENG_HOST"),
        port=port,
        threads=env.integer("XIANFENG_THREADS"),
        workers=env.integer("XIANFENG_WORKERS"),
        secret_key=_secret_key(env, data_dir, production),
        phone_keys=_phone_keys(env, data_dir, production),
        head_keys=_head_keys(env, data_dir, production),
        heads_dir=Path(env.text("XIANFENG_HEADS_DIR") or data_dir / "heads").resolve(),
        wechat_app_id=env.text("WECHAT_APP_ID"),
        wechat_secret=env.text("WECHAT_SECRET"),
        wechat_token=_callback_token(env, "WECHAT_TOKEN", "WECHAT_APP_ID"),
        wechat_aes_key=_aes_key(env, "WECHAT_AES_KEY", "WECHAT_TOKEN"),
        wechat_base_url=env.text("WECHAT_BASE_URL") or None,
        official_app_id=_half(env, "OFFICIAL_APP_ID", "OFFICIAL_SECRET"),
        official_secret=env.text("OFFICIAL_SECRET"),
        official_token=_callback_token(env, "OFFICIAL_TOKEN", "OFFICIAL_APP_ID"),
        official_aes_key=_aes_key(env, "OFFICIAL_AES_KEY", "OFFICIAL_TOKEN"),
        work_corp_id=_half(env, "WORK_CORP_ID", "WORK_SECRET"),
        work_secret=env.text("WORK_SECRET"),
        work_agent_id=env.integer("WORK_AGENT_ID"),
        work_token=_callback_token(env, "WORK_TOKEN", "WORK_CORP_ID", "WORK_AES_KEY"),
        work_aes_key=_aes_key(env, "WORK_AES_KEY", "WORK_TOKEN"),
        work_base_url=env.text("WORK_BASE_URL") or None,
        wechat_templates=_wechat_templates(env.text("XIANFENG_WECHAT_TEMPLATES")),
        push_concurrency=env.integer("XIANFENG_PUSH_CONCURRENCY"),
        sandbox_url=env.text("XIANFENG_SANDBOX_URL").rstrip("/") or None,
        trusted_proxies=env.integer("XIANFENG_TRUSTED_PROXIES"),
        max_body_bytes=env.integer("XIANFENG_MAX_BODY_BYTES"),
        max_photo_bytes=env.integer("XIANFENG_MAX_PHOTO_BYTES"),
        photo_url_seconds=env.integer("XIANFENG_PHOTO_URL_SECONDS"),
        token_days=env.integer("XIANFENG_TOKEN_DAYS"),
        feedback_days=env.integer("XIANFENG_FEEDBACK_DAYS"),
        embeds_scheduler=_embeds_scheduler(env, production),
        app_dir=Path(env.text("XIANFENG_APP_DIR") or BUILT_APP).resolve(),
        metrics_token=_metrics_token(env),
    )


def _refuse_open_sandbox(env: Environment) -> None:
    """In the sandbox anybody signs in as anybody: it listens on loopback only, unless told otherwise."""
    said = env.text("XIANFENG_SANDBOX_OPEN")
    if not (env.text("WECHAT_APP_ID") or _is_loopback(env.text("XIANFENG_HOST")) or said == SANDBOX_OPEN):
        raise ConfigurationError(
            "XIANFENG_HOST must be 127.0.0.1 without WECHAT_APP_ID: the sandbox lets anybody sign in as anybody. "
            f"To let others on the network do so set XIANFENG_SANDBOX_OPEN={SANDBOX_OPEN}"
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _base_url(env: Environment, production: bool, port: int) -> str:
    """Return the address people see. Over http, anybody on the way can read what they send."""
    url = (env.text("XIANFENG_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    parts = urlsplit(url)
    if production and parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise ConfigurationError("XIANFENG_BASE_URL must begin with https:// in production")
    return url


def _half(env: Environment, name: str, other: str) -> str:
    """Return a setting that makes no sense without its other half."""
    if bool(env.text(name)) != bool(env.text(other)):
        raise ConfigurationError(f"{name} and {other} go together")
    return env.text(name)


def _callback_token(env: Environment, name: str, *needed: str) -> str:
    """Return the word we share with WeChat for its callbacks, 3 to 32 letters and digits; '' when there are none."""
    token = env.text(name)
    if token and not re.fullmatch(r"[A-Za-z0-9]{3,32}", token):
        raise ConfigurationError(f"{name} must have 3 to 32 letters and digits")
    for other in needed if token else ():
        if not env.text(other):
            raise ConfigurationError(f"{name} needs {other}")
    return token


def _aes_key(env: Environment, name: str, token: str) -> str:
    """Return an EncodingAESKey: 43 letters and digits that stand for 32 bytes."""
    key = env.text(name)
    if key and not re.fullmatch(r"[A-Za-z0-9]{43}", key):
        raise ConfigurationError(f"{name} must have 43 letters and digits")
    if key and not env.text(token):
        raise ConfigurationError(f"{name} needs {token}")
    return key


def _wechat_templates(path: str) -> dict[str, dict[str, WechatTemplate]]:
    """Read `{"<channel>": {"<our key>": {"id": "…", "fields": ["thing1", …]}}}`."""
    if not path:
        return {}
    try:
        channels = json.loads(Path(path).read_text(encoding="utf-8"))
        return {
            channel: {
                key: WechatTemplate(str(each["id"]), tuple(map(str, each["fields"]))) for key, each in known.items()
            }
            for channel, known in channels.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"XIANFENG_WECHAT_TEMPLATES cannot be read: {error!r}") from None


def _production(env: Environment) -> bool:
    """Whether this is production; a misspelt answer must not quietly mean no."""
    value = env.text("XIANFENG_ENV")
    if value not in ("development", "production"):
        raise ConfigurationError("XIANFENG_ENV must be development or production")
    return value == "production"


def _embeds_scheduler(env: Environment, production: bool) -> bool:
    """Whether web workers run the jobs too; production has `xianfeng scheduler` for that."""
    value = env.text("XIANFENG_SCHEDULER") or ("none" if production else "embedded")
    if value not in ("embedded", "none"):
        raise ConfigurationError("XIANFENG_SCHEDULER must be embedded or none")
    return value == "embedded"


def _metrics_token(env: Environment) -> str:
    """The bearer token that Prometheus shows; without one there is no `/metrics` outside the sandbox."""
    token = env.text("XIANFENG_METRICS_TOKEN")
    if token and not 16 <= len(token) <= 256:
        raise ConfigurationError("XIANFENG_METRICS_TOKEN must have 16 to 256 characters")
    return token


def _secret_key(env: Environment, data_dir: Path, production: bool) -> bytes:
    if value := env.text("XIANFENG_SECRET_KEY"):
        if len(value) < 32:
            raise ConfigurationError("XIANFENG_SECRET_KEY must have at least 32 characters")
        return _random(value.encode(), "XIANFENG_SECRET_KEY", production)
    return drawn_once(data_dir / "secret_key").encode()


def _phone_keys(env: Environment, data_dir: Path, production: bool) -> dict[str, bytes]:
    """Parse `XIANFENG_PHONE_KEYS` = `id:hex64,id:hex64`, newest first."""
    text = env.text("XIANFENG_PHONE_KEYS") or f"sandbox:{drawn_once(data_dir / 'phone_key')}"
    try:
        keys = {key_id: bytes.fromhex(key) for key_id, key in (pair.split(":") for pair in text.split(","))}
    except ValueError:
        raise ConfigurationError("XIANFENG_PHONE_KEYS must read id:hex[,id:hex…]") from None
    if any(len(key) != 32 for key in keys.values()):
        raise ConfigurationError("XIANFENG_PHONE_KEYS: each key must have 32 bytes (64 hex digits)")
    return {key_id: _random(key, "XIANFENG_PHONE_KEYS", production) for key_id, key in keys.items()}


def _head_keys(env: Environment, data_dir: Path, production: bool) -> tuple[bytes, ...]:
    """Parse `XIANFENG_HEAD_KEYS` = `hex64,hex64`, newest first. Only the sandbox makes one itself."""
    text = env.text("XIANFENG_HEAD_KEYS")
    if not text and (production or env.text("WECHAT_APP_ID")):
        return ()
    try:
        keys = tuple(bytes.fromhex(key) for key in (text or drawn_once(data_dir / "head_key")).split(","))
    except ValueError:
        raise ConfigurationError("XIANFENG_HEAD_KEYS must read hex[,hex…]") from None
    if any(len(key) != 32 for key in keys):
        raise ConfigurationError("XIANFENG_HEAD_KEYS: each key must have 32 bytes (64 hex digits)")
    return tuple(_random(key, "XIANFENG_HEAD_KEYS", production) for key in keys)


def _random(key: bytes, name: str, production: bool) -> bytes:
    """Return a key; in production a typed one is refused: it repeats itself, so zlib shrinks it."""
    if production and len(zlib.compress(key)) < 32:
        raise ConfigurationError(f"{name} can be guessed in production; draw a key with: openssl rand -hex 32")
    return key


def drawn_once(path: Path) -> str:
    """Return 64 hex digits drawn on first use and kept in this file of the data directory: never known in advance.

    The file appears whole or not at all, so that two processes starting together agree on it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text(encoding="ascii")
