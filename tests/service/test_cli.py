"""The command line, as an operator types it."""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import time_machine
from alembic import command as alembic
from alembic.script import ScriptDirectory
from click.testing import CliRunner, Result
from sqlalchemy import update
from sqlalchemy.orm import Session

from server import cli, installation, migrations
from server.db import make_engine
from server.organizations.models import Member
from server.photos.storage import DiskStorage
from tests.cast import make_cast
from tests.days import at
from tests.rosters import person, workbook
from tests.workbooks import book, old_excel


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "var"


def xianfeng(data: Path, *words: str, **environ: str) -> Result:
    return CliRunner().invoke(cli.main, list(words), env={"XIANFENG_DATA": str(data)} | environ)


def upgraded(data: Path) -> int:
    """Put a database with the cast in it there; return the root organization's id. All are copies of one, and have its
    id: `brought_up` makes another."""
    made, root = _brought_up_once()
    shutil.copytree(made.name, data, dirs_exist_ok=True)
    return root


@cache
def _brought_up_once() -> tuple[TemporaryDirectory[str], int]:
    """Return the directory, which is gone when nobody holds it."""
    directory = TemporaryDirectory()
    return directory, brought_up(Path(directory.name))


def brought_up(data: Path) -> int:
    """Bring up a database with the cast in it; return the root organization's id."""
    assert xianfeng(data, "db", "upgrade").exit_code == 0
    engine = make_engine(f"sqlite:///{data / 'xianfeng.db'}")
    with Session(engine) as session:
        root = make_cast(session).root
    engine.dispose()
    return root


def test_production_names_what_is_missing_and_does_not_start(data: Path) -> None:
    result = xianfeng(data, "run", XIANFENG_ENV="production")
    assert result.exit_code == 1
    assert "XIANFENG_SECRET_KEY" in result.output
    assert "Traceback" not in result.output


def test_run_asks_for_the_schema_first(data: Path) -> None:
    result = xianfeng(data, "run")
    assert result.exit_code == 1
    assert "xianfeng db upgrade" in result.output


@pytest.mark.parametrize("words", [("run",), ("scheduler",)])
def test_nothing_starts_without_the_ledgers_triggers_until_an_upgrade_restores_them(
    data: Path, words: tuple[str, ...]
) -> None:
    upgraded(data)
    with closing(sqlite3.connect(data / "xianfeng.db")) as connection:
        connection.execute("DROP TRIGGER point_entries_no_update")
    refused = xianfeng(data, *words)
    assert (refused.exit_code, "xianfeng db upgrade" in refused.output) == (1, True)
    assert "point_entries_no_update" in refused.output
    restored = xianfeng(data, "db", "upgrade")
    assert (restored.exit_code, "point_entries_no_update" in restored.output) == (0, True)
    assert "xianfeng verify" in restored.output
    assert "缺失" not in xianfeng(data, "db", "upgrade").output


def another(data: Path) -> str:
    """Return the address of an upgraded database whose data directory is another one."""
    beside = data.with_name("beside")
    brought_up(beside)
    return f"sqlite:///{beside / 'xianfeng.db'}"


@pytest.mark.parametrize(
    "words", [("run",), ("scheduler",), ("jobs", "run", "purge_photos"), ("db", "upgrade"), ("photos", "--put-away")]
)
def test_nothing_starts_on_the_data_directory_of_another_database(data: Path, words: tuple[str, ...]) -> None:
    upgraded(data)
    refused = xianfeng(data, *words, XIANFENG_DATABASE_URL=another(data))
    assert refused.exit_code == 1
    assert "属于另一个数据库" in refused.output
    assert "xianfeng db adopt" in refused.output


def test_an_empty_database_beside_a_directory_in_use_is_not_even_given_its_tables(data: Path) -> None:
    upgraded(data)
    (data / "xianfeng.db").unlink()
    for words in (("run",), ("scheduler",), ("db", "upgrade")):
        assert "属于另一个数据库，或者当前数据库是新建的" in xianfeng(data, *words).output
    assert xianfeng(data, "jobs").exit_code == 1, "there is no table yet"


