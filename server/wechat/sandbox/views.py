"""A local stand-in that answers as WeChat does. Never registered in production.

Codes: `sandbox:<openid>` signs in as that openid, `phone:<number>` shows that number.
"""

import hashlib
import re
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, request

from server.errors import DomainError, not_found
from server.wechat.client import SANDBOX_APP_ID, SANDBOX_PATH, SANDBOX_SECRET
from server.wechat.sandbox.listener import Listener
from server.wechat.sandbox.state import ERRCODES, MESSAGES, Call, Fault, SandboxState

TIME_OUT_SECONDS = 10
MAX_FAULTS = 1000
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PHONE = re.compile(r"\+?[0-9]{5,15}")

blueprint = Blueprint("wechat_sandbox", __name__, url_prefix=SANDBOX_PATH)


def install(app: Flask) -> Listener:
    """Give the app its sandbox, and return the listener for the app's own WeChat client."""
    app.extensions["wechat_sandbox"] = SandboxState()
    app.register_blueprint(blueprint)
    listener = app.extensions["wechat_listener"] = Listener(app)
    return listener


@blueprint.get("/sns/jscode2session")
def sign_in() -> Response:
    if failed := _failure(Call.sign_in):
        return failed
    if errcode := _wrong_app(request.args.get("appid"), request.args.get("secret")):
        return _refuse(errcode)
    code = request.args.get("js_code")
    if not code:
        return _refuse(41008)
    kind, _, openid = code.partition(":")
    if kind != "sandbox" or not _OPENID.fullmatch(openid):
        return _refuse(40029)
    return _answer({"session_key": _digest("session", openid), "openid": openid, "unionid": unionid_of(openid)})


@blueprint.post("/cgi-bin/stable_token")
def stable_token() -> Response:
    if failed := _failure(Call.token):
        return failed
    body = _json_body()
    if errcode := _wrong_app(body.get("appid"), body.get("secret")):
        return _refuse(errcode)
    return _answer({"access_token": _state().access_token(renew=body.get("force_refresh") is True), "expires_in": 7200})


@blueprint.post("/wxa/business/getuserphonenumber")
def phone_number() -> Response:
    if failed := _failure(Call.phone):
        return failed
    if request.args.get("access_token") != _state().access_token():
        return _refuse(40001)
    kind, _, number = str(_json_body().get("code", "")).partition(":")
    if kind != "phone" or not _PHONE.fullmatch(number):
        return _refuse(40029)
    info = {
        "phoneNumber": number,
        "purePhoneNumber": number.removeprefix("+86"),
        "countryCode": "86",
        "watermark": {"timestamp": 0, "appid": SANDBOX_APP_ID},
    }
    return _answer({"errcode": 0, "errmsg": "ok", "phone_info": info})


@blueprint.get("/faults")
def list_faults() -> Response:
    return jsonify({call: {"fault": fault, "times": times} for call, (fault, times) in _state().faults.items()})


@blueprint.put("/faults/<call>")
def set_fault(call: str) -> Response:
    """Make the next calls fail: `{"fault": "time_out" | "busy" | …, "times": 1}`."""
    body = _json_body()
    times = body.get("times", 1)
    if not isinstance(times, int) or not 1 <= times <= MAX_FAULTS:
        raise DomainError("invalid_input", f"times 应为 1–{MAX_FAULTS} 的整数")
    try:
        _state().fail(Call(call), Fault(str(body.get("fault"))), times=times)
    except ValueError:
        raise not_found("故障") from None
    return Response(status=204)


@blueprint.delete("/faults")
def heal() -> Response:
    _state().heal()
    return Response(status=204)


def unionid_of(openid: str) -> str:
    """Return the unionid the sandbox gives an openid: always the same one."""
    return "u" + _digest("union", openid)[:27]


def _state() -> SandboxState:
    state: SandboxState = current_app.extensions["wechat_sandbox"]
    return state


def _failure(call: Call) -> Response | None:
    fault = _state().next_fault(call)
    if fault is None:
        return None
    if fault is Fault.time_out:
        _state().released.wait(TIME_OUT_SECONDS)
        return _refuse(-1)
    if fault is Fault.nonsense:
        return Response("<html><body>502 Bad Gateway</body></html>", mimetype="text/html")
    return _refuse(ERRCODES[fault])


def _wrong_app(app_id: object, secret: object) -> int:
    if app_id != SANDBOX_APP_ID:
        return 40013
    return 0 if secret == SANDBOX_SECRET else 40125


def _json_body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def _refuse(errcode: int) -> Response:
    return _answer({"errcode": errcode, "errmsg": MESSAGES[errcode]})


def _answer(body: dict[str, Any]) -> Response:
    """WeChat labels its JSON text/plain."""
    response = jsonify(body)
    response.mimetype = "text/plain"
    return response


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
