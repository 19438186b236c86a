"""Many phones at once, played by a few processes over raw sockets: Python's `http.client` would be the slowest part.

A phone keeps one connection and sends its next request when the last one is answered.
"""

import multiprocessing
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier

PROCESSES = 2
SILENT_SECONDS = 60
END_OF_HEAD = b"\r\n\r\n"

_together: Barrier | None = None


@dataclass(slots=True)
class Answers:
    """What came back: the seconds of each request, how many of which status, and one body that was no 2xx.

    `began` and `ended` are on the machine's monotonic clock; `busy` is the processor time the client itself took.
    """

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    began: float = 0.0
    ended: float = 0.0
    busy: float = 0.0
    complaint: str = ""

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.seconds) / (self.ended - self.began)

    @property
    def client_load(self) -> float:
        """Which share of a processor the busiest client process took: near 1, the client was the limit."""
        return self.busy / (self.ended - self.began)

    def percentile(self, percent: int) -> float:
        """Return the seconds within which that many of a hundred were answered."""
        return sorted(self.seconds)[len(self.seconds) * percent // 100]

    def expect(self, *statuses: int) -> "Answers":
        """Raise RuntimeError unless all answers had one of these."""
        if set(self.statuses) - set(statuses):
            raise RuntimeError(f"expected {statuses}, got {dict(self.statuses)}: {self.complaint}")
        return self


class Phones:
    """A room of phones, as many as wanted at each call."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def send(self, port: int, requests: Sequence[bytes], *, phones: int, first: Sequence[bytes] = ()) -> Answers:
        """Send all requests, dealt out to that many phones, and return when all are answered.

        `first` are dealt out and sent before, over the same connections; their answers do not count.
        """
        queues = [(first[number::phones], requests[number::phones]) for number in range(phones)]
        shares = [self._pool.submit(_play, port, queues[number::PROCESSES]) for number in range(PROCESSES)]
        return _joined([share.result() for share in shares])


@contextmanager
def many_phones() -> Iterator[Phones]:
    """Start the processes; each takes one share of every call, so that all begin together."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, context, _know, (barrier,)) as pool:
        yield Phones(pool)


def request_bytes(method: str, path: str, *, token: str | None = None, body: str = "") -> bytes:
    """Return a whole HTTP/1.1 request."""
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token:
        head.append(f"Authorization: Bearer {token}")
    if body:
        head += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join([*head, "", body]).encode()


def _know(barrier: Barrier) -> None:
    global _together  # noqa: PLW0603
    _together = barrier


class _Phone:
    """One connection and what it still has to send."""

    def __init__(self, port: int) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=SILENT_SECONDS)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.queue: Iterator[bytes] = iter(())
        self._received = b""
        self._sent_at = 0.0

    def send_next(self) -> bool:
        """Return whether there was anything left to send."""
        request = next(self.queue, None)
        if request is None:
            return False
        self._received = b""
        self._sent_at = time.perf_counter()
        self.connection.sendall(request)
        return True

    def receive(self, answers: Answers) -> bool:
        """Read what is there; return whether the answer is whole, and count it."""
        chunk = self.connection.recv(65_536)
        if not chunk:
            raise RuntimeError("the server closed a connection")
        self._received += chunk
        head, separator, body = self._received.partition(END_OF_HEAD)
        if not separator or len(body) < _length(head):
            return False
        answers.seconds.append(time.perf_counter() - self._sent_at)
        status = int(head[9:12])
        answers.statuses[status] += 1
        if status >= 300 and not answers.complaint:
            answers.complaint = body.decode(errors="replace")[:500]
        return True


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def _play(port: int, queues: Sequence[tuple[Sequence[bytes], Sequence[bytes]]]) -> Answers:
    """Run some phones at once in this process until all their requests are answered."""
    phones = [_Phone(port) for _ in queues]
    _exchange(phones, [first for first, _ in queues])
    answers = _exchange(phones, [requests for _, requests in queues])
    for phone in phones:
        phone.connection.close()
    return answers


def _exchange(phones: Sequence[_Phone], queues: Sequence[Sequence[bytes]]) -> Answers:
    """Begin together with the other processes; let each phone send its queue."""
    answers = Answers()
    assert _together is not None
    _together.wait()
    busy, answers.began = time.process_time(), time.monotonic()
    with selectors.DefaultSelector() as selector:
        waiting = 0
        for phone, queue in zip(phones, queues, strict=True):
            phone.queue = iter(queue)
            selector.register(phone.connection, selectors.EVENT_READ, phone)
            waiting += phone.send_next()
        while waiting:
            waiting -= _serve(selector, answers)
    answers.ended, answers.busy = time.monotonic(), time.process_time() - busy
    return answers


def _serve(selector: selectors.BaseSelector, answers: Answers) -> int:
    """Wait for answers and send what comes next; return how many phones are done."""
    ready = selector.select(SILENT_SECONDS)
    if not ready:
        raise RuntimeError(f"the server was silent for {SILENT_SECONDS} s")
    done = 0
    for key, _events in ready:
        phone: _Phone = key.data
        if phone.receive(answers) and not phone.send_next():
            done += 1
    return done


def _joined(shares: Sequence[Answers]) -> Answers:
    return Answers(
        seconds=[each for share in shares for each in share.seconds],
        statuses=sum((share.statuses for share in shares), Counter()),
        began=min(share.began for share in shares),
        ended=max(share.ended for share in shares),
        busy=max(share.busy for share in shares),
        complaint=next((share.complaint for share in shares if share.complaint), ""),
    )