def test_who_restored_on_purpose_adopts_the_directory(data: Path) -> None:
    upgraded(data)
    url = another(data)
    assert xianfeng(data, "db", "adopt", XIANFENG_DATABASE_URL=url).exit_code == 1, "without an answer"
    assert xianfeng(data, "db", "upgrade", XIANFENG_DATABASE_URL=url).exit_code == 1
    assert xianfeng(data, "db", "adopt", "--yes", XIANFENG_DATABASE_URL=url).exit_code == 0
    assert xianfeng(data, "db", "upgrade", XIANFENG_DATABASE_URL=url).exit_code == 0
    assert xianfeng(data, "db", "upgrade").exit_code == 1, "it was the former one's"


def test_an_installation_from_before_gets_its_id_at_the_upgrade(data: Path) -> None:
    upgraded(data)
    engine = make_engine(f"sqlite:///{data / 'xianfeng.db'}")
    alembic.downgrade(migrations.alembic_config(engine), "0011")
    (data / "database_id").unlink()
    stray_photos(data, 1)
    assert xianfeng(data, "run").exit_code == 1
    assert xianfeng(data, "db", "upgrade").exit_code == 0
    assert (data / "database_id").read_text() == installation.id_of(engine)
    engine.dispose()
    assert "照片文件 1 个" in xianfeng(data, "photos").output


def stray_photos(data: Path, number: int) -> None:
    """Put files into the storage that no row speaks of, from long ago."""
    for index in range(number):
        key = f"ab/{index:062x}-{index:032x}.jpg"
        DiskStorage(data / "photos").put(key, b"photo")
        os.utime(data / "photos" / key, (0, 0))


def test_too_many_unknown_photos_stop_the_sweep_until_someone_puts_them_away(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.console, "width", 400)
    upgraded(data)
    stray_photos(data, 7)
    assert xianfeng(data, "jobs", "run", "purge_photos").exit_code == 1
    reason = "7 个照片文件中有 7 个在数据库里没有记录，一个也没有清理：可能连错了数据库，或恢复了较早的备份"
    assert reason in xianfeng(data, "jobs").output
    assert "照片文件 7 个，其中数据库里没有记录的 7 个；隔离区另有 0 个。" in xianfeng(data, "photos").output
    put_away = xianfeng(data, "photos", "--put-away")
    assert "已移入隔离区 7 个文件，30 天后删除" in put_away.output
    assert "照片文件 0 个，其中数据库里没有记录的 0 个；隔离区另有 7 个。" in put_away.output
    assert xianfeng(data, "jobs", "run", "purge_photos").exit_code == 0


COMMANDS = (
    ["run"],
    ["scheduler"],
    ["jobs"],
    ["jobs", "run", "purge_photos"],
    ["verify"],
    ["recompute"],
    ["bot", "menu"],
    ["bot", "chat", "--as", "T001"],
    ["db", "grants", "app@localhost"],
    ["import-roster", __file__, "--organization", "1"],
)


@pytest.mark.parametrize(("revision", "words"), [(None, "还没有表结构"), ("0001", "比程序旧"), ("9999", "比程序新")])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_runs_on_another_schema(data: Path, command: list[str], revision: str | None, words: str) -> None:
    data.mkdir()
    with sqlite3.connect(data / "xianfeng.db") as database:
        if revision is not None:
            database.execute("CREATE TABLE alembic_version (version_num TEXT)")
            database.execute("INSERT INTO alembic_version VALUES (?)", [revision])
    result = xianfeng(data, *command)
    assert result.exit_code == 1
    assert result.output.startswith("Error: 数据库")
    assert words in result.output
    assert len(result.output.splitlines()) == 1


def test_a_database_that_is_away_is_told_in_a_line(data: Path) -> None:
    url = "mysql+pymysql://app@localhost/xianfeng?unix_socket=/nowhere"
    for command in (["recompute"], ["db", "upgrade"]):
        result = xianfeng(data, *command, XIANFENG_DATABASE_URL=url)
        assert result.exit_code == 1
        assert result.output.startswith("Error: 连接不上数据库")
        assert len(result.output.splitlines()) == 1


def test_the_revision_that_the_code_needs_is_alembics_head(tmp_path: Path) -> None:
    scripts = ScriptDirectory.from_config(migrations.alembic_config(make_engine(f"sqlite:///{tmp_path}/none.db")))
    assert scripts.get_current_head() == migrations.newest()


