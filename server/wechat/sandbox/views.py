"""The sandbox within the app: the same answers below `/sandbox/wechat`. Never registered in production."""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, request
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from server.config import Settings
from server.errors import DomainError
from server.wechat.error_codes import WechatErrorCode
from server.wechat.sandbox import calls
from server.wechat.sandbox.exchange import Ask, Fate, SandboxReply
from server.wechat.sandbox.listener import PREFIX, WORK_PREFIX, Listener, path_below
from server.wechat.sandbox.sign_in import unionid_of
from server.wechat.sandbox.state import SandboxState
from server.wechat.transport import POOL

__all__ = ["blueprint", "install", "unionid_of"]
HANG_SECONDS = 10
FORWARD_SECONDS = 30

blueprint = Blueprint("wechat_sandbox", __name__)


def install(app: Flask) -> Listener:
    """Give the app its sandbox, and return the listener for the app's own WeChat client."""
    settings: Settings = app.extensions["settings"]
    app.extensions["wechat_sandbox"] = SandboxState(product_url=f"http://127.0.0.1:{settings.port}")
    app.register_blueprint(blueprint)
    listener = app.extensions["wechat_listener"] = Listener(lambda: app.extensions["wechat_sandbox"])
    return listener


@blueprint.route(f"{PREFIX}/<path:_path>", methods=["GET", "POST", "PUT", "DELETE"])
@blueprint.route(f"{WORK_PREFIX}/<path:_path>", methods=["GET", "POST", "PUT", "DELETE"])
def play(_path: str) -> Response:
    """Answer here, or have the sandbox in a process of its own answer."""
    settings: Settings = current_app.extensions["settings"]
    path = path_below(request.path)
    if settings.sandbox_url:
        return _forwarded(settings.sandbox_url + path)
    ask = Ask(request.method, path, request.args.to_dict(), request.get_data())
    state: SandboxState = current_app.extensions["wechat_sandbox"]
    reply = calls.answer(state, ask)
    if reply.fate is Fate.hangs:
        state.released.wait(HANG_SECONDS)
    elif reply.delay_seconds:
        state.released.wait(reply.delay_seconds)
    return _response(reply)


def _response(reply: SandboxReply) -> Response:
    """A call that hangs or is dropped ends here as an empty answer: a WSGI app cannot just fall silent."""
    return Response(reply.body, status=reply.status, content_type=reply.mimetype)


def _forwarded(url: str) -> Response:
    whole = f"{url}?{request.query_string.decode()}"
    with PoolManager(**POOL) as http:
        try:
            answer = http.request(request.method, whole, body=request.get_data(), timeout=FORWARD_SECONDS)
        except HTTPError:
            raise DomainError(
                WechatErrorCode.sandbox_away, "沙盒进程没有应答，请确认它在运行", status=HTTPStatus.SERVICE_UNAVAILABLE
            ) from None
    return Response(answer.data, answer.status, content_type=answer.headers.get("Content-Type"))
