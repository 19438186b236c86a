"""An empty MariaDB with its binary log on comes to its first check-in by README.md alone, word for word."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from scripts.bench.serving import free_port
from scripts.sandbox import sandbox
from server.config import BUILT_APP
from server.db import make_engine
from server.identity import privacy_notice
from tests.e2e import phone as phones
from tests.e2e.test_app_host import begin_soon, count, scan
from tests.mariadb import PrivateMariaDB, missing_mariadb
from tests.rosters import person, workbook
from tests.waiting import LONG

ROOT = Path(__file__).resolve().parents[2]
ROSTER = [
    person("周明", "Z001", 党总支=None, 党支部="机关直属党支部"),
    person("李伟", "T001", 职务="支部书记"),
    person("张敏", "T002", 党小组="第一党小组"),
    person("陈静", "T004", 职务="总支书记"),
]


def readme_blocks() -> list[str]:
    """Return the commands of the first installation: accounts and settings, schema, beginning, services, login link."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    path = readme.partition("<!-- first installation: begin -->")[2].partition("<!-- first installation: end -->")[0]
    return re.findall(r"^```bash\n(.*?)^```$", path, re.MULTILINE | re.DOTALL)


@dataclass
class Operator:
    """Someone with a shell on the machine, and nothing but README.md."""

    directory: Path
    environment: dict[str, str]

    def type(self, *blocks: str) -> str:
        """Type these blocks in one shell, and return what it prints."""
        ended = subprocess.run(
            ["bash", "-eu"],
            input="\n".join(["set -o pipefail", *blocks]),
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    @contextmanager
    def serving(self, block: str) -> Iterator[None]:
        """Start what a block starts, wait until it answers, and stop it at the end."""
        log = self.directory / "service.log"
        with log.open("wb") as output:
            shell = subprocess.Popen(
                ["bash", "-eu", "-c", f"{block}\nwait"],
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            _await_ready(self.environment["XIANFENG_BASE_URL"], shell, log)
            yield
        finally:
            os.killpg(shell.pid, signal.SIGTERM)
            shell.wait(timeout=30)


def _await_ready(address: str, shell: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline and shell.poll() is None:
        try:
            if requests.get(f"{address}/readyz", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(log.read_text()[-4000:])


@pytest.fixture(scope="module")
def empty_mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateMariaDB]:
    """An empty server as a hosting company hands it out: binary log on, trust in function creators off."""
    if why := missing_mariadb():
        pytest.skip(why)
    options = ("--log-bin", "--server-id=1", "--log-bin-trust-function-creators=0")
    with PrivateMariaDB(tmp_path_factory.mktemp("mariadb"), options=options) as server:
        yield server


@pytest.fixture
def operator(empty_mariadb: PrivateMariaDB, tmp_path: Path) -> Iterator[Operator]:
    port = free_port()
    (tmp_path / ".my.cnf").write_text(f"[client]\nuser=root\nsocket={empty_mariadb.socket}\n")
    (tmp_path / "roster.xlsx").write_bytes(workbook(ROSTER).getvalue())
    with sandbox() as wechat:
        yield Operator(
            tmp_path,
            {
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": str(tmp_path),
                "LANG": "C.UTF-8",
                "PORT": str(port),
                "DATABASE": f"localhost/xianfeng?unix_socket={empty_mariadb.socket}",
                "XIANFENG_DATA": str(tmp_path / "data"),
                "XIANFENG_BASE_URL": f"http://127.0.0.1:{port}",
                "WECHAT_APP_ID": "sandbox",
                "WECHAT_SECRET": "sandbox-secret",
                "WECHAT_BASE_URL": wechat,
            },
        )


class InWechat:
    """Someone with the mini-program in hand, who has just signed in; WeChat is played."""

    def __init__(self, address: str, openid: str) -> None:
        self.api = f"{address}/api/v1"
        self.session = requests.Session()
        token = self.call("POST", "/auth/wechat", code=f"sandbox:{openid}")["token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = self.session.request(method, f"{self.api}{path}", json=body or None, timeout=LONG)
        assert answer.ok, answer.text
        return answer.json()

    def bind(self, name: str, work_number: str, code: str) -> None:
        version = privacy_notice.current().version
        self.call("POST", "/binding/activation", name=name, work_number=work_number, code=code, privacy_version=version)


def test_an_empty_database_comes_to_its_first_check_in_by_the_readme(operator: Operator, chromium: Browser) -> None:
    if not (BUILT_APP / "index.html").is_file():
        pytest.skip("the app is not built (needs Node ≥ 20: make app)")
    accounts, schema, beginning, services, login_link = readme_blocks()
    operator.type(accounts, schema)
    _check_rights(operator)
    told = operator.type(beginning)
    assert "试运行，未写入" in told
    assert "接下来" in told
    slips = operator.directory / "slips.csv"
    assert slips.stat().st_mode & 0o777 == 0o600
    codes = {row["工号/学号"]: row["激活码"] for row in csv.DictReader(slips.open(encoding="utf-8-sig"))}
    assert codes.keys() == {"Z001", "T004", "T001"}
    with operator.serving(services):
        address = operator.environment["XIANFENG_BASE_URL"]
        secretary = InWechat(address, "li_wei")
        secretary.bind("李伟", "T001", codes["T001"])
        _let_a_member_in(secretary, address)
        link = operator.type(login_link).strip()
        member_link = operator.type(login_link.replace("T001", "T002")).strip()
        with phones.taken_up(chromium, address) as desk, phones.taken_up(chromium, address) as hand:
            for each in (desk, hand):
                each.forgive_failed_requests()  # outside the sandbox there is nobody to play
            _come_in(desk, link, "李伟")
            _come_in(hand, member_link, "张敏")
            _plan_a_meeting(desk)
            came = count(desk, "came")
            scan(hand, desk)
            expect(desk.page.get_by_test_id("came")).to_have_text(str(came + 1))
        _find_it_spent(chromium, address, link)
    log = (operator.directory / "service.log").read_text()
    assert link.partition("#")[2] not in log
    assert "Traceback" not in log


def _check_rights(operator: Operator) -> None:
    """The serving account can neither change the ledger nor take its triggers away."""
    url = re.findall(r'^XIANFENG_DATABASE_URL="(.*)"$', (operator.directory / "xianfeng.env").read_text(), re.MULTILINE)
    engine = make_engine(url[0])
    with engine.connect() as connection:
        connection.execute(text("UPDATE members SET name = name"))
        for forbidden in (
            "UPDATE point_entries SET points = 0",
            "DELETE FROM point_entries",
            "TRUNCATE point_entries",
            "DROP TRIGGER point_entries_no_update",
            "ALTER TABLE point_entries ADD note INT",
        ):
            with pytest.raises(DBAPIError, match=r"1142|1419|1044|1227"):
                connection.execute(text(forbidden))
    engine.dispose()


def _let_a_member_in(secretary: InWechat, address: str) -> None:
    """The secretary makes a code for a member, who enters it on a phone."""
    branch = secretary.call("GET", "/me")["roles"][0]["organization"]["id"]
    members = secretary.call("GET", f"/organizations/{branch}/members")["items"]
    member_id = next(each["id"] for each in members if each["name"] == "张敏")
    code = secretary.call("POST", f"/members/{member_id}/activation-codes")["code"]
    InWechat(address, "zhang_min").bind("张敏", "T002", code)


def _come_in(phone: phones.Phone, link: str, name: str) -> None:
    phone.page.goto(link)
    expect(phone.page.locator(".who .title")).to_have_text(name)
    assert "#" not in phone.page.url


def _find_it_spent(chromium: Browser, address: str, link: str) -> None:
    """Whoever opens the link a second time reads why nothing happens, and stays outside."""
    with phones.taken_up(chromium, address) as other:
        other.forgive_failed_requests()
        other.page.goto(link)
        expect(other.page.get_by_text("登录链接已经用过或已过期")).to_be_visible()
        expect(other.page.get_by_text("请在微信中打开")).to_be_visible()


def _plan_a_meeting(phone: phones.Phone) -> None:
    phone.open("pages/hosting/hosting")
    phone.tap("安排会议")
    phone.page.locator("[data-testid=place] input").fill("明德楼 305")
    begin_soon(phone)
    expect(phone.page.get_by_test_id("preview")).to_contain_text("应到")
    phone.tap("安排会议")
    phone.agree()
