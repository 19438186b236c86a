"""Telling the person who objects how far it has come. Never its words."""

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.objections.events import ObjectionMoved
from server.objections.models import Objection
from server.objections.queries import open_due_of
from server.objections.rules import ObjectionAction, ObjectionStatus
from server.pushes.occasions.drafting import places_of
from server.pushes.occasions.objections import ToldStep, announce

_STEPS = {
    (ObjectionAction.refuse, ObjectionStatus.not_admitted): ToldStep.not_admitted,
    (ObjectionAction.assign, ObjectionStatus.investigating): ToldStep.received,
    (ObjectionAction.extend, ObjectionStatus.investigating): ToldStep.extended,
    (ObjectionAction.answer, ObjectionStatus.answered): ToldStep.answered,
    (ObjectionAction.lapse, ObjectionStatus.lapsed): ToldStep.closed,
    (ObjectionAction.escalate, ObjectionStatus.second): ToldStep.escalated,
    (ObjectionAction.answer, ObjectionStatus.final): ToldStep.final,
}
"""What the member did themselves needs no message, but for asking above, whose last day they are told."""


def moved(session: Session, event: ObjectionMoved) -> None:
    """Tell the member of a step, once."""
    objection = session.get_one(Objection, event.objection_id)
    step = _STEPS.get((event.action, ObjectionStatus(objection.status)))
    if step is None:
        return
    place = places_of(session, [objection.member_id], shanghai_date(event.now)).get(objection.member_id)
    if place is None:
        return
    due = open_due_of(session, objection.id)
    announce(
        session,
        objection_id=objection.id,
        version=objection.version,
        step=step,
        matter=objection.title,
        place=place,
        until=due.due_on if due is not None else None,
        member_id=objection.member_id,
        now=event.now,
    )