def test_a_fresh_ledger_verifies_and_recomputes(data: Path) -> None:
    upgraded(data)
    assert xianfeng(data, "verify").exit_code == 0
    assert xianfeng(data, "recompute").exit_code == 0


def test_a_roster_is_tried_before_it_is_applied(data: Path, tmp_path: Path) -> None:
    root = upgraded(data)
    file = tmp_path / "roster.xlsx"
    file.write_bytes(workbook([person("林秀", "T900"), person("高远", "T901", 性别="?")]).getvalue())
    tried = xianfeng(data, "import-roster", str(file), "--organization", str(root))
    assert "试运行，未写入：新增 1" in tried.output
    applied = xianfeng(data, "import-roster", str(file), "--organization", str(root), "--apply")
    assert applied.exit_code == 1
    assert "「性别」" in applied.output
    again = xianfeng(data, "import-roster", str(file), "--organization", str(root), "--apply")
    assert "未变 1" in again.output


def test_what_was_read_of_a_file_and_what_was_not_is_said(data: Path, tmp_path: Path) -> None:
    root = upgraded(data)
    headings = ["姓名", "工号", "党员类别", "人员类别", "手机号"]
    rows: dict[str, list[list[Any]]] = {
        "档案馆直属党支部": [headings, ["林秀", "T900", "正式党员", "教职工", "无"], ["合计", 1]],
        "说明": [["请填写"]],
    }
    file = tmp_path / "roster.xlsm"
    file.write_bytes(book(rows))
    applied = xianfeng(data, "import-roster", str(file), "--organization", str(root), "--create-missing", "--apply")
    assert applied.output.splitlines() == [
        "工作表“档案馆直属党支部”读了 1 行",
        "没有“党支部”一列，以工作表名“档案馆直属党支部”为党支部",
        "第 3 行没有姓名或工号/学号，不是党员，未读",
        "工作表“说明”没有表头，未读",
        "第 2 行「手机号」：应为 11 位手机号，其余照常导入",
        "已设立党支部 1 个：档案馆直属党支部",
        "已导入：新增 1，更新 0，转接 0，未变 0，有误 0 行",
    ]
    assert applied.exit_code == 0, "a warning is no error"


def test_an_old_workbook_is_imported(data: Path, tmp_path: Path) -> None:
    root = upgraded(data)
    file = tmp_path / "roster.xls"
    file.write_bytes(old_excel())
    tried = xianfeng(data, "import-roster", str(file), "--organization", str(root), "--create-missing")
    assert "工作表“名册”读了 2 行" in tried.output
    assert "工作表“字典”是隐藏的，未读" in tried.output
    assert "第 2 行「人员类别」：新党员必须填写" in tried.output


def test_a_file_that_is_no_workbook_is_refused_in_words(data: Path, tmp_path: Path) -> None:
    root = upgraded(data)
    file = tmp_path / "roster.xlsx"
    file.write_text("not a workbook")
    result = xianfeng(data, "import-roster", str(file), "--organization", str(root))
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_a_year_is_opened_once_and_only_where_there_is_a_standard(data: Path) -> None:
    upgraded(data)
    first = xianfeng(data, "open-year", "--year", "2026")
    assert "已为 11 名党员计入起始分" in first.output
    assert "没有改动" in xianfeng(data, "open-year", "--year", "2026").output
    refused = xianfeng(data, "open-year", "--year", "2031")
    assert refused.exit_code == 1
    assert "2031 年度尚未发布积分标准" in refused.output
    assert xianfeng(data, "verify", "ledger").exit_code == 0
    assert xianfeng(data, "recompute").exit_code == 0


def test_the_year_that_is_opened_begins_at_midnight_in_shanghai(data: Path) -> None:
    upgraded(data)
    with time_machine.travel(at(date(2027, 1, 1), "00:30"), tick=True):
        assert "2027 年度尚未发布积分标准" in xianfeng(data, "open-year").output


