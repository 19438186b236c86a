"""Connections that promise and do not give hold no thread: whoever else comes is served."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from time import monotonic

import pytest

from scripts.bench.hostile import ATTACKS, held
from scripts.bench.serving import Server, serving
from tests.e2e.test_one_server_a_port import database, installed

MANY = 200
SOON = 5
"""Seconds. `make bench only=hostile` holds it to one; here other tests run beside it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = installed(tmp_path_factory.mktemp("hostile") / "var")
    with serving(database(data), data, threads=4, environment={"XIANFENG_SCHEDULER": "none"}) as server:
        server.wait_until_ready()
        yield server


@pytest.mark.parametrize("attack", ATTACKS)
def test_others_are_served_while_two_hundred_hold(server: Server, attack: str) -> None:
    with held(server.port, ATTACKS[attack], MANY):
        began = monotonic()
        assert server.get("/healthz") == 200
        assert answered(server, b'{"code": "nobody"}').status == 422
        assert monotonic() - began < SOON


def answered(server: Server, body: bytes, *, media: str = "application/json") -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=SOON)
    connection.request("POST", "/api/v1/check-in-tickets", body, {"Content-Type": media})
    return connection.getresponse()


@contextmanager
def raw(server: Server) -> Iterator[socket.socket]:
    with ExitStack() as stack:
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=SOON))
        yield connection


def read(connection: socket.socket) -> bytes:
    """Return everything up to the end of the connection."""
    with connection.makefile("rb") as answer:
        try:
            return answer.read()
        except ConnectionResetError:
            return b""


HEAD = b"POST /api/v1/check-in-tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def test_a_body_shorter_than_promised_is_refused(server: Server) -> None:
    with raw(server) as connection:
        connection.sendall(HEAD + b'Content-Length: 99\r\n\r\n{"code": "x"}')
        connection.shutdown(socket.SHUT_WR)
        assert not read(connection).startswith(b"HTTP/1.1 2")
    assert server.get("/healthz") == 200


@pytest.mark.parametrize("media", ["application/json", "application/problem+json", "text/plain", "multipart/form-data"])
def test_a_body_without_a_length_is_refused_where_it_grows_too_large(server: Server, media: str) -> None:
    """The sender stops being read soon after 1 MB, long before the 64 MB that it has."""
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    sent = 0
    with raw(server) as connection:
        head = HEAD.replace(b"application/json", media.encode())
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        answer = b""
        try:
            while sent < 1024:
                connection.sendall(chunk)
                sent += 1
        except (ConnectionResetError, BrokenPipeError, TimeoutError):
            pass
        else:
            answer = read(connection)
    assert answer == b"" or b" 413 " in answer.splitlines()[0]
    assert sent < 512


def test_a_promise_of_too_much_is_refused_before_anything_is_sent(server: Server) -> None:
    with raw(server) as connection:
        connection.sendall(HEAD + b"Content-Length: 900000000\r\n\r\n")
        head, _, body = read(connection).partition(b"\r\n\r\n")
    assert b" 413 " in head.splitlines()[0]
    assert json.loads(body)["error"]["code"] == "too_large"


def test_a_chunked_body_is_read_like_any_other(server: Server) -> None:
    with raw(server) as connection:
        chunked = (
            b'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"code": \r\n9\r\n"nobody"}\r\n0\r\n\r\n'
        )
        connection.sendall(HEAD + chunked)
        head, _, body = read(connection).partition(b"\r\n\r\n")
    assert b" 422 " in head.splitlines()[0]
    assert json.loads(body)["error"]["code"] != "invalid_input"
