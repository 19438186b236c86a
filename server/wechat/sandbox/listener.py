"""The sandbox's own listener, so that the app's threads never wait for each other.

If the app called itself on the port it serves, as many sign-ins at once as it has threads would leave none to play
WeChat. Here every call has a thread of its own.
"""

from threading import Lock, Thread
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from server.wechat.client import SANDBOX_PATH


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_arguments: Any) -> None:
        """Say nothing: the URLs hold secrets and tokens, as WeChat's do."""


class Listener:
    """Serves the app on a free loopback port, from the first time someone asks where."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._server: BaseWSGIServer | None = None
        self._lock = Lock()

    def base_url(self) -> str:
        with self._lock:
            if self._server is None:
                self._server = make_server("127.0.0.1", 0, self._app, threaded=True, request_handler=_Quiet)
                Thread(target=self._server.serve_forever, args=(0.1,), name="wechat sandbox", daemon=True).start()
            return f"http://127.0.0.1:{self._server.port}{SANDBOX_PATH}"

    def stop(self) -> None:
        with self._lock:
            if self._server is not None:
                self._server.shutdown()
                self._server.server_close()
                self._server = None
