"""One HTTP call to WeChat: always with a deadline, never followed elsewhere, and no secret in any error or log."""

import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from urllib.parse import urlencode
from urllib.request import getproxies, proxy_bypass

import structlog
from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, make_headers
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError, SSLError
from urllib3.util import parse_url

from server.wechat.errors import unavailable

MAX_ANSWER_BYTES = 1024 * 1024
log = structlog.get_logger()

# urllib3 writes whole URLs, `secret=` and `access_token=` among them, at level DEBUG.
logging.getLogger("urllib3").setLevel(logging.INFO)


POOL: Mapping[str, Any] = {"maxsize": 256, "retries": False}
"""Enough connections for every sender's thread. Nothing is retried or redirected behind our back."""


def through_proxy(base_url: str) -> PoolManager:
    """Return connections by the proxy that the environment names for an address (`HTTPS_PROXY`), if it names one."""
    url, named = parse_url(base_url), getproxies()
    proxy = named.get(url.scheme or "") or named.get("all")
    if not proxy or proxy_bypass(url.netloc or ""):
        return PoolManager(**POOL)
    address = parse_url(proxy if "://" in proxy else f"http://{proxy}")
    headers = make_headers(proxy_basic_auth=address.auth) if address.auth else None
    return ProxyManager(address.url, proxy_headers=headers, **POOL)


@dataclass(slots=True)
class Transport:
    """Calls `find_base_url()` + path. `timeout_seconds` bounds connecting, and the whole answer.

    On urllib3 itself: what `requests` adds costs as much processor again as the call, and we need none of it.
    """

    find_base_url: Callable[[], str]
    timeout_seconds: float = 5.0
    http: PoolManager = field(default_factory=lambda: PoolManager(**POOL))

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
        response: BaseHTTPResponse | None = None
        try:
            response = self.http.request(
                method,
                f"{self.find_base_url()}{path}?{urlencode(params)}",
                body=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
                headers={"Content-Type": "application/json"} if body is not None else None,
                timeout=self.timeout_seconds,
                preload_content=False,
            )
            raw = _read(response, deadline, max_bytes)
            response.release_conn()
            return response.status, response.headers.get("Content-Type", ""), raw
        except (HTTPError, OSError, ValueError) as error:
            if response is not None:
                response.close()
            log.warning("wechat_unreachable", path=path, error=type(error).__name__)
            raise unavailable(maybe_done=_went_out(error)) from None


def _went_out(error: Exception) -> bool:
    """Whether WeChat may have received the call: always, unless no connection was made."""
    reason = error.original_error if isinstance(error, ProxyError) else error
    return not isinstance(reason, NewConnectionError | ConnectTimeoutError) and not _is_untrusted(reason)


def _is_untrusted(reason: Exception) -> bool:
    """Whether the other side could not prove who it is, before anything was said."""
    return isinstance(reason, SSLError) and any(isinstance(each, ssl.SSLCertVerificationError) for each in reason.args)


def _read(response: BaseHTTPResponse, deadline: float, max_bytes: int) -> bytes:
    raw = bytearray()
    for chunk in response.stream(16 * 1024):
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
