"""That a letter of an objection arrived."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.objections.error_codes import ObjectionErrorCode
from server.objections.letters.rules import existing
from server.objections.models import LetterReceipt, Objection
from server.objections.places import is_told
from server.objections.queries import get_objection, inquiries_of
from server.objections.rules import DeliveryVia, Letter
from server.objections.steps import takes_part


def received(
    session: Session,
    objection_id: int,
    letter: Letter,
    *,
    own: bool,
    words: str | None,
    account_id: int,
    now: datetime,
) -> Objection:
    """Note that the member has a letter: opened by themselves (`own`), or handed over by an officer, with their words.

    The first stays. Raises DomainError 404, 409 `no_such_letter`, 422 `reason_missing`, 403 `takes_part` to who may not
    know whose it is.
    """
    objection = get_objection(session, objection_id)
    if letter not in existing(objection, inquiries_of(session, objection_id)):
        raise conflict(ObjectionErrorCode.no_such_letter, "这件异议还没有办到这一步，没有这份文书")
    if not own and not is_told(session, objection, account_id, None):
        raise takes_part()
    if not own and not words:
        raise DomainError(CoreErrorCode.reason_missing, "当面送达的，请写明时间、地点和本人是否签收")
    receipt = LetterReceipt(
        objection_id=objection_id,
        letter=letter,
        via=DeliveryVia.app if own else DeliveryVia.in_person,
        words=None if own else words,
        account_id=account_id,
        at=now,
    )
    if added(session, receipt):
        actor_id = None if own else account_id  # the trail does not say who objects
        audit.record(session, actor_id=actor_id, action="objection_deliver", **audit.of(objection), now=now)
    return objection
