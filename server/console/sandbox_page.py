"""The sandbox's page `/sandbox`: phones, faults, and what happened to each message. Registered in the sandbox only."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.config import Settings
from server.console.views import POLICY, page
from server.days import day_start, shanghai_date
from server.db import reading
from server.identity.models import Account, WechatIdentity
from server.identity.personas import personas
from server.meetings.check_in.codes import code_of, digits_of, meeting_key, payload_url, step_at
from server.meetings.models import Meeting
from server.meetings.queries import phase_of
from server.meetings.rules import MeetingPhase
from server.pushes.catalogue import CATALOGUE
from server.pushes.models import Push, PushAttempt
from server.pushes.rules import AttemptStatus, PushStatus
from server.wechat.sandbox.accounts import App

MAX_PEOPLE = 3000
MAX_PUSHES = 300
MAX_CODES = 20

pages = Blueprint("sandbox_page", __name__, template_folder="templates")


@pages.get("/sandbox")
def sandbox() -> Response:
    return page(render_template("sandbox.html"), POLICY)


@pages.get("/sandbox/overview")
def overview() -> Response:
    """What the product knows and the phones do not: who people are, and what happened to their pushes."""
    now = clock.now()
    with reading(current_app.extensions["engine"]) as session:
        body = {
            "personas": [persona.model_dump() for persona in personas(session, now=now)],
            "people": _people(session),
            "pushes": _recent_pushes(session),
            "figures": _figures(session, now),
        }
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/sandbox/codes")
def codes() -> Response:
    """The codes on the walls at this moment: one for each meeting that is taking check-ins, to be scanned here."""
    now = clock.now()
    settings: Settings = current_app.extensions["settings"]
    with reading(current_app.extensions["engine"]) as session:
        items = [_code(meeting, settings, now) for meeting in _open_meetings(session, now)]
    response = jsonify({"items": items})
    response.headers["Cache-Control"] = "no-store"
    return response


def _open_meetings(session: Session, now: datetime) -> Sequence[Meeting]:
    near = select(Meeting).where(Meeting.starts_at.between(now - timedelta(hours=12), now + timedelta(hours=12)))
    meetings = session.scalars(near.order_by(Meeting.starts_at).limit(MAX_CODES)).all()
    return [meeting for meeting in meetings if phase_of(meeting, now) is MeetingPhase.open]


def _code(meeting: Meeting, settings: Settings, now: datetime) -> dict[str, str]:
    key, step = meeting_key(settings.secret_key, meeting.public_id), step_at(now)
    code = payload_url(settings.base_url, meeting.public_id, code_of(key, step))
    return {"title": meeting.title, "place": meeting.place, "code": code, "digits": digits_of(key, step)}


def _people(session: Session) -> list[dict[str, Any]]:
    """Return the person behind each openid."""
    query = (
        select(WechatIdentity.app_id, WechatIdentity.openid, Account.id, Account.name)
        .join(Account, Account.id == WechatIdentity.account_id)
        .where(WechatIdentity.app_id.in_([app.value for app in App]))
        .order_by(WechatIdentity.id)
        .limit(MAX_PEOPLE)
    )
    return [
        {"app": app, "openid": openid, "account_id": account_id, "name": name}
        for app, openid, account_id, name in session.execute(query)
    ]


def _recent_pushes(session: Session) -> list[dict[str, Any]]:
    """Return the newest pushes that were tried, to give messages on the phones their titles and labels."""
    query = (
        select(Account.id, Push.occasion, Push.title, Push.page)
        .join(Account, (Account.id == Push.account_id) | (Account.member_id == Push.member_id))
        .where(Push.attempts > 0)
        .order_by(Push.id.desc())
        .limit(MAX_PUSHES)
    )
    return [
        {
            "account_id": account_id,
            "title": title,
            "page": path.lstrip("/"),
            "template_id": f"sandbox-{CATALOGUE[occasion].template}",
            "labels": [field.label for field in CATALOGUE[occasion].fields],
        }
        for account_id, occasion, title, path in session.execute(query)
    ]


def _figures(session: Session, now: datetime) -> dict[str, int]:
    """Return how many were sent since midnight, wait for another try, are unknown, and how many people none reached."""
    midnight = day_start(shanghai_date(now))
    sent = select(func.count()).where(PushAttempt.status == AttemptStatus.sent, PushAttempt.started_at >= midnight)
    waiting = select(func.count()).where(Push.status == PushStatus.waiting, Push.attempts > 0)
    unknown = select(func.count()).where(Push.status == PushStatus.unknown)
    lately = Push.due_at >= now - timedelta(days=30)
    people = select(func.count(func.distinct(Push.recipient))).where(Push.status == PushStatus.unreachable, lately)
    return {
        "sent_today": session.scalar(sent) or 0,
        "waiting_for_retry": session.scalar(waiting) or 0,
        "unknown": session.scalar(unknown) or 0,
        "unreachable_people": session.scalar(people) or 0,
    }
