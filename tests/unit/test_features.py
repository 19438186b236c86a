"""A feature brings what it brings by the names of its files: a new folder needs no line elsewhere."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from server import app
from server.features import brought
from server.organizations.waiting import WaitingKind
from server.pushes import fanouts
from server.todos import registry

assert app.FEATURES
ROOT = Path(app.__file__).resolve().parents[1]

TOY = {
    "turns.py": """
from server.organizations.waiting import WaitingCount, WaitingKind

def counts(session, actor, mine, today):
    yield WaitingCount(actor.organization_ids[-1], 3)

KINDS = (WaitingKind(code="toys", title="玩具待收", place=15, counts=counts),)
""",
    "occasions.py": """
from server.pushes.fanouts import FanoutPart
from server.pushes.rules import Occasion

DRAFTINGS = {Occasion.year_end: lambda session, fanout, limit, now: FanoutPart()}
""",
    "holdings.py": """
from server.db import Base
from server.organizations.models import Member
from server.holdings import Holding

PLACE = 1000

def holdings(subject):
    yield Holding("玩具", Member, Member.id == subject.member_id, {"编号": Member.id})
""",
    "jobs.py": """
from server.scheduling import CatchUp, Job, daily

JOBS = (Job("put_toys_away", "收玩具", daily("20:00"), CatchUp.latest, lambda engine, settings, now, period: None),)
""",
}

LOOK = """
from server import app
from server.export import registry as export
from server.holdings import DataSubject
from server.jobs.table import JOBS
from server.pushes import fanouts
from server.pushes.rules import Occasion
from server.todos import registry

codes = [kind.code for kind in registry.kinds()]
assert codes[codes.index("claims") + 1] == "toys"
assert Occasion.year_end in fanouts._draftings
assert any(job.name == "put_toys_away" for job in JOBS)
assert list(export.holdings(DataSubject(1, 1, "张敏", None, 1, (1,), ())))[-1].title == "玩具"
"""


def test_a_new_feature_is_a_new_folder(tmp_path: Path) -> None:
    """The folder is laid beside the others by a link; what is there already is looked at where it is."""
    for top in ("server", "bot"):
        (tmp_path / top).mkdir()
        for each in (ROOT / top).iterdir():
            if each.name != "__pycache__":
                (tmp_path / top / each.name).symlink_to(each)
    toys = tmp_path / "server" / "toys"
    toys.mkdir()
    for name, text in ({"__init__.py": ""} | TOY).items():
        (toys / name).write_text(text)
    looked = subprocess.run([sys.executable, "-c", LOOK], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert looked.returncode == 0, looked.stderr


@pytest.mark.parametrize("name", ["turns", "occasions", "holdings", "jobs"])
def test_what_is_brought_is_found(name: str) -> None:
    assert len(list(brought(name))) > 2


def test_two_kinds_of_waiting_work_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="claims"):
        registry.register(WaitingKind(code="claims", title="别的", place=1))


def test_no_two_kinds_of_waiting_work_stand_at_one_place() -> None:
    assert max(Counter(kind.place for kind in registry.kinds()).values()) == 1


def test_every_kind_says_of_turns_or_of_counts() -> None:
    assert all((kind.turns is None) != (kind.counts is None) for kind in registry.kinds())


def test_every_occasion_that_is_fanned_out_is_drafted_by_one_feature() -> None:
    drafted = Counter(occasion for module in brought("occasions") for occasion in module.DRAFTINGS)
    assert max(drafted.values()) == 1
    assert set(drafted) == set(fanouts._draftings)
