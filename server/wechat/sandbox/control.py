"""How tests, simulations and the page steer the sandbox and read its record. WeChat has none of this."""

import json
import re
from collections.abc import Callable
from typing import Any

from server import clock
from server.error_codes import CoreErrorCode
from server.errors import DomainError, not_found
from server.wechat.sandbox import checks, js_sdk, phones, saying
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.exchange import Ask, SandboxReply, plain_json
from server.wechat.sandbox.faults import SENDS, FaultRule, PlayedCall, PlayedFault
from server.wechat.sandbox.state import SandboxState

MAX_FAULTS = 1000
MAX_PAGE = 10_000
MAX_OPENIDS = 100_000
NO_CONTENT = 204


def answer(state: SandboxState, ask: Ask) -> SandboxReply:
    """Answer one call, or refuse as the product's API does."""
    try:
        for method, pattern, work in CONTROLS:
            match = pattern.fullmatch(ask.path)
            if match is not None and ask.method == method:
                with state.lock:
                    return work(state, ask, *match.groups())
        raise not_found("地址")
    except DomainError as refusal:
        return plain_json(refusal.as_json(), int(refusal.status))


def list_faults(state: SandboxState, _ask: Ask) -> SandboxReply:
    """The faults of single calls, by call."""
    single = {next(iter(rule.calls)): rule for rule in state.faults if len(rule.calls) == 1}
    return plain_json({call: {"fault": rule.fault, "times": rule.times} for call, rule in single.items()})


def set_fault(state: SandboxState, ask: Ask, call: str) -> SandboxReply:
    """Make the next calls fail: `{"fault": "time_out" | "busy" | …, "times": 1}`."""
    times = _whole(ask, "times", 1, 1, MAX_FAULTS)
    state.fail(_call(call), _fault(ask), times=times)
    return SandboxReply(status=NO_CONTENT)


def heal(state: SandboxState, _ask: Ask) -> SandboxReply:
    """All faults over, nothing slow any more."""
    state.heal()
    state.latency_ms = 0
    return SandboxReply(status=NO_CONTENT)


def list_rules(state: SandboxState, _ask: Ask) -> SandboxReply:
    return plain_json({"items": [_rule_json(rule) for rule in state.faults]})


def add_rule(state: SandboxState, ask: Ask) -> SandboxReply:
    """`{"fault", "calls"?, "times"?, "openid"?, "share"?, "seed"?, "milliseconds"?}`.

    Without `calls` it applies to all calls that send; `share` is in percent.
    """
    calls = ask.json.get("calls")
    share = ask.json.get("share")
    if share is not None and (isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 100):
        raise DomainError(CoreErrorCode.invalid_input, "share 应为 0–100 的百分数")
    rule = FaultRule(
        fault=_fault(ask),
        calls=frozenset(map(_call, calls)) if isinstance(calls, list) and calls else SENDS,
        times=None if ask.json.get("times") is None else _whole(ask, "times", 1, 1, MAX_FAULTS),
        openid=ask.text("openid") or None,
        share=share,
        seed=_whole(ask, "seed", 0, 0, 2**31),
        milliseconds=_whole(ask, "milliseconds", 0, 0, 600_000),
    )
    return plain_json(_rule_json(state.faults.add(rule)), 201)


def remove_rule(state: SandboxState, _ask: Ask, rule_id: str) -> SandboxReply:
    if not state.faults.remove(int(rule_id)):
        raise not_found("故障")
    return SandboxReply(status=NO_CONTENT)


def read_messages(state: SandboxState, ask: Ask) -> SandboxReply:
    """What arrived, one JSON object per line, oldest first: `?after=<seq>&limit=`."""
    page = state.record.messages(after=_number(ask, "after", 0), limit=min(_number(ask, "limit", 1000), MAX_PAGE))
    lines = "".join(json.dumps(message.as_json(), ensure_ascii=False) + "\n" for message in page)
    return SandboxReply(lines.encode(errors="replace"), 200, "application/x-ndjson")


def clear_messages(state: SandboxState, _ask: Ask) -> SandboxReply:
    state.record.clear()
    return SandboxReply(status=NO_CONTENT)


def read_counts(state: SandboxState, _ask: Ask) -> SandboxReply:
    """How many messages are kept, on how many phones, and how many of them had arrived before."""
    return plain_json(state.record.counts())


def read_calls(state: SandboxState, ask: Ask) -> SandboxReply:
    """The newest calls, oldest first: `?after=<seq>`."""
    return plain_json({"items": state.record.calls(after=_number(ask, "after", 0))})


def read_tokens(state: SandboxState, _ask: Ask) -> SandboxReply:
    """Per app how often a token was fetched, and how many different ones were given out."""
    by_app = state.tokens.by_app
    return plain_json(
        {app: {"fetches": app_tokens.fetches, "issued": app_tokens.issued} for app, app_tokens in by_app.items()}
    )


