"""Guarded routes: every route names its permission and its target, and runs in one retried transaction.

A view is parse → service → present. The guard authenticates, authorises, validates, runs the view in a transaction,
stores the answer under the caller's Idempotency-Key in that same transaction, and commits. On a refused commit the
whole view runs again. See docs/adr/0002.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from inspect import signature
from typing import Any

from flask import Response, current_app, g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import OPENAPI3_REF_PREFIX
from flask_openapi3.models.schema import Schema
from flask_openapi3.models.tag import Tag
from flask_openapi3.request import _validate_request
from flask_openapi3.utils import get_model_schema, parse_parameters
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server import clock
from server.audit import service as audit
from server.config import Settings
from server.db import reading, transaction
from server.errors import DomainError, forbidden, not_found
from server.identity import idempotency, service
from server.identity.queries import query_reader
from server.identity.rules import Actor, Permission, Target, allows, holds

TargetResolver = Callable[[Session, int], Target | None]
"""Return what a path's id stands for, or None where there is no such thing."""


Look = tuple[str, str, int]
"""What was done, and the kind and id of what was seen."""


@dataclass(frozen=True, slots=True)
class TargetParameter:
    """Which path parameter names the target, and how to find it."""

    name: str
    resolve: TargetResolver


@dataclass(slots=True)
class Context:
    """What a view gets: the open session, the caller, the time and what the request acts on."""

    session: Session
    actor: Actor
    now: datetime
    target: Target
    settings: Settings
    request_id: str
    looks: list[Look] = field(default_factory=list)

    def audit_look(self, subject_kind: str, subject_id: int) -> None:
        """Note that the caller sees another's details; the guard writes the audit line once the answer stands."""
        if self.target.member_id is None or self.target.member_id != self.actor.member_id:
            self.looks.append(("look", subject_kind, subject_id))

    def audit_export(self, subject_kind: str, subject_id: int) -> None:
        """Note that data leave the house, whoever takes them; written as a look is."""
        self.looks.append(("export", subject_kind, subject_id))

    @property
    def account_id(self) -> int:
        """The caller's account. Raises DomainError `not_bound` when he has none yet."""
        if self.actor.account_id is None:
            raise DomainError("not_bound", "请先完成身份绑定", status=HTTPStatus.FORBIDDEN)
        return self.actor.account_id


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
    """A response in the API document by reference: deriving the schema anew for each is half of a start."""
    return {"content": {"application/json": {"schema": {"$ref": f"{OPENAPI3_REF_PREFIX}/{ErrorOut.__name__}"}}}}


ERRORS: dict[Any, Any] = {status: _refers_to_error() for status in (400, 401, 403, 404, 408, 409, 413, 422, 429, 503)}
ERROR_SCHEMAS = {
    ErrorOut.__name__: Schema(**get_model_schema(ErrorOut)),
    ErrorBody.__name__: Schema(**get_model_schema(ErrorBody)),
}
NOWHERE = Target(ancestor_ids=())
BEARER: list[dict[str, list[Any]]] = [{"token": []}]
MAX_ID = 2**63 - 1


