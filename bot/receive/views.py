"""`/wechat/official` and `/wechat/work`: what WeChat posts to us. Whoever else posts gets nothing."""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, request

from bot.messages import Channel
from bot.receive.accounts import envelope_of
from bot.receive.deliveries import Replayed
from bot.receive.desk import Desk
from bot.receive.parsing import Heard, heard_in
from server import clock
from server.config import Settings
from server.wechat.envelope import MAX_BYTES, Envelope, NotFromWechat, Unreadable, without_controls

pages = Blueprint("wechat_callbacks", __name__)


def install(app: Flask, settings: Settings) -> None:
    """Give the app its callbacks, and the desk behind them."""
    app.extensions["bot_desk"] = Desk(app.extensions["engine"], settings)
    app.register_blueprint(pages)


@pages.route("/wechat/<any(official, work):account>", methods=["GET", "POST"])
def callback(account: str) -> Response:
    channel = Channel(account)
    desk: Desk = current_app.extensions["bot_desk"]
    envelope = envelope_of(desk.settings, channel)
    if envelope is None:
        return Response(status=HTTPStatus.NOT_FOUND)
    try:
        if request.method == "GET":
            return _plain(envelope.echo(request.args, now=clock.now()))
        return _answered(desk, envelope, channel)
    except (NotFromWechat, Replayed):
        return Response(status=HTTPStatus.FORBIDDEN)
    except Unreadable:
        return _plain("")


def _answered(desk: Desk, envelope: Envelope, channel: Channel) -> Response:
    now = clock.now()
    if (request.content_length or 0) > MAX_BYTES:
        raise NotFromWechat
    opened = envelope.open(request.args, request.get_data(), now=now)
    heard = heard_in(opened.xml, channel=channel, app_id=envelope.app_id, now=now)
    if heard is None:
        return _plain("")
    text, delivery_id = desk.answer(heard, signature=opened.signature)
    if not text:
        return _plain("")
    sealed = envelope.seal(_as_xml(heard, text), nonce=request.args.get("nonce", ""), now=now)
    response = Response(sealed, mimetype="text/xml")
    response.call_on_close(lambda: desk.follow_up_later(delivery_id))
    return response


def _as_xml(heard: Heard, text: str) -> str:
    from wechatpy.replies import TextReply

    incoming = heard.incoming
    content = without_controls(text).replace("]]>", "]] >")  # wechatpy puts it into CDATA as it is
    time = int(incoming.received_at.timestamp())
    return str(TextReply(source=heard.us, target=incoming.openid, content=content, time=time).render())


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain")
