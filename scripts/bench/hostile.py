"""What others notice of connections that promise a body and send none, and what hostile bodies cost in memory.

Two hundred connections of each kind hold while `/healthz` is asked; then bodies of the largest size that is read, in
the shapes that cost most to read, come from as many senders as there are threads.
"""

import json
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from threading import Event
from time import monotonic

from scripts.bench.databases import sqlite_database
from scripts.bench.lines import Line, measured
from scripts.bench.serving import Server, resident_mb, serving
from server.requests import MAX_JSON_BYTES

BENCH = "hostile"
HELD = {"default": 200, "full": 1000}
THREADS = 32
PATIENCE_SECONDS = 30
GOAL_SECONDS = 1
GOAL_MB = 250
PATH = "/api/v1/check-in-tickets"

_HEAD = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
ATTACKS: Mapping[str, bytes] = {
    "silent": b"",
    "slow_head": b"GET /healthz HTTP/1.1\r\nHost: ",
    "slow_body": _HEAD + b'Content-Length: 1000000\r\n\r\n{"code": "',
    "slow_chunks": _HEAD + b'Transfer-Encoding: chunked\r\n\r\n9\r\n{"code": ',
    "slow_upload": b"POST /api/v1/members/1/photos HTTP/1.1\r\nHost: x\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n\r\n--x\r\n",
    "kept_alive": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
}
"""What each connection sends before it falls silent."""


def run(size: str) -> Iterator[Line]:
    """Yield how long `/healthz` takes beside each attack, and the memory of a worker after hostile bodies."""
    with sqlite_database() as (url, directory):
        settings = {"XIANFENG_SCHEDULER": "none"}
        with serving(url, directory, threads=THREADS, environment=settings) as server:
            server.wait_until_ready()
            for name, opening in ATTACKS.items():
                with held(server.port, opening, HELD[size]):
                    seconds = _seconds_of_health(server)
                yield measured(
                    BENCH,
                    f"healthz_beside_{name}",
                    seconds,
                    "s",
                    goal=f"< {GOAL_SECONDS} s",
                    met=seconds < GOAL_SECONDS,
                )
            yield measured(BENCH, "memory_before", max(map(resident_mb, server.worker_pids())), "MB")
            for name, body in _bodies().items():
                most = _most_memory(server, body)
                yield measured(BENCH, f"memory_{name}", most, "MB", goal=f"< {GOAL_MB} MB a worker", met=most < GOAL_MB)


@contextmanager
def held(port: int, opening: bytes, count: int) -> Iterator[None]:
    """Hold that many connections that have sent `opening` and nothing more."""
    with ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS))
            connection.sendall(opening)
        yield


def _seconds_of_health(server: Server) -> float:
    began = monotonic()
    try:
        server.get("/healthz")
    except (OSError, HTTPException):
        return float(PATIENCE_SECONDS)
    return monotonic() - began


def _bodies() -> Mapping[str, bytes]:
    """Bodies just small enough to be read, and one that is not."""

    def filled(opening: str, piece: str, end: str) -> bytes:
        return (opening + piece * ((MAX_JSON_BYTES - len(opening) - len(end) - 10) // len(piece)) + end).encode()

    return {
        "many_lists": filled('{"code": [[]', ",[]", "]}"),
        "many_objects": filled('{"code": [{}', ",{}", "]}"),
        "many_fields": ("{" + ",".join(f'"{number}":0' for number in range(MAX_JSON_BYTES // 11)) + "}").encode(),
        "deep": filled('{"code": ', "[", ""),
        "long_number": filled('{"code": ', "9", "}"),
        "long_text": filled('{"code": "', "字", '"}')[:MAX_JSON_BYTES],
        "beyond": b'{"code": "' + b"x" * (60 * MAX_JSON_BYTES),
    }


def _most_memory(server: Server, body: bytes) -> float:
    """Return the most that a worker held while every thread read this body twice."""
    done = Event()
    with ThreadPoolExecutor(THREADS + 1) as pool:

        def watch() -> float:
            most = 0.0
            while not done.wait(0.01):
                most = max(most, *map(resident_mb, server.worker_pids()))
            return most

        watching = pool.submit(watch)
        for sent in [pool.submit(_send, server.port, body) for _ in range(2 * THREADS)]:
            sent.result()
        done.set()
        return watching.result()


def _send(port: int, body: bytes) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", PATH, body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
    except (OSError, HTTPException):  # it stopped listening to what is too large
        return
    finally:
        connection.close()
    if status >= 500 and status != 503:
        raise RuntimeError(f"answered {status}: {json.dumps(body[:40].decode(errors='replace'))}")
