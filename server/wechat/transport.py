"""One HTTP call to WeChat: always with a deadline, never followed elsewhere, and no secret in any error or log."""

import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import requests
import structlog
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from server.wechat.errors import unavailable

MAX_ANSWER_BYTES = 1024 * 1024
log = structlog.get_logger()

# urllib3 writes whole URLs, `secret=` and `access_token=` among them, at level DEBUG.
logging.getLogger("urllib3").setLevel(logging.INFO)


def _http_session() -> requests.Session:
    session = requests.Session()
    adapter = HTTPAdapter(pool_maxsize=256, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


@dataclass(slots=True)
class Transport:
    """Calls `find_base_url()` + path. `timeout_seconds` bounds connecting, and the whole answer."""

    find_base_url: Callable[[], str]
    timeout_seconds: float = 5.0
    http: requests.Session = field(default_factory=_http_session)

    def call(
        self, method: str, path: str, *, params: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return WeChat's JSON object, whatever `errcode` it holds. Raises WechatError `wechat_unavailable`."""
        status, _, raw = self._exchanged(method, path, params, body, MAX_ANSWER_BYTES)
        return _parse(path, status, raw)

    def download(self, path: str, *, params: Mapping[str, str], max_bytes: int) -> bytes | dict[str, Any]:
        """Return a file, or the JSON object by which WeChat refuses it. Raises WechatError."""
        status, mimetype, raw = self._exchanged("GET", path, params, None, max_bytes)
        if status == 200 and not mimetype.startswith(("text/", "application/json")):
            return raw
        return _parse(path, status, raw)

    def _exchanged(
        self, method: str, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None, max_bytes: int
    ) -> tuple[int, str, bytes]:
        """Return status, type and body of the answer."""
        deadline = time.monotonic() + self.timeout_seconds
        try:
            with self.http.request(
                method,
                self.find_base_url() + path,
                params=params,
                data=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
                headers={"Content-Type": "application/json"} if body is not None else None,
                timeout=self.timeout_seconds,
                allow_redirects=False,
                stream=True,
            ) as response:
                mimetype = response.headers.get("Content-Type", "")
                return response.status_code, mimetype, _read(response, deadline, max_bytes)
        except (requests.RequestException, TimeoutError, ValueError) as error:
            log.warning("wechat_unreachable", path=path, error=type(error).__name__)
            raise unavailable(maybe_done=_went_out(error)) from None


def _went_out(error: Exception) -> bool:
    """Whether WeChat may have received the call: everywhere but where no connection came about."""
    if isinstance(error, requests.ConnectTimeout):
        return False
    reason = error.args[0] if error.args else None
    reason = reason.reason if isinstance(reason, MaxRetryError) else reason
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return False
    return not _is_untrusted(reason)


def _is_untrusted(reason: object) -> bool:
    """Whether the other side could not prove who it is, before anything was said."""
    causes = getattr(reason, "args", ())
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)


def _read(response: requests.Response, deadline: float, max_bytes: int) -> bytes:
    raw = bytearray()
    for chunk in response.iter_content(16 * 1024):
        raw += chunk
        if len(raw) > max_bytes:
            raise ValueError("the answer is too long")
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(raw)


def _parse(path: str, status: int, raw: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(raw) if status == 200 else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not is_integer(answer.get("errcode", 0)):
        log.warning("wechat_nonsense", path=path, status=status, length=len(raw))
        raise unavailable(maybe_done=True)
    return answer


def is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
