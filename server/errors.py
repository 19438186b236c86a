"""One error type for everything the domain refuses, and its one shape on the wire."""

from http import HTTPStatus
from typing import Any

from server.error_codes import CoreErrorCode, ErrorCode


class DomainError(Exception):
    """A refusal with a stable `code`, a Chinese `message` for people and an HTTP `status`.

    `keep` asks the transaction to commit what was written before the refusal (a counted wrong try, say).
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
        detail: dict[str, Any] | None = None,
        keep: bool = False,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.detail = detail or {}
        self.keep = keep

    def as_json(self) -> dict[str, Any]:
        """Return the body every refusal has: `{"error": {code, message, detail}}`."""
        return {"error": {"code": self.code, "message": self.message, "detail": self.detail}}


def not_found(what: str = "内容") -> DomainError:
    """The thing does not exist or lies outside the caller's reach: the same answer, so that ids cannot be probed."""
    return DomainError(CoreErrorCode.not_found, f"没有找到该{what}，或您无权查看", status=HTTPStatus.NOT_FOUND)


def forbidden() -> DomainError:
    return DomainError(CoreErrorCode.forbidden, "您的角色不能进行这项操作", status=HTTPStatus.FORBIDDEN)


def conflict(code: ErrorCode, message: str, **detail: Any) -> DomainError:
    return DomainError(code, message, status=HTTPStatus.CONFLICT, detail=detail)


def unavailable(code: ErrorCode, message: str, *, retry_after_seconds: int) -> DomainError:
    """The caller may ask again in a while; the header Retry-After says when."""
    detail = {"retry_after_seconds": retry_after_seconds}
    return DomainError(code, message, status=HTTPStatus.SERVICE_UNAVAILABLE, detail=detail)