def read_settings(state: SandboxState, _ask: Ask) -> SandboxReply:
    return plain_json(
        {
            "latency_ms": state.latency_ms,
            "unbounded": state.record.unbounded,
            "per_day": state.limits.per_day,
            "per_minute": state.limits.per_minute,
            "forced_per_day": state.tokens.forced_per_day,
            "media_delay_ms": int(state.media_delay.total_seconds() * 1000),
        }
    )


def change_settings(state: SandboxState, ask: Ask) -> SandboxReply:
    """Change the settings that are named."""
    state.latency_ms = _whole(ask, "latency_ms", state.latency_ms, 0, 60_000)
    state.tokens.forced_per_day = _whole(ask, "forced_per_day", state.tokens.forced_per_day, 0, 10**9)
    if isinstance(ask.json.get("unbounded"), bool):
        state.record.unbounded = ask.json["unbounded"]
    for name, limits in (("per_day", state.limits.per_day), ("per_minute", state.limits.per_minute)):
        given = ask.json.get(name)
        if isinstance(given, dict):
            limits.clear()
            limits.update({_call(call): int(limit) for call, limit in given.items() if isinstance(limit, int)})
    return read_settings(state, ask)


def know_template(state: SandboxState, ask: Ask, template_id: str) -> SandboxReply:
    """`{"fields": ["thing1", …]}`: from now on messages of this template must have exactly these."""
    fields = ask.json.get("fields")
    if not isinstance(fields, list) or not all(isinstance(each, str) for each in fields):
        raise DomainError(CoreErrorCode.invalid_input, "fields 应为字段名的列表")
    state.templates[template_id] = frozenset(fields)
    return SandboxReply(status=NO_CONTENT)


def agree(state: SandboxState, ask: Ask) -> SandboxReply:
    """`{"openids": […], "templates": [ids], "times": 1}`: these people agree to so many more messages of each."""
    openids, templates = _texts(ask, "openids"), _texts(ask, "templates")
    times = _whole(ask, "times", 1, 1, MAX_FAULTS)
    for openid in openids:
        state.phones.at(App.miniprogram, openid).seen_at = clock.now()
        for template in templates:
            state.phones.agree(openid, template, times)
    return SandboxReply(status=NO_CONTENT)


def read_phone(state: SandboxState, ask: Ask, app: str, openid: str) -> SandboxReply:
    """One phone: what it agreed to, its switches, and its newest messages (`?limit=`)."""
    phone = state.phones.at(_app(app), openid)
    now = clock.now()
    messages = state.record.on_phone(_app(app), openid, min(_number(ask, "limit", 20), MAX_PAGE))
    return plain_json(
        {
            "app": app,
            "openid": openid,
            "agreed": phone.agreed,
            "gone": phone.gone,
            "follows": phone.follows,
            "refuses": phone.refuses,
            "answers_left": sum(each.left for each in phone.windows if each.until > now),
            "messages": [message.as_json() for message in messages],
        }
    )


def change_phone(state: SandboxState, ask: Ask, app: str, openid: str) -> SandboxReply:
    """`{"gone"?, "follows"?, "refuses"?, "agreed"?: {template id: how many}}`."""
    phone = state.phones.at(_app(app), openid)
    for name in ("gone", "follows", "refuses"):
        if isinstance(ask.json.get(name), bool):
            setattr(phone, name, ask.json[name])
    agreed = ask.json.get("agreed")
    if isinstance(agreed, dict):
        phone.agreed = {str(template): int(times) for template, times in agreed.items() if isinstance(times, int)}
    return read_phone(state, ask, app, openid)


def hear(state: SandboxState, ask: Ask, app: str, openid: str) -> SandboxReply:
    """A person wrote (`{"kind": "message"}`) or tapped a menu, followed, scanned (`{"kind": "tap"}`)."""
    kinds = {"message": phones.wrote, "tap": phones.tapped}
    open_window = kinds.get(ask.text("kind") or "message")
    if open_window is None:
        raise DomainError(CoreErrorCode.invalid_input, "kind 应为 message 或 tap")
    open_window(state.phones.at(_app(app), openid), clock.now())
    return SandboxReply(status=NO_CONTENT)


def say(state: SandboxState, ask: Ask, app: str, openid: str) -> SandboxReply:
    """A person says something to an account: `{"kind": "text" | "click" | "scan" | …, "text", "copies"?, "delay_ms"?}`.

    The product is posted to, `copies` times at once; what it answers appears on the phone.
    """
    saying.say(
        state,
        _app(app),
        openid,
        ask.text("kind") or "text",
        ask.text("text"),
        copies=_whole(ask, "copies", 1, 1, saying.MOST_COPIES),
        delay_seconds=_whole(ask, "delay_ms", 0, 0, saying.LONGEST_DELAY_SECONDS * 1000) / 1000,
        now=clock.now(),
    )
    return SandboxReply(status=NO_CONTENT)


