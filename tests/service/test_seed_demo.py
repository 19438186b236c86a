"""The demo is a proper ledger like any other, and one that was killed half-way begins anew."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from scripts.demo.people import MEMBERS_PER_BRANCH
from scripts.demo.personas import PERSONAS
from scripts.demo.writing import Scale, write
from scripts.seed_demo import fill
from server import clock, config, installation
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.days import shanghai_date
from server.db import make_engine, reading
from server.dues.models import DuesRecord
from server.identity.personas import personas
from server.meetings.attendance import queries as attendance
from server.meetings.attendance.queries import Appearance
from server.meetings.models import GuestVisit, Invitation, Leave, Meeting
from server.meetings.rules import AttendanceStanding, LeaveStatus, MeetingStatus, Via
from server.meetings.settlement import service as settlement
from server.organizations.models import Member, Organization
from server.photos.models import Photo
from server.photos.storage import DiskStorage
from server.points.models import PointEntry
from server.points.verification import verify_ledger, verify_scores
from server.verifications import verify
from tests.demo import copy_of_demo, seeded, small_demo
from tests.waiting import LONG

TINY = Scale(claims_per_member=0.05, dues_months=0, meeting_months=1, last_year_months=1, members_per_branch=8)
KILLED = f"""
import os, signal
from sqlalchemy import select
from scripts import seed_demo
from scripts.demo import claiming
from scripts.demo.writing import Scale
from server.photos.models import Photo

approve = claiming._approve

def approve_until_photos_come(session, *claim, **adjusted):
    if session.scalar(select(Photo.id).limit(1)):
        os.kill(os.getpid(), signal.SIGKILL)
    approve(session, *claim, **adjusted)

claiming._approve = approve_until_photos_come
seed_demo.main({TINY})
"""


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{copy_of_demo(tmp_path_factory)}/xianfeng.db")
    yield engine
    engine.dispose()


def test_every_proof_holds(demo: Engine, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = config.load({"XIANFENG_DATA": str(small_demo(tmp_path_factory))})
    verified = {each.verification.name: each for each in verify(demo, settings)}
    assert [str(each) for each in verified.values() if each.found] == []
    assert all(verified[name].looked for name in ("ledger", "scores", "claims", "dues", "statements", "photos"))


def test_there_is_something_to_see_of_every_kind(demo: Engine) -> None:
    with reading(demo) as session:
        statuses = set(session.scalars(select(Claim.status)))
        counts = [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Member, DuesRecord, Photo)]
    assert statuses >= {ClaimStatus.submitted, ClaimStatus.approved, ClaimStatus.returned}
    assert all(count > MEMBERS_PER_BRANCH for count in counts)


def test_settling_its_meetings_once_more_changes_nothing(demo: Engine) -> None:
    with Session(demo) as session:
        entries = session.scalar(select(func.count()).select_from(PointEntry))
        settled = session.scalars(select(Meeting.id).where(Meeting.status == MeetingStatus.settled)).all()
        for meeting_id in settled:
            assert settlement.settle(session, meeting_id=meeting_id, now=clock.now())
        assert session.scalar(select(func.count()).select_from(PointEntry)) == entries


def test_todays_theme_day_is_under_way(demo: Engine) -> None:
    with reading(demo) as session:
        meeting = session.scalars(select(Meeting).order_by(Meeting.starts_at.desc()).offset(1)).first()
        assert meeting is not None
        people = _appearances(session, meeting)
        leaves = session.scalars(select(Leave.status).where(Leave.meeting_id == meeting.id)).all()
        guests = session.scalars(select(GuestVisit.confirmed).where(GuestVisit.meeting_id == meeting.id)).all()
    standings = [each.standing for each in people.values()]
    assert guests == [None]
    assert sorted(leaves) == [LeaveStatus.asked, LeaveStatus.granted]
    assert 0.6 < standings.count(AttendanceStanding.present) / len(people) < 0.7
    assert (people["张敏"].standing, people["李伟"].standing) == (
        AttendanceStanding.expected,
        AttendanceStanding.present,
    )
    assert [each.attendance.via for each in people.values() if each.attendance].count(Via.helper) == 1
    assert {each.attendance.scanned_at < meeting.opens_at for each in people.values() if each.attendance} == {False}


def _appearances(session: Session, meeting: Meeting) -> dict[str, Appearance]:
    """Return who is invited to a meeting of the demo, by name."""
    members = session.scalars(select(Member).join(Invitation).where(Invitation.meeting_id == meeting.id))
    year = shanghai_date(meeting.starts_at).year
    return {
        member.name: each
        for member in members
        for each in attendance.of_member(session, member_id=member.id, year=year, now=meeting.opens_at)
        if each.meeting.id == meeting.id
    }


def test_its_personas_are_the_sandboxs_in_the_order_of_the_start_page(demo: Engine) -> None:
    with reading(demo) as session:
        found = personas(session, now=clock.now())
    assert [(each.openid, each.name) for each in found] == [(each.openid, each.name) for each in PERSONAS]
    assert [each.role for each in found] == [
        *("党员", "支部书记", "总支书记", "组织部", "支委", "副书记", "支部书记", "群众代表", "督查员", "系统管理员")
    ]


def test_every_photo_of_the_demo_is_on_the_disk(tmp_path_factory: pytest.TempPathFactory, demo: Engine) -> None:
    storage = DiskStorage(small_demo(tmp_path_factory) / "photos")
    with reading(demo) as session:
        expected = {key for photo in session.scalars(select(Photo)) for key in photo.keys}
    assert expected == {key for key, _ in storage.stored()}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 1, 3), date(2026, 12, 31), date(2028, 2, 29)])
def test_it_can_be_seeded_on_any_day_of_a_year(settings: config.Settings, engine: Engine, today: date) -> None:
    write(settings, engine, today=today, scale=TINY)
    with reading(engine) as session:
        assert list(verify_ledger(session)) == []
        assert list(verify_scores(session)) == []


def test_a_demo_that_is_there_is_left_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    directory = copy_of_demo(tmp_path_factory)
    before = (directory / "xianfeng.db").read_bytes()
    assert not fill(config.load({"XIANFENG_DATA": str(directory)}))
    assert (directory / "xianfeng.db").read_bytes() == before


def test_killed_half_way_it_begins_anew(tmp_path: Path) -> None:
    settings = config.load({"XIANFENG_DATA": str(tmp_path)})
    engine = make_engine(settings.database_url)
    _migrate_and_kill(tmp_path)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Organization)) == 0
    engine.dispose()
    assert (tmp_path / "xianfeng.db.building").exists()
    assert seeded(tmp_path, TINY)
    assert not list(tmp_path.glob("*.building*"))
    installation.assert_own(engine, tmp_path)
    assert any(DiskStorage(settings.photo_dir).quarantined()), "what the first attempt left"
    with reading(engine) as session:
        assert session.scalar(select(func.count()).where(Claim.status == ClaimStatus.approved))
        of_this_year = DuesRecord.month >= f"{shanghai_date(clock.now()).year}-01"
        assert session.scalar(select(func.count()).where(of_this_year)) == 0, "none of no month"
        assert list(verify_ledger(session)) == []
    engine.dispose()


def _migrate_and_kill(directory: Path) -> None:
    """Let the seeding kill itself once it has photos. Its output ends only when its drawing processes have, too."""
    environment = {**os.environ, "XIANFENG_DATA": str(directory)}
    subprocess.run([sys.executable, "-m", "server.cli", "db", "upgrade"], env=environment, check=True)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], env=environment, capture_output=True, timeout=LONG, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
