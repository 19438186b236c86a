"""WeChat's side of a callback: what a person says is posted to the product, whose answer appears on the phone."""

import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Thread
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from urllib3.exceptions import HTTPError

from server import clock
from server.wechat.envelope import Envelope, NotFromWechat, UnreadablePost, fields_of
from server.wechat.sandbox.accounts import CALLBACK_AES_KEY, CALLBACK_TOKEN, App
from server.wechat.sandbox.faults import PlayedCall
from server.wechat.sandbox.record import CallMade
from server.wechat.sandbox.state import SandboxState

PATIENCE_SECONDS = 5.0
TRIES = 3
OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
"""What WeChat itself says when nobody answers."""

PATHS = {App.official: "/wechat/official", App.work: "/wechat/work"}
Post = tuple[dict[str, str], bytes]
"""Query and body."""


def post_of(app: App, openid: str, fields: Mapping[str, str], *, now: datetime) -> str:
    """Return a message as WeChat writes it. `fields` may nest by a dot: `ScanCodeInfo.ScanResult`."""
    said = {"ToUserName": f"gh_{app}", "FromUserName": openid, "CreateTime": str(int(now.timestamp())), **fields}
    return f"<xml>{''.join(_element(name, value) for name, value in said.items())}</xml>"


def _element(name: str, value: str) -> str:
    outer, _, inner = name.partition(".")
    return f"<{outer}>{_element(inner, value) if inner else escape(value)}</{outer}>"


def sealed(envelope: Envelope, xml: str, *, now: datetime) -> Post:
    """Return a post as it goes out: sealed where the account has a key, signed in any case."""
    nonce, timestamp = str(secrets.randbelow(10**10)), str(int(now.timestamp()))
    query = {"signature": envelope.signed(timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    body = envelope.seal(xml, nonce=nonce, now=now)
    if envelope.aes_key:
        query |= {"encrypt_type": "aes", "msg_signature": fields_of(body)["MsgSignature"]}
    return query, body.encode()


def words_in(envelope: Envelope, body: bytes, *, now: datetime) -> str:
    """Return the text of the product's answer, '' for none. Raises NotFromWechat, Unreadable."""
    if not body.strip() or body == b"success":
        return ""
    outer = fields_of(body.decode())
    names = {"msg_signature": "MsgSignature", "timestamp": "TimeStamp", "nonce": "Nonce"}
    query = {key: outer.get(name, "") for key, name in names.items()}
    return fields_of(envelope.open(query, body, now=now).xml).get("Content", "")


def deliver(
    state: SandboxState, app: App, openid: str, fields: Mapping[str, str], *, copies: int, delay_seconds: float
) -> Thread:
    """Post what a person said, in a thread of its own; several times at once, or late, if asked to."""

    def carry() -> None:
        state.released.wait(delay_seconds)
        xml = post_of(app, openid, fields, now=clock.now())
        with ThreadPoolExecutor(copies) as pool:
            answers = list(pool.map(lambda _: _carried(state, app, xml), range(copies)))
        _put_down(state, app, openid, answers)

    thread = Thread(target=carry, name="wechat courier", daemon=True)
    thread.start()
    return thread


def _carried(state: SandboxState, app: App, xml: str) -> str:
    """Post, and again when nobody answers; return what was answered."""
    envelope = Envelope(app, CALLBACK_TOKEN, CALLBACK_AES_KEY)
    for _ in range(TRIES):
        query, body = sealed(envelope, xml, now=clock.now())
        try:
            url = f"{state.product_url}{PATHS[app]}?{urlencode(query)}"
            answer = state.http.request("POST", url, body=body, timeout=PATIENCE_SECONDS)
            if answer.status == 200:
                return words_in(envelope, answer.data, now=clock.now())
        except (HTTPError, NotFromWechat, UnreadablePost, UnicodeDecodeError):
            continue
    return OUT_OF_ORDER


def _put_down(state: SandboxState, app: App, openid: str, answers: list[str]) -> None:
    """Show the answer on the phone, once for any number of deliveries, and record it."""
    now, text = clock.now(), answers[0]
    agree = len(set(answers)) == 1
    note = "" if len(answers) == 1 else f"投递 {len(answers)} 次，应答{'相同' if agree else '不同'}"
    with state.lock:
        message = None
        if text:
            message = state.record.arrive(
                app=app,
                call=PlayedCall.callback,
                openid=openid,
                template="",
                page="",
                content={"text": text},
                key=secrets.token_hex(8),
                now=now,
            )
        result = "no_answer" if text == OUT_OF_ORDER else "0"
        arrived = message.seq if message else None
        state.record.note(CallMade(0, now, PlayedCall.callback, openid, "对话", text[:512], "", result, note, arrived))
