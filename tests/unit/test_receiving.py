"""A body is received before a thread is taken: in time, within its size, and large ones in turn."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask, Response, jsonify, request

from server.receiving import LIMITS, BodyLimits, Receiver, environ_of
from server.requests import MAX_JSON_BYTES, install
from tests.waiting import LONG

HASTY = BodyLimits(grace_seconds=0.05, bytes_a_second=1_000_000, turn_seconds=0.05)


class Protocol:
    """A connection that brings `chunks`, then falls silent or ends, and keeps what it was answered."""

    def __init__(self, chunks: Sequence[bytes] = (), *, silent: bool = False) -> None:
        self.chunks = chunks
        self.silent = silent
        self.read = 0
        self.status = 0
        self.body = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            self.read += len(chunk)
            yield chunk
        if self.silent:
            await asyncio.Event().wait()

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        assert not self.status
        self.status, self.body = status, body

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["error"]["code"])


def scope(headers: Sequence[tuple[str, str]] = (), **changes: Any) -> Any:
    usual = {
        "method": "POST",
        "path": "/echo",
        "query_string": "",
        "http_version": "1.1",
        "server": "127.0.0.1:8000",
        "client": "10.0.0.9:4711",
        "scheme": "http",
    }
    return SimpleNamespace(**usual | changes, headers=Headers(headers))


class Headers(list[tuple[str, str]]):
    def items(self) -> "Headers":
        return self


def flask(answer: Callable[[], Response | str]) -> Flask:
    app = Flask(__name__)
    settings: Any = SimpleNamespace(max_body_bytes=4 * MAX_JSON_BYTES, trusted_proxies=0)
    install(app, settings, error_page=jsonify)
    app.add_url_rule("/echo", view_func=answer, methods=["GET", "POST"])
    return app


def echo() -> Response:
    return Response(request.get_data())


def receive(*sent: tuple[Any, Any], app: Flask | None = None, limits: BodyLimits = LIMITS) -> None:
    async def all_of_them() -> None:
        receiver = Receiver(app or flask(echo), threads=2, limits=limits)
        await asyncio.gather(*(receiver(scope, protocol) for scope, protocol in sent))
        assert receiver._held == 0

    asyncio.run(asyncio.wait_for(all_of_them(), LONG))


def received(protocol: Protocol, headers: Mapping[str, str], limits: BodyLimits = LIMITS) -> Protocol:
    receive((scope(list(headers.items())), protocol), limits=limits)
    return protocol


CHUNKED = {"transfer-encoding": "chunked"}


@pytest.mark.parametrize("headers", [CHUNKED, {"content-length": "40000"}])
def test_a_body_arrives_whole(headers: Mapping[str, str]) -> None:
    answer = received(Protocol([b"a" * 20_000, b"b" * 20_000]), headers)
    assert (answer.status, answer.body) == (200, b"a" * 20_000 + b"b" * 20_000)


@pytest.mark.parametrize("headers", [CHUNKED, {"content-length": "40000"}])
def test_who_falls_silent_is_told_that_it_took_too_long(headers: Mapping[str, str]) -> None:
    answer = received(Protocol([b"a" * 100], silent=True), headers, HASTY)
    assert (answer.status, answer.code) == (408, "too_slow")


def test_a_body_shorter_than_promised_is_refused() -> None:
    assert received(Protocol([b"a"]), {"content-length": "2"}).status == 400


def test_a_body_without_a_length_is_read_little_beyond_its_limit() -> None:
    answer = received(Protocol([b"a" * 65536] * 1000), CHUNKED)
    assert (answer.status, answer.read) == (413, MAX_JSON_BYTES + 65536)


def test_of_a_body_that_is_too_long_by_its_own_words_nothing_is_read() -> None:
    answer = received(Protocol([b"a"] * 1000), {"content-length": str(MAX_JSON_BYTES + 1)})
    assert (answer.status, answer.read) == (413, 0)


def test_where_the_disk_has_no_room_for_more_bodies_large_ones_are_refused_and_small_ones_served() -> None:
    small, large = Protocol([b"a" * 50]), Protocol([b"a" * 200])
    full = BodyLimits(in_memory=100, on_disk=100)
    receive(
        (scope([("transfer-encoding", "chunked")]), small),
        (scope([("transfer-encoding", "chunked")]), large),
        limits=full,
    )
    assert (small.status, large.status, large.code) == (200, 503, "busy")


def test_large_bodies_are_worked_on_in_turn_and_keep_no_thread_from_others() -> None:
    begun, others_served = threading.Event(), threading.Event()

    def slow_if_large() -> str:
        if (request.content_length or 0) > 10:
            begun.set()
            assert others_served.wait(LONG)
        return "served"

    async def all_of_them() -> None:
        receiver = Receiver(
            flask(slow_if_large), threads=1, limits=BodyLimits(large=10, large_at_once=1, turn_seconds=0.05)
        )
        large = [Protocol([b"a" * 20]) for _ in range(3)]
        sent = [asyncio.create_task(receiver(scope([("content-length", "20")]), cast(Any, each))) for each in large]
        await asyncio.wait(sent, return_when=asyncio.FIRST_COMPLETED)
        assert begun.is_set()
        small = Protocol()
        await receiver(scope(method="GET"), cast(Any, small))
        assert small.status == 200
        others_served.set()
        await asyncio.gather(*sent)
        assert sorted(each.status for each in large) == [200, 503, 503]

    asyncio.run(asyncio.wait_for(all_of_them(), LONG))


def test_wsgi_gets_what_came_and_no_header_in_anothers_name() -> None:
    forwarded = [("x-forwarded-for", "1.1.1.1"), ("x_forwarded_for", "6.6.6.6"), ("x-forwarded-for", "2.2.2.2")]
    headers = [
        *forwarded,
        ("cookie", "a=1"),
        ("cookie", "b=2"),
        ("content-type", "text/plain"),
        ("content_length", "9"),
    ]
    environ = environ_of(scope(headers, path="/名单", client="[::1]:4711"))
    assert environ["HTTP_X_FORWARDED_FOR"] == "1.1.1.1,2.2.2.2"
    assert environ["HTTP_COOKIE"] == "a=1;b=2"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert "CONTENT_LENGTH" not in environ
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/名单"
    assert (environ["REMOTE_ADDR"], environ["SERVER_PORT"]) == ("::1", "8000")
