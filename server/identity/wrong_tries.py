"""Wrong tries at binding, counted by identity and by the roster entry it claims (attempts.py says how many)."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import found_or_added
from server.errors import DomainError
from server.identity.attempts import locked_until, with_try
from server.identity.error_codes import IdentityErrorCode
from server.identity.models import BindingAttempt
from server.presentation import when_again


def refuse_if_locked(session: Session, *, identity_id: int, now: datetime, subject: str | None = None) -> None:
    """Refuse a try while the identity, or the roster entry it claims, is locked.

    It locks the counters until the transaction ends, so that tries sent at once are counted one after the other.
    `subject` is any stable text of at most 100 characters for the claimed entry, found or not.
    Raises DomainError 429 `too_many_tries`.
    """
    for key in _keys(identity_id, subject):
        end = locked_until(_tries(_attempt(session, key, now)), now)
        if end is not None:
            when, seconds = when_again(end, now=now)
            raise DomainError(
                IdentityErrorCode.too_many_tries,
                f"输错次数过多，请 {when}再试，或请支部书记重新发放激活码",
                status=HTTPStatus.TOO_MANY_REQUESTS,
                detail={"retry_after_seconds": seconds},
            )


def count_wrong_try(session: Session, *, identity_id: int, subject: str | None, now: datetime) -> None:
    """Count a wrong try against the identity and the roster entry it claimed; raise the refusal with `keep=True`."""
    for key in _keys(identity_id, subject):
        attempt = _attempt(session, key, now)
        attempt.wrong_tries = [at.isoformat() for at in with_try(_tries(attempt), now)]
        attempt.updated_at = now
    session.flush()


def _keys(identity_id: int, subject: str | None) -> list[str]:
    return [_identity_key(identity_id)] + ([_subject_key(subject)] if subject is not None else [])


def _subject_key(subject: str) -> str:
    return f"subject:{subject}"


def _identity_key(identity_id: int) -> str:
    return f"identity:{identity_id}"


def _tries(attempt: BindingAttempt) -> list[datetime]:
    return [datetime.fromisoformat(at) for at in attempt.wrong_tries]


def _attempt(session: Session, key: str, now: datetime) -> BindingAttempt:
    query = select(BindingAttempt).where(BindingAttempt.key == key).with_for_update()
    return found_or_added(session, query, lambda: BindingAttempt(key=key, wrong_tries=[], updated_at=now))


def forgive_subject(session: Session, subject: str) -> None:
    """Forget wrong tries at a roster entry, as when a new code is issued for it: the person who asked need not wait."""
    _forgive(session, _subject_key(subject))


def forgive_identity(session: Session, identity_id: int) -> None:
    """Forget the wrong tries of an identity, as when it is bound."""
    _forgive(session, _identity_key(identity_id))


def _forgive(session: Session, key: str) -> None:
    session.execute(delete(BindingAttempt).where(BindingAttempt.key == key))
