"""What WeChat posts to us: `/wechat/official`, `/wechat/work`, `/wechat/mini-program`. Others get nothing."""

import hashlib
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.orm import Session

from bot.messages import ChatChannel
from bot.receive import deliveries, reports
from bot.receive.accounts import envelope_of, mini_program_envelope
from bot.receive.deliveries import Replayed
from bot.receive.parsing import ReceivedMessage, heard_in, parsed
from bot.receive.reports import EventReport
from bot.receive.responder import Responder
from server import clock
from server.config import Settings
from server.db import transaction
from server.pushes import receipts, subscriptions
from server.text import readable
from server.wechat.envelope import MAX_BYTES, Envelope, NotFromWechat, UnreadablePost, VerifiedPost

pages = Blueprint("wechat_callbacks", __name__)


def install(app: Flask, settings: Settings) -> None:
    """Give the app its callbacks, and the responder behind them."""
    app.extensions["bot_responder"] = Responder(app.extensions["engine"], settings)
    app.register_blueprint(pages)


@pages.route("/wechat/<any(official, work):account>", methods=["GET", "POST"])
def callback(account: str) -> Response:
    channel = ChatChannel(account)
    responder: Responder = current_app.extensions["bot_responder"]
    return _called_back(envelope_of(responder.settings, channel), partial(_answered, responder, channel))


@pages.route("/wechat/mini-program", methods=["GET", "POST"])
def mini_program() -> Response:
    """Nobody talks here; WeChat reports on subscription messages."""
    responder: Responder = current_app.extensions["bot_responder"]
    return _called_back(mini_program_envelope(responder.settings), partial(_taken_note_of, responder))


def _called_back(envelope: Envelope | None, answered: Callable[[Envelope, VerifiedPost], Response]) -> Response:
    """Let a post be answered once it has proved whose it is."""
    if envelope is None:
        return Response(status=HTTPStatus.NOT_FOUND)
    now = clock.now()
    try:
        if request.method == "GET":
            return _plain(envelope.echo(request.args, now=now))
        if (request.content_length or 0) > MAX_BYTES:
            raise NotFromWechat
        return answered(envelope, envelope.open(request.args, request.get_data(), now=now))
    except (NotFromWechat, Replayed):
        return Response(status=HTTPStatus.FORBIDDEN)
    except UnreadablePost:
        return _plain("")


def _taken_note_of(responder: Responder, envelope: Envelope, opened: VerifiedPost) -> Response:
    fields, _, event = parsed(opened.xml, ChatChannel.official)
    _note(responder, envelope, opened, reports.told_by_mini_program(fields, event))
    return _plain("")


def _note(responder: Responder, envelope: Envelope, opened: VerifiedPost, told: EventReport) -> None:
    """Write down what WeChat tells of our messages, before it is answered: it does not tell us again."""
    if not told:
        return
    now = clock.now()
    key = f"report:{hashlib.sha256(opened.xml.encode()).hexdigest()}"
    templates = subscriptions.keys_of(responder.settings, told.withdrawn)

    def work(session: Session) -> None:
        deliveries.use(session, app_id=envelope.app_id, signature=opened.signature, key=key, now=now)
        receipts.write_down(session, told.reports, now=now)
        receipts.withdraw_consents(session, app_id=envelope.app_id, openid=told.openid, templates=templates, now=now)

    transaction(responder.engine, work)


def _answered(responder: Responder, channel: ChatChannel, envelope: Envelope, opened: VerifiedPost) -> Response:
    now = clock.now()
    heard = heard_in(opened.xml, channel=channel, app_id=envelope.app_id, now=now)
    if heard is None:
        if channel is ChatChannel.official:
            fields, _, event = parsed(opened.xml, channel)
            _note(responder, envelope, opened, reports.told_by_official(fields, event))
        return _plain("")
    text, delivery_id = responder.answer(heard, signature=opened.signature)
    if not text:
        return _plain("")
    sealed = envelope.seal(_as_xml(heard, text), nonce=request.args.get("nonce", ""), now=now)
    response = Response(sealed, mimetype="text/xml")
    response.call_on_close(lambda: responder.follow_up_later(delivery_id))
    return response


def _as_xml(heard: ReceivedMessage, text: str) -> str:
    from wechatpy.replies import TextReply

    incoming = heard.incoming
    content = readable(text).replace("]]>", "]] >")  # wechatpy puts it into CDATA as it is
    time = int(incoming.received_at.timestamp())
    return str(TextReply(source=heard.us, target=incoming.openid, content=content, time=time).render())


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain")
