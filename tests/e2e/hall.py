"""Today's meeting of the demo behind a running server, and the codes its screen would show."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from scripts.bench.serving import serving
from server import clock, config
from server.db import make_engine
from server.meetings.check_in import codes
from server.meetings.models import Attendance, Invitation, Leave, Meeting
from server.organizations.models import Member

PLACE = "实验楼 B402"
"""Where today's theme day of the demo is."""


@dataclass(frozen=True)
class Hall:
    address: str
    engine: Engine
    secret_key: bytes
    meeting_id: int
    public_id: str

    @property
    def key(self) -> bytes:
        return codes.meeting_key(self.secret_key, self.public_id)

    def code(self, *, steps_ago: int = 0) -> str:
        return codes.code_of(self.key, codes.step_at(clock.now()) - steps_ago)

    def qr(self, code: str | None = None) -> str:
        return codes.payload_url(self.address, self.public_id, code or self.code())

    def digits(self) -> str:
        return codes.digits_of(self.key, codes.step_at(clock.now()))

    def missing(self) -> list[Member]:
        """Return who is invited, has neither come nor asked for leave, and is none of the personas."""
        with Session(self.engine) as session:
            invited = select(Invitation.member_id).where(Invitation.meeting_id == self.meeting_id)
            came = select(Attendance.member_id).where(Attendance.meeting_id == self.meeting_id)
            away = select(Leave.member_id).where(Leave.meeting_id == self.meeting_id)
            query = select(Member).where(Member.id.in_(invited), Member.id.not_in(came), Member.id.not_in(away))
            return list(session.scalars(query.where(Member.name != "张敏").order_by(Member.id)))


@contextmanager
def open_hall(directory: Path, *, app: Path) -> Iterator[Hall]:
    """Serve a demo's data directory, with the app built in `app`, and find today's meeting in it."""
    url = f"sqlite:///{directory}/xianfeng.db"
    engine = make_engine(url)
    with Session(engine) as session:
        wanted = select(Meeting.id, Meeting.public_id).where(Meeting.place == PLACE, Meeting.ends_at > clock.now())
        meeting_id, public_id = session.execute(wanted).one()
    secret_key = config.load({**os.environ, "XIANFENG_DATA": str(directory)}).secret_key
    with serving(url, directory, environment={"XIANFENG_APP_DIR": str(app)}) as server:
        server.wait_until_ready()
        yield Hall(server.address, engine, secret_key, meeting_id, public_id)
    engine.dispose()
