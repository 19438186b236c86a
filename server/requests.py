"""What holds for every request: its id, its limits, and one shape for every error: JSON, to a browser a page."""

import json
import math
import re
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, jsonify, make_response, request
from pydantic import ValidationError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from server import clock, proxies
from server.config import Settings
from server.db import is_retryable
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, unavailable
from server.outages import Outage, outage_of

log = structlog.get_logger()
MAX_JSON_BYTES = 1024 * 1024
MAX_JSON_PARTS = 20_000
"""How many values and fields a body may have: each takes fifty times its two bytes while it is read."""

MAX_PROBLEMS = 1_000
"""Input with more errors is refused without listing them: each takes half a kilobyte to describe."""

REFUSAL = "xianfeng.refusal"
"""Where a request carries the DomainError with which it is to be refused (server/receiving.py)."""

_OURS = "Value error, "
"""What pydantic puts before the words of a ValueError."""

FOR_MACHINES = ("/api/", "/wechat/", "/healthz", "/readyz", "/metrics")
"""Below these nobody reads pages: an error is always JSON."""

ErrorPage = Callable[[DomainError], Response]
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HTTP_MESSAGES = {
    400: (CoreErrorCode.bad_request, "请求格式不正确"),
    404: (CoreErrorCode.not_found, "没有找到该地址"),
    405: (CoreErrorCode.method_not_allowed, "该地址不支持这种操作"),
    413: (CoreErrorCode.too_large, "上传内容太大"),
    415: (CoreErrorCode.unsupported_media_type, "请求内容的类型不受支持"),
    429: (CoreErrorCode.too_many_requests, "操作太频繁，请稍后再试"),
}


def install(app: Flask, settings: Settings, *, error_page: ErrorPage) -> None:
    """Give the app its request ids, limits, security headers and error mapping."""
    app.extensions["error_page"] = error_page
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_JSON_BYTES
    app.config["MAX_FORM_PARTS"] = 20
    proxies.install(app, settings)
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntegrityError, _contradiction)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(NoConnectionFree, _database_error)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(Exception, _unexpected)


class _Json:
    """How requests are read: JSON as the standard has it, and no more of it than we care to read."""

    @staticmethod
    def loads(text: bytes) -> Any:
        """Raise ValueError, DomainError `too_large`."""
        if sum(map(text.count, (b"[", b"{", b","))) > MAX_JSON_PARTS:
            raise _too_large()
        return json.loads(text, parse_constant=_finite, parse_float=_finite)


def _finite(number: str) -> float:
    """Return a JSON number. Raise ValueError for what JSON does not have: NaN, infinity, 1e999."""
    if not math.isfinite(value := float(number)):
        raise ValueError("not a finite number")
    return value


def is_too_large(app: Flask, environ: dict[str, Any], size: int) -> bool:
    """Whether a body of that size is more than its route takes: a megabyte, or a file where it has a form."""
    if size <= MAX_JSON_BYTES:
        return False
    try:
        endpoint, _ = app.url_map.bind_to_environ(environ).match()
    except HTTPException:
        return True
    return size > _largest_body(app, endpoint)


def _largest_body(app: Flask, endpoint: str | None) -> int:
    takes_files = getattr(app.view_functions.get(endpoint or ""), "takes_files", False)
    return int(app.config["MAX_CONTENT_LENGTH"]) if takes_files else MAX_JSON_BYTES


def _too_large() -> DomainError:
    return DomainError(CoreErrorCode.too_large, "提交内容太大", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def validation_response(error: ValidationError) -> Response:
    """Answer input that does not fit: where, and what was expected, never the input itself."""
    if error.error_count() > MAX_PROBLEMS:
        return _refused(DomainError(CoreErrorCode.invalid_input, f"填写内容有误，共 {error.error_count()} 处"))
    problems = [
        {"field": ".".join(map(str, problem["loc"])), "problem": problem["msg"].removeprefix(_OURS)}
        for problem in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    fields = "、".join(dict.fromkeys(_in_words(**problem) for problem in problems[:5]))
    refusal = DomainError(CoreErrorCode.invalid_input, f"填写内容有误：{fields}", detail={"problems": problems[:50]})
    return _refused(refusal)


def _in_words(field: str, problem: str) -> str:
    """Name a field, and say what is wrong with it where that is said in Chinese."""
    return (field or "请求内容") + ("" if problem.isascii() else f" {problem}")


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if (refusal := request.environ.get(REFUSAL)) is not None:
        raise refusal
    request.json_module = _Json
    request.max_content_length = _largest_body(current_app, request.endpoint)


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    if request.path.startswith("/api/v1/"):
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Date"] = http_date(clock.now())  # phones, whose own clocks may be off, go by it
    return response


def _refused(refusal: DomainError) -> Response:
    answer = current_app.extensions["error_page"](refusal) if _wants_page() else jsonify(refusal.as_json())
    response = make_response(answer, refusal.status)
    response.vary.add("Accept")
    if (seconds := refusal.detail.get("retry_after_seconds")) is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def _wants_page() -> bool:
    """Whether a browser asks for a page."""
    asked = request.accept_mimetypes
    return not request.path.startswith(FOR_MACHINES) and asked["text/html"] > asked["application/json"]


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:  # an answer already made, by `abort(response)`
        return make_response(error.response)
    status = HTTPStatus(error.code or 500)
    code, message = _HTTP_MESSAGES.get(status, (CoreErrorCode.http_error, "请求未能完成"))
    response = _refused(DomainError(code, message, status=status))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _contradiction(error: IntegrityError) -> Response:
    """A unique key or check refused what a select before had let through: someone else was faster."""
    log.warning("integrity_error", error=str(error.orig))
    return _refused(conflict(CoreErrorCode.conflict, "内容刚被他人修改，请刷新后重试"))


def _unstorable(error: DataError) -> Response:
    log.warning("data_error", error=str(error.orig))
    return _refused(DomainError(CoreErrorCode.invalid_input, "填写内容超出允许范围"))


def _database_error(error: DBAPIError | NoConnectionFree) -> Response:
    outage = outage_of(error)
    if outage is not None and outage is not Outage.locked:
        log.error("database_unavailable", outage=outage, error=str(getattr(error, "orig", error))[:200])
        return _refused(
            unavailable(CoreErrorCode.database_unavailable, "数据库暂时不可用，请稍后再试", retry_after_seconds=5)
        )
    if isinstance(error, DBAPIError) and is_retryable(error):
        log.warning("database_busy", error=str(error.orig)[:200])
        return _refused(unavailable(CoreErrorCode.busy, "系统繁忙，请稍后再试", retry_after_seconds=2))
    return _unexpected(error)


def _too_deep(_error: RecursionError) -> Response:
    return _refused(DomainError(CoreErrorCode.bad_request, "请求格式不正确", status=HTTPStatus.BAD_REQUEST))


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected_error", exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _refused(DomainError(CoreErrorCode.internal, "系统出错，已记录，请稍后再试", status=status))
