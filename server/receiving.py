"""A request is received whole on the event loop, and only then takes a thread (docs/adr/0029).

A client that promises a body and does not send it holds a socket, and nothing that others need. An error on the way is
handed to the app with the request, so that it is refused in the words and the shape of every other refusal.
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module
from io import SEEK_END, BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any

from flask import Flask
from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian.rsgi import Scope
from werkzeug.test import run_wsgi_app

from server.error_codes import CoreErrorCode
from server.errors import DomainError, unavailable
from server.requests import REFUSAL, is_too_large

KB, MB = 1024, 1024 * 1024
Environ = dict[str, Any]
Body = SpooledTemporaryFile[bytes]

_COMMON: Environ = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """A body may take `grace_seconds`, and one second more for every `bytes_a_second` received.

    `in_memory` bytes of each stay there and the rest goes to a file without a name, `on_disk` bytes for all together.
    Bodies of more than `large` bytes are worked on `large_at_once`, since reading one may take fifty times its size, on
    threads of their own, since each thread keeps such memory; the others wait their turn for `turn_seconds`.
    """

    grace_seconds: float = 10
    bytes_a_second: int = 8 * KB
    in_memory: int = 16 * KB
    on_disk: int = 512 * MB
    large: int = 64 * KB
    large_at_once: int = 2
    turn_seconds: float = 10


LIMITS = BodyLimits()


class Receiver:
    """An RSGI app: receives the requests of the WSGI app, and lets it answer on one of `threads` threads."""

    def __init__(self, app: Flask, *, threads: int, limits: BodyLimits = LIMITS) -> None:
        self._app = app
        self._limits = limits
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._large = ThreadPoolExecutor(limits.large_at_once, thread_name_prefix="large-request")
        self._turns = asyncio.Semaphore(limits.large_at_once)
        self._held = 0

    async def __call__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ = environ_of(scope)
        with SpooledTemporaryFile(max_size=self._limits.in_memory) as body:
            try:
                await self._receive(environ, protocol, body)
                await self._answer_in_turn(environ, protocol, body)
            except DomainError as refusal:
                refused = {REFUSAL: refusal, "wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"}
                await self._answer(environ | refused, protocol, self._threads)
            finally:
                self._held -= body.seek(0, SEEK_END)

    async def _receive(self, environ: Environ, protocol: HTTPProtocol, body: Body) -> None:
        """Write to `body` what is sent. Raise DomainError `too_slow`, `busy`.

        A body that is too large is not read to its end: the app refuses it by the length it is told.
        """
        chunked = environ.pop("HTTP_TRANSFER_ENCODING", None)
        promised = int(environ.get("CONTENT_LENGTH", 0))
        if not (chunked or promised) or is_too_large(self._app, environ, promised):
            return
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._limits.grace_seconds) as patience:
                async for chunk in protocol:
                    self._keep(chunk, body)
                    if is_too_large(self._app, environ, body.tell()):
                        break
                    more = body.tell() / self._limits.bytes_a_second
                    patience.reschedule(began + self._limits.grace_seconds + more)
        except TimeoutError:
            raise DomainError(
                CoreErrorCode.too_slow,
                "网络太慢，提交的内容没有收完整，请换个网络再试",
                status=HTTPStatus.REQUEST_TIMEOUT,
            ) from None
        if chunked:
            environ["CONTENT_LENGTH"] = str(body.tell())

    def _keep(self, chunk: bytes, body: Body) -> None:
        try:
            self._held += body.write(chunk)
        except OSError:  # no descriptor, or no space
            raise _busy() from None
        if body.tell() > self._limits.in_memory and self._held > self._limits.on_disk:
            raise _busy()

    async def _answer_in_turn(self, environ: Environ, protocol: HTTPProtocol, body: Body) -> None:
        environ["wsgi.input"] = body
        size = body.tell()
        body.seek(0)
        if size <= self._limits.large:
            await self._answer(environ, protocol, self._threads)
            return
        try:
            await asyncio.wait_for(self._turns.acquire(), self._limits.turn_seconds)
        except TimeoutError:
            raise _busy() from None
        try:
            await self._answer(environ, protocol, self._large)
        finally:
            self._turns.release()

    async def _answer(self, environ: Environ, protocol: HTTPProtocol, threads: ThreadPoolExecutor) -> None:
        await asyncio.get_running_loop().run_in_executor(threads, self._run, environ, protocol)

    def _run(self, environ: Environ, protocol: HTTPProtocol) -> None:
        """Let the app answer, on this thread."""
        chunks, status, headers = run_wsgi_app(self._app, environ, buffered=True)
        protocol.response_bytes(int(status.split()[0]), list(headers), b"".join(chunks))


def environ_of(scope: Scope) -> Environ:
    """Return a request without its body as WSGI has it.

    A name with an underscore is left out: it would read as another's with a hyphen, X_Forwarded_For as X-Forwarded-For.
    """
    server, _, port = scope.server.rpartition(":")
    environ = {
        **_COMMON,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        separator = ";" if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    return environ


def load(target: str) -> Receiver:
    """Return the receiver of a Flask app, given as `module:name`; it has as many threads as the app's settings say."""
    module, _, name = target.partition(":")
    app: Flask = getattr(import_module(module), name)
    return Receiver(app, threads=app.extensions["settings"].threads)


def _busy() -> DomainError:
    return unavailable(CoreErrorCode.busy, "系统繁忙，请稍后再试", retry_after_seconds=3)