def send_picture(state: SandboxState, ask: Ask, app: str, openid: str) -> SandboxReply:
    """A person sends a picture, the body of this call."""
    media_id = saying.keep_picture(state, ask.body)
    saying.say(state, _app(app), openid, "image", media_id, now=clock.now())
    return SandboxReply(status=NO_CONTENT)


def read_media(state: SandboxState, _ask: Ask, media_id: str) -> SandboxReply:
    found = state.media.get(media_id)
    if found is None:
        raise not_found("图片")
    return SandboxReply(found.content, 200, found.mimetype)


def read_menu(state: SandboxState, _ask: Ask, app: str, openid: str) -> SandboxReply:
    """The menu that stands below a person's chat."""
    return plain_json({"items": state.menus.seen_by(state.tags.of(openid)) if _app(app) is App.official else []})


def verify_page(state: SandboxState, ask: Ask) -> SandboxReply:
    """Check a page as WeChat does when it calls `wx.config`: `{"noncestr", "timestamp", "url", "signature"}`."""
    return plain_json({"ok": js_sdk.verifies(state, ask.json, clock.now()), "fetches": state.js_ticket.fetches})


def read_media_check(state: SandboxState, _ask: Ask, trace_id: str) -> SandboxReply:
    """The event about a picture, once there is one; before that 204."""
    check = state.media_checks.get(trace_id)
    if check is None:
        raise not_found("图片检查")
    event = checks.answer_of(check, clock.now())
    return SandboxReply(status=NO_CONTENT) if event is None else plain_json(event)


def decide_media_check(state: SandboxState, ask: Ask, trace_id: str) -> SandboxReply:
    """`{"suggest": "pass" | "review" | "risky"}`: say it now."""
    check = state.media_checks.get(trace_id)
    if check is None or ask.text("suggest") not in checks.LABELS:
        raise not_found("图片检查")
    check.suggest, check.ready_at = ask.text("suggest"), clock.now()
    return SandboxReply(status=NO_CONTENT)


Control = Callable[..., SandboxReply]
_ID = r"([A-Za-z0-9_.@-]{1,64})"
CONTROLS: tuple[tuple[str, re.Pattern[str], Control], ...] = tuple(
    (method, re.compile(path), work)
    for method, path, work in (
        ("GET", "/faults", list_faults),
        ("PUT", r"/faults/(\w+)", set_fault),
        ("DELETE", "/faults", heal),
        ("GET", "/rules", list_rules),
        ("POST", "/rules", add_rule),
        ("DELETE", r"/rules/([0-9]{1,9})", remove_rule),
        ("GET", "/messages", read_messages),
        ("DELETE", "/messages", clear_messages),
        ("GET", "/counts", read_counts),
        ("GET", "/calls", read_calls),
        ("GET", "/tokens", read_tokens),
        ("GET", "/settings", read_settings),
        ("PUT", "/settings", change_settings),
        ("PUT", rf"/templates/{_ID}", know_template),
        ("POST", "/phones/agree", agree),
        ("GET", rf"/phones/{_ID}/{_ID}", read_phone),
        ("PUT", rf"/phones/{_ID}/{_ID}", change_phone),
        ("POST", rf"/phones/{_ID}/{_ID}/heard", hear),
        ("POST", rf"/phones/{_ID}/{_ID}/say", say),
        ("POST", rf"/phones/{_ID}/{_ID}/picture", send_picture),
        ("GET", rf"/phones/{_ID}/{_ID}/menu", read_menu),
        ("GET", rf"/media/{_ID}", read_media),
        ("POST", "/js-sdk/verify", verify_page),
        ("GET", r"/media-checks/([0-9a-f]{32})", read_media_check),
        ("PUT", r"/media-checks/([0-9a-f]{32})", decide_media_check),
    )
)


def _call(name: object) -> PlayedCall:
    try:
        return PlayedCall(str(name))
    except ValueError:
        raise not_found("接口") from None


def _fault(ask: Ask) -> PlayedFault:
    try:
        return PlayedFault(str(ask.json.get("fault")))
    except ValueError:
        raise not_found("故障") from None


def _app(name: str) -> App:
    try:
        return App(name)
    except ValueError:
        raise not_found("应用") from None


def _whole(ask: Ask, name: str, default: int, low: int, high: int) -> int:
    value = ask.json.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise DomainError(CoreErrorCode.invalid_input, f"{name} 应为 {low}–{high} 的整数")
    return value


def _number(ask: Ask, name: str, default: int) -> int:
    text = ask.query.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else default


def _texts(ask: Ask, name: str) -> list[str]:
    value = ask.json.get(name)
    if not isinstance(value, list) or len(value) > MAX_OPENIDS or not all(isinstance(each, str) for each in value):
        raise DomainError(CoreErrorCode.invalid_input, f"{name} 应为文字的列表")
    return value


def _rule_json(rule: FaultRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "fault": rule.fault,
        "calls": sorted(rule.calls),
        "times": rule.times,
        "openid": rule.openid,
        "share": rule.share,
        "seed": rule.seed,
        "milliseconds": rule.milliseconds,
        "hits": rule.hits,
    }
