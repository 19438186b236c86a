"""Lets an HTTP client reach an app without a listening server: the same client code, the same app, no socket."""

from contextvars import Context
from io import BytesIO
from typing import Any

import requests
from flask import Flask
from requests.adapters import BaseAdapter
from requests.models import PreparedRequest
from werkzeug.test import Client, EnvironBuilder, TestResponse

from bot.messages import Channel
from bot.receive.desk import Desk
from server.config import Settings
from server.wechat.client import SANDBOX_PATH
from server.wechat.sandbox.state import SandboxState


class WsgiAdapter(BaseAdapter):
    """Answers every request by calling the WSGI app, in a context of its own as a server thread would."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app

    def send(self, request: PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        answer = Context().run(self._call, request)
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(dict(answer.headers))
        response.raw = BytesIO(answer.get_data())
        response.url = request.url or ""
        response.request = request
        return response

    def _call(self, request: PreparedRequest) -> TestResponse:
        headers = [(name, str(value)) for name, value in request.headers.items()]
        body = request.body or b""
        assert isinstance(body, bytes | str)
        return Client(self._app).open(
            EnvironBuilder(request.path_url, method=request.method or "GET", data=body, headers=headers)
        )

    def close(self) -> None:
        """Nothing is open."""


def connect_sandbox(app: Flask) -> None:
    """Let the app's WeChat clients reach the app's own sandbox, and the sandbox the app's callbacks."""
    transport = app.extensions["wechat"].transport
    transport.find_base_url = lambda: f"http://sandbox{SANDBOX_PATH}"
    transport.http.mount("http://sandbox", WsgiAdapter(app))
    settings: Settings = app.extensions["settings"]
    desk: Desk = app.extensions["bot_desk"]
    sandbox: SandboxState = app.extensions["wechat_sandbox"]
    https = [desk.client_of(Channel.official).transport.http, desk.client_of(Channel.work).transport.http, sandbox.http]
    for http in https:
        http.mount(f"http://127.0.0.1:{settings.port}", WsgiAdapter(app))
