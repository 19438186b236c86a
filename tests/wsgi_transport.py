"""Lets an HTTP client reach an app without a listening server: the same client code, the same app, no socket."""

from collections.abc import Mapping
from contextvars import Context
from io import BytesIO
from typing import Any

from flask import Flask
from urllib3 import BaseHTTPResponse, HTTPResponse, PoolManager
from urllib3.util import parse_url
from werkzeug.test import Client, EnvironBuilder, TestResponse

from bot.messages import ChatChannel
from bot.receive.responder import Responder
from server.wechat.sandbox.listener import PREFIX
from server.wechat.sandbox.state import SandboxState


class WsgiPool(PoolManager):
    """Answers every request by calling the WSGI app, in a context of its own as a server thread would."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> BaseHTTPResponse:  # type: ignore[override]
        answer = called(self._app, method, parse_url(url).request_uri, options.get("body"), options.get("headers"))
        return HTTPResponse(BytesIO(answer.get_data()), dict(answer.headers), answer.status_code, preload_content=False)


def called(app: Flask, method: str, path: str, body: Any, headers: Mapping[str, str | bytes] | None) -> TestResponse:
    """Call an app as a server's thread would, and return its answer."""
    wanted = [(name, str(value)) for name, value in (headers or {}).items()]
    builder = EnvironBuilder(path, method=method, data=body or b"", headers=wanted)
    return Context().run(Client(app).open, builder)


def connect_sandbox(app: Flask) -> None:
    """Let the app's WeChat clients reach the app's own sandbox, and the sandbox the app's callbacks."""
    transport = app.extensions["wechat"].transport
    transport.find_base_url = lambda: f"http://sandbox{PREFIX}"
    transport.http = WsgiPool(app)
    responder: Responder = app.extensions["bot_responder"]
    sandbox: SandboxState = app.extensions["wechat_sandbox"]
    for channel in (ChatChannel.official, ChatChannel.work):
        responder.client_of(channel).transport.http = WsgiPool(app)
    sandbox.http = WsgiPool(app)