class Api(APIBlueprint):
    """A blueprint whose routes cannot be added without saying who may use them."""

    def __init__(self, name: str, import_name: str, *, tag: str) -> None:
        super().__init__(name, import_name, url_prefix="/api/v1", abp_tags=[Tag(name=tag)], abp_responses=ERRORS)
        self.components_schemas.update(ERROR_SCHEMAS)
        self.guards: dict[str, tuple[Permission | None, TargetParameter | None]] = {}

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

        `idempotent=False` ignores Idempotency-Key: for what is the same when sent again, and for every answer that
        holds a secret, which is shown once and kept nowhere.

        A view with `transacts=False` writes by other means than its session, if at all: it runs as a GET does, in a
        session that only reads and for the caller as he is remembered.
        """
        if permission not in (None, Permission.signed_in) and target is None:
            raise ValueError(f"{method} {rule}: a permission other than signed_in needs a target")

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            self.guards[f"{self.name}.{view.__name__}"] = (permission, target)
            reads = method == "GET" or not transacts
            guarded = _guard(view, permission=permission, target=target, reads=reads, idempotent=idempotent)
            for decorator in decorators:
                guarded = decorator(guarded)
            guarded.__delay_validate_request__ = True  # type: ignore[attr-defined]
            guarded.keeps_answers = idempotent and not reads  # type: ignore[attr-defined]
            guarded.takes_files = "form" in signature(view).parameters  # type: ignore[attr-defined]
            register = getattr(super(Api, self), method.lower())
            security = BEARER if permission is not None else []
            register(rule, responses=dict(responses), security=security)(guarded)
            return view

        return decorate


def _guard(
    view: Callable[..., Any],
    *,
    permission: Permission | None,
    target: TargetParameter | None,
    reads: bool,
    idempotent: bool,
) -> Callable[..., Any]:
    header, cookie, path, query, form, body, raw = parse_parameters(view, doc_ui=False)
    route = _Route(
        view=view,
        permission=permission,
        target=target,
        reads=reads,
        idempotent=idempotent and not reads,
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
    permission: Permission | None
    target: TargetParameter | None
    reads: bool
    idempotent: bool
    shapes: tuple[Any, ...]
    read_query: Callable[[], BaseModel] | None

    def answer(self, path: Mapping[str, Any]) -> Response:
        engine: Engine = current_app.extensions["engine"]
        actor = _authenticate(engine, self.permission, fresh=not self.reads)
        if request.is_json:
            request.get_data()  # before the transaction: a slow sender must not hold its locks
        looks: list[Look] = []

        def work(session: Session) -> Response:
            looks.clear()
            return self._act(session, actor, path, looks)

        response = _read(engine, work) if self.reads else _in_transaction(engine, work)
        if looks:
            transaction(engine, lambda session: _record_looks(session, actor, looks))
        return response

    def _act(self, session: Session, actor: Actor, path: Mapping[str, Any], looks: list[Look]) -> Response:
        """Authorise, validate and run the view once, in a transaction that may be refused and run again."""
        context = Context(
            session=session,
            actor=actor,
            now=clock.now(),
            target=_authorise(session, actor, self.permission, self.target, path),
            settings=current_app.extensions["settings"],
            request_id=g.request_id,
            looks=looks,
        )
        inputs = self._inputs(path)
        key = request.headers.get("Idempotency-Key") if self.idempotent else None
        if key is None:
            return _as_response(self.view(context, **inputs))
        return _once(context, key, lambda: _as_response(self.view(context, **inputs)))

    def _inputs(self, path: Mapping[str, Any]) -> dict[str, Any]:
        inputs: dict[str, Any] = _validate_request(*self.shapes, path_kwargs=dict(path))  # type: ignore[misc]
        if self.read_query is not None:
            inputs["query"] = self.read_query()
        return inputs


def _read(engine: Engine, work: Callable[[Session], Response]) -> Response:
    with reading(engine) as session:
        return work(session)


def _record_looks(session: Session, actor: Actor, looks: list[Look]) -> None:
    for action, subject_kind, subject_id in looks:
        audit.record(
            session,
            actor_id=actor.account_id,
            root_id=actor.root_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            now=clock.now(),
            request_id=g.request_id,
        )


def _in_transaction(engine: Engine, work: Callable[[Session], Response]) -> Response:
    """Run and commit; a refusal marked `keep` commits what it wrote and is raised afterwards."""

    def keeping(session: Session) -> Response | DomainError:
        try:
            return work(session)
        except DomainError as refusal:
            if not refusal.keep:
                raise
            return refusal

    outcome = transaction(engine, keeping)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def _authenticate(engine: Engine, permission: Permission | None, *, fresh: bool) -> Actor:
    """Return the caller; what changes something never trusts the cache of grants."""
    if permission is None:
        return Actor(identity_id=0)
    actor = service.authenticate(engine, bearer_token(), now=clock.now(), fresh=fresh)
    if not holds(actor, permission):
        raise forbidden()
    return actor


def bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise DomainError("not_signed_in", "请先登录", status=HTTPStatus.UNAUTHORIZED)
    return token.strip()


def _authorise(
    session: Session,
    actor: Actor,
    permission: Permission | None,
    target: TargetParameter | None,
    path: Mapping[str, Any],
) -> Target:
    if permission is None or target is None:
        return NOWHERE
    key = path[target.name]
    aim = target.resolve(session, key) if 0 < key <= MAX_ID else None
    if aim is None or not allows(actor, permission, aim):
        raise not_found()
    return aim


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

    A refusal uses up no key, also where it keeps what it wrote.
    """
    if not 1 <= len(key) <= 128 or not key.isascii():
        raise DomainError("invalid_idempotency_key", "Idempotency-Key 应为 1–128 个 ASCII 字符")
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
