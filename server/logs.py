"""JSON log lines on stderr, each with its request id; secrets and phone numbers are scrubbed from every line."""

import logging
import re
import sys
from collections.abc import Callable, Mapping, Sequence, Set
from threading import Lock
from time import monotonic
from traceback import walk_tb
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from server.config import Settings
from server.privacy import masked_phone

SCRUBBED = "[scrubbed]"
LONGEST_TEXT = 20_000
SHORT_TEXT = 300
TRACED_AFTER_SECONDS = 300.0
"""How long an exception is only counted after its traceback was logged."""

_SECRET_NAME = r"""
    authorization | cookie | token | secret | password | passwd | session_key | activation | openid | unionid
    | phone | mobile | ticket | signature | \bsig\b | js_code | login_code | idempotency_key
"""
_SECRET_KEY = re.compile(_SECRET_NAME, re.IGNORECASE | re.VERBOSE)
_SECRET_PAIR = re.compile(
    rf"""(?P<name>(?:{_SECRET_NAME})[\w-]{{0,40}}["']?\s*[:=]\s*)
         (?:b?(?P<quote>["']).*?(?P=quote) | (?!b?["']|Bearer\b)[^\s&,;"'}}\])]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_BEARER = re.compile(r"(?P<scheme>Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?P<user>://[^\s:/@]*):[^\s/@]+@")
_LOGIN_CODE = re.compile(r"(?P<name>[?&](?:code|key)=)[^\s&\"']+")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?!\d)")
_SQL_VALUES = re.compile(r"\[parameters: .*?\](?=\n|$)|(?<=Duplicate entry )'.*?'(?= for key)", re.DOTALL)

_THROUGH_US: dict[str, Any] = {"handlers": [], "propagate": True}
GRANIAN_LOGGING: dict[str, Any] = {"loggers": {"_granian": _THROUGH_US, "granian.access": _THROUGH_US}}
"""What granian is told, so that its lines come through the root logger configured here."""


def configure_logging(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's lines to `stream` (default stderr) as JSON."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                Repeated(),
                structlog.processors.format_exc_info,
                Scrubber(settings),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


class Repeated:
    """A structlog processor: a repeated exception is traced once in a while, and counted otherwise."""

    def __init__(self, *, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._lock = Lock()
        self._seen: dict[tuple[type[BaseException], str, int], tuple[float, int]] = {}

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        error = _exception_of(event.get("exc_info"))
        if error is None:
            return event
        times, traced = self._count(error)
        if times:
            event["times"] = times
        if not traced:
            del event["exc_info"]
            event["error"] = f"{type(error).__name__}: {str(error).partition(chr(10))[0][:SHORT_TEXT]}"
        return event

    def _count(self, error: BaseException) -> tuple[int, bool]:
        """Return how often the exception has come since it was last traced, and whether it is traced now."""
        now, key = self._time(), (type(error), *_place_of(error))
        with self._lock:
            since, times = self._seen.get(key, (-float("inf"), 0))
            traced = now - since >= TRACED_AFTER_SECONDS
            times += not traced
            self._seen[key] = (now, 0) if traced else (since, times)
        return times, traced


def _exception_of(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exc_info()[1]
    return None


def _place_of(error: BaseException) -> tuple[str, int]:
    """Return the file and line of our code that the exception passed last, or else where it was raised."""
    frames = [(frame.f_globals.get("__name__", ""), frame, line) for frame, line in walk_tb(error.__traceback__)]
    ours = [each for each in frames if each[0].partition(".")[0] in ("server", "bot")] or frames
    return (ours[-1][1].f_code.co_filename, ours[-1][2]) if ours else ("", 0)


class Scrubber:
    """A structlog processor: hide what is named like a secret, looks like one, or is one of our own settings."""

    def __init__(self, settings: Settings) -> None:
        keys = [key.hex() for key in (*settings.phone_keys.values(), *settings.head_keys)]
        ours = [
            settings.secret_key.decode(errors="replace"),
            settings.wechat_secret,
            settings.official_secret,
            settings.work_secret,
            *keys,
        ]
        self._ours = tuple(secret for secret in ours if secret)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self._field(key, value) for key, value in event.items()}

    def _field(self, key: str, value: object) -> object:
        return SCRUBBED if value is not None and _SECRET_KEY.search(key) else self._value(value)

    def _value(self, value: object) -> object:
        match value:
            case None | bool() | float():
                return value
            case int() if not _PHONE.fullmatch(str(value)):
                return value
            case Mapping():
                return {str(key): self._field(str(key), item) for key, item in value.items()}
            case bytes() | bytearray():
                return f"[{len(value)} bytes]"
            case Set() | Sequence() if not isinstance(value, str):
                return [self._value(item) for item in value]
        return self._text(str(value))

    def _text(self, text: str) -> str:
        text = text[:LONGEST_TEXT]
        for secret in self._ours:
            text = text.replace(secret, SCRUBBED)
        text = _SQL_VALUES.sub(SCRUBBED, text)
        text = _BEARER.sub(rf"\g<scheme> {SCRUBBED}", text)
        text = _URL_PASSWORD.sub(rf"\g<user>:{SCRUBBED}@", text)
        text = _LOGIN_CODE.sub(rf"\g<name>{SCRUBBED}", text)
        text = _SECRET_PAIR.sub(rf"\g<name>{SCRUBBED}", text)
        return _PHONE.sub(lambda found: masked_phone("".join(found.groups())), text)
