"""Each message once: written down when it comes, answered under its lock, the answer kept for WeChat's repetitions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messages import ChatChannel
from bot.receive import rules
from bot.receive.models import Delivery, FollowUp, Signature
from bot.receive.parsing import ReceivedMessage, heard_again, kept
from bot.receive.rules import DeliveryStatus, FollowUpStatus
from server.db import added


class Replayed(Exception):
    """A signature that was already used for another message."""


@dataclass(frozen=True, slots=True)
class DeliveryAnswer:
    """What is said to a message, in order."""

    texts: Sequence[str]
    status: DeliveryStatus = DeliveryStatus.answered


class Race:
    """Whether an answer goes back in time. Decided once: by the worker about to commit, or by the waiter giving up."""

    def __init__(self, *, late: bool | None = None, alone: bool = False) -> None:
        self.alone = alone
        """Whether nothing can follow the answer: WeChat does not let this account send by itself."""
        self._late = late
        self._lock = Lock()

    @property
    def promise(self) -> str:
        """Return what goes back if the answer is not there in time."""
        return rules.RECEIVED_ALONE if self.alone else rules.RECEIVED

    def is_late(self, otherwise: bool) -> bool:
        """Return the decision; if there is none yet, `otherwise` becomes it."""
        with self._lock:
            if self._late is None:
                self._late = otherwise
            return self._late


def admit(session: Session, heard: ReceivedMessage, *, signature: str, now: datetime) -> Delivery:
    """Write a message down, or find it if it has come before. Raises Replayed."""
    incoming = heard.incoming
    use(session, app_id=incoming.app_id, signature=signature, key=incoming.key, now=now)
    query = select(Delivery).where(Delivery.app_id == incoming.app_id, Delivery.key == incoming.key)
    delivery = session.scalar(query)
    if delivery is None:
        delivery = Delivery(
            app_id=incoming.app_id,
            key=incoming.key,
            channel=incoming.channel,
            openid=incoming.openid,
            content=kept(heard),
            received_at=now,
            status=DeliveryStatus.received,
            answer="",
        )
        if not added(session, delivery):
            delivery = session.scalars(query).one()
    return delivery


def use(session: Session, *, app_id: str, signature: str, key: str, now: datetime) -> None:
    """Note which post a signature was used for. Raises Replayed if it was another post."""
    known = session.get(Signature, (app_id, signature))
    if known is None and not added(session, Signature(app_id=app_id, signature=signature, key=key, seen_at=now)):
        known = session.get_one(Signature, (app_id, signature))
    if known is not None and known.key != key:
        raise Replayed


def locked(session: Session, delivery_id: int) -> Delivery:
    query = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def finish(
    session: Session,
    delivery: Delivery,
    outcome: DeliveryAnswer,
    *,
    race: Race,
    tapped: bool,
    now: datetime,
) -> None:
    """Keep the answer, in the transaction of its effect; what does not go back with the post follows it."""
    texts, late = [*_owed(session, delivery, now), *outcome.texts], race.is_late(False)
    if race.alone:
        texts = rules.joined(texts)
    first, rest = ("", texts) if late else ("".join(texts[:1]), texts[1:])
    most, lasts = rules.allowance(tapped=tapped)
    for position, text in enumerate(rules.packed(rest, most)):
        session.add(_follow_up(delivery, position, text, now, lasts, first=first))
    delivery.status, delivery.finished_at = outcome.status, now
    delivery.answer = race.promise if late else first
    delivery.content = {}
    session.flush()


def _owed(session: Session, delivery: Delivery, now: datetime) -> list[str]:
    """Return the follow-ups to this person's earlier answers that WeChat refused; they go out with this answer."""
    owed = select(FollowUp).where(
        FollowUp.app_id == delivery.app_id,
        FollowUp.openid == delivery.openid,
        FollowUp.status == FollowUpStatus.refused,
        FollowUp.until > now,
    )
    rows = session.scalars(owed.order_by(FollowUp.id).with_for_update()).all()
    for row in rows:
        row.status = FollowUpStatus.given
    return [row.text for row in rows]


def is_alone(session: Session, app_id: str) -> bool:
    """Whether this account was not allowed to send its last follow-up: then nothing is promised."""
    settled = (FollowUpStatus.sent, FollowUpStatus.refused, FollowUpStatus.given)
    last = select(FollowUp.errcode).where(FollowUp.app_id == app_id, FollowUp.status.in_(settled))
    return session.scalar(last.order_by(FollowUp.id.desc()).limit(1)) in rules.UNAUTHORIZED


def _follow_up(
    delivery: Delivery, position: int, text: str, now: datetime, lasts: timedelta, *, first: str
) -> FollowUp:
    """The worker that answered sends the follow-up; the job sends it a moment later, only if that worker is gone."""
    return FollowUp(
        delivery_id=delivery.id,
        position=position,
        app_id=delivery.app_id,
        channel=delivery.channel,
        openid=delivery.openid,
        text=text,
        status=FollowUpStatus.waiting,
        created_at=now,
        next_at=now + rules.AFTER_ANSWER if first else now,
        until=delivery.received_at + lasts,
    )


def heard_of(delivery: Delivery) -> ReceivedMessage:
    """Return an unanswered message as it was heard."""
    return heard_again(
        delivery.content,
        channel=ChatChannel(delivery.channel),
        app_id=delivery.app_id,
        openid=delivery.openid,
        key=delivery.key,
        received_at=delivery.received_at,
    )


def is_overtaken(session: Session, delivery: Delivery) -> bool:
    """Whether a later message of this person was answered: what they said before may mean something else by now."""
    later = select(Delivery.id).where(
        Delivery.app_id == delivery.app_id,
        Delivery.openid == delivery.openid,
        Delivery.id > delivery.id,
        Delivery.status != DeliveryStatus.received,
    )
    return session.scalar(later.limit(1)) is not None