def test_a_roster_may_found_what_it_names_and_says_of_what_kind(data: Path, tmp_path: Path) -> None:
    root = upgraded(data)
    file = tmp_path / "roster.xlsx"
    row = person("林秀", "T900", 党总支="材料学院党总支", 党支部="材料教工党支部", 党小组="第三党小组")
    file.write_bytes(workbook([row]).getvalue())
    words = ("import-roster", str(file), "--organization", str(root))
    assert "没有“材料学院党总支”" in xianfeng(data, *words).output
    tried = xianfeng(data, *words, "--create-missing").output
    assert "将设立党总支 1 个：材料学院党总支\n将设立党支部 1 个：材料教工党支部\n将设立党小组 1 个" in tried
    applied = xianfeng(data, *words, "--create-missing", "--apply")
    assert (applied.exit_code, "已设立党支部 1 个" in applied.output) == (0, True)


def test_an_installation_is_tried_begun_and_said_to_be_begun(data: Path, tmp_path: Path) -> None:
    assert xianfeng(data, "db", "upgrade").exit_code == 0
    file = tmp_path / "roster.xlsx"
    file.write_bytes(workbook([person("李伟", "T001", 职务="支部书记"), person("王芳", "T003")]).getvalue())
    slips = tmp_path / "slips.csv"
    words = ("setup", "--root", "山海学院党委", "--roster", str(file), "--slips", str(slips))
    tried = xianfeng(data, *words)
    assert "--secretary T001@计算机科学与技术学院党总支/教工第一党支部" in tried.output
    assert "试运行，未写入" in tried.output
    wrong = xianfeng(data, *words, "--secretary", "T002@教工第一党支部", "--apply")
    assert (wrong.exit_code, "名册中没有工号/学号 T002" in wrong.output) == (1, True)
    assert not slips.exists()
    done = xianfeng(data, *words, "--secretary", "T001@教工第一党支部", "--apply")
    assert done.exit_code == 0, done.output
    (_, slip) = slips.read_text(encoding="utf-8-sig").splitlines()
    assert slip.split(",")[3] not in done.output
    again = xianfeng(data, *words[:-2], "--secretary", "T001@教工第一党支部", "--apply")
    assert "没有新的激活码" in again.output


def test_setup_asks_for_the_schema_first(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(workbook([person("李伟", "T001")]).getvalue())
    result = xianfeng(data, "setup", "--root", "山海学院党委", "--roster", str(file))
    assert (result.exit_code, "xianfeng db upgrade" in result.output) == (1, True)


def test_a_login_link_is_all_that_is_printed_for_scripts(data: Path) -> None:
    upgraded(data)
    engine = make_engine(f"sqlite:///{data / 'xianfeng.db'}")
    with engine.begin() as connection:
        connection.execute(update(Member).where(Member.work_number == "zhang_min").values(work_number="T002"))
    engine.dispose()
    with time_machine.travel(at(date(2026, 6, 18), "07:30"), tick=True):
        result = xianfeng(data, "login-link", "T002", XIANFENG_BASE_URL="https://x.example")
    assert result.stdout.startswith("https://x.example/m/pages/sign-in/sign-in?link=1#")
    assert "张敏的登录链接，07:40 前有效" in result.stderr
    unknown = xianfeng(data, "login-link", "nobody")
    assert (unknown.exit_code, "名册中没有" in unknown.output) == (1, True)


def test_a_reset_prints_nothing_but_the_code_for_scripts(data: Path) -> None:
    upgraded(data)
    engine = make_engine(f"sqlite:///{data / 'xianfeng.db'}")
    with engine.begin() as connection:
        connection.execute(update(Member).where(Member.work_number == "zhang_min").values(work_number="T002"))
    engine.dispose()
    with time_machine.travel(at(date(2026, 6, 18), "07:30"), tick=True):
        result = xianfeng(data, "reset-binding", "T002")
    assert re.fullmatch(r"[2-9A-Z]{5}-[2-9A-Z]{5}\n", result.stdout)
    assert re.search("张敏的微信绑定已解除.* 07:30 前有效", result.stderr)
    assert xianfeng(data, "login-link", "T002").exit_code == 1, "nothing is bound any more"
    unknown = xianfeng(data, "reset-binding", "nobody")
    assert (unknown.exit_code, "名册中没有" in unknown.output) == (1, True)
