"""Files go only after the transaction that gives them up has committed; the sweep deletes what a crash leaves."""

from collections.abc import Iterable

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from server.photos.storage import Storage

log = structlog.get_logger()
_DOOMED = "photo files to delete"


def delete_after_commit(session: Session, storage: Storage, keys: Iterable[str]) -> None:
    session.info.setdefault(_DOOMED, []).extend((storage, key) for key in keys)


@event.listens_for(Session, "after_commit")
def _delete(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for storage, key in session.info.pop(_DOOMED, ()):
        try:
            storage.delete(key)
        except OSError as error:
            log.warning("photo_file_left_to_the_sweep", key=key, error=str(error))


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_DOOMED, None)
