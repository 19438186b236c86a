"""Guarded routes: every route names its permission and its target, and runs in one retried transaction.

A view is parse → service → present. `Access` (server/identity/access.py) authenticates, authorises and opens the
transaction; this is its JSON face: it validates, runs the view and stores the answer under the caller's
Idempotency-Key in that same transaction. On a refused commit the whole view runs again. See docs/adr/0002.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from http import HTTPStatus
from inspect import signature
from threading import Lock
from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import OPENAPI3_REF_PREFIX
from flask_openapi3.models.schema import Schema
from flask_openapi3.models.tag import Tag
from flask_openapi3.openapi import OpenAPI
from flask_openapi3.utils import get_model_schema, parse_parameters
from pydantic import BaseModel, ConfigDict, Field

from server.errors import DomainError
from server.identity import idempotency
from server.identity.access import Access, Context, TargetParameter
from server.identity.error_codes import IdentityErrorCode
from server.identity.query_strings import query_reader
from server.identity.request_shapes import inputs_of
from server.identity.rules import Permission


class ErrorBody(BaseModel):
    code: str
    message: str
    detail: dict[str, Any] = Field(default_factory=dict)


class ErrorOut(BaseModel):
    error: ErrorBody


class Body(BaseModel):
    """Base of request bodies: unknown fields are refused, text is trimmed, NUL and lone surrogates never get in."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _refers_to_error() -> dict[str, Any]:
    """A response in the API document by reference: deriving the schema for each again is half of what it costs."""
    return {"content": {"application/json": {"schema": {"$ref": f"{OPENAPI3_REF_PREFIX}/{ErrorOut.__name__}"}}}}


ERRORS: dict[Any, Any] = {status: _refers_to_error() for status in (400, 401, 403, 404, 408, 409, 413, 422, 429, 503)}
ERROR_SCHEMAS = {
    ErrorOut.__name__: Schema(**get_model_schema(ErrorOut)),
    ErrorBody.__name__: Schema(**get_model_schema(ErrorBody)),
}
BEARER: list[dict[str, list[Any]]] = [{"token": []}]


