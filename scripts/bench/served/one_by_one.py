"""The product with one commit per check-in, each on the thread that answers it: what group commit is compared with."""

from sqlalchemy import Engine

from server import clock
from server.db import transaction
from server.meetings.check_in import service as check_in
from server.meetings.check_in.committer import Committer
from server.meetings.check_in.service import Answer, Scan
from server.wsgi import app


class OneByOne(Committer):
    """Writes every scan in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._own_engine = engine

    def record(self, scan: Scan) -> Answer:
        (answer,) = transaction(self._own_engine, lambda session: check_in.write(session, [scan], now=clock.now()))
        return answer


app.extensions["committer"] = OneByOne(app.extensions["engine"])
