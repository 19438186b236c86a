"""The sandbox's own listener: one thread, any number of kept-alive connections; hanging answers cost nothing.

It does not use the app's threads: if the app called itself on the port it serves, as many sign-ins at once as it has
threads would leave none to play WeChat.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from threading import Lock, Thread
from urllib.parse import parse_qsl, unquote, urlsplit

from server.wechat.sandbox import calls
from server.wechat.sandbox.exchange import Ask, Fate, SandboxReply
from server.wechat.sandbox.state import SandboxState

PREFIX = "/sandbox/wechat"
WORK_PREFIX = "/sandbox/work"
"""企业微信 has a host of its own; here, a prefix."""

HANG_SECONDS = 60
MAX_HEAD = 64 * 1024
MAX_BODY = 16 * 1024 * 1024
_TICK_SECONDS = 0.05


class Listener:
    """Serves `find_state()` on a loopback port, from the first time someone asks for its address."""

    def __init__(self, find_state: Callable[[], SandboxState], *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._find_state = find_state
        self._host = host
        self._port = port
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None

    def base_url(self) -> str:
        with self._lock:
            if self._server is None:
                self._start()
            return f"http://{self._host}:{self._port}{PREFIX}"

    def stop(self) -> None:
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = self._server = None

    def _start(self) -> None:
        loop = asyncio.new_event_loop()
        self._server = loop.run_until_complete(
            asyncio.start_server(self._serve, self._host, self._port, limit=MAX_HEAD, backlog=512)
        )
        self._port = self._server.sockets[0].getsockname()[1]
        self._loop = loop
        Thread(target=_run, args=(loop, self._server), name="wechat sandbox", daemon=True).start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's calls until it ends."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            while (ask := await _read(reader)) is not None:
                state = self._find_state()
                reply = calls.answer(state, ask)
                if reply.delay_seconds:
                    await asyncio.sleep(reply.delay_seconds)
                if reply.fate is Fate.hangs:
                    await _hang(state)
                if reply.fate is not Fate.answered:
                    break
                writer.write(_encoded(reply))
                await writer.drain()
        writer.close()


def _run(loop: asyncio.AbstractEventLoop, server: asyncio.Server) -> None:
    try:
        loop.run_forever()
    finally:
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        with suppress(RuntimeError):
            loop.run_until_complete(asyncio.sleep(0))
        loop.close()


async def _hang(state: SandboxState) -> None:
    for _ in range(int(HANG_SECONDS / _TICK_SECONDS)):
        if state.released.is_set():
            return
        await asyncio.sleep(_TICK_SECONDS)


async def _read(reader: asyncio.StreamReader) -> Ask | None:
    """Return the next call of a connection, or None at its end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, target, _version = first.split(" ", 2)
    length = 0
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    if not 0 <= length <= MAX_BODY:
        return None
    body = await reader.readexactly(length) if length else b""
    url = urlsplit(target)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    return Ask(method, path_below(unquote(url.path)), query, body)


def path_below(path: str) -> str:
    """Return a path as the routes know it: without the prefix, 企业微信's below `/work`."""
    if path.startswith(f"{WORK_PREFIX}/"):
        return calls.WORK_PREFIX + path.removeprefix(WORK_PREFIX)
    return path.removeprefix(PREFIX)


def _encoded(reply: SandboxReply) -> bytes:
    phrase = HTTPStatus(reply.status).phrase
    head = f"HTTP/1.1 {reply.status} {phrase}\r\nContent-Type: {reply.mimetype}\r\n"
    if reply.status != HTTPStatus.NO_CONTENT:
        head += f"Content-Length: {len(reply.body)}\r\n"
    return f"{head}\r\n".encode("ascii") + reply.body