class Api(APIBlueprint):
    """A blueprint whose routes cannot be added without saying who may use them."""

    def __init__(self, name: str, import_name: str, *, tag: str) -> None:
        super().__init__(name, import_name, url_prefix="/api/v1", abp_tags=[Tag(name=tag)], abp_responses=ERRORS)
        self.components_schemas.update(ERROR_SCHEMAS)
        self.guards: dict[str, Access] = {}
        self._undescribed: list[Callable[[], object]] = []

    def _collect_openapi_info(self, rule: str, func: Callable[..., Any], **about: Any) -> Any:
        """Leave it until the document is asked for. `_guard` reads the shapes of the request; here there are none."""
        self._undescribed.append(partial(super()._collect_openapi_info, rule, func, **about))
        return (None,) * 7

    def describe(self) -> None:
        """Put what no document has asked for yet into `paths`, `tags` and `components_schemas`."""
        for describe in self._undescribed:
            describe()
        self._undescribed.clear()

    def guarded(
        self,
        method: str,
        rule: str,
        *,
        permission: Permission | None,
        target: TargetParameter | None = None,
        responses: Mapping[int, Any],
        idempotent: bool = True,
        transacts: bool = True,
        decorators: tuple[Callable[..., Any], ...] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a route. `permission=None` opens it to everyone.

        `idempotent=False` ignores Idempotency-Key: for requests that may be repeated, and for every answer that
        holds a secret, which is shown once and kept nowhere.

        A view with `transacts=False` writes by other means than its session, if at all: it runs as a GET does, in a
        session that only reads and for the caller as the cache remembers them.
        """
        if permission not in (None, Permission.signed_in) and target is None:
            raise ValueError(f"{method} {rule}: a permission other than signed_in needs a target")

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            access = Access(permission, target, reads=method == "GET" or not transacts)
            self.guards[f"{self.name}.{view.__name__}"] = access
            keeps_answers = idempotent and not access.reads
            guarded = _guard(view, access, idempotent=keeps_answers)
            for decorator in decorators:
                guarded = decorator(guarded)
            guarded.__delay_validate_request__ = True  # type: ignore[attr-defined]
            guarded.keeps_answers = keeps_answers  # type: ignore[attr-defined]
            guarded.takes_files = "form" in signature(view).parameters  # type: ignore[attr-defined]
            register = getattr(super(Api, self), method.lower())
            security = BEARER if permission is not None else []
            register(rule, responses=dict(responses), security=security)(guarded)
            return view

        return decorate


_describing = Lock()
"""A blueprint belongs to all apps of a process."""


class Documented(OpenAPI):
    """An app that derives its API document when it is first asked for: it was a fifth of every start."""

    def register_api(self, api: APIBlueprint, **options: Any) -> None:
        self.register_blueprint(api, **options)

    @property
    def api_doc(self) -> dict[str, Any]:
        """The OpenAPI document of the blueprints registered so far; later ones are not in it."""
        with _describing:
            if not self.spec_json:
                self._describe()
            document: dict[str, Any] = super().api_doc
            return document

    def _describe(self) -> None:
        for api in self.blueprints.values():
            if isinstance(api, Api):
                api.describe()
                self.tags.extend(tag for tag in api.tags if tag.name not in self.tag_names)
                self.tag_names.extend(tag.name for tag in api.tags)
                self.paths.update(api.paths)
                self.components_schemas.update(api.components_schemas)


def _guard(view: Callable[..., Any], access: Access, *, idempotent: bool) -> Callable[..., Any]:
    header, cookie, path, query, form, body, raw = parse_parameters(view, doc_ui=False)
    route = _Route(
        view=view,
        access=access,
        idempotent=idempotent,
        shapes=(header, cookie, path, None, form, body, raw),
        read_query=query_reader(query) if query else None,
    )

    @wraps(view)
    def guarded(**path: Any) -> Response:
        return route.answer(path)

    return guarded


@dataclass(frozen=True, slots=True)
class _Route:
    """A guarded view and what surrounds it. `shapes` are the library's; the query is read faster here."""

    view: Callable[..., Any]
    access: Access
    idempotent: bool
    shapes: tuple[Any, ...]
    read_query: Callable[[], BaseModel] | None

    def answer(self, path: Mapping[str, Any]) -> Response:
        if request.is_json:
            request.get_data()  # before the transaction: a slow sender must not hold its locks
        return self.access.run(bearer_token, path, lambda context: self._act(context, path))

    def _act(self, context: Context, path: Mapping[str, Any]) -> Response:
        """Validate and run the view once, in a transaction that may be refused and run again."""
        inputs = self._inputs(path)
        key = request.headers.get("Idempotency-Key") if self.idempotent else None
        if key is None:
            return _as_response(self.view(context, **inputs))
        return _once(context, key, lambda: _as_response(self.view(context, **inputs)))

    def _inputs(self, path: Mapping[str, Any]) -> dict[str, Any]:
        inputs = inputs_of(self.shapes, path)
        if self.read_query is not None:
            inputs["query"] = self.read_query()
        return inputs


def bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise DomainError(IdentityErrorCode.not_signed_in, "请先登录", status=HTTPStatus.UNAUTHORIZED)
    return token.strip()


def _as_response(result: Any) -> Response:
    """Turn what a view returned — a model, (model, status), a Response or None — into a response."""
    if isinstance(result, Response):
        return result
    body, status = result if isinstance(result, tuple) else (result, 200)
    if body is None:
        return Response(status=204)
    return Response(body.model_dump_json(), status=status, mimetype="application/json")


def _once(context: Context, key: str, act: Callable[[], Response]) -> Response:
    """Answer a repeated Idempotency-Key with the first answer; the row is written with the effect.

    A refusal uses up no key, even if it keeps what it wrote.
    """
    if not 1 <= len(key) <= 128 or not key.isascii():
        raise DomainError(IdentityErrorCode.invalid_idempotency_key, "Idempotency-Key 应为 1–128 个 ASCII 字符")
    body_hash = hashlib.sha256(request.get_data()).hexdigest()
    route = f"{request.method} {request.path}"
    earlier = idempotency.claim(
        context.session,
        identity_id=context.actor.identity_id,
        key=key,
        route=route,
        body_hash=body_hash,
        now=context.now,
    )
    if earlier.status:
        return Response(earlier.body, status=earlier.status, mimetype="application/json")
    try:
        response = act()
    except DomainError:
        context.session.delete(earlier)
        raise
    earlier.status, earlier.body = response.status_code, response.get_data(as_text=True)
    return response
