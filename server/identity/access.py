"""Who may reach what: sign-in, permission, one retried transaction, and the audit lines of looks.

Faces build on it: the guarded JSON routes (server/identity/guard.py) bring a bearer token; a page may bring another
credential and answer in HTML. See docs/adr/0002.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar

from flask import current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server import clock
from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.config import Settings
from server.db import reading, transaction
from server.errors import DomainError, forbidden, not_found
from server.identity import service
from server.identity.error_codes import IdentityErrorCode
from server.identity.rules import Actor, Permission, Target, allows, holds
from server.privacy import PhoneVault

T = TypeVar("T")
MAX_ID = 2**63 - 1
NOWHERE = Target(ancestor_ids=())

TargetResolver = Callable[[Session, int], Target | None]
"""Returns what a path's id stands for, or None if there is no such thing."""

Look = tuple[str, AuditSubject, int]
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

    def audit_look(self, subject_kind: AuditSubject, subject_id: int) -> None:
        """Note that the caller sees another person's details; the audit line is written once the answer is certain."""
        if self.target.member_id is None or self.target.member_id != self.actor.member_id:
            self.looks.append(("look", subject_kind, subject_id))

    def audit_export(self, subject_kind: AuditSubject, subject_id: int) -> None:
        """Note that data are exported, whoever takes them; written as a look is."""
        self.looks.append(("export", subject_kind, subject_id))

    @property
    def vault(self) -> PhoneVault:
        """What seals and opens telephone numbers."""
        return PhoneVault(self.settings.phone_keys)

    @property
    def account_id(self) -> int:
        """The caller's account. Raises DomainError `not_bound` when they have none yet."""
        if self.actor.account_id is None:
            raise DomainError(IdentityErrorCode.not_bound, "请先完成身份绑定", status=HTTPStatus.FORBIDDEN)
        return self.actor.account_id


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a route (`permission`; None means everyone), on what (`target`), and whether it only `reads`."""

    permission: Permission | None
    target: TargetParameter | None
    reads: bool

    def run(self, token: Callable[[], str], path: Mapping[str, Any], work: Callable[[Context], T]) -> T:
        """Return the result of `work` for the caller who brings `token`.

        It runs again if the database refuses the transaction. Raises DomainError if the caller is not signed in, may
        not do this, or aims at something out of their reach, and whatever `work` raises.
        """
        engine: Engine = current_app.extensions["engine"]
        actor = self._caller(engine, token)
        looks: list[Look] = []

        def act(session: Session) -> T:
            looks.clear()
            return work(self._context(session, actor, path, looks))

        result = _read(engine, act) if self.reads else _in_transaction(engine, act)
        if looks:
            transaction(engine, lambda session: _record_looks(session, actor, looks))
        return result

    def _caller(self, engine: Engine, token: Callable[[], str]) -> Actor:
        """Return the caller; a route that changes something never trusts the cache of grants."""
        if self.permission is None:
            return Actor(identity_id=0)
        actor = service.authenticate(engine, token(), now=clock.now(), fresh=not self.reads)
        if not holds(actor, self.permission):
            raise forbidden()
        return actor

    def _context(self, session: Session, actor: Actor, path: Mapping[str, Any], looks: list[Look]) -> Context:
        return Context(
            session=session,
            actor=actor,
            now=clock.now(),
            target=self._aim(session, actor, path),
            settings=current_app.extensions["settings"],
            request_id=g.request_id,
            looks=looks,
        )

    def _aim(self, session: Session, actor: Actor, path: Mapping[str, Any]) -> Target:
        if self.permission is None or self.target is None:
            return NOWHERE
        key = path[self.target.name]
        aim = self.target.resolve(session, key) if 0 < key <= MAX_ID else None
        if aim is None or not allows(actor, self.permission, aim):
            raise not_found()
        return aim


def _read(engine: Engine, work: Callable[[Session], T]) -> T:
    with reading(engine) as session:
        return work(session)


def _in_transaction(engine: Engine, work: Callable[[Session], T]) -> T:
    """Run and commit; a refusal marked `keep` commits what it wrote and is raised afterwards."""

    def keeping(session: Session) -> T | DomainError:
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
