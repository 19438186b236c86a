"""Which call belongs to which path, and how a call is played: token, limits, fault, answer, log."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from server import clock
from server.wechat.sandbox import checks, control, js_sdk, messages, official, qr, sign_in, work
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.errcodes import CallRefused
from server.wechat.sandbox.exchange import Ask, CallOutcome, Fate, PictureAnswer, SandboxReply, wechat_json
from server.wechat.sandbox.faults import ERRCODES, SENDS, FaultRule, PlayedCall, PlayedFault
from server.wechat.sandbox.record import CallMade
from server.wechat.sandbox.state import SandboxState

NONSENSE = SandboxReply(b"<html><body>502 Bad Gateway</body></html>", 200, "text/html")
WORK_PREFIX = "/work"
"""企业微信 has a host of its own; here its paths stand below this one."""


@dataclass(frozen=True, slots=True)
class Route:
    """`app` is whose token the call needs; None: no token."""

    call: PlayedCall
    app: App | None
    play: Callable[[SandboxState, Ask, datetime], CallOutcome]


ROUTES: Mapping[tuple[str, str], Route] = MappingProxyType(
    {
        ("GET", "/sns/jscode2session"): Route(PlayedCall.sign_in, None, sign_in.sign_in),
        ("GET", "/sns/oauth2/access_token"): Route(PlayedCall.sign_in, None, sign_in.sign_in_by_browser),
        ("POST", "/cgi-bin/stable_token"): Route(PlayedCall.token, None, sign_in.stable_token),
        ("GET", "/cgi-bin/ticket/getticket"): Route(PlayedCall.js_ticket, App.official, js_sdk.give_ticket),
        ("POST", "/wxa/business/getuserphonenumber"): Route(PlayedCall.phone, App.miniprogram, sign_in.phone_number),
        ("POST", "/cgi-bin/message/subscribe/send"): Route(
            PlayedCall.subscribe, App.miniprogram, messages.send_subscribed
        ),
        ("POST", "/cgi-bin/message/template/send"): Route(PlayedCall.template, App.official, messages.send_template),
        ("POST", "/cgi-bin/message/custom/send"): Route(PlayedCall.custom, App.official, messages.send_custom),
        ("POST", "/wxa/msg_sec_check"): Route(PlayedCall.text_check, App.miniprogram, checks.check_text),
        ("POST", "/wxa/media_check_async"): Route(PlayedCall.media_check, App.miniprogram, checks.check_media),
        ("POST", "/wxa/getwxacodeunlimit"): Route(PlayedCall.qr, App.miniprogram, qr.draw),
        ("GET", "/cgi-bin/media/get"): Route(PlayedCall.media, App.official, official.media),
        ("GET", "/cgi-bin/user/info"): Route(PlayedCall.follower, App.official, official.follower),
        ("POST", "/cgi-bin/menu/create"): Route(PlayedCall.menu, App.official, official.create_menu),
        ("POST", "/cgi-bin/menu/addconditional"): Route(PlayedCall.menu, App.official, official.add_conditional_menu),
        ("POST", "/cgi-bin/menu/delconditional"): Route(
            PlayedCall.menu, App.official, official.remove_conditional_menu
        ),
        ("GET", "/cgi-bin/menu/get"): Route(PlayedCall.menu, App.official, official.read_menus),
        ("POST", "/cgi-bin/tags/create"): Route(PlayedCall.tags, App.official, official.create_tag),
        ("GET", "/cgi-bin/tags/get"): Route(PlayedCall.tags, App.official, official.read_tags),
        ("POST", "/cgi-bin/user/tag/get"): Route(PlayedCall.tags, App.official, official.read_tagged),
        ("POST", "/cgi-bin/tags/members/batchtagging"): Route(PlayedCall.tags, App.official, official.tag),
        ("POST", "/cgi-bin/tags/members/batchuntagging"): Route(PlayedCall.tags, App.official, official.untag),
        ("GET", f"{WORK_PREFIX}/cgi-bin/media/get"): Route(PlayedCall.media, App.work, official.media),
        ("GET", f"{WORK_PREFIX}/cgi-bin/gettoken"): Route(PlayedCall.work_token, None, sign_in.work_token),
        ("POST", f"{WORK_PREFIX}/cgi-bin/message/send"): Route(PlayedCall.work, App.work, work.send),
        ("POST", f"{WORK_PREFIX}/cgi-bin/webhook/send"): Route(PlayedCall.robot, None, work.say_in_group),
    }
)


def answer(state: SandboxState, ask: Ask) -> SandboxReply:
    """Answer one call of the product, or of whatever steers the sandbox."""
    route = ROUTES.get((ask.method, ask.path))
    if route is None:
        return control.answer(state, ask)
    now = clock.now()
    with state.lock:
        reply = _play(state, ask, route, now)
    reply.delay_seconds += state.latency_ms / 1000
    return reply


def _play(state: SandboxState, ask: Ask, route: Route, now: datetime) -> SandboxReply:
    rule = state.faults.strike(route.call, _recipient(ask))
    if rule is not None and rule.fault is PlayedFault.dropped:
        _note(state, ask, route.call, now, result="dropped")
        return SandboxReply(status=502, fate=Fate.dropped)
    try:
        outcome = _outcome(state, ask, route, rule, now)
    except CallRefused as refusal:
        _note(state, ask, route.call, now, result=str(refusal.errcode))
        return _faulty(wechat_json(refusal.as_json()), rule)
    answered = rule is None or rule.fault not in (PlayedFault.time_out, PlayedFault.nonsense)
    for message in outcome.arrived:
        message.answered = answered
    _note(state, ask, route.call, now, result="0" if answered or rule is None else rule.fault.value, outcome=outcome)
    return _faulty(_reply(outcome), rule)


def _outcome(state: SandboxState, ask: Ask, route: Route, rule: FaultRule | None, now: datetime) -> CallOutcome:
    state.limits.count(route.call, now)
    if route.app is not None:
        state.tokens.check(route.app, ask.query.get("access_token", ""), now=now)
    if rule is not None and rule.fault in ERRCODES:
        raise CallRefused(ERRCODES[rule.fault])
    return route.play(state, ask, now)


def _faulty(reply: SandboxReply, rule: FaultRule | None) -> SandboxReply:
    """Return the part of the answer that comes through."""
    if rule is None:
        return reply
    if rule.fault is PlayedFault.time_out:
        return SandboxReply(status=504, fate=Fate.hangs)
    if rule.fault is PlayedFault.nonsense:
        return SandboxReply(NONSENSE.body, NONSENSE.status, NONSENSE.mimetype)
    if rule.fault is PlayedFault.slow:
        reply.delay_seconds += rule.milliseconds / 1000
    return reply


def _reply(outcome: CallOutcome) -> SandboxReply:
    if isinstance(outcome.body, PictureAnswer):
        return SandboxReply(outcome.body.content, 200, outcome.body.mimetype)
    return wechat_json(outcome.body)


def _recipient(ask: Ask) -> str:
    """Return the person a call is about, as far as it says."""
    if ask.method == "GET":
        code = ask.query.get("js_code") or ask.query.get("code", "")
        return ask.query.get("openid") or code.partition(":")[2]
    return (ask.text("touser") or ask.text("openid")).partition("|")[0]


def _note(
    state: SandboxState, ask: Ask, call: PlayedCall, now: datetime, *, result: str, outcome: CallOutcome | None = None
) -> None:
    sent = call in SENDS
    made = CallMade(
        seq=0,
        at=now,
        call=call,
        openid=_recipient(ask)[:64],
        template=_template(ask)[:64] if sent else "",
        content=_content(ask)[:512] if sent else "",
        page=_page(ask)[:255] if sent else "",
        result=result,
        note=outcome.note if outcome else "",
        message=outcome.arrived[0].seq if outcome and outcome.arrived else None,
    )
    state.record.note(made)


def _template(ask: Ask) -> str:
    """Return what kind of message it is: a template, or the title of a message without one."""
    body = ask.json.get(ask.text("msgtype"))
    title = body.get("title") if isinstance(body, dict) else None
    return ask.text("template_id") or (title if isinstance(title, str) else ask.text("msgtype"))


def _content(ask: Ask) -> str:
    """Return what a message says, to recognise it when it comes again."""
    return json.dumps(ask.json.get("data") or ask.json.get(ask.text("msgtype")), ensure_ascii=False)


def _page(ask: Ask) -> str:
    for part in (ask.json, ask.json.get("miniprogram"), ask.json.get(ask.text("msgtype"))):
        if isinstance(part, dict):
            for name in ("page", "pagepath", "url"):
                if isinstance(part.get(name), str):
                    return str(part[name])
    return ""
