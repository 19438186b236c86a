"""Jobs: finish what a dead process left unanswered or unsent, and delete what nobody needs any more."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from bot import dialogue
from bot.receive import deliveries, rules
from bot.receive.deliveries import Race
from bot.receive.models import Delivery, FollowUp, Signature
from bot.receive.responder import Responder
from bot.receive.rules import DeliveryStatus
from server.config import Settings
from server.db import reading, transaction

BATCH = 1000
SIGNATURES_LAST = timedelta(hours=1)
DELIVERIES_LAST = timedelta(days=7)


def finish(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Answer what was received and never answered, and send what should have followed an answer."""
    finish_at(Responder(engine, settings), now=now)


def finish_at(responder: Responder, *, now: datetime) -> None:
    """Do that with this responder."""
    for delivery in _stale(responder.engine, now):
        with reading(responder.engine) as session:
            overtaken = deliveries.is_overtaken(session, delivery)
        heard, race = deliveries.heard_of(delivery), Race(late=True)
        if overtaken or now - delivery.received_at > rules.ABANDONED_AFTER:
            responder.give_up(delivery.id, heard, race)
        else:
            responder.work_on(delivery.id, heard, race)
    responder.follow_up()


def _stale(engine: Engine, now: datetime) -> list[Delivery]:
    left = select(Delivery).where(
        Delivery.status == DeliveryStatus.received, Delivery.received_at < now - rules.STALE_AFTER
    )
    with reading(engine) as session:
        return list(session.scalars(left.order_by(Delivery.id).limit(BATCH)))


def purge(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete what was answered a week ago, signatures too old to be used again, and conversations that fell silent."""
    for step in (_purge_signatures, _purge_deliveries):
        while transaction(engine, partial(step, now=now)) >= BATCH:
            continue
    transaction(engine, partial(dialogue.forget_old, now=now))


def _purge_signatures(session: Session, *, now: datetime) -> int:
    old = select(Signature.signature).where(Signature.seen_at < now - SIGNATURES_LAST).limit(BATCH)
    signatures = session.scalars(old).all()
    session.execute(delete(Signature).where(Signature.signature.in_(signatures)))
    return len(signatures)


def _purge_deliveries(session: Session, *, now: datetime) -> int:
    old = select(Delivery.id).where(Delivery.received_at < now - DELIVERIES_LAST).order_by(Delivery.id).limit(BATCH)
    ids = session.scalars(old).all()
    session.execute(delete(FollowUp).where(FollowUp.delivery_id.in_(ids)))
    session.execute(delete(Delivery).where(Delivery.id.in_(ids)))
    return len(ids)
