"""Group commit: scans that wait at the same moment are written together."""

from flask import Flask
from sqlalchemy import Engine

from server import clock
from server.db import transaction
from server.meetings import check_in
from server.meetings.check_in import Answer, Scan


class Committer:
    """Records scans on one database. What it returned is committed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, scan: Scan) -> Answer:
        """Write a scan and return its answer."""
        (answer,) = transaction(self._engine, lambda session: check_in.write(session, [scan], now=clock.now()))
        return answer


def install(app: Flask) -> None:
    """Give the app its committer."""
    app.extensions["committer"] = Committer(app.extensions["engine"])
