"""`/metrics` for Prometheus. Read from the database, so any worker answers for all; kept for fifteen seconds."""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from ipaddress import ip_address
from threading import Lock

from flask import Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from server import clock
from server.config import Settings
from server.days import shanghai_date
from server.db import reading
from server.errors import DomainError
from server.identity.error_codes import IdentityErrorCode
from server.jobs import metrics as jobs
from server.organizations import metrics as organizations
from server.pushes import metrics as pushes
from server.standards import metrics as standards

KEPT = timedelta(seconds=15)


class DatabaseCollector(Collector):
    """Asks the database whenever Prometheus asks."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings

    def collect(self) -> Iterator[Metric]:
        with reading(self.engine) as session:
            yield from pushes.families(session, self.settings, now=clock.now())
            yield from jobs.families(session)
            yield from standards.families(session, now=clock.now())
            yield from organizations.families(session, today=shanghai_date(clock.now()))


class KeptPage:
    """The page as it was at most fifteen seconds ago; if several ask at once, one of them reads the database."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(DatabaseCollector(engine, settings))
        self.lock = Lock()
        self.made_at: datetime | None = None
        self.text = b""

    def current(self) -> bytes:
        with self.lock:
            now = clock.now()
            if self.made_at is None or not self.made_at <= now < self.made_at + KEPT:
                self.text, self.made_at = generate_latest(self.registry), now
            return self.text


def install(app: Flask, settings: Settings) -> None:
    """Add the page: behind a bearer token, or open to this very machine in the sandbox; otherwise not at all."""
    if not (settings.metrics_token or settings.sandbox):
        return
    page = KeptPage(app.extensions["engine"], settings)

    def metrics() -> Response:
        _check(settings.metrics_token)
        return Response(page.current(), content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/metrics", view_func=metrics)


def _check(token: str) -> None:
    if token:
        expected = f"Bearer {token}".encode()
        allowed = hmac.compare_digest(request.headers.get("Authorization", "").encode(errors="replace"), expected)
    else:
        allowed = ip_address(request.remote_addr or "0.0.0.0").is_loopback
    if not allowed:
        raise DomainError(IdentityErrorCode.not_signed_in, "需要监控口令", status=HTTPStatus.UNAUTHORIZED)
