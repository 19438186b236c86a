"""`kill -9` of the server at any moment: what it acknowledged is there afterwards, once; what it did not can be sent
again."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import Any
from uuid import uuid4

import pytest
import requests
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from scripts.bench.serving import serving
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.clock import now
from server.days import shanghai_date
from server.db import make_engine
from server.points.verification import verify_ledger
from tests.claiming import paid
from tests.demo import copy_of_demo
from tests.fuzzing import WHOLE
from tests.waiting import LONG

KILLS = 5 if WHOLE else 3
CLAIMANTS = ("zhang_min", "sun_li")
MOST_SECONDS_ON = 0.05
"""How long after an acknowledgement the server may live: about as long as one more claim takes."""

Answers = Queue[None]


class Phones:
    """A claimant's phone and his secretary's. They send each step, under the same key, until it is acknowledged."""

    def __init__(self, openid: str, answers: Answers) -> None:
        self.openid = openid
        self.answers = answers
        self.claimed: dict[str, int] = {}
        self.approved: set[int] = set()
        self._next_claim()

    def use(self, address: str) -> None:
        """Claim and approve until the server is gone."""
        self.api = f"{address}/api/v1"
        try:
            claimant, secretary = self._sign_in(self.openid), self._sign_in("li_wei")
            member_id = requests.get(f"{self.api}/me", headers=claimant, timeout=LONG).json()["member_id"]
            while True:
                self._claim(claimant, member_id)
                self._approve(secretary)
        except requests.RequestException:
            return

    def _next_claim(self) -> None:
        self.key = str(uuid4())
        self.title = f"社区志愿服务 {self.key}"
        self.version: int | None = None

    def _claim(self, claimant: dict[str, str], member_id: int) -> None:
        if self.title not in self.claimed:
            claim = {"item_code": "C04", "title": self.title, "quantity": "1", "submit": True}
            claim |= {"occurred_on": shanghai_date(now()).isoformat(), "description": "到滨河社区服务两小时"}
            answer = self._post(f"/members/{member_id}/claims", claimant, claim, key=self.key)
            self.claimed[self.title] = answer["id"]
            self.answers.put(None)

    def _approve(self, secretary: dict[str, str]) -> None:
        claim_id = self.claimed[self.title]
        if self.version is None:
            self.version = self._post(f"/claims/{claim_id}/open", secretary)["claim"]["version"]
        body = {"version": self.version}
        assert self._post(f"/claims/{claim_id}/approve", secretary, body, key=self.key)["claim"]["id"] == claim_id
        self.approved.add(claim_id)
        self.answers.put(None)
        self._next_claim()

    def _sign_in(self, openid: str) -> dict[str, str]:
        token = self._post("/auth/wechat", {}, {"code": f"sandbox:{openid}"})["token"]
        return {"Authorization": f"Bearer {token}"}

    def _post(self, path: str, headers: dict[str, str], body: Any = None, *, key: str | None = None) -> Any:
        keyed = {**headers, "Idempotency-Key": key} if key else headers
        answer = requests.post(f"{self.api}{path}", json=body, headers=keyed, timeout=LONG)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


@pytest.fixture
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_demo(tmp_path_factory)


@pytest.fixture
def demo(directory: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{directory}/xianfeng.db")
    yield engine
    engine.dispose()


@pytest.mark.thinned
def test_what_was_acknowledged_before_a_kill_is_there_once(directory: Path, demo: Engine) -> None:
    chance = random.Random()
    answers: Answers = Queue()
    everyone = [Phones(openid, answers) for openid in CLAIMANTS]
    for _ in range(KILLS):
        _serve_and_kill(directory, everyone, answers, chance)
        for phones in everyone:
            _check(demo, phones)
    assert sum(len(phones.approved) for phones in everyone) >= KILLS
    assert _verified_by_the_command(directory)


def _serve_and_kill(directory: Path, everyone: list[Phones], answers: Answers, chance: random.Random) -> None:
    with (
        serving(f"sqlite:///{directory}/xianfeng.db", directory) as server,
        ThreadPoolExecutor(len(everyone)) as pool,
    ):
        server.wait_until_ready()
        uses = [pool.submit(phones.use, server.address) for phones in everyone]
        try:
            for _ in range(chance.randint(3, 12)):
                answers.get(timeout=LONG)
            time.sleep(chance.uniform(0, MOST_SECONDS_ON))
        finally:
            server.kill()
            for use in uses:
                use.result()


def _check(demo: Engine, phones: Phones) -> None:
    """Every acknowledged claim is there once, every acknowledged approval is paid once, and the ledger is whole."""
    with Session(demo) as session:
        for title, claim_id in phones.claimed.items():
            assert session.scalars(select(Claim.id).where(Claim.title == title)).all() == [claim_id]
        for claim_id in phones.approved:
            assert session.get_one(Claim, claim_id).status == ClaimStatus.approved
            assert len(paid(session, claim_id)) == 1
        twice = select(Claim.title).where(Claim.title.startswith("社区志愿服务 ")).group_by(Claim.title)
        assert session.scalars(twice.having(func.count() > 1)).all() == []
        assert list(verify_ledger(session)) == []


def _verified_by_the_command(directory: Path) -> bool:
    environment = {**os.environ, "XIANFENG_DATA": str(directory)}
    command = [sys.executable, "-m", "server.cli", "verify", "ledger"]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def test_the_command_fails_on_a_broken_ledger(directory: Path, demo: Engine) -> None:
    with demo.begin() as connection:
        for (trigger,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.exec_driver_sql("UPDATE point_entries SET points = points + 10000 WHERE seq = 9")
    assert not _verified_by_the_command(directory)
